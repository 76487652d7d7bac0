import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod/mini';
import { company } from '../../../ascent.config.ts';
import type { arrCustomer } from '../../../functions/arr/answers.ts';
import { handler } from '../../../functions/arr/api.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { handler as onFact } from '../../../functions/arr/on-fact.ts';
import { arrRoutes } from '../../../functions/arr/routes.ts';
import { handler as companyHandler } from '../../../functions/company/api.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { call, lambdaContext } from '../../support/http.ts';
import { agreement, billedYearly, signedLine, usage } from '../agreements.ts';
import { seats, subscription } from '../facts.ts';

/** The six examples of signed and billed evidence by the ways of production: facts of the bus in, the customer's answer out. */
const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);
/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

type Customer = z.infer<typeof arrCustomer>;
const NAMES: Partial<Record<Fact['kind'], string>> = { subscription: 'SubscriptionRecorded', usage: 'UsageBilled' };

const messageOf = ({ kind, data }: Fact): string =>
  JSON.stringify({
    version: '0',
    id: `bus-${data.provenance.eventId}`,
    'detail-type': NAMES[kind],
    source: 'ascent.integrations',
    account: '1',
    time: '2026-11-05T09:00:00Z',
    region: 'eu-central-1',
    resources: [],
    detail: {
      id: `stripe/main/${data.provenance.eventId}`,
      type: NAMES[kind],
      version: '1',
      source: 'ascent.integrations',
      recordedAt: '2026-11-05T09:00:00.000Z',
      subject: `stripe/main/${data.customerId}`,
      data: JSON.stringify(data),
    },
  });

/** Takes in facts as the queue delivers them; answers the ids of the messages that failed. */
const take = async (facts: readonly Fact[]): Promise<readonly string[]> => {
  const Records = facts.map((fact, i) => ({ messageId: `m${i}`, body: messageOf(fact), attributes: { ApproximateReceiveCount: '1' } }));
  const answer = (await (onFact as unknown as (event: object, context: object) => Promise<unknown>)({ Records }, lambdaContext)) as {
    readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
  };
  return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
};

/** What the route answers for a day; it fits the schema that the route promises. */
const customerOn = async (on: string): Promise<Customer> => {
  const { json, status } = await call<Customer>(handler, 'GET', '/api/v1/arr/customers/stripe.main.cus_1', {
    scopes: ['arr/read'],
    query: { on },
  });
  expect([status, arrRoutes.getArrCustomer.response.safeParse(json)]).toMatchObject([200, { success: true }]);
  return json;
};

/** A company of its own with the facts of one example, the plan rate of the euro loaded. */
const companyWith = async (facts: readonly Fact[]): Promise<void> => {
  await table.another();
  const rates = [{ base: 'EUR', quote: 'USD', type: 'plan', on: '2025-01-01', rate: '1.1', source: 'test' }];
  expect((await call(companyHandler, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } })).status).toBe(200);
  expect(await take(facts)).toEqual([]);
};

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

