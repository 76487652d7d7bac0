import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { retentionChange } from '../../../functions/arr/metrics/change.ts';
import { cutBy, uncut } from '../../../functions/arr/metrics/cut.ts';
import { formatRatio } from '../../../functions/arr/metrics/ratio.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { ledgerTold, type Told } from './told.ts';

/** NRR of February and of March 2026. */
const YEARS = [
  { from: toEpochDay('2025-02-28'), to: toEpochDay('2026-02-28') },
  { from: toEpochDay('2025-03-31'), to: toEpochDay('2026-03-31') },
] as const;

/**
 * | customer | Feb 2025 | Mar 2025 | Feb 2026 | Mar 2026 | what it does                                                      |
 * | -------- | -------- | -------- | -------- | -------- | ----------------------------------------------------------------- |
 * | a        | 100      | 150      | 150      | 150      | its expansion of March 2025 goes out of the window                |
 * | b        | 100      | 100      | 130      | 90       | contracts in March 2026                                           |
 * | c        | 100      | –        | –        | –        | left in March 2025: in the earlier cohort alone                   |
 * | d        | –        | 100      | 100      | 200      | came in March 2025: in the later cohort alone                     |
 * | e        | –        | –        | 50       | 70       | came within the year: in neither                                  |
 */
const HISTORY: readonly Told[] = [
  { on: '2025-01-10', customer: 'a', cause: 'new', major: 100 },
  { on: '2025-01-10', customer: 'b', cause: 'new', major: 100 },
  { on: '2025-01-10', customer: 'c', cause: 'new', major: 100 },
  { on: '2025-03-05', customer: 'a', cause: 'expansion', major: 50 },
  { on: '2025-03-06', customer: 'c', cause: 'churn', major: -100 },
  { on: '2025-03-07', customer: 'd', cause: 'new', major: 100 },
  { on: '2025-08-01', customer: 'b', cause: 'expansion', major: 30 },
  { on: '2025-09-01', customer: 'e', cause: 'new', major: 50 },
  { on: '2026-03-10', customer: 'b', cause: 'contraction', major: -40 },
  { on: '2026-03-11', customer: 'd', cause: 'renewal-uplift', major: 100 },
  { on: '2026-03-12', customer: 'e', cause: 'expansion', major: 20 },
];

const included = { reactivationInNrr: 'included' } as const;

it('takes a change of NRR apart, so that each part can be reckoned by heart', () => {
  const { rows, names } = ledgerTold(HISTORY);
  const change = retentionChange(rows, uncut(rows, names), 0, YEARS, included);
  // (150 + 130 + 0) ÷ 300 = 93.33%; (150 + 90 + 200) ÷ (150 + 100 + 100) = 125.71%.
  expect(change?.before).toEqual({ baseMinor: 30_000n, nowMinor: 28_000n });
  expect(change?.after).toEqual({ baseMinor: 35_000n, nowMinor: 44_000n });
  const told = (effect: bigint): string => formatRatio({ num: effect, den: change?.denominator ?? 1n }, 6);
  expect(told(change?.numerator ?? 0n)).toBe('0.323810'); // 44/35 − 28/30
  expect(change?.parts.map(({ group, of, amountMinor, effect }) => [group, of, Number(amountMinor) / 100, told(effect)])).toEqual([
    ['window-entered', 'contraction', -40, '-0.114286'], // −40 ÷ 350
    ['window-left', 'expansion', 50, '-0.133333'], // −50 × 28/30 ÷ 350
    ['cohort-joined', 'base', 100, '0.019048'], // 100 × (1 − 28/30) ÷ 350
    ['cohort-joined', 'renewal-uplift', 100, '0.285714'], // 100 ÷ 350
    ['cohort-left', 'base', 100, '-0.019048'],
    ['cohort-left', 'churn', -100, '0.285714'], // 100 that is no more missing, ÷ 350
  ]);
  expect(change?.customers).toEqual({ 'window-entered': 2, 'window-left': 2, 'cohort-joined': 1, 'cohort-left': 1 });
  expect(change?.byCustomer.map(({ customer, effect }) => [names.customers[customer], told(effect)])).toEqual([
    ['d', '0.304762'], // (200 − 100 × 28/30) ÷ 350
    ['c', '0.266667'], // 100 × 28/30 ÷ 350
    ['a', '-0.133333'],
    ['b', '-0.114286'],
  ]);
  // docs/metrics.md tells the same in points.
  const points = (effect: bigint): string =>
    formatRatio({ num: effect * 100n, den: change?.denominator ?? 1n }, 2).replace(/^-?/, (sign) => (sign === '-' ? '−' : '+'));
  const [d, c, a, b] = change?.byCustomer.map(({ effect }) => points(effect)) ?? [];
  const page = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
  expect(page).toContain(
    `NRR of February is (150 + 130) ÷ 300 = 93.33%, of March (150 + 90 + 200) ÷ 350 = 125.71%; the difference, ${points(change?.numerator ?? 0n).slice(1)} points, is ${b} of b's contraction`,
  );
  for (const part of [`${a} of a's expansion`, `${d} of d, who joined the cohort`, `${c} of c, whose loss`]) expect(page).toContain(part);
});

