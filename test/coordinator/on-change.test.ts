import { globSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../ascent.config.ts';
import { handler as arrApi } from '../../functions/arr/api.ts';
import type { Movement } from '../../functions/arr/events.ts';
import type { Fact } from '../../functions/arr/lines/facts.ts';
import { decidingContext } from '../../functions/arr/records/context.ts';
import { recordFacts } from '../../functions/arr/records/record.ts';
import { readMovements } from '../../functions/arr/records/store.ts';
import { handler as companyApi } from '../../functions/company/api.ts';
import { consumed, handler } from '../../functions/coordinator/on-change.ts';
import { readSnapshot } from '../../functions/coordinator/snapshot.ts';
import { customer, seats, subscription } from '../arr/facts.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { call, type ListAnswer, lambdaContext } from '../support/http.ts';
import { eventsIn } from '../support/items.ts';

const table = useDynamoDB();
process.env['ASCENT_CONFIG'] = JSON.stringify(company);

/** The platform's clock stands at 2026-11-05T10:00:00Z. */
Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: new BigInt64Array([1_793_872_800_000n, 0n]) });

beforeEach(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await table.another();
});

/** An event as the bus hands it to the queue. */
const body = (name: string, data: object): string => {
  const { source } = consumed.find((one) => one.name === name) as (typeof consumed)[number];
  const event = { id: 'e-1', type: name, version: '1', recordedAt: '2026-11-05T09:00:00.000Z', subject: 's', data: JSON.stringify(data) };
  return JSON.stringify({ id: 'bus-1', 'detail-type': name, source, time: '2026-11-05T09:00:01Z', detail: event });
};
/** Messages in; answers the places of those that failed. */
const consume = async (...bodies: readonly string[]): Promise<readonly number[]> => {
  const Records = bodies.map((text, i) => ({ messageId: `m${i}`, body: text, attributes: { ApproximateReceiveCount: '1' } }));
  const answer = (await (handler as unknown as (event: object, context: object) => Promise<unknown>)({ Records }, lambdaContext)) as {
    readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
  };
  return answer.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier.slice(1)));
};
const toldOf = async (rule: string) => (await eventsIn('ALERTS#TOLD')).map(({ data }) => data).filter((data) => data['rule'] === rule);
const load = async (...rates: readonly object[]): Promise<void> => {
  expect((await call(companyApi, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } })).status).toBe(200);
};

it('anything that the dashboard shows refreshes the snapshot once, with the alerts that are open', async () => {
  expect(await consume(body('PlanChanged', planChange), body('PlanChanged', planChange))).toEqual([]);
  const snapshot = await readSnapshot();
  expect(snapshot).toMatchObject({ version: 1, alerts: { open: [{ rule: 'velocity-below-plan', state: 'open' }], unknown: 6 } });
});

it('what is no change that is known fails by itself', async () => {
  expect(await consume('{}', body('PlanChanged', planChange), body('OpportunityRecorded', { stage: 'won' }))).toEqual([0, 2]);
  expect((await readSnapshot())?.version).toBe(1);
});

it('every sample of what it consumes is taken in', async () => {
  const samples = consumed.flatMap(({ name }) =>
    globSync(`test/contracts/events/${name}/v1/*.json`).map(
      (path) => [name, (JSON.parse(readFileSync(path, 'utf8')) as { data: object }).data] as const,
    ),
  );
  expect(samples.length).toBeGreaterThanOrEqual(10);
  expect(await consume(...samples.map(([name, data]) => body(name, data)))).toEqual([]);
});

const planChange = {
  planVersion: 2,
  previousPlanVersion: 1,
  startsOn: '2026-01-01',
  targetOn: '2026-12-31',
  currency: 'USD',
  openingArrMinor: '1',
  targetArrMinor: '2',
  changedBy: 'user-1',
  reason: 'because',
};

