import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROLES } from '../../../functions/access/roles.ts';
import { cutBy } from '../../../functions/arr/metrics/cut.ts';
import { formatRatio } from '../../../functions/arr/metrics/ratio.ts';
import { arrByValue, sharedOut } from '../../../functions/arr/risk/by-value.ts';
import { atRiskOf, calibrationOf } from '../../../functions/arr/risk/calibration.ts';
import { type Account, accountsAt, FEATURES } from '../../../functions/arr/risk/features.ts';
import { asFraction, type Cohort, companyRate, probabilityOf, ratesOf } from '../../../functions/arr/risk/model.ts';
import { PLAYBOOKS, playbookFor } from '../../../functions/arr/risk/playbooks.ts';
import { fraction } from '../../../functions/platform/decimal.ts';
import { rowsBelow } from '../forecast/told.ts';
import { ledgerTold, type Told } from '../metrics/told.ts';
import { cohortTold, lookTold } from './told.ts';

const PAGE = 'churn-risk.md';
/** The nested groups of docs/churn-risk.md: customers, and how many of them left. */
const GROUPS = rowsBelow(PAGE, '## Worked example')
  .filter(([group]) => group !== 'level: newest-year')
  .map(([, customers, left]) => [Number(customers), Number(left)] as const);

/** Customers of a group who are not of the next one are in another band of it. */
const example = (): Cohort => {
  const bands = [
    [2, 1, 0, 1],
    [0, 1, 0, 1],
    [0, 0, 0, 1],
    [0, 0, 1, 1],
    [0, 0, 1, 0],
  ];
  return cohortTold(
    bands.flatMap((own, depth) => {
      const [[customers, left] = [0, 0], [inner, innerLeft] = [0, 0]] = [GROUPS[depth], GROUPS[depth + 1]];
      return Array.from({ length: customers - inner }, (_, i) => ({ bands: own, hasLeft: i < left - innerLeft }));
    }),
  );
};

describe('a probability', () => {
  const account: Account = { customer: 0, arrMinor: 1_200_000n, bands: [0, 0, 1, 0], isLeaving: false };

  it('and its reasons come out as docs/churn-risk.md works them out by hand', () => {
    const probability = probabilityOf(ratesOf([example()]), account);
    const { base, effects, denominator } = probability;
    const shown = (num: bigint): string => formatRatio({ num, den: denominator }, 6);
    const steps = effects.map((_, place) => shown(base + effects.slice(0, place + 1).reduce((sum, effect) => sum + effect, 0n)));
    expect([[shown(base), ''], ...effects.map((effect, place) => [steps[place], shown(effect)])]).toEqual(
      rowsBelow(PAGE, '## Worked example').map(([, , , rate = '', effect]) => [rate.split(' ')[0], effect]),
    );
    expect(atRiskOf(asFraction(probability), account.arrMinor)).toBe(438_400n); // $4,384.00
    expect(playbookFor(account, asFraction(probability), fraction(1n, 10n))).toBe('shrinkage-review');
  });

  it('of who is known to leave is 1, whatever the groups say, and nobody of them is in a group', () => {
    const rates = ratesOf([example()]);
    const { value, denominator, base, effects } = probabilityOf(rates, { ...account, isLeaving: true });
    expect([value, denominator, base, effects]).toEqual([100n, 100n, 10n, [90n]]);
    const { accounts, left } = example();
    expect(ratesOf([{ accounts: accounts.map((one) => ({ ...one, isLeaving: one.customer < 60 })), left }]).of([])).toEqual({
      customers: 40,
      left: 8,
    });
  });

  it('of bands that nobody was in is that of the last group that somebody was in', () => {
    const { effects } = probabilityOf(ratesOf([example()]), { bands: [1, 2, 0, 0], isLeaving: false });
    expect(effects).toEqual([0n, 0n, 0n, 0n, 0n]);
  });

  it('is at the level of the newest year, as docs/churn-risk.md works it out by hand', () => {
    const year = (left: number): Cohort => cohortTold(Array.from({ length: 100 }, (_, i) => ({ bands: [], hasLeft: i < left })));
    const told = (cohorts: readonly Cohort[]) => {
      const rates = ratesOf(cohorts);
      const { base, value, denominator } = probabilityOf(rates, { bands: [], isLeaving: false });
      return [{ num: base, den: denominator }, rates.level, { num: value, den: denominator }, companyRate(rates)].map((one) =>
        formatRatio(one, 6),
      );
    };
    expect(told([year(0), year(10)])).toEqual(
      rowsBelow(PAGE, '### Level')[0]
        ?.slice(2)
        .map((cell) => cell.split(' ')[0]),
    );
    expect(told([year(10), year(0)])).toEqual(
      rowsBelow(PAGE, '### Level')[1]
        ?.slice(2)
        .map((cell) => cell.split(' ')[0]),
    );
    // Of one year, and of two alike, it is 1.
    expect([told([year(10)])[1], told([year(10), year(10)])[1]]).toEqual(['1.000000', '1.000000']);
    // 60 ÷ 300 × (40 + 5) ÷ (20 + 5)
    expect(told([year(10), year(10), year(40)])[2]).toBe('0.360000');
  });

  it('of a year by a model of the years before is nearer to what came, where these rise', () => {
    const year = (left: number): Cohort => cohortTold(Array.from({ length: 1_000 }, (_, i) => ({ bands: [i % 3], hasLeft: i < left })));
    const measured = calibrationOf(ratesOf([year(0), year(40)]), year(50));
    // All years alike would say 2%; the newest of them had 4%.
    const mean = (measured?.bands ?? []).reduce(
      (sum, { customers, predicted }) => sum + (customers * Number(predicted.num)) / Number(predicted.den),
      0,
    );
    expect(mean / 1_000).toBeGreaterThan(0.035);
    expect(mean / 1_000).toBeLessThan(0.04);
  });
});