describe('a customer’s answer', () => {
  it('example 1: live 0, CARR 1,200,000 and TCV 3,600,000 from the signature; live, CARR and billed 1,200,000 from the start', async () => {
    await companyWith([
      agreement('2026-01-15', [signedLine('oi_1', 1_200_000, '2026-02-01', '2029-02-01')]),
      billedYearly('2026-02-03', 1_200_000, { agreementId: '00000101' }),
    ]);
    expect(await customerOn('2026-01-15')).toMatchObject({
      arrMinor: '0',
      contracted: { carr: { planMinor: '120000000' }, tcv: { planMinor: '360000000' } },
      billed: { runRate: { planMinor: '0' } },
    });
    expect(await customerOn('2026-02-03')).toMatchObject({
      arrMinor: '120000000',
      contracted: { carr: { planMinor: '120000000' } },
      billed: { runRate: { planMinor: '120000000' } },
      differences: [],
    });
  });

  it('example 2: live 600,000, CARR 1,200,000, TCV 2,700,000', async () => {
    await companyWith([
      agreement('2026-01-15', [
        signedLine('oi_1', 600_000, '2026-02-01', '2027-02-01'),
        signedLine('oi_1', 900_000, '2027-02-01', '2028-02-01'),
        signedLine('oi_1', 1_200_000, '2028-02-01', '2029-02-01'),
      ]),
    ]);
    expect(await customerOn('2026-02-01')).toMatchObject({
      arrMinor: '60000000',
      contracted: { carr: { planMinor: '120000000' }, tcv: { planMinor: '270000000' }, agreements: [{ agreementId: '800A' }] },
    });
  });

  it('example 3: live 285,000; 300,000 apart, then a possible duplicate', async () => {
    const of300 = [signedLine('oi_1', 300_000, '2026-03-01', '2027-03-01', { bookedOn: '2026-03-31' })];
    await companyWith([agreement('2026-02-20', of300, { evidence: 'claimed' }), billedYearly('2026-03-05', 285_000)]);
    expect(await customerOn('2026-04-04')).toMatchObject({
      arrMinor: '28500000',
      unsigned: { annual: { planMinor: '30000000' }, bookings: [{ subscriptionId: '800A', ageDays: 43, amountMinor: '30000000' }] },
      possibleDuplicates: [],
    });
    expect(await take([agreement('2026-04-01', of300)])).toEqual([]);
    expect(await customerOn('2026-04-04')).toMatchObject({
      arrMinor: '28500000',
      unsigned: { bookings: [] },
      possibleDuplicates: [{ signed: { amountMinor: '30000000', ageDays: 43 }, billed: { amountMinor: '28500000', ageDays: 30 } }],
    });
  });

  it('example 4: live 1,080,000; 120,000 of discount to be reconciled', async () => {
    const priced = { quantity: '10000', pricing: { model: 'per-unit', unitMinor: '10800' }, listUnitMinor: '12000' } as const;
    await companyWith([
      agreement('2026-01-15', [signedLine('oi_1', 0, '2026-02-01', '2027-02-01', priced)]),
      subscription('2026-02-01', [seats('si_1', 10_000, 12_000, { interval: 'year' })], {
        agreementId: '800A',
        lifecycle: 'created',
        startsOn: '2026-02-01',
      }),
    ]);
    expect(await customerOn('2026-06-01')).toMatchObject({
      arrMinor: '108000000',
      billed: { runRate: { planMinor: '120000000' } },
      differences: [{ difference: { amountMinor: '12000000' }, parts: [{ kind: 'discount', amountMinor: '12000000' }] }],
    });
  });

  it('example 5: live 240,000; usage run-rate 180,000, each invoice once however often it is told', async () => {
    const invoices = [
      usage('2026-02-01', '2026-03-01', 18_000),
      usage('2026-03-01', '2026-04-01', 12_000),
      usage('2026-04-01', '2026-05-01', 15_000),
    ];
    await companyWith([agreement('2026-01-15', [signedLine('oi_1', 240_000, '2026-02-01', '2027-02-01')]), ...invoices]);
    const paid = usage('2026-04-01', '2026-05-01', 15_000, { at: '2026-05-03', status: 'paid' });
    expect(await take([...invoices, paid])).toEqual([]);
    const answer = await customerOn('2026-05-10');
    expect(answer).toMatchObject({
      arrMinor: '24000000',
      usage: { from: '2026-02-01', to: '2026-04-30', runRate: { planMinor: '18000000' } },
    });
    expect(answer.usage.lines.map(({ amountMinor, eventId }) => [amountMinor, eventId])).toEqual([
      ['1800000', 'usage-2026-03-01'],
      ['1200000', 'usage-2026-04-01'],
      ['1500000', 'usage-2026-05-03'],
    ]);
    // Each leads to its event.
    const { pathname, searchParams } = new URL(answer.usage.lines[2]?.explain ?? '', 'http://localhost');
    const { json } = await call(handler, 'GET', pathname, { scopes: ['arr/read'], query: Object.fromEntries(searchParams) });
    expect(json).toMatchObject({ events: [{ kind: 'usage', eventId: 'usage-2026-05-03' }], movements: [] });
  });

  it('example 6: TCV of €500,000, and of €535,000 once the amendment is signed; live and CARR €560,000 on both days', async () => {
    const base = signedLine('oi_1', 500_000, '2026-01-01', '2027-01-01', { bookedOn: '2025-12-15' });
    const priced = { quantity: '100', pricing: { model: 'per-unit', unitMinor: '60000' }, bookedOn: '2026-06-20' } as const;
    await companyWith([
      agreement('2025-12-15', [base], { currency: 'EUR' }),
      subscription('2026-06-01', [seats('si_2', 100, 60_000, { interval: 'year' })], {
        currency: 'EUR',
        lifecycle: 'created',
        startsOn: '2026-06-01',
      }),
      agreement('2026-06-20', [base, signedLine('oi_2', 0, '2026-06-01', '2027-01-01', priced)], {
        currency: 'EUR',
        bookedOn: '2025-12-15',
      }),
    ]);
    for (const [on, euros, plan] of [
      ['2026-06-19', '50000000', '55000000'], // × 1.10
      ['2026-06-20', '53500000', '58850000'], // and 60,000 × 7 of 12 months
    ] as const)
      expect(await customerOn(on)).toMatchObject({
        arrMinor: '61600000',
        contracted: {
          carr: { byCurrency: [{ currency: 'EUR', amountMinor: '56000000', planMinor: '61600000' }] },
          tcv: { byCurrency: [{ currency: 'EUR', amountMinor: euros, planMinor: plan }] },
        },
        billed: { runRate: { byCurrency: [{ currency: 'EUR', amountMinor: '6000000', planMinor: '6600000' }] } },
      });
  });

  it('leaves the plan currency out where there is no plan rate, and keeps each currency', async () => {
    await companyWith([agreement('2026-01-15', [signedLine('oi_1', 100, '2026-02-01', '2027-02-01')], { currency: 'GBP' })]);
    const { contracted, unconverted } = await customerOn('2026-03-01');
    expect(unconverted).toMatchObject([{ currency: 'GBP' }]);
    expect([contracted.carr, contracted.tcv]).toEqual([
      { byCurrency: [{ currency: 'GBP', amountMinor: '10000' }] },
      { byCurrency: [{ currency: 'GBP', amountMinor: '10000' }] },
    ]);
  });
});
