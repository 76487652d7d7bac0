import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../../ascent.config.ts';
import { handler as api } from '../../../functions/arr/api.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { shardOf } from '../../../functions/arr/records/store.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { type Booked, FORM, type Standing } from '../../../functions/arr/standings/standing.ts';
import { readHeads, readShard, type StandingsHead, writeShard } from '../../../functions/arr/standings/store.ts';
import { handler as task } from '../../../functions/arr/task-standings.ts';
import { handler as companyApi } from '../../../functions/company/api.ts';
import { nowIso } from '../../../functions/platform/clock.ts';
import { digest } from '../../../functions/platform/ids.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { call, type TestRequest } from '../../support/http.ts';
import { agreement, billedYearly, signedLine, usage } from '../agreements.ts';
import { customer, seats, subscription } from '../facts.ts';

/** Lists and totals over all customers, by the ways of production: recorded facts in, the task's run, the API's answers out. */
const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock: a frozen instant in epoch milliseconds. */
const clock = new BigInt64Array([0n, 0n]);
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: clock });
const itIs = (instant: string): void => {
  clock[0] = BigInt(Date.parse(instant));
};

beforeAll(() => {
  for (const level of ['info', 'warn', 'error', 'log'] as const) vi.spyOn(console, level).mockImplementation(() => undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});
beforeEach(async () => {
  await table.another();
  itIs('2026-04-04T10:00:00Z');
});

const run = async (remainingMs = 600_000): Promise<{ readonly shards: number; readonly isDone: boolean }> => {
  const context = { functionName: 'arr-task-standings', awsRequestId: 'request', getRemainingTimeInMillis: () => remainingMs };
  return (await (task as unknown as (event: object, context: object) => Promise<unknown>)({}, context)) as never;
};
const record = async (...facts: Fact[]): Promise<void> => {
  expect((await recordFacts(facts, decidingContext, nowIso())).size).toBe(0);
};
/** The same fact of another customer, subscription or agreement. */
const of = (n: number, fact: Fact): Fact => {
  const told = JSON.parse(
    JSON.stringify(fact)
      .replaceAll('cus_1', `cus_${n}`)
      .replaceAll('sub_1', `sub_${n}`)
      .replaceAll('800A', `800${n}`)
      .replaceAll('00000101', `0000010${n}`)
      .replaceAll(fact.data.provenance.eventId, `${fact.data.provenance.eventId}-${n}`),
  ) as Fact;
  return told;
};
const named = (n: number, name: string, segment: string): Fact => of(n, customer('2026-01-02', { segment }, { name }));

interface Amounts {
  readonly planMinor?: string;
  readonly byCurrency: readonly object[];
}
interface Answer {
  readonly on?: string;
  readonly through?: string;
  readonly isComplete: boolean;
  readonly items: readonly { readonly customerId: string; readonly name: string; readonly arrMinor?: string }[];
  readonly nextCursor: string | null;
  readonly arr: Amounts;
}

const ask = async (operation: 'listArrCustomers' | 'getArrBeside' | 'listArrBeside', request: TestRequest = {}, kind = '') => {
  const { method, path, scope, response } = arrRoutes[operation];
  const answer = await call<Answer>(api, method, path.replace('{kind}', kind), { scopes: [scope], ...request });
  if (answer.status === 200) expect(response.safeParse(answer.json)).toMatchObject({ success: true });
  return answer;
};
const names = async (query: Record<string, string> = {}) =>
  (await ask('listArrCustomers', { query })).json.items.map(({ name, arrMinor }) => [name, arrMinor]);

/** Three customers: of $600, of €200 at 1.10, and one that is gone. */
const three = async (): Promise<void> => {
  const rates = [{ base: 'EUR', quote: 'USD', type: 'plan', on: '2025-01-01', rate: '1.1', source: 'test' }];
  expect((await call(companyApi, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } })).status).toBe(200);
  await record(
    named(1, 'Zeta Mills', 'Enterprise'),
    of(1, billedYearly('2026-01-05', 600)),
    named(2, 'Acme Works', 'Enterprise'),
    of(2, billedYearly('2026-01-05', 200, { currency: 'EUR' })),
    named(3, 'Bolt Acme', 'Starter'),
  );
};

