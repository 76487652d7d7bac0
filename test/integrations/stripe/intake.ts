import { readFileSync } from 'node:fs';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { nowMs } from '../../../functions/platform/clock.ts';
import { type StripeServer, startStripe } from '../../../local/stripe.ts';
import { lambdaContext } from '../../support/http.ts';
import type { FakeAws } from '../fake-aws.ts';
import { instance, type Json, sample } from '../samples.ts';
import { carriedEvents } from './table.ts';

/** Drives the three functions as AWS would: HTTP to ingest, bus and queue to on-event, the second queue to on-incomplete. */
export const SIGNING_SECRET = 'whsec_sample_current_0000000000000000';
const stripe = new Stripe('sk_test_x', { telemetry: false });

export interface Company {
  /** The stand-in for Stripe's API, from `beforeAll` on. */
  stripe: StripeServer;
}

/** Company, wiring and the stand-in for Stripe of all tests here. */
export const useCompany = (aws: FakeAws): Company => {
  const running = {} as Company;
  beforeAll(async () => {
    running.stripe = await startStripe({ now: nowMs });
    const { company } = await import('../../../ascent.config.ts');
    Object.assign(process.env, {
      ASCENT_CONFIG: JSON.stringify({ ...company, zone: 'UTC', stripe: [{ ...instance, apiBase: running.stripe.url }] }),
      SOURCE_BUS_NAME: 'sources',
      STRIPE_INCOMPLETE_QUEUE_URL: 'https://sqs/incomplete',
      STRIPE_WEBHOOK_SECRET_IDS: JSON.stringify({ main: 'secret-signing' }),
      STRIPE_API_KEY_SECRET_IDS: JSON.stringify({ main: 'secret-key' }),
      POWERTOOLS_SERVICE_NAME: 'integrations',
      POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
      POWERTOOLS_METRICS_DISABLED: 'true',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
    });
    aws.secrets.set('secret-signing', JSON.stringify({ webhookSecrets: [SIGNING_SECRET] }));
    aws.secrets.set('secret-key', JSON.stringify({ apiKey: 'rk_test_local' }));
  });
  afterAll(() => running.stripe.stop());
  return running;
};

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

export interface WebhookAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The header as Stripe would send it now. */
export const signatureOf = (payload: string, secret = SIGNING_SECRET, timestamp = Math.floor(Date.now() / 1000)): string =>
  stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });

export const post = async (
  handler: unknown,
  payload: string,
  headers: Readonly<Record<string, string>> = { 'stripe-signature': signatureOf(payload) },
  more: object = {},
) =>
  (await (handler as Handler)(
    { headers, body: payload, isBase64Encoded: false, requestContext: { requestId: 'req-1' }, ...more },
    lambdaContext,
  )) as WebhookAnswer;

/** The envelope in which the bus delivers an entry. */
export const envelopeOf = (entry: FakeAws['events'][number], id = 'bus-1'): string =>
  JSON.stringify({
    version: '0',
    id,
    'detail-type': entry.DetailType,
    source: entry.Source,
    account: '111122223333',
    time: '2026-10-15T11:05:04Z',
    region: 'eu-central-1',
    resources: [],
    detail: JSON.parse(entry.Detail) as unknown,
  });

/** Feeds a queue's consumer in batches of ten, in the first or a later delivery; answers the bodies that failed. */
export const consume = async (handler: unknown, bodies: readonly string[], receiveCount = 1): Promise<readonly string[]> => {
  const failed: string[] = [];
  for (let from = 0; from < bodies.length; from += 10) {
    const batch = bodies.slice(from, from + 10);
    const Records = batch.map((body, i) => ({
      messageId: `m${from + i}`,
      body,
      attributes: { ApproximateReceiveCount: String(receiveCount) },
    }));
    const answer = (await (handler as Handler)({ Records }, lambdaContext)) as { batchItemFailures: { itemIdentifier: string }[] };
    for (const { itemIdentifier } of answer.batchItemFailures) failed.push(bodies[Number(itemIdentifier.slice(1))] ?? '');
  }
  return failed;
};

export const apiGatewaySample = (name: string): object =>
  JSON.parse(readFileSync(`test/contracts/stripe/aws/${name}.json`, 'utf8')) as object;

/** The consumers of both queues and the API, with what was put on bus and queue emptied before each test. */
export const useIntake = (aws: FakeAws) => {
  const load = async () => ({
    onEvent: (await import('../../../functions/integrations/stripe/on-event.ts')).handler,
    onIncomplete: (await import('../../../functions/integrations/stripe/on-incomplete.ts')).handler,
    api: (await import('../../../functions/integrations/api.ts')).handler,
  });
  beforeEach(() => {
    aws.events.length = 0;
    aws.messages.length = 0;
  });
  return {
    load,
    /** Takes in events as one batch; answers the bodies that failed. */
    take: async (...events: readonly Json[]): Promise<readonly string[]> =>
      consume(
        (await load()).onEvent,
        events.map((event) => onBus(event)),
      ),
    /** Works on what waits for a reading of Stripe. */
    fetchMissing: async (): Promise<readonly string[]> =>
      consume(
        (await load()).onIncomplete,
        aws.messages.splice(0).map(({ body }) => body),
      ),
  };
};

let number = 0;
/** An event of its own about an object: an update of a subscription, unless `change` says otherwise. */
export const eventOf = (object: Json, change: Json = {}): Json => {
  number += 1;
  return {
    id: `evt_Test${number}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1_792_918_800 + number,
    livemode: false,
    type: 'customer.subscription.updated',
    data: { object },
    ...change,
  };
};

export const onBus = (event: Json, source = 'ascent.stripe/main'): string =>
  envelopeOf({ EventBusName: 'sources', Source: source, DetailType: String(event['type']), Detail: JSON.stringify(event) });

/** A subscription of 20 seats at 7,500 yen a year, with an id of its own. */
export const plain = (id: string, change: Json = {}): Json => ({
  ...sample('objects/subscription.jpy_annual_send_invoice.json'),
  id,
  ...change,
});

/** The fact that an event led to. */
export const published = async (eventId: string) => {
  const item = (await carriedEvents()).find(({ id }) => id === `stripe/main/${eventId}`);
  return item === undefined
    ? undefined
    : (JSON.parse(String(item['data'])) as {
        readonly [field: string]: unknown;
        readonly lines: readonly Json[];
        readonly discounts: readonly Json[];
      });
};

/** All facts about a subscription, in the order of their keys: of the source's time. */
export const factsAbout = async (subscriptionId: string): Promise<readonly Json[]> =>
  (await carriedEvents()).map(({ data }) => JSON.parse(String(data)) as Json).filter((data) => data['subscriptionId'] === subscriptionId);