describe('calibration', () => {
  it('holds predictions against what came: of ten at 10% two left', () => {
    const rates = ratesOf([cohortTold(Array.from({ length: 100 }, (_, i) => ({ bands: [], hasLeft: i < 10 })))]);
    const measured = calibrationOf(rates, cohortTold(Array.from({ length: 10 }, (_, i) => ({ bands: [], hasLeft: i < 2 }))));
    expect(measured?.bands.map(({ fromBps, customers, predicted, left }) => [fromBps, customers, formatRatio(predicted, 2), left])).toEqual(
      [[1000, 10, '0.10', 2]],
    );
    // (2 × 0.9² + 8 × 0.1²) ÷ 10
    expect([measured?.brier, measured?.brierOfRate].map((score) => formatRatio(score ?? fraction(0n), 6))).toEqual([
      '0.170000',
      '0.170000',
    ]);
    // $100 each
    expect([measured?.atRiskMinor, measured?.leftMinor]).toEqual([10_000n, 20_000n]);
    expect(calibrationOf(rates, cohortTold([]))).toBeUndefined();
  });
});

describe('features', () => {
  const HISTORY: readonly Told[] = [
    { on: '2023-06-01', customer: 'a', cause: 'new', major: 1000 },
    { on: '2025-09-05', customer: 'a', cause: 'contraction', major: -100 },
    { on: '2025-02-01', customer: 'b', cause: 'new', major: 500 },
    { on: '2025-11-01', customer: 'b', cause: 'expansion', major: 100 },
    { on: '2024-06-01', customer: 'c', cause: 'new', major: 2000 },
    { on: '2024-12-31', customer: 'c', cause: 'expansion', major: 100 }, // a year and a day before
    { on: '2025-10-01', customer: 'c', cause: 'contraction', major: -70 },
    { on: '2025-10-01', customer: 'c', cause: 'contraction', major: 70, recordedOn: '2025-10-09' }, // taken back
    { on: '2025-01-10', customer: 'd', cause: 'new', major: 3000 },
    { on: '2026-03-01', customer: 'd', cause: 'churn', major: -3000, recordedOn: '2025-12-31' },
    { on: '2022-01-10', customer: 'e', cause: 'new', major: 10 },
    { on: '2025-12-31', customer: 'e', cause: 'churn', major: -10 },
  ];
  const { rows, names } = ledgerTold(HISTORY);
  const dues = (customer: number): readonly number[] => (names.customers[customer] === 'c' ? [lookTold('2026-12-31').day] : []);
  const seen = (knownBefore?: string) =>
    accountsAt(rows, names.customers.length, [lookTold('2025-12-31', knownBefore)], dues)[0]?.map(({ customer, bands, isLeaving }) => [
      names.customers[customer],
      ...bands.map((band, place) => FEATURES[place]?.bands[band]),
      isLeaving,
    ]);

  it('are told of a day by what moved until then', () => {
    expect(seen()).toEqual([
      ['a', '2-years-and-more', 'lower-third', 'in-6-months', 'none-in-12-months', 'none-due-in-12-months', false],
      ['b', 'under-1-year', 'lower-third', 'none-in-6-months', 'in-12-months', 'none-due-in-12-months', false],
      ['c', '1-to-2-years', 'middle-third', 'none-in-6-months', 'none-in-12-months', 'due-in-12-months', false],
      ['d', 'under-1-year', 'upper-third', 'none-in-6-months', 'none-in-12-months', 'none-due-in-12-months', true],
    ]);
  });

  it('know a notice from the second on in which it was recorded', () => {
    expect(seen('2025-12-31')?.map((one) => one.at(-1))).toEqual([false, false, false, false]);
    expect(seen('2026-01-01')?.map((one) => one.at(-1))).toEqual([false, false, false, true]);
  });

  it('leave adjustments by hand out: nobody keeps, loses or owes ARR by one', () => {
    const adjusted: readonly Told[] = [
      ...HISTORY,
      { on: '2025-01-10', customer: 'a', cause: 'adjustment', major: 5000 },
      { on: '2025-06-10', customer: 'e', cause: 'adjustment', major: 7 }, // left, and keeps its adjustment
      { on: '2025-06-10', customer: 'f', cause: 'adjustment', major: 900 }, // has nothing else
      { on: '2025-06-10', customer: 'd', cause: 'adjustment', major: 40 }, // known to leave all the same
      { on: '2025-07-10', customer: 'd', cause: 'fx', lineCause: 'adjustment', major: 4 },
    ];
    const ledger = ledgerTold(adjusted);
    const look = lookTold('2025-12-31');
    const [accounts = []] = accountsAt(ledger.rows, ledger.names.customers.length, [look], dues);
    const cut = cutBy(ledger.rows, ledger.names, 'product');
    if (cut === undefined) throw new Error('no such dimension');
    const of = arrByValue(ledger.rows, cut, look.day);
    expect(
      accounts.map(({ customer, arrMinor, isLeaving }) => [
        ledger.names.customers[customer],
        arrMinor,
        [...of(customer).values()],
        isLeaving,
      ]),
    ).toEqual([
      ['a', 90_000n, [90_000n], false],
      ['b', 60_000n, [60_000n], false],
      ['c', 210_000n, [210_000n], false],
      ['d', 300_000n, [300_000n], true],
    ]);
  });

  it('and bands stand in docs/churn-risk.md', () => {
    expect(rowsBelow(PAGE, '## Features').map(([name, bands]) => [name, bands])).toEqual(
      FEATURES.map(({ name, bands }) => [`\`${name}\``, bands.map((band) => `\`${band}\``).join(', ')]),
    );
  });
});