describe('the list of customers', () => {
  it('is made once somebody asks, and says as of when; the largest first', async () => {
    await three();
    expect(await run()).toEqual({ shards: 0, isDone: true });
    expect((await ask('listArrCustomers')).json).toMatchObject({ isComplete: false, items: [], nextCursor: null });
    expect(await run()).toEqual({ shards: 32, isDone: true });
    const { json } = await ask('listArrCustomers');
    expect(json).toMatchObject({
      on: '2026-04-04',
      through: '2026-04-04T10:00:00.000Z',
      isComplete: true,
      items: [
        { customerId: 'stripe.main.cus_1', name: 'Zeta Mills', arrMinor: '60000', attributes: { segment: 'Enterprise' } },
        // €200 × 1.10
        { name: 'Acme Works', arrMinor: '22000', byCurrency: [{ currency: 'EUR', amountMinor: '20000', planMinor: '22000' }] },
        { name: 'Bolt Acme', arrMinor: '0', byCurrency: [] },
      ],
    });
  });

  it('is sorted, searched and filtered, page by page', async () => {
    await three();
    await ask('listArrCustomers');
    await run();
    expect(await names({ sort: 'name' })).toEqual([
      ['Acme Works', '22000'],
      ['Bolt Acme', '0'],
      ['Zeta Mills', '60000'],
    ]);
    expect(await names({ search: 'acme' })).toEqual([
      ['Acme Works', '22000'],
      ['Bolt Acme', '0'],
    ]);
    expect(await names({ search: 'cus_3' })).toEqual([['Bolt Acme', '0']]);
    expect(await names({ search: 'stripe.main.cus_1' })).toEqual([['Zeta Mills', '60000']]);
    expect(await names({ search: 'eta' })).toEqual([]);
    expect(await names({ dimension: 'segment', value: 'Starter' })).toEqual([['Bolt Acme', '0']]);
    expect((await ask('listArrCustomers', { query: { dimension: 'segment' } })).json.type).toBe('/problems/question-incomplete');
    expect((await ask('listArrCustomers', { query: { dimension: 'segmnt', value: 'Starter' } })).json).toMatchObject({
      type: '/problems/dimension-unknown',
      detail: 'There is no dimension "segmnt"; dimensions: segment.',
      field: 'query.dimension',
    });
    expect((await ask('listArrCustomers', { query: { dimension: 'segment', value: 'Startr' } })).json).toMatchObject({
      detail: 'There is no segment "Startr"; values of segment: Enterprise, Starter.',
      field: 'query.value',
    });
    expect(await names({ dimension: 'segment', value: 'Starter', search: 'zeta' })).toEqual([]);
    const first = (await ask('listArrCustomers', { query: { limit: '2' } })).json;
    const second = (await ask('listArrCustomers', { query: { limit: '2', cursor: String(first.nextCursor) } })).json;
    expect([first, second].map(({ items }) => items.map(({ name }) => name))).toEqual([['Zeta Mills', 'Acme Works'], ['Bolt Acme']]);
    expect(second.nextCursor).toBeNull();
  });

  it('goes with what is recorded within an hour, with the day and with plan rates, and reads nothing else again', async () => {
    await three();
    await ask('listArrCustomers');
    await run();
    itIs('2026-04-04T10:59:00Z');
    await record(of(3, billedYearly('2026-04-04', 900)));
    await record(of(4, agreement('2026-04-04', [signedLine('oi_1', 100, '2026-04-05', '2027-04-05', { bookedOn: '2026-04-04' })])));
    expect(await run()).toMatchObject({ shards: 0 });
    itIs('2026-04-04T11:00:00Z');
    proxy.calls.length = 0;
    expect(await run()).toMatchObject({ shards: 32 });
    const readsOf = (n: number) => proxy.calls.filter(({ input }) => JSON.stringify(input).includes(`ARR#stripe.main.cus_${n}`)).length;
    // Of those of whom nothing was recorded the newest recording, and no more.
    expect([1, 2].map(readsOf)).toEqual([1, 1]);
    expect([3, 4].every((n) => readsOf(n) > 1)).toBe(true);
    expect(await names()).toEqual([
      ['Bolt Acme', '90000'],
      ['Zeta Mills', '60000'],
      ['Acme Works', '22000'],
      ['', '0'],
    ]);
    expect((await ask('listArrCustomers')).json.through).toBe('2026-04-04T11:00:00.000Z');
    // On the next day service begins under the contract, and nothing is recorded for that.
    itIs('2026-04-05T00:05:00Z');
    expect(await run()).toMatchObject({ shards: 32 });
    expect((await ask('listArrCustomers')).json.on).toBe('2026-04-05');
    expect((await names()).at(-1)).toEqual(['', '10000']);
    // Under other plan rates all are decided again.
    const rates = [{ base: 'EUR', quote: 'USD', type: 'plan', on: '2025-01-01', rate: '1.2', source: 'test' }];
    await call(companyApi, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } });
    expect(await run()).toMatchObject({ shards: 32 });
    // €200 × 1.20
    expect(await names({ search: 'Acme W' })).toEqual([['Acme Works', '24000']]);
  });

  it('is left alone after a week in which nobody asked', async () => {
    await three();
    await ask('getArrBeside');
    itIs('2026-04-11T09:00:00Z');
    expect(await run()).toMatchObject({ shards: 32 });
    itIs('2026-04-11T10:00:01Z');
    expect(await run()).toMatchObject({ shards: 0 });
    await ask('getArrBeside');
    itIs('2026-04-12T10:00:01Z');
    expect(await run()).toMatchObject({ shards: 32 });
  });

  it('is gone on with by the next run where time was up, and by one of two runs at once', async () => {
    await three();
    await ask('listArrCustomers');
    expect(await run(60_000)).toEqual({ shards: 0, isDone: false });
    await Promise.all([run(), run()]);
    expect((await ask('listArrCustomers')).json).toMatchObject({ isComplete: true });
    expect((await names()).length).toBe(3);
  });

  const standing = (n: number): Standing => ({
    customerId: `stripe.main.cus_${n}`,
    name: `Customer ${n}`,
    version: 1,
    attributes: {},
    arr: [],
    carr: [],
    tcv: [],
    billed: [],
    usage: [],
    unsigned: [],
  });

  it('has room for customers with many bookings each', async () => {
    const amount = (n: number) => ({ currency: 'USD', amountMinor: String(7919 * n * n), planMinor: String(7919 * n * n) });
    const booking = (customer: number, n: number): Booked => ({
      ...{ agreementId: `800${digest(`${customer} ${n}`, 12)}`, kind: 'amendment', bookedOn: '2026-01-05', startsOn: '2026-02-01' },
      ...{ productId: 'prod_platform', legalEntity: 'acme-inc', currency: 'USD', eventId: `read-${digest(`${n} ${customer}`, 20)}` },
      ...{ tcv: amount(n), acv: amount(n + customer), firstYear: amount(2 * n + customer), netNewArr: amount(3 * n + customer) },
    });
    const all = Array.from({ length: 300 }, (_, i) => ({
      ...standing(i),
      bookings: Array.from({ length: 60 }, (_, n) => booking(i, n)),
    }));
    const shard = shardOf('stripe.main.cus_1');
    const next = { shard, number: 1, on: '2026-04-04', through: '2026-04-04T10:00:00.000Z', ratesVersion: 0, form: FORM };
    expect(await writeShard(next, undefined, all)).toMatchObject({ ok: true });
    const [head] = await readHeads();
    expect(await readShard(head as StandingsHead)).toEqual(all);
  });

  it('leaves out parts of before', async () => {
    const shard = shardOf('stripe.main.cus_1');
    const next = { shard, number: 1, on: '2026-04-04', through: '2026-04-04T10:00:00.000Z', ratesVersion: 0, form: FORM };
    await writeShard(
      next,
      undefined,
      Array.from({ length: 1_001 }, (_, n) => standing(n)),
    );
    const [head] = await readHeads();
    await writeShard({ ...next, number: 2 }, head, [standing(7)]);
    expect(await names()).toEqual([['Customer 7', '0']]);
    // Whoever knew the number before does not put theirs.
    expect(await writeShard({ ...next, number: 2 }, head, [standing(8)])).toMatchObject({ ok: false, problem: { code: 'conflict' } });
    expect(await names()).toEqual([['Customer 7', '0']]);
  });
});

