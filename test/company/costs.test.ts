import { describe, expect, test } from 'vitest';
import { askedMonths, atPlanRate, costMonths, costsInForce } from '../../functions/company/cost-months.ts';
import { type Cost, type CostRow, checkCosts, loadedKinds } from '../../functions/company/costs.ts';
import { CALENDAR_YEAR, type FiscalCalendar } from '../../functions/platform/fiscal.ts';
import { RateTable } from '../../functions/platform/fx.ts';
import { ok } from '../../functions/platform/result.ts';

const ROW: CostRow = { legalEntity: 'acme-inc', month: '2026-03', kind: 'sales', currency: 'USD', amount: '1234.50', source: 'ledger' };
const WEEKS: FiscalCalendar = {
  kind: 'weeks',
  pattern: '4-4-5',
  endWeekday: 6,
  yearEnds: 'last-in-month',
  endMonth: 1,
  yearNamedBy: 'start',
};

const check = (rows: readonly CostRow[], calendar: FiscalCalendar = CALENDAR_YEAR) =>
  checkCosts(
    rows.map((cells, row) => ({ row, place: `line ${row + 2}`, cells: ok(cells) })),
    { calendar, legalEntities: ['acme-inc', 'acme-gmbh'] },
  );
const problemsOf = (change: Partial<Record<keyof CostRow, string>>, calendar = CALENDAR_YEAR) =>
  check([{ ...ROW, ...change }], calendar).problems.map(({ field, code, detail }) => [field, code, detail]);

describe('a row of costs', () => {
  test('is a statement of a fiscal month in exact minor units, from major or minor ones', () => {
    const { costs, problems } = check([
      ROW,
      { ...ROW, month: '2026-04-30', kind: 'cogs', amount: '-7.5', currency: 'KWD' },
      { ...ROW, kind: 'marketing', purpose: 'new-customers', amount: '', amountMinor: '42' },
    ]);
    expect(problems).toEqual([]);
    expect(costs.map(({ month, kind, purpose, currency, amountMinor }) => [month, kind, purpose, currency, amountMinor])).toEqual([
      ['2026-03-01', 'sales', undefined, 'USD', 123_450n],
      ['2026-04-01', 'cogs', undefined, 'KWD', -7500n],
      ['2026-03-01', 'marketing', 'new-customers', 'USD', 42n],
    ]);
  });

  test('names a month of weeks by any of its days, and not by a calendar month', () => {
    // Fiscal 2026 of this calendar begins on Sunday 1 February 2026; its first month has four weeks, until 28 February.
    expect(check([{ ...ROW, month: '2026-03-15' }], WEEKS).costs[0]?.month).toBe('2026-03-01');
    expect(check([{ ...ROW, month: '2026-02-28' }], WEEKS).costs[0]?.month).toBe('2026-02-01');
    expect(problemsOf({}, WEEKS)).toEqual([
      ['line 2.month', 'month-invalid', 'received "2026-03"; allowed: a day of the fiscal month, written YYYY-MM-DD, from 1900 to 2199'],
    ]);
  });

  test('is told all that is wrong with it, column by column, with what is allowed', () => {
    const all = { legalEntity: 'x', month: '03/2026', kind: 'Sales', purpose: 'new', currency: 'usd', source: '=1+1' };
    expect(problemsOf(all)).toEqual([
      ['line 2.legalEntity', 'legal-entity-unknown', 'received "x"; allowed: acme-inc, acme-gmbh'],
      [
        'line 2.month',
        'month-invalid',
        'received "03/2026"; allowed: a day of the fiscal month, written YYYY-MM-DD, from 1900 to 2199, or the month, written YYYY-MM',
      ],
      [
        'line 2.kind',
        'kind-unknown',
        'received "Sales"; allowed: revenue, cogs, support, sales, marketing, research, general, other, operating-cash-flow, capital-expenditure',
      ],
      ['line 2.purpose', 'purpose-unknown', 'received "new"; only sales and marketing have a purpose'],
      ['line 2.currency', 'currency-unknown', '"usd" is not an ISO 4217 currency code in capitals, such as USD.'],
      ['line 2.source', 'source-is-formula', 'received "=1+1", a formula to a spreadsheet; begin it with a letter'],
    ]);
  });

  test.each(['1,234.50', '1234,50', '1.005', '1e3', '+5', '=5', '$5', '12345678901234567.00', ' 5'])('has no amount of %j', (amount) => {
    expect(problemsOf({ amount }).map(([field, code]) => [field, code])).toEqual([['line 2.amount', 'amount-invalid']]);
  });

  test('has one of the two amounts', () => {
    expect(problemsOf({ amountMinor: '1' })).toEqual([
      ['line 2.amountMinor', 'amount-missing', 'received both; allowed: either amount or amountMinor'],
    ]);
    expect(problemsOf({ amount: '' })).toEqual([
      ['line 2.amount', 'amount-missing', 'received neither; allowed: either amount or amountMinor'],
    ]);
    expect(problemsOf({ amount: '', amountMinor: '1.5' }).map(([field]) => field)).toEqual(['line 2.amountMinor']);
  });

  test.each(['-cmd', '+1', '@SUM(A1)', '', 'a\nb', 'x'.repeat(101)])('has no source %j', (source) => {
    expect(problemsOf({ source }).map(([field]) => field)).toEqual(['line 2.source']);
  });

  test('may stand there twice, and say one thing only', () => {
    const { costs, problems } = check([ROW, { ...ROW, month: '2026-03-31' }, { ...ROW, amount: '1' }]);
    expect([costs.length, problems]).toEqual([
      1,
      [
        {
          row: 2,
          code: 'cost-twice',
          field: 'line 4',
          detail: 'line 2 says something else of the same month, kind, purpose, legal entity and currency; allowed: one row for each',
        },
      ],
    ]);
  });
});

