import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { company } from '../../ascent.config.ts';
import { defineCompany } from '../../functions/platform/config.ts';
import { handler } from '../../functions/revops/ledger/api.ts';
import { ledgerRoutes } from '../../functions/revops/ledger/routes.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { call, type ListAnswer, type TestRequest, type TestResponse } from '../support/http.ts';
import { eventsIn, itemsUnder } from '../support/items.ts';

const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(
  defineCompany({
    ...company,
    legalEntities: [...company.legalEntities, { legalEntity: 'acme-gmbh', name: 'Acme GmbH', functionalCurrency: 'EUR' }],
  }),
);

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});
beforeEach(() => table.another());

interface Told {
  readonly journalId: string;
  readonly accountingOn: string;
  readonly description: string;
  readonly reversedBy?: string;
  readonly moved?: object;
  readonly origin: object;
  readonly lines: readonly { readonly amountMinor: string }[];
}

interface Answer extends ListAnswer<Told & { readonly startsOn: string; readonly status: string; readonly number: string }>, Told {
  readonly status: string;
  readonly journal: Told;
  readonly changes: readonly object[];
  readonly isChanging: boolean;
}

const request = async (
  operation: keyof typeof ledgerRoutes,
  parts: TestRequest & { readonly path?: string } = {},
): Promise<TestResponse<Answer>> => {
  const { method, path, scope, response } = ledgerRoutes[operation];
  const answer = await call<Answer>(handler, method, parts.path ?? path, { scopes: [scope], ...parts });
  if (answer.status === 200 && answer.json !== undefined) expect(response.safeParse(answer.json)).toMatchObject({ success: true });
  return answer;
};

/** An invoice of an amount in cents. */
const invoice = (key: string, amount: bigint, more: object = {}) => ({
  legalEntity: 'acme-inc',
  key,
  accountingOn: '2026-11-01',
  description: `invoice ${key}`,
  lines: [
    { account: '1100', amountMinor: String(amount), currency: 'USD', subLedgerKey: key, contractId: 'c-1' },
    { account: '2100', amountMinor: String(-amount), currency: 'USD', subLedgerKey: 'c-1', contractId: 'c-1' },
  ],
  ...more,
});

const post = (body: object, more: TestRequest = {}) => request('postJournal', { body, ...more });
const reverse = (journalId: string, body: object) =>
  request('reverseJournal', { path: `/api/v1/ledger/journals/${journalId}/reversal`, body });
const get = (journalId: string) => request('getJournal', { path: `/api/v1/ledger/journals/${journalId}` });
const list = (query: Readonly<Record<string, string>>) => request('listJournals', { query: { legalEntity: 'acme-inc', ...query } });

const changePeriod = (operation: 'softClosePeriod' | 'lockPeriod' | 'reopenPeriod', on: string, subject: string) =>
  request(operation, {
    path: ledgerRoutes[operation].path.replace('{period}', on),
    body: { legalEntity: 'acme-inc', reason: 'reconciled' },
    subject,
  });

