import { describe, expect, it } from 'vitest';
import type { Protection } from './protections.ts';
import { type Failure, shortest, story, tried } from './seeds.ts';

const SEEDS = 40;

const firstFailure = async (without: Protection, problem: RegExp): Promise<Failure | undefined> => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const failure = await tried(seed, without);
    if (failure?.problems.some((one) => problem.test(one)) === true) return failure;
  }
  return undefined;
};

const MOST_EVENTS = 8;
const MOST_FAULTS = 8;

describe('without one of the protections seeds fail, and are told by a history of a few events and faults', () => {
  it.each([
    ['marker', 'the condition that a showing is new', /^SRC#\S+ \S+ was written twice$/],
    ['version', 'the condition that a customer’s recording is new', /^missing: stripe\.main\.cus_\d fact subscription evt_/],
    ['checkpoint', 'the condition that an entry of the totals is new', /^(missing|too much): MAIN /],
    ['riding', 'the event on its item', /^missing: stripe\.main\.cus_\d fact /],
  ] as const)('%s: %s', { timeout: 240_000 }, async (without, _what, problem) => {
    const failure = await firstFailure(without, problem);
    if (failure === undefined) throw new Error(`${SEEDS} seeds do not miss it`);
    const least = await shortest(failure, problem);
    if (process.env['ASCENT_STORIES'] !== undefined) console.log(story(least));
    expect(least.problems.some((one) => problem.test(one))).toBe(true);
    expect(least.events.length).toBeLessThanOrEqual(MOST_EVENTS);
    expect(least.faults.length).toBeLessThanOrEqual(MOST_FAULTS);
    expect(story(least)).toMatch(
      new RegExp(`^seed ${failure.seed}: ${least.events.length} events and ${least.faults.length} faults are enough`),
    );
  });
});
