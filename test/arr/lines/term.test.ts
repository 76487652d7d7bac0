import { describe, expect, it } from 'vitest';
import type { SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { isRenewed } from '../../../functions/arr/lines/term.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import { seats, subscription } from '../facts.ts';

/** A subscription that started on a day and bills yearly, in the billing period that begins on another. */
const inPeriod = (startsOn: string, periodStartsOn: string, more: Partial<SubscriptionFact> = {}): SubscriptionFact =>
  subscription('2026-01-01', [seats('a', 1, 5000, { interval: 'year', periodStartsOn })], { startsOn, ...more }).data as SubscriptionFact;

const renewed = (before: SubscriptionFact, after: SubscriptionFact): boolean => isRenewed(before, after, enterprise);

describe('a term that only billing periods tell of', () => {
  it('begins again on the anniversary of the service start, and at no other period', () => {
    expect(renewed(inPeriod('2025-03-15', '2025-03-15'), inPeriod('2025-03-15', '2026-03-14'))).toBe(false);
    expect(renewed(inPeriod('2025-03-15', '2025-03-15'), inPeriod('2025-03-15', '2026-03-15'))).toBe(true);
    expect(renewed(inPeriod('2025-03-15', '2026-03-15'), inPeriod('2025-03-15', '2026-09-01'))).toBe(false);
  });

  it('that began on a leap day begins again on the last of February', () => {
    expect(renewed(inPeriod('2024-02-29', '2024-02-29'), inPeriod('2024-02-29', '2025-02-27'))).toBe(false);
    expect(renewed(inPeriod('2024-02-29', '2024-02-29'), inPeriod('2024-02-29', '2025-02-28'))).toBe(true);
    // in a leap year again on the 29th, not the day before
    expect(renewed(inPeriod('2024-02-29', '2027-02-28'), inPeriod('2024-02-29', '2028-02-28'))).toBe(false);
    expect(renewed(inPeriod('2024-02-29', '2027-02-28'), inPeriod('2024-02-29', '2028-02-29'))).toBe(true);
  });

  it('is the same as the one that the source states, on the last day of the month too', () => {
    // the term from 28 February 2025, stated, and told by the period that began on it
    const stated = inPeriod('2024-02-29', '2025-02-28', { termMonths: 12, termStartsOn: '2025-02-28' });
    expect(renewed(stated, inPeriod('2024-02-29', '2025-02-28'))).toBe(false);
    expect(renewed(inPeriod('2024-02-29', '2025-02-28'), { ...stated, termStartsOn: '2026-02-28' })).toBe(true);
  });
});