describe('journals', () => {
  test('are posted once for their key, with their event, and the same again answers that it exists', async () => {
    const first = await post(invoice('in_1', 120_000n));
    expect([first.status, first.json.status]).toEqual([200, 'posted']);
    const again = await post(invoice('in_1', 120_000n), { subject: 'user-2' });
    expect(again.json).toEqual({ status: 'exists', journal: first.json.journal });
    const { journalId } = first.json.journal;
    expect(first.json.journal).toMatchObject({
      origin: { event: 'by-hand', rule: 'by-hand' },
      postedBy: 'user-1',
      period: '2026-11-01',
    });
    expect((await get(journalId)).json).toEqual(first.json.journal);
    const [event, ...others] = await eventsIn(`GL#${journalId}`);
    expect([event?.type, event?.id, event?.data['key'], others.length]).toEqual(['JournalPosted', journalId, 'in_1', 0]);
    // The same key of another legal entity is another journal.
    const other = await post(
      invoice('in_1', 5n, { legalEntity: 'acme-gmbh', lines: invoice('in_1', 5n).lines.map((line) => ({ ...line, currency: 'EUR' })) }),
    );
    expect([other.json.status, other.json.journal.journalId === journalId]).toEqual(['posted', false]);
  });

  test('refuses another journal under the same key [D14]', async () => {
    await post(invoice('in_1', 120_000n));
    const other = await post(invoice('in_1', 120_001n));
    expect([other.status, other.json.type, other.json.field]).toEqual([409, '/problems/key-reused', 'key']);
  });

  test('of many requests at once one is posted', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(invoice('in_1', 7n))));
    expect(answers.map(({ json }) => json.status).sort()).toEqual([...Array(7).fill('exists'), 'posted']);
  });

  test('refuses what does not balance, and names all that is wrong', async () => {
    const [first, second] = invoice('in_1', 5n).lines;
    const answer = await post(invoice('in_1', 5n, { lines: [first, { ...second, amountMinor: '-4', account: '999' }] }));
    expect([answer.status, answer.json.type]).toEqual([400, '/problems/journal-invalid']);
    expect(answer.json.problems?.map(({ field }) => field)).toEqual(['lines[1].account', 'lines', 'lines']);
    expect((await post(invoice('in_1', 5n, { legalEntity: 'nobody' }))).status).toBe(404);
    expect((await post(invoice('in_1', 5n, { lines: [{ ...first, amountMinor: '1.5' }, second] }))).status).toBe(400);
  });

  test('are taken back once, by a journal that names them', async () => {
    const { journalId } = (await post(invoice('in_1', 120_000n))).json.journal;
    const wanted = { accountingOn: '2026-11-03', description: 'issued twice' };
    const reversal = (await reverse(journalId, wanted)).json;
    expect([reversal.status, reversal.journal]).toMatchObject(['posted', { reverses: journalId, accountingOn: '2026-11-03' }]);
    expect(reversal.journal.lines.map(({ amountMinor }) => amountMinor)).toEqual(['-120000', '120000']);
    expect((await get(journalId)).json.reversedBy).toBe(reversal.journal.journalId);
    expect((await reverse(journalId, wanted)).json.status).toBe('exists');
    const otherwise = await reverse(journalId, { ...wanted, accountingOn: '2026-11-04' });
    expect([otherwise.status, otherwise.json.type]).toEqual([409, '/problems/already-reversed']);
    // What takes back is a journal like any other.
    expect((await reverse(reversal.journal.journalId, wanted)).json.journal.lines.map(({ amountMinor }) => amountMinor)).toEqual([
      '120000',
      '-120000',
    ]);
    expect((await reverse('jnl_x', wanted)).status).toBe(404);
    expect((await get('jnl_x')).status).toBe(404);
  });

  test('are listed by month, contract, tag and account, by day, page by page', async () => {
    for (const [key, on] of [
      ['b', '2026-11-03'],
      ['a', '2026-11-02'],
      ['c', '2026-10-31'],
      ['d', '2026-11-02'],
    ] as const)
      await post(invoice(key, 5n, { accountingOn: on }));
    const cash = [
      { account: '1000', amountMinor: '5', currency: 'USD' },
      { account: '1100', amountMinor: '-5', currency: 'USD', subLedgerKey: 'a', contractId: 'c-2' },
    ];
    await post(invoice('paid', 5n, { accountingOn: '2026-11-04', lines: cash, tag: { kind: 'error', reason: 'twice' } }));
    const days = async (query: Readonly<Record<string, string>>) => (await list(query)).json.items.map(({ accountingOn }) => accountingOn);
    expect(await days({})).toEqual(['2026-11-02', '2026-11-02', '2026-11-03', '2026-11-04']);
    expect(await days({ period: '2026-10-15' })).toEqual(['2026-10-31']);
    expect(await days({ account: '1000' })).toEqual(['2026-11-04']);
    expect(await days({ contractId: 'c-1' })).toEqual(['2026-10-31', '2026-11-02', '2026-11-02', '2026-11-03']);
    expect(await days({ contractId: 'c-1', period: '2026-10-31' })).toEqual(['2026-10-31']);
    expect(await days({ tag: 'error' })).toEqual(['2026-11-04']);
    expect(await days({ contractId: 'c-2', tag: 'estimate' })).toEqual([]);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: TestResponse<Answer> = await list({ limit: '1', ...(cursor === '' ? {} : { cursor }) });
      seen.push(...page.json.items.map(({ accountingOn }) => accountingOn));
      cursor = page.json.nextCursor;
    }
    expect(seen).toEqual(['2026-11-02', '2026-11-02', '2026-11-03', '2026-11-04']);
    expect((await list({ legalEntity: 'nobody' })).status).toBe(404);
  });
});

