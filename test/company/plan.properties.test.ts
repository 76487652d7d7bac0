import fc from 'fast-check';
import { expect, test } from 'vitest';
import { company } from '../../ascent.config.ts';
import { builtInPlan, type PlanContent, plannedPath } from '../../functions/company/plan.ts';
import { addDays } from '../../functions/platform/calendar.ts';
import { CALENDAR_YEAR, type FiscalCalendar, fiscalPeriods } from '../../functions/platform/fiscal.ts';

const base = builtInPlan(company).content;

/** Twelve shares that sum to 10,000: the gaps between eleven sorted cuts. */
const shares = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 11, maxLength: 11 }).map((cuts) => {
  const sorted = [0, ...cuts.toSorted((a, b) => a - b), 10_000];
  return sorted.slice(1).map((cut, index) => cut - (sorted[index] ?? 0));
});

const calendars: FiscalCalendar[] = [
  CALENDAR_YEAR,
  { kind: 'months', startMonth: 2, yearNamedBy: 'end' },
  { kind: 'weeks', pattern: '4-4-5', endWeekday: 6, yearEnds: 'last-in-month', endMonth: 1, yearNamedBy: 'end' },
];

const planned = fc.record({
  opening: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  growth: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  monthlyBps: shares,
  calendar: fc.constantFrom(...calendars),
});

test('the planned path meets every month end, never falls where nothing is lost, and ends at the target', () => {
  fc.assert(
    fc.property(planned, ({ opening, growth, monthlyBps, calendar }) => {
      const months = fiscalPeriods(calendar, 2026, 'month');
      const startsOn = months[0]?.startsOn ?? '';
      const endsBefore = months.at(-1)?.endsBefore ?? '';
      const plan: PlanContent = {
        ...base,
        startsOn,
        targetOn: addDays(endsBefore, -1),
        openingArrMinor: String(opening),
        targetArrMinor: String(opening + growth),
        phasing: { kind: 'net', monthlyBps },
      };
      const path = plannedPath(plan, calendar);
      let before = opening;
      let day = startsOn;
      let cumulated = 0n;
      for (const [index, month] of months.entries()) {
        cumulated += BigInt(monthlyBps[index] ?? 0);
        for (; day < month.endsBefore; day = addDays(day, 1)) {
          const arr = path(day);
          if (arr < before) throw new Error(`the path falls on ${day}`);
          before = arr;
        }
        // Half up: (2 × growth × share + 10,000) ÷ 20,000, rounded down
        expect(before).toBe(opening + (2n * growth * cumulated + 10_000n) / 20_000n);
      }
      expect(before).toBe(opening + growth);
    }),
    { numRuns: 60 },
  );
});
