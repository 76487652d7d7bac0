import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutBy } from '../../../functions/arr/metrics/cut.ts';
import { arrByValue, sharedOut } from '../../../functions/arr/risk/by-value.ts';
import { atRiskOf } from '../../../functions/arr/risk/calibration.ts';
import { asFraction, probabilityOf, ratesOf } from '../../../functions/arr/risk/model.ts';
import { outlookOf } from '../../../functions/arr/risk/outlook.ts';
import { addDays } from '../../../functions/platform/calendar.ts';
import { ledgerTold, type Told } from '../metrics/told.ts';
import { cohortTold, lookTold } from './told.ts';

const band = (bands: number) => fc.integer({ min: 0, max: bands - 1 });
const bands = fc.tuple(band(3), band(3), band(2), band(2), band(2));
const cohort = fc.array(fc.record({ bands, hasLeft: fc.boolean() }), { minLength: 1, maxLength: 80 }).map(cohortTold);

it('a probability lies between 0 and 1, and its reasons sum to it exactly', () => {
  fc.assert(
    fc.property(fc.array(cohort, { minLength: 1, maxLength: 3 }), bands, fc.boolean(), (cohorts, own, isLeaving) => {
      const { denominator, base, effects, value } = probabilityOf(ratesOf(cohorts), { bands: own, isLeaving });
      expect(denominator).toBeGreaterThan(0n);
      expect(value >= 0n && value <= denominator).toBe(true);
      expect(effects.reduce((sum, effect) => sum + effect, base)).toBe(value);
    }),
  );
});

/** A customer that comes with two products, and may grow, shrink and leave. */
const customers = fc.array(
  fc.record({
    begins: fc.integer({ min: 0, max: 1200 }),
    p: fc.bigInt({ min: 1n, max: 9_999n }),
    q: fc.bigInt({ min: 1n, max: 9_999n }),
    later: fc.option(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.bigInt({ min: 1n, max: 500n }))),
    leaves: fc.option(fc.integer({ min: 501, max: 900 })),
    segment: fc.constantFrom('SMB', 'Enterprise'),
  }),
  { minLength: 30, maxLength: 60 },
);
type Customer = typeof customers extends fc.Arbitrary<readonly (infer T)[]> ? T : never;

const toldOf = ({ begins, p, q, later, leaves, segment }: Customer, i: number): readonly Told[] => {
  const on = (days: number): string => addDays('2021-01-10', begins + days);
  const of = { customer: `c${i}`, attributes: { segment } };
  const added = later?.[1] ?? 0n;
  return [
    { on: on(0), ...of, cause: 'new', minor: p, product: 'p' },
    { on: on(0), ...of, cause: 'new', minor: q, product: 'q', line: 'second' },
    ...(later === null ? [] : [{ on: on(later[0]), ...of, cause: 'expansion' as const, minor: added, product: 'p' }]),
    ...(leaves === null ? [] : [{ on: on(leaves), ...of, cause: 'churn' as const, minor: -p - added, product: 'p' }]),
    ...(leaves === null ? [] : [{ on: on(leaves), ...of, cause: 'churn' as const, minor: -q, product: 'q', line: 'second' }]),
  ];
};

const LOOKS = {
  years: ['2022-10-31', '2023-10-31', '2024-10-31'].map((on) => lookTold(on, addDays(on, 1))),
  today: lookTold('2024-11-05'),
};

const outlookTold = (told: readonly Told[]) => {
  const { rows, names } = ledgerTold(told);
  return { rows, names, ...outlookOf(rows, names.customers.length, LOOKS, undefined) };
};

it('ARR at risk by the values of any dimension sums to the total, to the minor unit, and so does ARR', () => {
  let seen = 0;
  fc.assert(
    fc.property(customers, (all) => {
      const { rows, names, accounts, told } = outlookTold(all.flatMap(toldOf));
      if (told === undefined) return;
      for (const dimension of ['segment', 'product', 'entity']) {
        const cut = cutBy(rows, names, dimension);
        if (cut === undefined) throw new Error('no such dimension');
        const arrOf = arrByValue(rows, cut, LOOKS.today.day);
        for (const account of accounts) {
          const atRisk = atRiskOf(asFraction(told.of(account)), account.arrMinor);
          const own = arrOf(account.customer);
          expect([...own.values()].reduce((sum, amount) => sum + amount, 0n)).toBe(account.arrMinor);
          expect([...sharedOut(atRisk, own).values()].reduce((sum, amount) => sum + amount, 0n)).toBe(atRisk);
          expect(atRisk >= 0n && atRisk <= account.arrMinor).toBe(true);
          seen += 1;
        }
      }
    }),
    { numRuns: 40 },
  );
  expect(seen).toBeGreaterThan(0);
});

it('is the same in whichever order movements come', () => {
  const shown = (told: readonly Told[]): unknown => {
    const { names, accounts, cohorts, told: known } = outlookTold(told);
    return [
      accounts.map((account) => [names.customers[account.customer], account.bands, String(account.arrMinor), known?.of(account)]),
      cohorts.map(({ day, left }) => [day, [...left].sort((a, b) => a - b)]),
      known?.calibration,
    ];
  };
  fc.assert(
    fc.property(customers, (all) => {
      // One movement a customer and day, so that nothing but the order of handing over changes.
      const told = all.flatMap(toldOf).filter(({ product }) => product === 'p');
      expect(shown(told.toReversed())).toEqual(shown(told));
    }),
    { numRuns: 30 },
  );
});