describe('months', () => {
  const statuses = async (): Promise<readonly string[]> => {
    const { items } = (await request('listLedgerPeriods', { query: { legalEntity: 'acme-inc' } })).json;
    return items.filter(({ startsOn }) => startsOn >= '2026-09-01' && startsOn <= '2026-11-01').map(({ status }) => status);
  };

  test('are soft-closed by one, locked by another, and reopened by a third or the first', async () => {
    expect(await statuses()).toEqual(['open', 'open', 'open']);
    expect((await changePeriod('softClosePeriod', '2026-10-31', 'ann')).json.status).toBe('soft-closed');
    expect(await statuses()).toEqual(['soft-closed', 'soft-closed', 'open']);
    expect([
      (await changePeriod('lockPeriod', '2026-10-01', 'ann')).status,
      (await changePeriod('lockPeriod', '2026-10-01', 'bob')).status,
    ]).toEqual([403, 200]);
    expect(await statuses()).toEqual(['locked', 'locked', 'open']);
    const again = await changePeriod('lockPeriod', '2026-10-01', 'ann');
    expect(again.json.changes).toMatchObject([
      { action: 'soft-close', by: 'ann' },
      { action: 'lock', by: 'bob' },
    ]);
    expect((await changePeriod('reopenPeriod', '2026-10-01', 'bob')).status).toBe(403);
    expect((await changePeriod('reopenPeriod', '2026-10-01', 'ann')).json.status).toBe('open');
    expect(await statuses()).toEqual(['locked', 'open', 'open']);
    expect((await changePeriod('softClosePeriod', '2026-11-05', 'ann')).json.type).toBe('/problems/period-not-over');
    const events = await eventsIn('GLCLOSINGS#acme-inc');
    expect(events.map(({ type, data }) => [type, data['action'], data['version']])).toEqual([
      ['PeriodStatusChanged', 'soft-close', 1],
      ['PeriodStatusChanged', 'lock', 2],
      ['PeriodStatusChanged', 'reopen', 3],
    ]);
  });

  test('that are closed take no journal; with a tag it goes to the first open day', async () => {
    const october = { accountingOn: '2026-10-20' };
    const before = await post(invoice('before', 5n, october));
    await changePeriod('softClosePeriod', '2026-10-01', 'ann');
    const refused = await post(invoice('late', 5n, october));
    expect([refused.status, refused.json.type]).toEqual([409, '/problems/period-closed']);
    // What was posted before is answered as it stands.
    expect((await post(invoice('before', 5n, october))).json).toEqual({ status: 'exists', journal: before.json.journal });
    const moved = await post(invoice('late', 5n, { ...october, tag: { kind: 'late-data', reason: 'found' } }));
    expect(moved.json.journal).toMatchObject({
      accountingOn: '2026-11-01',
      moved: { from: '2026-10-20', because: 'the fiscal month from 2026-10-01 is soft-closed' },
    });
    expect((await post(invoice('adjusting', 5n, october), { scopes: ['ledger/write', 'close/write'] })).json.journal.accountingOn).toBe(
      '2026-10-20',
    );
    await changePeriod('lockPeriod', '2026-10-01', 'bob');
    expect((await post(invoice('more', 5n, october), { scopes: ['ledger/write', 'close/write'] })).status).toBe(409);
    // Another legal entity's books are open.
    const euro = invoice('late', 5n).lines.map((line) => ({ ...line, currency: 'EUR' }));
    expect((await post(invoice('late', 5n, { ...october, legalEntity: 'acme-gmbh', lines: euro }))).status).toBe(200);
  });

  test('take journals until they are closed, and none afterwards, however they race', async () => {
    const october = { accountingOn: '2026-10-20' };
    const racing = Promise.all(Array.from({ length: 40 }, (_, i) => post(invoice(`in_${i}`, 5n, october))));
    const closed = await changePeriod('softClosePeriod', '2026-10-01', 'ann');
    expect(closed.status).toBe(200);
    const inOctober = (await list({ period: '2026-10-01', limit: '200' })).json.items.length;
    const answers = await racing;
    expect(new Set(answers.map(({ status }) => status))).toSatisfy((seen: Set<number>) =>
      [...seen].every((status) => [200, 409].includes(status)),
    );
    expect((await list({ period: '2026-10-01', limit: '200' })).json.items.length).toBe(
      answers.filter(({ status }) => status === 200).length,
    );
    expect(inOctober).toBe(answers.filter(({ status }) => status === 200).length);
  });

  test('go on being closed where it stopped', async () => {
    await changePeriod('softClosePeriod', '2026-09-01', 'ann');
    const { beginChange, readClosing } = await import('../../functions/revops/ledger/closing-store.ts');
    const pending = {
      action: 'soft-close',
      period: '2026-10-01',
      by: 'ann',
      at: '2026-11-05T10:00:00.000Z',
      reason: 'r',
      softClosedBefore: '2026-11-01',
      lockedBefore: '0000-00-00',
    } as const;
    await beginChange('acme-inc', await readClosing('acme-inc'), pending);
    expect(await statuses()).toEqual(['soft-closed', 'soft-closed', 'open']);
    expect((await request('listLedgerPeriods', { query: { legalEntity: 'acme-inc' } })).json.isChanging).toBe(true);
    expect((await changePeriod('lockPeriod', '2026-09-01', 'bob')).json.type).toBe('/problems/period-changing');
    expect((await changePeriod('softClosePeriod', '2026-10-01', 'bob')).json).toMatchObject({
      status: 'soft-closed',
      changes: [{ by: 'ann' }],
    });
    expect((await request('listLedgerPeriods', { query: { legalEntity: 'acme-inc' } })).json.isChanging).toBe(false);
    expect(await itemsUnder('GLBOUND#acme-inc#31')).toMatchObject([{ version: 2, softClosedBefore: '2026-11-01' }]);
  });
});

