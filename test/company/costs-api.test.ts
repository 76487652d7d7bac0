import { beforeAll, describe, expect, test, vi } from 'vitest';
import { company } from '../../ascent.config.ts';
import { handler } from '../../functions/company/api.ts';
import { costRows } from '../../functions/company/index.ts';
import { companyRoutes } from '../../functions/company/routes.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { call, type TestRequest } from '../support/http.ts';
import { eventsIn } from '../support/items.ts';

useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock stands at 2026-11-05T10:00:00Z until it is moved. */
const clock = new BigInt64Array([1_793_872_800_000n, 0n]);
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: clock });

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

interface Answer {
  readonly loaded: number;
  readonly months: readonly {
    readonly month: string;
    readonly unconverted: readonly string[];
    readonly sums: readonly { readonly kind: string; readonly planMinor?: string; readonly amounts: readonly object[] }[];
  }[];
}

const request = async (operation: 'getCosts' | 'getCostsCsv' | 'putCosts' | 'putFxRates', parts: TestRequest = {}) => {
  const { method, path, scope, response } = companyRoutes[operation];
  const answer = await call<Answer>(handler, method, path, { scopes: [scope], ...parts });
  if (answer.status === 200 && operation !== 'getCostsCsv') expect(response.safeParse(answer.json)).toMatchObject({ success: true });
  return answer;
};

const CSV = { 'content-type': 'text/csv' };
const putCsv = (csv: string, parts: TestRequest = {}) => request('putCosts', { rawBody: csv, headers: CSV, ...parts });
const HEADER = 'legalEntity,month,kind,purpose,currency,amount,source';
const row = { legalEntity: 'acme-inc', month: '2026-09', kind: 'cogs', currency: 'USD', amount: '19000000', source: 'ledger 2026-09' };

