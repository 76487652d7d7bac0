import { describe, expect, test } from 'vitest';
import { type CostFile, costFiles } from '../../demo/costs.ts';
import type { Figures } from '../../demo/figures.ts';
import { planRates } from '../../demo/rates.ts';
import { costMonths } from '../../functions/company/cost-months.ts';
import { type Cost, checkCosts } from '../../functions/company/costs.ts';
import { rowsOfCsv } from '../../functions/company/costs-csv.ts';
import { CALENDAR_YEAR } from '../../functions/platform/fiscal.ts';
import { RateTable } from '../../functions/platform/fx.ts';

const MILLION = 100_000_000n;
/** The plan's month ends: $640M to $800M to $1B, quarters and months phased as the plan is. */
const NET = [7.0, 8.76, 19.24, 9.4, 11.76, 25.84, 9.4, 11.76, 25.84, 14.2, 17.76, 39.04];
const ends = (opening: number, growth: number): number[] => {
  let arr = opening;
  return [opening, ...NET.map((net) => (arr += (net * growth) / 200))];
};
const monthEnds = [...ends(640, 160), ...ends(800, 200).slice(1)].map(
  (millions) => ({ arrMinor: BigInt(Math.round(millions * 1_000_000)) * 100n }) as Figures,
);

const costsOf = ({ csv }: CostFile): readonly Cost[] => {
  const rows = rowsOfCsv(csv);
  if (!rows.ok) throw new Error(rows.problem.detail);
  const { costs, problems } = checkCosts(rows.value, { calendar: CALENDAR_YEAR, legalEntities: ['acme-inc'] });
  expect(problems).toEqual([]);
  return costs;
};

const files = costFiles(monthEnds, 1);
/** Per kind, or kind and purpose, of a calendar year: cents at plan rates, as Ascent sums them. */
const yearOf = (year: string): ReadonlyMap<string, bigint> => {
  const costs = files.filter(({ month }) => month.startsWith(year)).flatMap(costsOf);
  const sums = new Map<string, bigint>();
  for (const month of costMonths(costs, CALENDAR_YEAR, new RateTable(planRates(), 'USD'), 'USD'))
    for (const { kind, purpose, planMinor = 0n } of month.sums)
      for (const key of new Set([kind, `${kind} ${purpose ?? ''}`.trim()])) sums.set(key, (sums.get(key) ?? 0n) + planMinor);
  return sums;
};

describe('the books of the demo company', () => {
  test('are closed month by month, on the fourth day of the next, each file right in every row', () => {
    expect([files.length, files[0]?.month, files.at(-1)?.month]).toEqual([24, '2025-01-01', '2026-12-01']);
    expect(new Date((files[21]?.loadAt ?? 0) * 1000).toISOString()).toBe('2026-11-04T08:00:00.000Z');
    // Twelve lines in three currencies.
    for (const file of files) expect(costsOf(file)).toHaveLength(36);
  });

  test('say of the plan year what it is told to be', () => {
    const sums = yearOf('2026');
    const revenue = sums.get('revenue') ?? 0n;
    expect(revenue / MILLION).toBe(929n);
    const perMille = (...kinds: string[]) =>
      Number((kinds.reduce((sum, kind) => sum + (sums.get(kind) ?? 0n), 0n) * 10_000n + revenue / 2n) / revenue) / 10;
    expect(perMille('cogs', 'support')).toBe(240);
    expect(perMille('sales', 'marketing')).toBe(340);
    expect([perMille('research'), perMille('general'), perMille('other')]).toEqual([160, 76, 4]);
    expect([perMille('operating-cash-flow'), perMille('capital-expenditure')]).toEqual([215, 25]);
    // $65.7M of new customers' ARR, at $2.20 each.
    expect((sums.get('sales new-customers') ?? 0n) + (sums.get('marketing new-customers') ?? 0n)).toBe(14_454_000_000n);
  });

  test('are the same for the same seed, and others for another', () => {
    expect(costFiles(monthEnds, 1)).toEqual(files);
    expect(costFiles(monthEnds, 2)[0]?.csv).not.toBe(files[0]?.csv);
  });
});
