import { describe, expect, test } from 'vitest';
import { closingRates } from '../../demo/market.ts';
import { planRates } from '../../demo/rates.ts';
import { checkRows } from '../../functions/company/rates.ts';

const files = closingRates('2023-12-01', '2026-12-01', 1);

describe('closing rates of the demo company', () => {
  test('are of each month end, loaded the next morning, every row right', () => {
    expect([files.length, files[0]?.rates[0]?.on, files.at(-1)?.rates[0]?.on]).toEqual([37, '2023-12-31', '2026-12-31']);
    expect(new Date((files[34]?.loadAt ?? 0) * 1000).toISOString()).toBe('2026-11-01T07:00:00.000Z');
    for (const { rates } of files) {
      expect(rates).toHaveLength(9);
      expect(checkRows(rates).problems).toEqual([]);
    }
  });

  test('move around the plan rates, and hardly ever stand on them', () => {
    const plan = new Map(planRates().map(({ base, rate }) => [base, Number(rate)]));
    const distances = files.flatMap(({ rates }) => rates.map(({ base, rate }) => Math.abs(Number(rate) / (plan.get(base) ?? 0) - 1)));
    // At most 1.5% a month, pulled back by a tenth: never as far as 15%.
    expect(Math.max(...distances)).toBeLessThan(0.15);
    expect(Math.max(...distances)).toBeGreaterThan(0.02);
    expect(distances.filter((distance) => distance === 0).length).toBeLessThan(5);
  });

  test('are the same for the same seed, and others for another', () => {
    expect(closingRates('2023-12-01', '2026-12-01', 1)).toEqual(files);
    expect(closingRates('2023-12-01', '2026-12-01', 2)).not.toEqual(files);
  });
});
