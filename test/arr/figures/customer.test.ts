import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod/mini';
import { company } from '../../../ascent.config.ts';
import type { arrCustomer, explainedMovement } from '../../../functions/arr/answers.ts';
import { handler } from '../../../functions/arr/api.ts';
import { emptyBook } from '../../../functions/arr/movements/decide.ts';
import { decidingContext } from '../../../functions/arr/records/context.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { recordingWrites } from '../../../functions/arr/records/store.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { handler as companyHandler } from '../../../functions/company/api.ts';
import { commit } from '../../../functions/platform/table.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call } from '../../support/http.ts';
import { customer, seats, subscription, testContext } from '../facts.ts';

useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

type Customer = z.infer<typeof arrCustomer>;
type Behind = z.infer<typeof explainedMovement>;
const RECORDED_AT = '2026-11-05T09:00:00.000Z';

/** A customer at the end of a day; what is answered fits the schema that the route promises. */
const customerOn = async (on: string, customerId = 'stripe.main.cus_1'): Promise<Customer> => {
  const { json, status } = await call<Customer>(handler, 'GET', `/api/v1/arr/customers/${customerId}`, {
    scopes: ['arr/read'],
    query: { on },
  });
  expect([status, arrRoutes.getArrCustomer.response.safeParse(json)]).toMatchObject([200, { success: true }]);
  return json;
};

beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  const rates = [{ base: 'EUR', quote: 'USD', type: 'plan', on: '2025-01-01', rate: '1.1', source: 'test' }];
  expect((await call(companyHandler, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } })).status).toBe(200);
  const contract = { subscriptionId: 'sub_1', startsOn: '2026-02-01', bookedOn: '2026-01-15', agreementId: '8001' };
  const facts = [
    customer('2026-01-10', { segment: 'Enterprise' }, { billToId: 'cus_payer', eventId: 'evt_customer' }),
    subscription('2026-01-20', [seats('a', 10, 5000, { origin: 'renewal-uplift' })], {
      ...contract,
      lifecycle: 'created',
      eventId: 'evt_signed',
      scheduleId: 'sub_sched_1',
    }),
    subscription('2026-03-10', [seats('a', 12, 5000)], { ...contract, eventId: 'evt_grows', cancelsOn: '2027-02-01' }),
    subscription('2026-04-01', [seats('b', 5, 1000)], {
      subscriptionId: 'sub_2',
      startsOn: '2026-04-01',
      currency: 'EUR',
      eventId: 'evt_2',
    }),
    customer('2026-05-01', { segment: 'Enterprise' }, { billToId: 'cus_bank', parentId: 'cus_group', eventId: 'evt_levels' }),
    customer('2026-06-01', { segment: 'Enterprise' }, { parentId: 'cus_group', eventId: 'evt_pays_itself' }),
  ];
  for (const fact of facts) expect(await recordFacts([fact], decidingContext, RECORDED_AT)).toEqual(new Set());
});