describe('a deal that was won', () => {
  const sample = JSON.parse(readFileSync('test/contracts/events/OpportunityRecorded/v1/won-after-two-steps.json', 'utf8')) as {
    readonly data: Readonly<Record<string, unknown>>;
  };
  const deal = (change: object = {}): string => body('OpportunityRecorded', { ...sample.data, amountMinor: '600000000', ...change });
  const deals = async () => (await toldOf('deal-won')).map(({ subject, figure, on }) => [subject, figure, on]);
  const DEAL = 'salesforce.main.006Hs00001SMPLOIA3';

  it('for more than $5M is told once: not again when it is repeated, amended, reopened or won anew', async () => {
    await Promise.all([consume(deal()), consume(deal(), deal())]);
    await consume(deal({ amountMinor: '900000000', fingerprint: 'amended' }));
    await consume(deal({ isClosed: false, isWon: false, stage: 'Negotiation' }));
    await consume(deal({ closesOn: '2026-11-30' }));
    expect(await deals()).toEqual([[DEAL, '600000000', '2026-10-31']]);
    expect(await toldOf('deal-won')).toMatchObject([
      { threshold: '500000000', unit: 'minor', currency: 'USD', explain: '/api/v1/arr/customers/salesforce.main.001Hs00003SMPLAIA5' },
    ]);
  });

  it('is on no dashboard: nothing is refreshed', async () => {
    await consume(deal());
    expect(await readSnapshot()).toBeUndefined();
  });

  it('for less is not told, until it is amended to more', async () => {
    await consume(deal({ amountMinor: '500000000' }));
    expect(await deals()).toEqual([]);
    await consume(deal({ amountMinor: '500000001' }));
    expect(await deals()).toEqual([[DEAL, '500000001', '2026-10-31']]);
  });

  it('before the plan in force began is history, and not told', async () => {
    await consume(deal({ closesOn: '2025-12-31' }));
    expect(await deals()).toEqual([]);
  });

  it('without a plan rate is said to be unknown, and told once the rate is loaded', async () => {
    const loaded = body('FxRatesLoaded', { rateSetVersion: 1, pairs: [] });
    await consume(deal({ currency: 'EUR' }), deal({ currency: 'EUR', opportunityId: 'small', amountMinor: '100' }));
    await consume(deal({ currency: 'EUR' }));
    const unknown = async () =>
      (
        await call<ListAnswer<{ readonly rule: string; readonly sentence: string }>>(arrApi, 'GET', '/api/v1/arr/alerts', {
          scopes: ['arr/read'],
          query: { state: 'unknown' },
        })
      ).json.items.filter(({ rule }) => rule === 'deal-won');
    expect(await unknown()).toMatchObject([
      { sentence: expect.stringMatching(/^Whether 2 won deals are large cannot be told: There is no plan rate EUR\/USD on 2026-10-31/) },
    ]);
    expect(await deals()).toEqual([]);
    await consume(loaded);
    expect(await deals()).toEqual([]);
    await load({ base: 'EUR', quote: 'USD', type: 'plan', on: '2026-01-01', rate: '1.1', source: 'treasury' });
    await Promise.all([consume(loaded), consume(loaded)]);
    await consume(deal({ currency: 'EUR' }));
    // €6,000,000 × 1.10 = $6,600,000
    expect(await deals()).toEqual([[DEAL, '660000000', '2026-10-31']]);
    expect(await unknown()).toEqual([]);
  });
});

