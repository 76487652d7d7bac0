import { describe, expect, it } from 'vitest';
import { besideArr } from '../../../functions/arr/beside/beside.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, billedYearly, signedLine, word } from '../agreements.ts';
import { testContext } from '../facts.ts';

/** What came up by a day: first day after the term, cents due, cents renewed, and whether it is settled. */
const dues = (facts: readonly Fact[], on: string) =>
  besideArr('c', facts, toEpochDay(on), testContext).renewals.map(({ dueOn, dueMinor, renewedMinor, isSettled }) => [
    dueOn,
    Number(dueMinor),
    Number(renewedMinor),
    isSettled,
  ]);

const first = agreement('2026-01-15', [signedLine('oi_1', 10_000, '2026-02-01', '2027-02-01')]);
const renewal = (dollars: number, startsOn = '2027-02-01', endsOn = '2028-02-01') =>
  agreement('2027-01-20', [signedLine('oi_9', dollars, startsOn, endsOn, { bookedOn: '2027-01-20' })], {
    subscriptionId: '800B',
    agreementId: '800B',
    agreementIds: ['800B'],
    renewalOf: '800A',
  });

describe('what comes up for renewal', () => {
  it('is open while it lies ahead, and while a late renewal is waited for', () => {
    expect(dues([first], '2026-06-01')).toEqual([['2027-02-01', 1_000_000, 0, false]]);
    expect(dues([first], '2027-02-10')).toEqual([['2027-02-01', 1_000_000, 0, false]]);
  });

  it('is renewed by what the next term begins with, and at most as far as it was due', () => {
    const next = (dollars: number) => ['2028-02-01', dollars * 100, 0, false];
    expect(dues([first, renewal(8_000)], '2027-03-01')).toEqual([['2027-02-01', 1_000_000, 800_000, true], next(8_000)]);
    expect(dues([first, renewal(12_000)], '2027-03-01')).toEqual([['2027-02-01', 1_000_000, 1_000_000, true], next(12_000)]);
  });

  it('is renewed when the renewal is late within the days of grace, and lost when it comes later', () => {
    expect(dues([first, renewal(10_000, '2027-02-20', '2028-02-20')], '2027-03-01')[0]).toEqual(['2027-02-01', 1_000_000, 1_000_000, true]);
    expect(dues([first, renewal(10_000, '2027-06-01', '2028-06-01')], '2027-07-01')[0]).toEqual(['2027-02-01', 1_000_000, 0, true]);
  });

  it('looks at lines one by one: one of two products is dropped', () => {
    const two = agreement('2026-01-15', [
      signedLine('oi_1', 10_000, '2026-02-01', '2027-02-01'),
      signedLine('oi_2', 4_000, '2026-02-01', '2027-02-01', { productId: 'prod_other' }),
    ]);
    expect(dues([two, renewal(10_000)], '2027-03-01').slice(0, 2)).toEqual([
      ['2027-02-01', 1_000_000, 1_000_000, true],
      ['2027-02-01', 400_000, 0, true],
    ]);
  });

  it('is what a ramp has come to on the last day of its term, once', () => {
    const ramp = agreement('2026-01-15', [
      signedLine('oi_1', 10_000, '2026-02-01', '2026-08-01'),
      signedLine('oi_1', 16_000, '2026-08-01', '2027-02-01'),
    ]);
    expect(dues([ramp], '2026-06-01')).toEqual([['2027-02-01', 1_600_000, 0, false]]);
  });

  it('is nothing of what was ended before its time, and lost of what was ended with its term', () => {
    const ended = (endedOn: string) => agreement('2026-10-01', [signedLine('oi_1', 10_000, '2026-02-01', '2027-02-01')], { endedOn });
    expect(dues([ended('2026-11-01')], '2027-03-01')).toEqual([]);
    expect(dues([ended('2027-02-01')], '2027-03-01')).toEqual([['2027-02-01', 1_000_000, 0, true]]);
  });

  it('is renewed as it was where billing goes on without a signature', () => {
    const billed = billedYearly('2026-02-01T12:00:00Z', 10_000);
    const renewed = (on: string) => dues([first, billed, word('2026-03-01', true)], on)[0]?.slice(2);
    expect([renewed('2027-01-31'), renewed('2027-02-01'), renewed('2027-06-01')]).toEqual([
      [0, false],
      [1_000_000, true],
      [1_000_000, true],
    ]);
  });

  it('is nothing of lines without end, or of what only billing tells', () => {
    const { endsOn: _, ...open } = signedLine('oi_1', 10_000, '2026-02-01', '2027-02-01');
    expect(dues([agreement('2026-01-15', [open])], '2027-03-01')).toEqual([]);
    expect(dues([billedYearly('2026-02-01T12:00:00Z', 10_000)], '2027-03-01')).toEqual([]);
  });
});
