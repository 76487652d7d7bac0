import { expect, it } from 'vitest';
import { besideArr } from '../../../functions/arr/beside/beside.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { usage } from '../agreements.ts';
import { testContext } from '../facts.ts';

/** Cents of a year. */
const runRate = (facts: readonly Fact[], on: string) => besideArr('c', facts, toEpochDay(on), testContext).usage.runRate.planMinor;

it('usage moves no ARR, and is no evidence of a customer’s line', () => {
  const account = openAccount(testContext);
  expect(recordFact(account, usage('2026-02-01', '2026-03-01', 100), testContext)).toEqual([]);
});

it('usage of a period belongs to the month in which it ends', () => {
  const facts = [usage('2026-01-15', '2026-02-15', 100), usage('2026-04-15', '2026-05-15', 900)];
  expect(runRate(facts, '2026-05-31')).toBe(40_000n); // 100 × 4: of February, and of May, which is not whole before June
  expect(runRate(facts, '2026-06-01')).toBe(360_000n); // 900 × 4: March, April and May
});

it('usage of more than a quarter counts by its days', () => {
  // 365 days, of which those of February, March and April are looked at: 28 + 31 + 30 = 89. 3,650 × 89 / 365 × 4
  const year = [usage('2026-01-01', '2027-01-01', 3_650, { at: '2026-04-30' })];
  expect(runRate(year, '2026-05-10')).toBe(356_000n);
  expect(runRate([usage('2025-01-01', '2026-01-01', 3_650)], '2026-05-10')).toBe(0n);
});

it('an invoice counts as it was shown last until the day, and not where it is void', () => {
  const first = usage('2026-03-01', '2026-04-01', 100, { eventId: 'a' });
  const paid = usage('2026-03-01', '2026-04-01', 100, { eventId: 'b', at: '2026-04-05', status: 'paid' });
  const voided = usage('2026-03-01', '2026-04-01', 100, { eventId: 'c', at: '2026-04-20', status: 'void' });
  for (const facts of [
    [first, paid, voided],
    [voided, paid, first, first],
  ]) {
    expect([runRate(facts, '2026-04-19'), runRate(facts, '2026-04-20')]).toEqual([40_000n, 0n]);
  }
  expect(runRate([usage('2026-03-01', '2026-04-01', 100, { at: '2026-05-02' })], '2026-05-01')).toBe(0n);
  expect(runRate([usage('2026-03-01', '2026-04-01', 100, { status: 'uncollectible' })], '2026-05-01')).toBe(40_000n);
});