describe('playbooks', () => {
  const account = (bands: readonly number[], isLeaving = false): Account => ({ customer: 0, arrMinor: 1n, bands, isLeaving });
  const [low, high, rate] = [fraction(1n, 100n), fraction(1n, 5n), fraction(1n, 10n)];

  it('stand in docs/churn-risk.md as they are declared, and their owners may read ARR', () => {
    expect(rowsBelow(PAGE, '## Playbooks')).toEqual(
      PLAYBOOKS.map(({ id, trigger, ownerRole, firstStep }) => [`\`${id}\``, trigger, ownerRole, firstStep]),
    );
    for (const { ownerRole } of PLAYBOOKS) expect(ROLES[ownerRole].scopes).toContain('arr/read');
    expect(readFileSync('docs/churn-risk.md', 'utf8')).toContain('`shrinkage-review`');
  });

  it('are chosen by the first trigger that holds', () => {
    expect(playbookFor(account([0, 0, 1, 0, 1], true), high, rate)).toBe('save-offer');
    expect(playbookFor(account([0, 0, 1, 0, 1]), low, rate)).toBe('shrinkage-review');
    expect(playbookFor(account([0, 0, 0, 0, 1]), high, rate)).toBe('early-renewal');
    expect(playbookFor(account([0, 0, 0, 0, 0]), high, rate)).toBe('onboarding-review');
    expect(playbookFor(account([2, 0, 0, 0]), high, rate)).toBe('value-review');
    expect(playbookFor(account([2, 0, 0, 1]), high, rate)).toBe('regular-check');
    expect(playbookFor(account([0, 0, 0, 0, 1]), rate, rate)).toBe('regular-check');
  });
});

it('an amount is shared out by ARR in each value, and a transfer takes it along', () => {
  const { rows, names } = ledgerTold([
    { on: '2025-01-10', customer: 'a', cause: 'new', major: 100, product: 'p', attributes: { segment: 'SMB' } },
    { on: '2025-02-10', customer: 'a', cause: 'expansion', major: 200, product: 'q', attributes: { segment: 'SMB' } },
    {
      ...{ on: '2025-03-10', customer: 'a', cause: 'transfer', major: 100, product: 'p' },
      ...{ attributes: { segment: 'Enterprise' }, fromAttributes: { segment: 'SMB' } },
    },
    {
      ...{ on: '2025-03-10', customer: 'a', cause: 'transfer', major: 200, product: 'q' },
      ...{ attributes: { segment: 'Enterprise' }, fromAttributes: { segment: 'SMB' } },
    },
  ]);
  const of = (dimension: string, on: string) => {
    const cut = cutBy(rows, names, dimension);
    if (cut === undefined) throw new Error('no such dimension');
    const own = arrByValue(rows, cut, lookTold(on).day)(0);
    return [...sharedOut(10_000n, own)].map(([value, amount]) => [cut.values[value], amount]);
  };
  expect(of('product', '2025-12-31')).toEqual([
    ['p', 3333n],
    ['q', 6667n],
  ]);
  expect(of('segment', '2025-02-28')).toEqual([['SMB', 10_000n]]);
  expect(of('segment', '2025-12-31')).toEqual([['Enterprise', 10_000n]]);
});
