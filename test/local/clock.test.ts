import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openClock } from '../../local/clock.ts';
import { durationEnd } from '../../local/duration.ts';
import { newFolder } from './assembly-fixture.ts';

const at = (text: string): number => Date.parse(text);
const open = (file = join(newFolder(), 'clock.json')) => ({ file, clock: openClock({ file, settle: () => Promise.resolve() }) });

describe('the test clock', () => {
  it('is the machine clock until somebody sets it', () => {
    const { clock } = open();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50);
    expect(clock.state().frozen).toBe(false);
  });

  it('stands still when frozen, and is kept over a restart', () => {
    const { clock, file } = open();
    clock.set(at('2026-11-05T00:00:00Z'), { frozen: true });
    expect(new Date(clock.now()).toISOString()).toBe('2026-11-05T00:00:00.000Z');
    expect(openClock({ file, settle: () => Promise.resolve() }).now()).toBe(at('2026-11-05T00:00:00Z'));
  });

  it('goes on from where it was set while it runs', async () => {
    const { clock } = open();
    clock.set(at('2026-11-05T00:00:00Z'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const passedMs = clock.now() - at('2026-11-05T00:00:00Z');
    expect(passedMs).toBeGreaterThanOrEqual(15);
    expect(passedMs).toBeLessThan(5_000);
  });

  it('stops at every due time in order, standing still while it is worked off', async () => {
    const { clock } = open();
    clock.set(at('2026-01-01T00:00:00Z'), { frozen: true });
    const seen: string[] = [];
    const due = (name: string, ...instants: readonly string[]) =>
      clock.addTimed({
        name,
        plan: () =>
          instants.map((instant) => ({
            atMs: at(instant),
            fire: async () => void seen.push(`${name} ${new Date(clock.now()).toISOString().slice(0, 10)}`),
          })),
      });
    due('close', '2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z');
    due('forecast', '2026-02-01T00:00:00Z');
    await clock.advance(at('2026-03-01T00:00:00Z'));
    expect(seen).toEqual(['close 2026-01-31', 'forecast 2026-02-01', 'close 2026-02-28']);
    expect(clock.state()).toEqual({ nowMs: at('2026-03-01T00:00:00Z'), frozen: true });
  });

  it('runs on where a stop fails, if it ran before', async () => {
    const { clock } = open();
    clock.addTimed({
      name: 'close',
      plan: (fromMs) => [{ atMs: fromMs + 86_400_000, fire: () => Promise.reject(new Error('the bank is closed')) }],
    });
    clock.set(at('2026-01-30T00:00:00Z'), { frozen: false });
    await expect(clock.advance(at('2026-03-01T00:00:00Z'))).rejects.toThrow('the bank is closed');
    expect(clock.state().frozen).toBe(false);
    expect(new Date(clock.now()).toISOString().slice(0, 13)).toBe('2026-01-31T00');
    clock.set(at('2026-01-30T00:00:00Z'), { frozen: true });
    await expect(clock.advance(at('2026-03-01T00:00:00Z'))).rejects.toThrow('the bank is closed');
    expect(clock.state()).toEqual({ nowMs: at('2026-01-31T00:00:00Z'), frozen: true });
  });

  it('runs on after a kill in the middle of a move, if it ran before it; a frozen one stands where it had come to', async () => {
    const { clock, file } = open();
    const restarted: ReturnType<typeof clock.state>[] = [];
    clock.addTimed({
      name: 'close',
      plan: () => [
        {
          atMs: at('2026-01-31T00:00:00Z'),
          fire: async () => void restarted.push(openClock({ file, settle: () => Promise.resolve() }).state()),
        },
      ],
    });
    clock.set(at('2026-01-01T00:00:00Z'), { frozen: false });
    await clock.advance(at('2026-02-01T00:00:00Z'));
    clock.set(at('2026-01-01T00:00:00Z'), { frozen: true });
    await clock.advance(at('2026-02-01T00:00:00Z'));
    expect(restarted.map(({ frozen }) => frozen)).toEqual([false, true]);
    expect(restarted.map(({ nowMs }) => new Date(nowMs).toISOString().slice(0, 10))).toEqual(['2026-01-31', '2026-01-31']);
  });

  it('refuses to advance into the past, and works on after that', async () => {
    const { clock } = open();
    clock.set(at('2026-01-02T00:00:00Z'), { frozen: true });
    await expect(clock.advance(at('2026-01-01T00:00:00Z'))).rejects.toThrow(
      'the clock stands at 2026-01-02T00:00:00.000Z, and advancing cannot go back to 2026-01-01T00:00:00.000Z',
    );
    await clock.advance(at('2026-01-03T00:00:00Z'));
    expect(clock.now()).toBe(at('2026-01-03T00:00:00Z'));
  });
});

describe('a duration', () => {
  it.each([
    ['P1D', '2026-02-01T00:00:00.000Z'],
    ['P1M', '2026-02-28T00:00:00.000Z'],
    ['PT5M', '2026-01-31T00:05:00.000Z'],
    ['14d', '2026-02-14T00:00:00.000Z'],
    ['2h', '2026-01-31T02:00:00.000Z'],
    ['1W', '2026-02-07T00:00:00.000Z'],
  ])('%s ends at %s', (duration, end) => {
    expect(new Date(durationEnd(at('2026-01-31T00:00:00Z'), duration) ?? 0).toISOString()).toBe(end);
  });

  it('refuses what is none', () => {
    // 14 could be anything, and m a minute or a month.
    for (const none of ['tomorrow', '14', '3m', '1.5d', '']) expect(durationEnd(0, none)).toBeUndefined();
  });
});
