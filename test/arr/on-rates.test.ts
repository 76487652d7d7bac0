import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { company } from '../../ascent.config.ts';
import { handler } from '../../functions/arr/on-rates.ts';
import { decidingContext } from '../../functions/arr/records/context.ts';
import { recordFacts } from '../../functions/arr/records/record.ts';
import { customerWrite, readBooks, readMovements } from '../../functions/arr/records/store.ts';
import { handler as api } from '../../functions/company/api.ts';
import { commit } from '../../functions/platform/table.ts';
import { useFakeAws } from '../integrations/fake-aws.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { call, lambdaContext } from '../support/http.ts';
import { seats, subscription } from './facts.ts';

const aws = useFakeAws();
const table = useDynamoDB();
const QUEUE_URL = 'https://sqs/rates';
Object.assign(process.env, { ASCENT_CONFIG: JSON.stringify(company), ARR_RATES_QUEUE_URL: QUEUE_URL });

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});
beforeEach(async () => {
  await table.another();
  aws.messages.length = 0;
});

const RECORDED_AT = '2026-11-05T12:00:00.000Z';
const fact = (customerId: string) =>
  subscription('2026-01-05', [seats('a', 10, 5000)], {
    customerId,
    subscriptionId: `sub_${customerId}`,
    eventId: `evt_${customerId}`,
    currency: 'EUR',
  });
const load = async (on: string, rate: string, type = 'plan'): Promise<void> => {
  const rates = [{ base: 'EUR', quote: 'USD', type, on, rate, source: 'treasury' }];
  expect((await call(api, 'PUT', '/api/v1/fx/rates', { scopes: ['company/write'], body: { rates } })).status).toBe(200);
};
const planArr = async (customerId: string): Promise<bigint> =>
  (await readMovements(`stripe.main.${customerId}`)).reduce(
    (sum, m) => sum + m.lines.reduce((s, line) => s + BigInt(line.planDeltaMinor), 0n),
    0n,
  );

/** Messages in; answers the bodies that failed. */
const consume = async (...bodies: readonly string[]): Promise<readonly string[]> => {
  const Records = bodies.map((body, i) => ({ messageId: `m${i}`, body, attributes: { ApproximateReceiveCount: '1' } }));
  const answer = (await (handler as unknown as (event: object, context: object) => Promise<unknown>)({ Records }, lambdaContext)) as {
    readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
  };
  return answer.batchItemFailures.map(({ itemIdentifier }) => bodies[Number(itemIdentifier.slice(1))] ?? '');
};
const redecide = (...customers: readonly string[]): string => JSON.stringify({ redecide: customers.map((id) => `stripe.main.${id}`) });
const loaded = (type: string): string =>
  JSON.stringify({
    version: '0',
    id: 'bus-1',
    'detail-type': 'FxRatesLoaded',
    source: 'ascent.company',
    account: '1',
    time: '2026-11-05T12:00:01Z',
    region: 'eu-central-1',
    resources: [],
    detail: {
      id: 'fx-rate-set-1',
      type: 'FxRatesLoaded',
      version: '1',
      recordedAt: RECORDED_AT,
      subject: 'fx',
      data: JSON.stringify({ rateSetVersion: 1, pairs: [{ base: 'EUR', quote: 'USD', type, earliestOn: '2026-01-01', rates: 1 }] }),
    },
  });

describe('plan rates that were loaded', () => {
  it('decide again every customer that is listed, by messages of ten', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `stripe.main.cus_${i}`);
    for (const id of ids) await commit([customerWrite(id)]);
    expect(await consume(loaded('plan'))).toEqual([]);
    const asked = aws.messages.map(({ body }) => (JSON.parse(body) as { readonly redecide: readonly string[] }).redecide);
    expect(asked.flat().sort()).toEqual([...ids].sort());
    expect(Math.max(...asked.map((customers) => customers.length))).toBeLessThanOrEqual(10);
    expect(new Set(aws.messages.map(({ queueUrl }) => queueUrl))).toEqual(new Set([QUEUE_URL]));
  });

  it('decide nothing again where only spot rates were among them', async () => {
    await commit([customerWrite('stripe.main.cus_1')]);
    expect(await consume(loaded('spot'))).toEqual([]);
    expect(aws.messages).toEqual([]);
  });

  it('find a customer in euros at the rate of before, and take it to the new one, once', async () => {
    await load('2026-01-01', '1.10');
    await recordFacts([fact('cus_1')], decidingContext, RECORDED_AT);
    expect(await planArr('cus_1')).toBe(660_000n); // 10 × €50 × 12 × 1.10
    await load('2026-01-01', '1.20');
    expect(await consume(redecide('cus_1'))).toEqual([]);
    expect(await planArr('cus_1')).toBe(720_000n); // × 1.20
    expect(await consume(redecide('cus_1'))).toEqual([]);
    expect((await readBooks(['stripe.main.cus_1'])).get('stripe.main.cus_1')?.version).toBe(2);
  });

  it('find a customer that is listed and has no book yet: its message comes again, until the first book is there', async () => {
    await load('2026-01-01', '1.10');
    await commit([customerWrite('stripe.main.cus_2')]);
    expect(await consume(redecide('cus_2'))).toEqual([redecide('cus_2')]);
    await recordFacts([fact('cus_2')], decidingContext, RECORDED_AT);
    expect(await consume(redecide('cus_2'))).toEqual([]);
    expect(await planArr('cus_2')).toBe(660_000n);
  });

  it('fail one customer that cannot be decided, and decide the others that share its message', async () => {
    await recordFacts([fact('cus_broken'), fact('cus_sound')], decidingContext, RECORDED_AT);
    // A book that nothing can unpack.
    const broken = { pk: 'ARR#stripe.main.cus_broken', sk: 'REC#00000002~', place: '00000002~', packed: Buffer.from([255]) };
    expect((await commit([{ put: { Item: broken } }])).ok).toBe(true);
    await load('2026-01-01', '1.10');
    const message = redecide('cus_broken', 'cus_sound');
    expect(await consume(message)).toEqual([message]);
    // 10 seats × €50.00 × 12 = €6,000.00, at 1.10
    expect(await planArr('cus_sound')).toBe(660_000n);
  });
});