describe('costs', () => {
  test('of nothing loaded are none, and the file of them is the template', async () => {
    expect((await request('getCosts')).json).toMatchObject({ from: '2026-01-01', to: '2026-11-30', costSetVersion: 0, months: [] });
    const template = await request('getCostsCsv');
    expect([template.text, template.headers['content-type']]).toEqual([`${HEADER}\r\n`, 'text/csv; charset=utf-8']);
  });

  test('are tried without being loaded', async () => {
    const { status, json } = await request('putCosts', { body: { rows: [row, { ...row, month: 'x' }] }, query: { dryRun: 'true' } });
    expect([status, json]).toEqual([
      200,
      {
        loaded: 1,
        unchanged: 0,
        costSetVersion: 0,
        dryRun: true,
        problems: [expect.objectContaining({ row: 1, field: 'rows[1].month', code: 'month-invalid' })],
      },
    ]);
    expect((await costRows('2026-09-01', '2026-09-01')).rows).toEqual([]);
    expect((await request('putCosts', { body: { rows: [row] }, query: { dryRun: 'yes' } })).status).toBe(400);
  });

  test('are loaded row by row, the same again changes nothing, and a correction is a later set', async () => {
    const sales = { ...row, kind: 'sales', purpose: 'new-customers', currency: 'EUR', amount: '1000000.50' };
    expect((await request('putCosts', { body: { rows: [row, sales, { ...row, kind: 'wages' }] } })).json).toMatchObject({
      loaded: 2,
      unchanged: 0,
      costSetVersion: 1,
      dryRun: false,
      problems: [{ row: 2, field: 'rows[2].kind', code: 'kind-unknown' }],
    });
    expect((await request('putCosts', { body: { rows: [row, sales] } })).json).toMatchObject({
      loaded: 0,
      unchanged: 2,
      costSetVersion: 1,
    });
    clock[0] = 1_793_872_860_000n;
    const corrected = { ...row, amount: '19500000', source: 'ledger 2026-09, second close' };
    const again = await request('putCosts', { body: { rows: [corrected, sales] }, subject: 'user-2' });
    expect(again.json).toMatchObject({ loaded: 1, unchanged: 1, costSetVersion: 2 });
    const { rows } = await costRows('2026-09-15', '2026-09-15');
    expect(rows.map(({ kind, amountMinor, costSetVersion, loadedBy }) => [kind, amountMinor, costSetVersion, loadedBy])).toEqual([
      ['cogs', 1_950_000_000n, 2, 'user-2'],
      ['sales', 100_000_050n, 1, 'user-1'],
    ]);
    const before = await costRows('2026-09-01', '2026-09-30', '2026-11-05T10:00:30.000Z');
    expect(before.rows.map(({ amountMinor }) => amountMinor)).toEqual([1_900_000_000n, 100_000_050n]);
    expect((await eventsIn('OUT#costs')).map(({ id, data }) => ({ id, data }))).toEqual([
      {
        id: 'cost-set-1',
        data: {
          costSetVersion: 1,
          loadedBy: 'user-1',
          kinds: [
            { kind: 'cogs', rows: 1, earliestMonth: '2026-09-01', latestMonth: '2026-09-01' },
            { kind: 'sales', rows: 1, earliestMonth: '2026-09-01', latestMonth: '2026-09-01' },
          ],
        },
      },
      {
        id: 'cost-set-2',
        data: {
          costSetVersion: 2,
          loadedBy: 'user-2',
          kinds: [{ kind: 'cogs', rows: 1, earliestMonth: '2026-09-01', latestMonth: '2026-09-01' }],
        },
      },
    ]);
  });

  test('are answered in their currency, and at plan rates once there are', async () => {
    const sums = async () =>
      (await request('getCosts', { query: { from: '2026-09-01', to: '2026-09-30' } })).json.months.map(({ sums: found, unconverted }) => [
        found.map(({ kind, planMinor }) => [kind, planMinor]),
        unconverted,
      ]);
    expect(await sums()).toEqual([
      [
        [
          ['cogs', '1950000000'],
          ['sales', undefined],
        ],
        ['EUR'],
      ],
    ]);
    const rate = { base: 'EUR', quote: 'USD', type: 'plan', on: '2026-01-01', rate: '1.10', source: 'budget' };
    await request('putFxRates', { body: { rates: [rate] } });
    // €1,000,000.50 × 1.10 = $1,100,000.55
    expect(await sums()).toEqual([
      [
        [
          ['cogs', '1950000000'],
          ['sales', '110000055'],
        ],
        [],
      ],
    ]);
    expect((await request('getCosts', { query: { from: '2020-01-01', to: '2026-09-30' } })).json.type).toBe('/problems/period-invalid');
  });

  test('are taken as a file, in any order of columns, with problems by line and column', async () => {
    const file = [
      '\uFEFFkind;month;legalEntity;currency;amountMinor;source',
      'revenue;2026-10-31;acme-inc;USD;8100000000;"ledger; October"',
      'general;2026-10;acme-gmbh;USD;12.5;ledger',
      'general;2026-10;acme-inc;USD',
    ].join('\r\n');
    const { status, json } = await putCsv(file, { headers: { 'content-type': 'text/csv; charset=UTF-8' } });
    expect([status, json]).toEqual([
      200,
      {
        loaded: 1,
        unchanged: 0,
        costSetVersion: 3,
        dryRun: false,
        problems: [
          { row: 1, code: 'legal-entity-unknown', field: 'line 3.legalEntity', detail: 'received "acme-gmbh"; allowed: acme-inc' },
          {
            row: 1,
            code: 'amount-invalid',
            field: 'line 3.amountMinor',
            detail: 'received "12.5"; allowed: whole minor units, such as -123450, at most 18 digits',
          },
          {
            row: 2,
            code: 'csv-cells',
            field: 'line 4',
            detail: 'has 4 cells, the header has 6; a cell that holds the separator stands in quotes',
          },
        ],
      },
    ]);
    const written = await request('getCostsCsv', { query: { from: '2026-10-01', to: '2026-10-31' } });
    expect(written.text).toBe(`${HEADER}\r\nacme-inc,2026-10-01,revenue,,USD,81000000.00,"ledger; October"\r\n`);
    expect((await putCsv(written.text)).json).toMatchObject({ loaded: 0, unchanged: 1, problems: [] });
  });

  test('are refused as a whole where no row is right, the file is none, or not UTF-8', async () => {
    const none = await putCsv(`${HEADER}\nacme-inc,2026-10,wages,,USD,1,ledger`);
    expect([none.status, none.json.type, none.json.problems?.map(({ field }) => field)]).toEqual([
      422,
      '/problems/costs-refused',
      ['line 2.kind'],
    ]);
    const header = await putCsv('month,month\n1,2');
    expect([header.status, header.json.type, header.json.detail]).toEqual([
      400,
      '/problems/csv-invalid',
      'header: the column legalEntity is missing; received: "month, month"',
    ]);
    const latin = Buffer.from(`${HEADER}\nacme-inc,2026-10,cogs,,USD,1,B\u00fccher`, 'latin1').toString('utf8');
    const wide = Buffer.from(`\uFEFF${HEADER}`, 'utf16le').toString('utf8');
    for (const text of [latin, wide]) {
      const answer = await putCsv(text);
      expect([answer.status, answer.json.detail]).toEqual([
        400,
        'body: is not UTF-8 text: save the file as CSV in UTF-8 and send it again',
      ]);
    }
    expect((await putCsv(HEADER, { headers: { 'content-type': 'text/csv; charset=iso-8859-1' } })).status).toBe(415);
    expect((await putCsv(`${HEADER}\n${'acme-inc,2026-10,cogs,,USD,1,ledger\n'.repeat(2001)}`)).json.detail).toBe(
      'body: has 2001 rows, at most 2000 are allowed: send it in parts',
    );
    // What says `csv` in JSON is no file.
    expect((await request('putCosts', { body: { csv: HEADER } })).status).toBe(400);
  });

  test('of a load of more than one commit make a set each, and of two at once none is lost', async () => {
    const months = Array.from({ length: 120 }, (_, n) => ({
      ...row,
      month: `${2000 + Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, '0')}`,
    }));
    const [first, second] = await Promise.all([
      request('putCosts', { body: { rows: months } }),
      request('putCosts', { body: { rows: [{ ...row, month: '1999-12' }] } }),
    ]);
    expect([first.json.loaded, second.json.loaded]).toEqual([120, 1]);
    const { rows, costSetVersion } = await costRows('1999-12-01', '2009-12-31');
    expect([rows.length, costSetVersion]).toEqual([121, 6]);
  });

  test('are not for those to change who may only read', async () => {
    expect((await putCsv(HEADER, { scopes: ['company/read'] })).status).toBe(403);
    expect((await request('getCosts', { scopes: ['arr/read'] })).status).toBe(403);
  });
});
