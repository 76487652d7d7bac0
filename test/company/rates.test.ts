import { describe, expect, test } from 'vitest';
import { checkRows, loadedPairs } from '../../functions/company/rates.ts';

const row = { base: 'EUR', quote: 'USD', type: 'spot', on: '2026-11-05', rate: '1.15', source: 'ECB' };

describe('rows of rates', () => {
  test('are judged one by one', () => {
    const { rates, problems } = checkRows([
      row,
      { ...row, base: 'eur' },
      { ...row, on: '2026-02-30' },
      { ...row, rate: '0' },
      { ...row, rate: '1,15' },
      { ...row, type: 'noon' },
      { ...row, quote: 'EUR' },
      { ...row, base: 'XAU' },
    ]);
    expect(rates).toEqual([row]);
    expect(problems.map(({ row: at, code, field }) => [at, code, field])).toEqual([
      [1, 'currency-unknown', 'rates[1].base'],
      [2, 'date-invalid', 'rates[2].on'],
      [3, 'rate-invalid', 'rates[3].rate'],
      [4, 'decimal-invalid', 'rates[4].rate'],
      [5, 'rate-type-unknown', 'rates[5].type'],
      [6, 'rate-same-currency', 'rates[6].quote'],
      [7, 'currency-without-minor-unit', 'rates[7].base'],
    ]);
  });

  test('may repeat each other, but not contradict', () => {
    const { rates, problems } = checkRows([row, row, { ...row, rate: '1.16' }]);
    expect(rates).toHaveLength(1);
    expect(problems).toEqual([
      { row: 2, code: 'rate-twice', detail: 'An earlier row gives another spot EURUSD 2026-11-05 rate.', field: 'rates[2]' },
    ]);
  });

  test('are summed up by pair and type, with the earliest day', () => {
    const { rates } = checkRows([row, { ...row, on: '2026-11-03' }, { ...row, type: 'plan', on: '2026-01-01' }]);
    expect(loadedPairs(rates)).toEqual([
      { base: 'EUR', quote: 'USD', type: 'spot', earliestOn: '2026-11-03', rates: 2 },
      { base: 'EUR', quote: 'USD', type: 'plan', earliestOn: '2026-01-01', rates: 1 },
    ]);
  });
});