const cost = (kind: Cost['kind'], amountMinor: bigint, currency = 'USD', month = '2026-03-01'): Cost => ({
  legalEntity: 'acme-inc',
  month,
  kind,
  currency,
  amountMinor,
  source: 'ledger',
});
const RATES = new RateTable([{ base: 'EUR', quote: 'USD', type: 'plan', on: '2026-01-01', rate: '1.10', source: 'budget' }], 'USD');

describe('costs by month', () => {
  test('are summed at plan rates, each amount rounded half up; a sum is whole or it is none', () => {
    const months = costMonths(
      [cost('cogs', 100n), cost('cogs', 15n, 'EUR'), cost('sales', 100n), cost('sales', 7n, 'JPY'), cost('sales', 5n, 'USD', '2026-04-01')],
      CALENDAR_YEAR,
      RATES,
      'USD',
    );
    expect(
      months.map(({ month, sums, unconverted }) => [month, sums.map(({ kind, planMinor }) => [kind, planMinor]), unconverted]),
    ).toEqual([
      // €0.15 × 1.10 = $0.165, which is 17 cents; 100 + 17. There is no rate of the yen.
      [
        '2026-03-01',
        [
          ['cogs', 117n],
          ['sales', undefined],
        ],
        ['JPY'],
      ],
      ['2026-04-01', [['sales', 5n]], []],
    ]);
    expect(atPlanRate(cost('cogs', 15n, 'EUR', '2025-12-01'), RATES, 'USD')).toBeUndefined();
  });

  test('are those loaded last, of those that were known', () => {
    const recorded = [
      { ...cost('cogs', 1n), recordedAt: '2026-04-05T00:00:00.000Z' },
      { ...cost('cogs', 2n), recordedAt: '2026-05-05T00:00:00.000Z' },
      { ...cost('sales', 3n), recordedAt: '2026-05-05T00:00:00.000Z' },
    ];
    const amounts = (knownAt?: string) => costsInForce(recorded, knownAt).map(({ kind, amountMinor }) => [kind, amountMinor]);
    expect(amounts()).toEqual([
      ['cogs', 2n],
      ['sales', 3n],
    ]);
    expect(amounts('2026-05-04T00:00:00.000Z')).toEqual([['cogs', 1n]]);
  });

  test('are asked for by whole fiscal months, from the beginning of the year, at most 60 of them', () => {
    expect(askedMonths(undefined, '2026-11-05', CALENDAR_YEAR)).toEqual(ok({ from: '2026-01-01', to: '2026-11-30' }));
    expect(askedMonths('2021-12-31', '2026-11-05', CALENDAR_YEAR)).toEqual(ok({ from: '2021-12-01', to: '2026-11-30' }));
    expect(askedMonths('2021-11-30', '2026-11-05', CALENDAR_YEAR)).toMatchObject({ problem: { code: 'period-invalid' } });
    expect(askedMonths('1900-01-01', '2199-12-31', CALENDAR_YEAR)).toMatchObject({ problem: { code: 'period-invalid' } });
    expect(askedMonths('2026-11-06', '2026-11-05', CALENDAR_YEAR)).toMatchObject({
      problem: { detail: 'from 2026-11-06 lies after to 2026-11-05' },
    });
  });

  test('are told of by kind', () => {
    expect(loadedKinds([cost('cogs', 1n, 'USD', '2026-04-01'), cost('cogs', 1n), cost('sales', 1n)])).toEqual([
      { kind: 'cogs', rows: 2, earliestMonth: '2026-03-01', latestMonth: '2026-04-01' },
      { kind: 'sales', rows: 1, earliestMonth: '2026-03-01', latestMonth: '2026-03-01' },
    ]);
  });
});