describe('what stands beside ARR, of all customers', () => {
  const of300 = [signedLine('oi_1', 300_000, '2026-03-01', '2027-03-01', { bookedOn: '2026-02-20' })];

  it('sums each customer’s own figures, and lists what is to be looked through', async () => {
    const priced = { quantity: '10000', pricing: { model: 'per-unit', unitMinor: '10800' }, listUnitMinor: '12000' } as const;
    await record(
      // Claimed and not signed: 300,000 beside 285,000 that are billed.
      of(1, agreement('2026-02-20', of300, { evidence: 'claimed' })),
      of(1, billedYearly('2026-03-05', 285_000)),
      // Signed, and billed five percent less: they may be one.
      of(2, agreement('2026-02-20', of300)),
      of(2, billedYearly('2026-03-05', 285_000)),
      // The contract of 1,080,000 is billed at 1,200,000.
      of(3, agreement('2026-01-15', [signedLine('oi_1', 0, '2026-02-01', '2027-02-01', priced)])),
      of(
        3,
        subscription('2026-02-01', [seats('si_1', 10_000, 12_000, { interval: 'year' })], {
          agreementId: '800A',
          lifecycle: 'created',
          startsOn: '2026-02-01',
        }),
      ),
      of(3, usage('2026-02-01', '2026-03-01', 18_000)),
    );
    await ask('getArrBeside');
    await run();
    expect((await ask('getArrBeside')).json).toMatchObject({
      isComplete: true,
      customers: 3,
      // 285,000 + 285,000 + 1,080,000
      arr: { planMinor: '165000000' },
      // 285,000 + 285,000 + 1,080,000: what only billing tells of counts with its ARR, and of two lines that may be one the billed one alone
      contracted: {
        carr: { planMinor: '165000000', byCurrency: [{ currency: 'USD', amountMinor: '165000000' }] },
        tcv: { planMinor: '138000000' }, // 300,000 + 1,080,000
      },
      // 285,000 + 285,000 + 1,200,000
      billed: { planMinor: '177000000' },
      // 18,000 in three months, four times
      usage: { planMinor: '7200000' },
      unsigned: { planMinor: '30000000' },
      entries: { unsigned: 1, possibleDuplicates: 1, differences: 1 },
    });
    expect((await ask('listArrBeside', {}, 'unsigned')).json.items).toMatchObject([
      { kind: 'unsigned', customerId: 'stripe.main.cus_1', unsigned: { shownOn: '2026-02-20', ageDays: 43, amountMinor: '30000000' } },
    ]);
    expect((await ask('listArrBeside', {}, 'possible-duplicates')).json.items).toMatchObject([
      {
        customerId: 'stripe.main.cus_2',
        possibleDuplicate: { signed: { amountMinor: '30000000' }, billed: { amountMinor: '28500000', ageDays: 30 } },
      },
    ]);
    expect((await ask('listArrBeside', {}, 'differences')).json.items).toMatchObject([
      { customerId: 'stripe.main.cus_3', difference: { difference: { amountMinor: '12000000' }, parts: [{ kind: 'discount' }] } },
    ]);
    expect((await ask('listArrBeside', {}, 'flags')).status).toBe(400);
  });

  it('leaves the plan currency out where one has no plan rate', async () => {
    await record(of(1, billedYearly('2026-03-05', 100)), of(2, billedYearly('2026-03-05', 100, { currency: 'GBP' })));
    await ask('getArrBeside');
    await run();
    const { arr } = (await ask('getArrBeside')).json;
    expect(arr).toEqual({
      byCurrency: [
        { currency: 'GBP', amountMinor: '10000' },
        { currency: 'USD', amountMinor: '10000', planMinor: '10000' },
      ],
    });
    expect(await names()).toEqual([
      ['', '10000'],
      ['', undefined],
    ]);
  });
});

