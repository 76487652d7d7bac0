import { readFileSync } from 'node:fs';
import Stripe from 'stripe';
import { afterAll, beforeAll } from 'vitest';
import { type StripeServer, startStripe } from '../../../local/stripe.ts';
import { lambdaContext } from '../../support/http.ts';
import type { FakeAws } from '../fake-aws.ts';
import { instance } from '../samples.ts';

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
    running.stripe = await startStripe();
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

/** Feeds a queue's consumer in batches of ten; answers the bodies that failed. */
export const consume = async (handler: unknown, bodies: readonly string[]): Promise<readonly string[]> => {
  const failed: string[] = [];
  for (let from = 0; from < bodies.length; from += 10) {
    const batch = bodies.slice(from, from + 10);
    const Records = batch.map((body, i) => ({ messageId: `m${from + i}`, body, attributes: { ApproximateReceiveCount: '1' } }));
    const answer = (await (handler as Handler)({ Records }, lambdaContext)) as { batchItemFailures: { itemIdentifier: string }[] };
    for (const { itemIdentifier } of answer.batchItemFailures) failed.push(bodies[Number(itemIdentifier.slice(1))] ?? '');
  }
  return failed;
};

export const apiGatewaySample = (name: string): object =>
  JSON.parse(readFileSync(`test/contracts/stripe/aws/${name}.json`, 'utf8')) as object;