describe('each line of a customer', () => {
  it('carries source, evidence, origin and dates of the fact that is in force for it on the day', async () => {
    const { lines } = await customerOn('2026-02-28');
    expect(lines).toEqual([
      {
        lineKey: 'sub_1/a/prod_platform/acme-inc/USD',
        productId: 'prod_platform',
        legalEntity: 'acme-inc',
        currency: 'USD',
        amountMinor: '600000', // 10 × $50 × 12
        planMinor: '600000',
        origin: 'renewal-uplift',
        system: 'stripe',
        instance: 'main',
        eventId: 'evt_signed',
        subscriptionId: 'sub_1',
        evidence: 'billed',
        bookedOn: '2026-01-15',
        startsOn: '2026-02-01',
        agreementId: '8001',
        scheduleId: 'sub_sched_1',
        explain: '/api/v1/arr/explain?customerId=stripe.main.cus_1&eventId=evt_signed',
      },
    ]);
  });

  it('follows the newer fact from its day on, and says nothing that this one does not say', async () => {
    const [before] = (await customerOn('2026-03-09')).lines;
    expect(before).toMatchObject({ eventId: 'evt_signed', amountMinor: '600000' });
    const [after] = (await customerOn('2026-03-10')).lines;
    // 12 × $50 × 12
    expect(after).toMatchObject({ eventId: 'evt_grows', amountMinor: '720000', evidence: 'billed', cancelsOn: '2027-02-01' });
    for (const absent of ['origin', 'scheduleId', 'endedOn']) expect(after).not.toHaveProperty(absent);
  });

  it('leads to its event, which tells the same, and from there to the movement that it led to', async () => {
    const [line] = (await customerOn('2026-03-10')).lines;
    const { pathname, searchParams } = new URL(line?.explain ?? '', 'http://localhost');
    const { json } = await call<Behind>(handler, 'GET', pathname, { scopes: ['arr/read'], query: Object.fromEntries(searchParams) });
    expect(json).toMatchObject({
      explains: 'event',
      movements: [{ effectiveOn: '2026-03-10', cause: 'expansion', eventIds: ['evt_grows'] }],
      events: [{ eventId: 'evt_grows', system: 'stripe', instance: 'main', subscriptionId: 'sub_1', bookedOn: '2026-01-15' }],
    });
  });

  it('has the fact of its own subscription', async () => {
    const { lines } = await customerOn('2026-04-30');
    expect(lines.map(({ subscriptionId, eventId, startsOn }) => [subscriptionId, eventId, startsOn])).toEqual([
      ['sub_1', 'evt_grows', '2026-02-01'],
      ['sub_2', 'evt_2', '2026-04-01'],
    ]);
  });

  it('shows the service start that decides, where the source puts it right later', async () => {
    const of = { customerId: 'cus_late', subscriptionId: 'sub_late' };
    const facts = [
      subscription('2026-01-10', [seats('a', 1, 5000)], { ...of, lifecycle: 'created', startsOn: '2026-01-10', eventId: 'evt_made' }),
      subscription('2026-03-01', [seats('a', 1, 5000)], { ...of, startsOn: '2026-02-01', startsOnStated: true, eventId: 'evt_put_right' }),
    ];
    for (const fact of facts) expect(await recordFacts([fact], decidingContext, RECORDED_AT)).toEqual(new Set());
    expect((await customerOn('2026-01-31', 'stripe.main.cus_late')).lines).toEqual([]);
    expect((await customerOn('2026-02-01', 'stripe.main.cus_late')).lines).toMatchObject([{ eventId: 'evt_made', startsOn: '2026-02-01' }]);
  });

  it('is not there before the service starts, though it was booked', async () => {
    expect(await customerOn('2026-01-31')).toMatchObject({ arrMinor: '0', lines: [], levels: { soldToId: 'cus_1' } });
  });
});

describe('a customer', () => {
  it('has its ARR by origin where there is a plan rate', async () => {
    expect(await customerOn('2026-04-30')).toMatchObject({
      arrMinor: '786000', // 720,000 + 5 × €10 × 12 × 1.10
      // The first line began as an uplift; what was added later was an expansion: 120,000 + 66,000.
      stock: ['0', '186000', '600000'],
    });
    const pounds = subscription('2026-01-05', [seats('a', 1, 5000)], { customerId: 'cus_gbp', currency: 'GBP' });
    expect(await recordFacts([pounds], decidingContext, RECORDED_AT)).toEqual(new Set());
    const lacking = await customerOn('2026-04-30', 'stripe.main.cus_gbp');
    expect(lacking).toMatchObject({ unconverted: [{ currency: 'GBP' }], lines: [{ amountMinor: '60000', evidence: 'billed' }] }); // £50 × 12
    expect(lacking).not.toHaveProperty('stock');
  });

  it('has the levels that its newest fact on the day names, and the first ones since the beginning', async () => {
    const levels = async (on: string): Promise<Customer['levels']> => (await customerOn(on)).levels;
    expect(await levels('2026-01-01')).toEqual({ soldToId: 'cus_1', billToId: 'cus_payer' });
    expect(await levels('2026-04-30')).toEqual({ soldToId: 'cus_1', billToId: 'cus_payer' });
    expect(await levels('2026-05-01')).toEqual({ soldToId: 'cus_1', billToId: 'cus_bank', parentId: 'cus_group' });
    expect(await levels('2026-06-01')).toEqual({ soldToId: 'cus_1', parentId: 'cus_group' });
  });

  it('is unknown while its first facts are still being recorded', async () => {
    const first = {
      name: '',
      place: {},
      book: emptyBook(testContext),
      facts: [],
      movements: [],
      planCurrency: 'USD',
      profile: 'enterprise',
    };
    const recording = { customerId: 'stripe.main.cus_half', recordedAt: RECORDED_AT, version: 1 };
    expect(await commit(recordingWrites(recording, first))).toMatchObject({ ok: true });
    const { status, json } = await call(handler, 'GET', '/api/v1/arr/customers/stripe.main.cus_half', { scopes: ['arr/read'] });
    expect([status, json.type]).toEqual([404, '/problems/customer-unknown']);
  });
});
