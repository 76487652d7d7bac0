import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { handler as companyHandler } from '../../../functions/company/api.ts';
import { fractionOf } from '../../../functions/platform/decimal.ts';
import { journalPosted } from '../../../functions/revops/events.ts';
import { chartOf } from '../../../functions/revops/ledger/accounts.ts';
import { handler } from '../../../functions/revops/ledger/api.ts';
import type { Cells } from '../../../functions/revops/ledger/balances.ts';
import { postJournal } from '../../../functions/revops/ledger/post.ts';
import { projectJournals } from '../../../functions/revops/ledger/project.ts';
import { readTrialBalance } from '../../../functions/revops/ledger/read-trial-balance.ts';
import { foreignCurrencies, remeasurementOf } from '../../../functions/revops/ledger/remeasure.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { itemsFrom } from '../../support/items.ts';
import { draftOf, type Entry } from './books.ts';

const books = { legalEntity: 'acme-inc', functionalCurrency: 'USD', chart: chartOf([]), on: '2026-10-31' };
const cellsOf = (cells: Readonly<Record<string, readonly [bigint, bigint]>>): Cells =>
  new Map(Object.entries(cells).map(([name, [amountMinor, functionalMinor]]) => [name, { amountMinor, functionalMinor }]));
const lines = (cells: Cells, currency: string, rate: string): readonly string[] =>
  (remeasurementOf(cells, books, currency, fractionOf(rate))?.lines ?? []).map(
    ({ account, amountMinor, functionalMinor, subLedgerKey }) => `${account} ${amountMinor} ${functionalMinor} ${subLedgerKey ?? '-'}`,
  );

describe('remeasurement', () => {
  it('brings receivables, contract assets, refund liabilities and cash to the closing rate, and no contract liability, cost or revenue', () => {
    const cells = cellsOf({
      '1000|EUR': [10_000n, 10_500n],
      '1100|EUR': [20_000n, 21_000n],
      '1200|EUR': [30_000n, 33_000n],
      '1300|EUR': [40_000n, 42_000n],
      '2100|EUR': [-50_000n, -52_500n],
      '2150|EUR': [-60_000n, -63_000n],
      '4000|EUR': [-70_000n, -73_500n],
      '1100|USD': [80_000n, 80_000n],
    });
    expect(foreignCurrencies(cells, books.chart, 'USD')).toEqual(['EUR']);
    expect(lines(cells, 'EUR', '1.10')).toEqual([
      '1000 0 500 -', // 11,000 − 10,500
      '7100 0 -500 -',
      '1100 0 1000 remeasurement:EUR', // 22,000 − 21,000
      '7100 0 -1000 -',
      // Contract assets stand at 1.10 already: 33,000.
      '2150 0 -3000 remeasurement:EUR', // −66,000 + 63,000: a loss
      '7100 0 3000 -',
    ]);
  });

  it('rounds half-even, by the places of both currencies', () => {
    // ¥5,001 at 0.0065 is $32.5065; −¥5,000 at 0.0065 $−32.50; KWD 1.005 at 3.25 is $3.26625.
    expect(lines(cellsOf({ '1100|JPY': [5_001n, 3_200n] }), 'JPY', '0.0065')).toEqual(['1100 0 51 remeasurement:JPY', '7100 0 -51 -']);
    expect(lines(cellsOf({ '1100|JPY': [1n, 0n] }), 'JPY', '0.005')).toEqual([]);
    expect(lines(cellsOf({ '1100|JPY': [3n, 0n] }), 'JPY', '0.005')).toEqual(['1100 0 2 remeasurement:JPY', '7100 0 -2 -']);
    expect(lines(cellsOf({ '1100|KWD': [1_005n, 300n] }), 'KWD', '3.25')).toEqual(['1100 0 27 remeasurement:KWD', '7100 0 -27 -']);
  });

  it('takes back what is left of a balance that was settled', () => {
    expect(lines(cellsOf({ '1100|EUR': [0n, 500n] }), 'EUR', '1.10')).toEqual(['1100 0 -500 remeasurement:EUR', '7100 0 500 -']);
  });

  it('has one key for the same balances at the same rate', () => {
    const key = (minor: bigint, rate: string): string | undefined =>
      remeasurementOf(cellsOf({ '1100|EUR': [10_000n, minor] }), books, 'EUR', fractionOf(rate))?.key;
    expect(key(10_500n, '1.10')).toBe(key(10_500n, '1.10'));
    expect(new Set([key(10_500n, '1.10'), key(10_501n, '1.10'), key(10_500n, '1.11')]).size).toBe(3);
  });
});

describe('the books', () => {
  const table = useDynamoDB();
  process.env['ASCENT_CONFIG'] = JSON.stringify(company);
  Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });
  beforeAll(() => {
    vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  });
  beforeEach(() => table.another());

  const project = async (): Promise<void> => {
    const items = (await itemsFrom('GL#')) as unknown as readonly { event: { recordedAt: string; data: string } }[];
    // Each in a shard of its own: it is counted once however often it is handed over.
    for (const { event } of items) {
      const data = journalPosted.schema.parse(JSON.parse(event.data));
      await projectJournals(data.journalId, [{ sequence: 1n, event: { recordedAt: event.recordedAt, data } }]);
    }
  };
  const euros: Entry = { on: '2026-10-05', debit: '1100', credit: '4000', minor: 10_000n, currency: 'EUR', rate: 1n };
  const post = async (key: string, entry: Entry): Promise<void> => {
    expect(await postJournal(draftOf(key, entry), { by: 'ann', mayPostSoftClosed: false })).toMatchObject({ ok: true });
    await project();
  };
  const remeasure = () =>
    call<{ items: readonly { status: string }[] }>(handler, 'POST', '/api/v1/ledger/remeasurement', {
      scopes: ['close/write'],
      body: { legalEntity: 'acme-inc', on: '2026-10-31' },
    });
  const loadRate = (rate: string) =>
    call(companyHandler, 'PUT', '/api/v1/fx/rates', {
      scopes: ['company/write'],
      body: { rates: [{ base: 'EUR', quote: 'USD', type: 'closing', on: '2026-10-31', rate, source: 'ECB' }] },
    });
  const functionalOf = async (account: string): Promise<bigint> => {
    const told = await readTrialBalance({ legalEntity: 'acme-inc', on: '2026-10-31' });
    if (!told.ok) throw new Error(told.problem.detail);
    return told.value.rows.filter((row) => row.account === account).reduce((sum, { functionalMinor }) => sum + functionalMinor, 0n);
  };

  it('stand at the closing rate, once, and again at a corrected one', async () => {
    await post('in_1', euros);
    const refused = await remeasure();
    expect([refused.status, refused.json.type]).toEqual([404, '/problems/rate-missing']);
    await loadRate('1.10');
    expect((await remeasure()).json.items).toMatchObject([{ currency: 'EUR', status: 'posted' }]);
    // Not counted yet: the same balances make the same journal.
    expect((await remeasure()).json.items).toMatchObject([{ currency: 'EUR', status: 'exists' }]);
    await project();
    expect((await remeasure()).json.items).toEqual([{ currency: 'EUR', status: 'right' }]);
    expect([await functionalOf('1100'), await functionalOf('7100')]).toEqual([11_000n, -1_000n]); // €100.00 at 1.10, from 1.00
    await loadRate('1.20');
    await remeasure();
    await project();
    expect([await functionalOf('1100'), await functionalOf('7100'), await functionalOf('4000')]).toEqual([12_000n, -2_000n, -10_000n]);
  });
});
