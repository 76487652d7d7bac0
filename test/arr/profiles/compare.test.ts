import { describe, expect, it } from 'vitest';
import { compare, comparisonOf } from '../../../functions/arr/profiles/compare.ts';
import { enterprise, PRESETS } from '../../../functions/arr/profiles/presets.ts';
import { fromEpochDay, toEpochDay } from '../../../functions/platform/calendar.ts';
import { canceled, seats, subscription, testRates } from '../facts.ts';

const { stripe, profitwell } = PRESETS;

/** $1,200 a year, 10% off for six months; asked on 8 June to end on 1 July. */
const TENTH = {
  discountId: 'd',
  kind: 'percent',
  value: '10',
  duration: 'repeating',
  startsOn: '2026-01-01',
  endsOn: '2026-07-01',
} as const;
const line = [seats('si_1', 10, 1000)];
const facts = [
  subscription('2026-01-01', line, { lifecycle: 'created', startsOn: '2026-01-01', discounts: [TENTH] }),
  subscription('2026-06-08', line, { startsOn: '2026-01-01', discounts: [TENTH], cancelsOn: '2026-07-01' }),
  canceled('2026-07-01', { startsOn: '2026-01-01' }),
];

const LINE = { key: 'sub_1/si_1/prod_platform/acme-inc/USD', productId: 'prod_platform', legalEntity: 'acme-inc', currency: 'USD' };

describe('compare', () => {
  it('gives each switch what a line changes by when it is turned', () => {
    expect(compare(facts, enterprise, stripe, testRates, toEpochDay('2026-06-01'))).toEqual([
      {
        ...LINE,
        fromMinor: 108_000n, // 1,200 × 0.9
        fromPlanMinor: 108_000n,
        toMinor: 120_000n,
        toPlanMinor: 120_000n,
        reasons: [{ switch: 'discounts', deltaMinor: 12_000n, planDeltaMinor: 12_000n }],
      },
    ]);
    expect(compare(facts, enterprise, stripe, testRates, toEpochDay('2026-06-20'))).toEqual([
      {
        ...LINE,
        fromMinor: 108_000n,
        fromPlanMinor: 108_000n,
        toMinor: 0n,
        toPlanMinor: 0n,
        reasons: [{ switch: 'churnDate', deltaMinor: -108_000n, planDeltaMinor: -108_000n }],
      },
    ]);
    expect(compare(facts, enterprise, stripe, testRates, toEpochDay('2026-07-01'))).toEqual([]);
  });

  it('tells amounts in the line’s currency and at the plan rate of the day', () => {
    const inEuro = [
      subscription('2026-01-01', line, { lifecycle: 'created', startsOn: '2026-01-01', currency: 'EUR', discounts: [TENTH] }),
    ];
    // One euro is $1.10.
    expect(compare(inEuro, enterprise, stripe, testRates, toEpochDay('2026-06-01'))).toMatchObject([
      { fromPlanMinor: 118_800n, toPlanMinor: 132_000n, reasons: [{ deltaMinor: 12_000n, planDeltaMinor: 13_200n }] },
    ]);
  });
});

describe('comparisonOf', () => {
  const told = (from = enterprise, to = stripe) =>
    comparisonOf(facts, from, to, testRates).steps.map((step) => `${fromEpochDay(step.day)} ${step.switch} ${step.planDeltaMinor}`);

  it('tells the whole history of a comparison, dated, in one order', () => {
    expect(told()).toEqual([
      '2026-01-01 discounts 12000',
      '2026-06-08 churnDate -108000',
      '2026-06-08 discounts -12000', // 1,200 are lost, not 1,080
      '2026-07-01 churnDate 108000', // both have nothing from here on
    ]);
  });

  it('is nothing where only names differ, or nothing does', () => {
    expect(told(enterprise, { ...enterprise, fx: 'movements', reactivationDays: 90, escalators: 'expansion' })).toEqual([]);
    expect(told(profitwell, profitwell)).toEqual([]);
  });
});