describe('what comes up for renewal, and who belongs to whom', () => {
  interface Metrics {
    readonly type?: string;
    readonly rows: readonly {
      readonly figures: readonly { readonly id: string; readonly value?: string; readonly notDefined?: object }[];
    }[];
  }
  const metrics = async (query: Record<string, string>) => {
    const { method, path, scope, response } = arrRoutes.getArrMetrics;
    const { status, json } = await call<Metrics>(api, method, path, {
      scopes: [scope],
      query: { metrics: 'renewal-rate,customers', month: '2026-03', ...query },
    });
    if (status !== 200) return json.type;
    expect(response.safeParse(json)).toMatchObject({ success: true });
    return json.rows.map(({ figures }) => figures.map(({ value, notDefined }) => value ?? notDefined));
  };
  const term = (n: number, dollars: number, from: string, to: string, more: { readonly at?: string; readonly endedOn?: string } = {}) =>
    of(
      n,
      agreement(more.at ?? from, [signedLine('oi_1', dollars, from, to, { bookedOn: from })], {
        ...(more.endedOn === undefined ? {} : { endedOn: more.endedOn }),
        eventId: `read-${n}-${from}-${more.at}`,
        subscriptionId: `800A-${from}`,
        agreementId: `800A-${from}`,
        agreementIds: [`800A-${from}`],
      }),
    );

  it('is told by the metrics once customers are listed: by renewal rate, and at the level of parents', async () => {
    await record(
      named(7, 'Holding', 'Enterprise'),
      of(7, customer('2026-04-01', { segment: 'Startup' }, { name: 'Holding' })),
      term(7, 100_000, '2025-03-15', '2026-03-15'),
      term(7, 80_000, '2026-03-15', '2027-03-15'),
      of(2, customer('2026-01-02', {}, { name: 'Subsidiary', parentId: 'cus_7' })),
      // It is over since 20 March and may still be renewed.
      term(2, 50_000, '2025-03-20', '2026-03-20'),
    );
    expect(await metrics({ level: 'parent' })).toBe('/problems/customers-not-listed');
    expect((await metrics({}))?.[0]).toMatchObject(['2', { code: 'dues-missing' }]);
    await run();
    expect(await metrics({})).toEqual([['2', '0.800000']]);
    expect(await metrics({ level: 'parent' })).toEqual([['1', '0.800000']]);
    // It is a Startup since the first of April, and was an Enterprise when the term ended.
    expect(await metrics({ dimension: 'segment', value: 'Enterprise' })).toEqual([['1', '0.800000']]);
    expect(await metrics({ level: 'parent', asKnownOn: '2026-04-01' })).toBe('/problems/question-invalid');
    expect((await metrics({ asKnownOn: '2026-04-01' }))?.[0]).toMatchObject(['0', { code: 'dues-missing' }]);
  });

  it('tells why retention of companies changed, with the movements of their customers', async () => {
    interface Change {
      readonly type?: string;
      readonly level: string;
      readonly before: { readonly nrr: string };
      readonly after: { readonly nrr: string };
      readonly groups: readonly { readonly parts: readonly { readonly of: string; readonly explain?: string }[] }[];
      readonly items: readonly {
        readonly customerId: string;
        readonly movements: readonly {
          readonly customerId: string;
          readonly cause: string;
          readonly amountMinor: string;
          readonly explain: string;
        }[];
      }[];
    }
    const change = async (query: Record<string, string>) => {
      const { method, path, scope, response } = arrRoutes.getArrRetentionChange;
      const { status, json } = await call<Change>(api, method, path, { scopes: [scope], query: { month: '2026-03', ...query } });
      if (status === 200) expect(response.safeParse(json)).toMatchObject({ success: true });
      return json;
    };
    await record(
      named(7, 'Holding', 'Enterprise'),
      term(7, 100_000, '2025-01-15', '2027-01-15'),
      term(7, 100_000, '2025-01-15', '2027-01-15', { at: '2026-03-01', endedOn: '2026-03-15' }),
      of(2, customer('2026-01-02', {}, { name: 'Subsidiary', parentId: 'cus_7' })),
      // It comes as its parent leaves: a loss and no gain of customers, 20,000 less of the company.
      term(2, 80_000, '2026-03-15', '2027-03-15'),
    );
    expect((await change({ level: 'parent' })).type).toBe('/problems/customers-not-listed');
    await run();
    const customers = await change({});
    expect([customers.level, customers.before.nrr, customers.after.nrr]).toEqual(['customer', '1.000000', '0.000000']);
    const companies = await change({ level: 'parent' });
    expect([companies.level, companies.before.nrr, companies.after.nrr]).toEqual(['parent', '1.000000', '0.800000']);
    const [company] = companies.items;
    expect(companies.items).toHaveLength(1);
    expect(company?.customerId).toBe('stripe.main.cus_7');
    expect(company?.movements.map(({ customerId, cause, amountMinor }) => [customerId, cause, amountMinor])).toEqual([
      ['stripe.main.cus_7', 'contraction', '-10000000'],
      ['stripe.main.cus_2', 'contraction', '8000000'],
    ]);
    for (const { explain } of company?.movements ?? []) {
      const [path = '', query = ''] = explain.split('?');
      expect((await call(api, 'GET', path, { scopes: ['arr/read'], query: Object.fromEntries(new URLSearchParams(query)) })).status).toBe(
        200,
      );
    }
    expect(companies.groups.flatMap(({ parts }) => parts).every(({ explain }) => explain === undefined)).toBe(true);
    expect((await change({ level: 'parent', asKnownOn: '2026-04-01' })).type).toBe('/problems/question-invalid');
  });
});