it('leaves out what came back where the profile does, and says so as a part of its own', () => {
  const { rows, names } = ledgerTold([
    { on: '2025-01-10', customer: 'a', cause: 'new', major: 100 },
    { on: '2025-01-10', customer: 'b', cause: 'new', major: 100 },
    { on: '2025-12-01', customer: 'b', cause: 'churn', major: -100 },
    { on: '2026-03-10', customer: 'b', cause: 'reactivation', major: 80 },
  ]);
  const of = (reactivationInNrr: 'included' | 'excluded') =>
    retentionChange(rows, uncut(rows, names), 0, YEARS, { reactivationInNrr })?.parts.map((part) => [
      part.of,
      Number(part.amountMinor) / 100,
    ]);
  expect(of('included')).toEqual([['reactivation', 80]]);
  expect(of('excluded')).toEqual([
    ['reactivation', 80],
    ['not-counted', -80],
  ]);
});

it('counts customers in the value that they had when the cohort was taken, and the parts of a product by themselves', () => {
  const { rows, names } = ledgerTold([
    { on: '2025-01-10', customer: 'a', cause: 'new', major: 100, attributes: { segment: 'SMB' } },
    { on: '2025-01-10', customer: 'b', cause: 'new', major: 100, attributes: { segment: 'SMB' } },
    { on: '2025-01-10', customer: 'c', cause: 'new', major: 100, attributes: { segment: 'Enterprise' } },
    {
      on: '2025-03-10',
      customer: 'a',
      cause: 'transfer',
      major: 100,
      attributes: { segment: 'Enterprise' },
      fromAttributes: { segment: 'SMB' },
    },
    { on: '2026-03-10', customer: 'a', cause: 'expansion', major: 30, product: 'q', attributes: { segment: 'Enterprise' } },
  ]);
  const segments = cutBy(rows, names, 'segment');
  const changed = (dimension: string, value: string) => {
    const cut = dimension === 'segment' ? segments : cutBy(rows, names, dimension);
    if (cut === undefined) throw new Error('no such dimension');
    return retentionChange(rows, cut, cut.values.indexOf(value), YEARS, included)?.parts.map(({ group, of }) => `${group} ${of}`);
  };
  expect(changed('segment', 'SMB')).toEqual(['cohort-left base']);
  expect(changed('segment', 'Enterprise')).toEqual(['cohort-joined base', 'cohort-joined expansion']);
  expect(changed('product', 'p')).toEqual([]);
  expect(changed('product', 'q')).toBeUndefined(); // nobody had it a year before
});