test('the chart is told with sides and sub-ledgers', async () => {
  const { items } = (await request('listLedgerAccounts')).json;
  expect(items[0]).toEqual({ number: '1000', name: 'Cash', type: 'asset', side: 'debit', isContra: false, isMonetary: true });
  expect(items.find(({ number }) => number === '2100')).toMatchObject({ side: 'credit', subLedger: 'contract-liabilities' });
});

test('the journals of a month are answered as files', async () => {
  await post(invoice('in_1', 120_000n));
  const query = { legalEntity: 'acme-inc', period: '2026-11-05' };
  const hledger = await request('exportJournals', { query });
  expect([hledger.status, hledger.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(hledger.text).toContain('    assets:1100 Accounts receivable  1200.00 USD');
  const csv = await request('exportJournalsCsv', { query });
  expect(csv.text.split('\r\n')).toHaveLength(4);
  expect((await request('exportJournals', { query: { ...query, period: '2026-10-31' } })).text).toBe('');
  expect((await request('exportJournalsCsv', { query: { legalEntity: 'nobody' } })).status).toBe(404);
});

test('a trial balance is answered as text, with how many journals are in it', async () => {
  const { json } = await request('getTrialBalance', { query: { legalEntity: 'acme-gmbh', on: '2026-11-05' } });
  expect(json).toEqual({
    legalEntity: 'acme-gmbh',
    functionalCurrency: 'EUR',
    on: '2026-11-05',
    rows: [],
    debitsMinor: '0',
    creditsMinor: '0',
    counted: { journals: 0, recordedAt: '' },
  });
});

test('errors of closed months are listed by the month that they are of', async () => {
  await changePeriod('softClosePeriod', '2026-10-01', 'ann');
  const tag = { kind: 'error', reason: 'earned too early' };
  const lines = (amount: string, negative: string) => [
    { account: '4000', amountMinor: amount, currency: 'USD' },
    { account: '2100', amountMinor: negative, currency: 'USD', subLedgerKey: 'c-1' },
  ];
  await post(invoice('a', 5n, { accountingOn: '2026-10-20', tag, lines: lines('700', '-700') }));
  await post(invoice('b', 5n, { accountingOn: '2026-10-21', tag, lines: lines('-200', '200') }));
  await post(invoice('c', 5n, { accountingOn: '2026-09-30', tag }));
  // Late data is no error, and an error of an open month changes nothing that was told.
  await post(invoice('d', 5n, { accountingOn: '2026-10-20', tag: { kind: 'late-data', reason: 'r' } }));
  await post(invoice('e', 5n, { accountingOn: '2026-11-03', tag }));
  const { json } = await request('listLedgerErrors', { query: { legalEntity: 'acme-inc' } });
  const [september, october] = json.items;
  expect(september).toMatchObject({ period: '2026-09-01', incomeMinor: '0', grossMinor: '5' });
  // −7.00 + 2.00 of income; 7.00 + 2.00 together.
  expect(october).toMatchObject({
    period: '2026-10-01',
    incomeMinor: '-500',
    grossMinor: '900',
    journalIds: [expect.any(String), expect.any(String)],
  });
  expect(json.items).toHaveLength(2);
});