describe('what was booked', () => {
  interface Figures {
    readonly bookings: number;
    readonly debookings: number;
    readonly tcv: Amounts;
    readonly debookedTcv: Amounts;
  }
  interface Bookings {
    readonly type?: string;
    readonly isComplete: boolean;
    readonly total: Figures;
    readonly rows: readonly (Figures & { readonly startsOn: string; readonly endsOn: string; readonly value: string })[];
    readonly items: readonly { readonly name: string; readonly kind: string; readonly explain: string }[];
    readonly nextCursor: string | null;
  }
  const booked = async (query: Record<string, string> = {}): Promise<Bookings> => {
    const { method, path, scope, response } = arrRoutes.listArrBookings;
    const { status, json } = await call<Bookings>(api, method, path, { scopes: [scope], query });
    if (status === 200) expect(response.safeParse(json)).toMatchObject({ success: true });
    return json;
  };
  const told = ({ rows }: Bookings) =>
    rows.map(({ startsOn, value, bookings, debookings, tcv }) => [startsOn, value, bookings, debookings, tcv.planMinor]);
  const customers = async (): Promise<void> => {
    const line = signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01');
    await record(
      named(1, 'Zeta Mills', 'Enterprise'),
      of(1, agreement('2026-01-15', [line])),
      of(1, agreement('2026-03-20', [line], { endedOn: '2026-08-01' })),
      named(2, 'Acme Works', 'Starter'),
      of(2, customer('2026-04-01', { segment: 'Enterprise' }, { name: 'Acme Works' })),
      of(
        2,
        agreement('2026-03-10', [signedLine('oi_2', 3_000, '2026-04-01', '2028-04-01', { bookedOn: '2026-03-10' })], {
          bookedOn: '2026-03-10',
        }),
      ),
    );
    await booked();
    await run();
  };

  it('is summed by month and by the segment of its day, with the bookings behind', async () => {
    await customers();
    const all = await booked({ to: '2026-03-31' });
    expect(all.isComplete).toBe(true);
    // 12,000; 3,000 × 2 − 12,000 ÷ 2
    expect(told(all)).toEqual([
      ['2026-01-01', '', 1, 0, '1200000'],
      ['2026-02-01', '', 0, 0, '0'],
      ['2026-03-01', '', 1, 1, '0'],
    ]);
    expect(all.total).toMatchObject({ bookings: 2, debookings: 1, tcv: { planMinor: '1200000' }, debookedTcv: { planMinor: '-600000' } });
    expect(all.items.map(({ name, kind }) => [name, kind])).toEqual([
      ['Zeta Mills', 'contract'],
      ['Acme Works', 'contract'],
      ['Zeta Mills', 'termination'],
    ]);
    expect(told(await booked({ to: '2026-03-31', period: 'quarter', dimension: 'segment' }))).toEqual([
      ['2026-01-01', 'Enterprise', 1, 1, '600000'],
      ['2026-01-01', 'Starter', 1, 0, '600000'],
    ]);
  });

  it('goes page by page, and is narrowed to a customer, a kind and a value', async () => {
    await customers();
    const first = await booked({ limit: '2' });
    const second = await booked({ limit: '2', cursor: String(first.nextCursor) });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
    expect((await booked({ customerId: 'stripe.main.cus_2' })).items).toMatchObject([{ name: 'Acme Works' }]);
    expect((await booked({ kind: 'termination' })).items).toMatchObject([{ name: 'Zeta Mills' }]);
    expect((await booked({ dimension: 'segment', value: 'Starter' })).items).toMatchObject([{ name: 'Acme Works' }]);
  });

  it('refuses days that end before they begin, a value without its dimension, and a dimension or a value that is none', async () => {
    const refused = async (query: Record<string, string>) => (await booked(query)).type;
    expect(await refused({ from: '2026-03-01', to: '2026-02-28' })).toBe('/problems/period-invalid');
    expect(await refused({ from: '2000-01-01', to: '2026-02-28' })).toBe('/problems/period-invalid');
    expect(await refused({ value: 'x' })).toBe('/problems/question-incomplete');
    expect(await refused({ dimension: 'colour' })).toBe('/problems/dimension-unknown');
    await customers();
    expect(await refused({ dimension: 'segment', value: 'Nobody' })).toBe('/problems/dimension-unknown');
    expect(await refused({ dimension: 'product', value: 'prod_none' })).toBe('/problems/dimension-unknown');
    // Known, and nothing was booked of it then.
    expect((await booked({ dimension: 'segment', value: 'Starter', to: '2026-01-31' })).total).toMatchObject({ bookings: 0 });
  });
});