describe('a customer of the plan’s list', () => {
  const record = async (...facts: readonly Fact[]): Promise<void> => {
    for (const fact of facts) expect(await recordFacts([fact], decidingContext, '2026-11-05T09:00:00.000Z')).toEqual(new Set());
  };
  /** All movements of some customers, as the events that told of them. */
  const movementsOf = async (...customerIds: readonly string[]): Promise<readonly string[]> => {
    const all = await Promise.all(customerIds.map((id) => readMovements(`stripe.main.${id}`)));
    return all.map((movements: readonly Movement[], i) =>
      body('ArrMovementsRecorded', { customerId: `stripe.main.${customerIds[i]}`, planCurrency: 'USD', profile: 'enterprise', movements }),
    );
  };
  const begins = (customerId: string, on: string, more: object = {}, fortune500 = 'yes'): readonly Fact[] => [
    customer(on, { fortune500 }, { customerId, eventId: `evt_${customerId}`, ...more }),
    subscription(on, [seats('a', 10, 5000)], {
      customerId,
      subscriptionId: `sub_${customerId}`,
      startsOn: on,
      eventId: `evt_sub_${customerId}`,
      lifecycle: 'created',
    }),
  ];
  const added = async () => (await toldOf('strategic-customer-added')).map(({ subject, on, figure }) => [subject, on, figure]);

  it('is told once, however often its movements come, and its other subsidiaries are not', async () => {
    await record(...begins('cus_a', '2026-03-01', { parentId: 'cus_group' }), ...begins('cus_b', '2026-04-01', { parentId: 'cus_group' }));
    const [first, second] = (await movementsOf('cus_a', 'cus_b')) as [string, string];
    await Promise.all([consume(first), consume(first, first)]);
    await consume(second, first);
    // 10 seats × $50 × 12 = $6,000
    expect(await added()).toEqual([['stripe.main.cus_group', '2026-03-01', '600000']]);
    expect((await toldOf('strategic-customer-added'))[0]).toMatchObject({
      sentence:
        'Company stripe.main.cus_group, by its customer stripe.main.cus_a, of the list Fortune 500 of 2026 became a customer on 2026-03-01.',
      explain: expect.stringContaining('/api/v1/arr/explain?movementId=stripe.main.cus_a'),
    });
    expect((await readSnapshot())?.version).toBeGreaterThan(0);
  });

  it('is known by its topmost parent', async () => {
    await record(...begins('cus_top', '2025-03-01'), ...begins('cus_middle', '2026-03-01', { parentId: 'cus_top' }, 'no'));
    await record(...begins('cus_low', '2026-04-01', { parentId: 'cus_middle' }));
    await consume(...(await movementsOf('cus_top', 'cus_middle', 'cus_low')));
    // Its topmost parent was a customer before the plan began.
    expect(await added()).toEqual([]);
  });

  it('is not told again under the account that it turns out to be', async () => {
    await record(...begins('cus_a', '2026-03-01'));
    await consume(...(await movementsOf('cus_a')));
    const account = customer('2026-05-01', { fortune500: 'yes' }, { customerId: '001A', eventId: 'read:001A' });
    const data = { ...account.data, sameAs: [{ system: 'stripe' as const, instance: 'main', customerId: 'cus_a' }] };
    await record({ kind: 'customer', data: { ...data, provenance: { ...data.provenance, system: 'salesforce' } } } as Fact);
    const movements = await readMovements('salesforce.main.001A');
    expect(movements.some(({ cause }) => cause === 'new')).toBe(true);
    await consume(
      body('ArrMovementsRecorded', { customerId: 'salesforce.main.001A', planCurrency: 'USD', profile: 'enterprise', movements }),
    );
    expect(await added()).toEqual([['stripe.main.cus_a', '2026-03-01', '600000']]);
  });

  it('that only came onto the list, or left it, is told apart, once, and is no addition later', async () => {
    await record(...begins('cus_a', '2025-03-01', { parentId: 'cus_group' }, 'no'));
    await record(customer('2026-05-01', { fortune500: 'yes' }, { customerId: 'cus_a', parentId: 'cus_group', eventId: 'evt_listed' }));
    await record(customer('2026-06-01', { fortune500: 'no' }, { customerId: 'cus_a', parentId: 'cus_group', eventId: 'evt_unlisted' }));
    await record(...begins('cus_b', '2026-07-01', { parentId: 'cus_group' }));
    const bodies = await movementsOf('cus_a', 'cus_b');
    await consume(...bodies);
    await consume(...bodies);
    expect(await added()).toEqual([]);
    expect((await toldOf('strategic-list-changed')).map(({ subject, sentence }) => [subject, sentence])).toEqual([
      [
        'stripe.main.cus_group listed 2026-05-01',
        'Company stripe.main.cus_group, by its customer stripe.main.cus_a, came onto the list Fortune 500 of 2026 on 2026-05-01.',
      ],
      [
        'stripe.main.cus_group unlisted 2026-06-01',
        'Company stripe.main.cus_group, by its customer stripe.main.cus_a, left the list Fortune 500 of 2026 on 2026-06-01.',
      ],
    ]);
  });
});
