import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Bug } from '../../platform/bug.ts';
import { putEvent } from '../../platform/clients/signed.ts';
import { ServiceError } from '../../platform/clients/transport.ts';
import { nowMs } from '../../platform/clock.ts';
import { handlerOf } from '../../platform/handler.ts';
import { problemDocument } from '../../platform/http-problem.ts';
import { correlateWith, errorFields, log } from '../../platform/log.ts';
import { count } from '../../platform/metrics.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { stripeWebhookRoutes } from './routes.ts';
import { type SignatureProblem, verifySignature } from './signature.ts';
import { instanceNamed, rereadSigningSecrets, signingSecrets } from './signing-secrets.ts';
import { acceptedOf, headerOf, rawBodyOf, type WebhookRequest } from './webhook.ts';

/** Where a webhook's events come from, on the bus. */
const SOURCE_PREFIX = 'ascent.stripe/';

type Code = keyof typeof stripeWebhookRoutes.receiveStripeEvent.problems;

/** Against the secrets that we hold; where the signature fits none of them, once more against freshly read ones: a rotation loses nothing. */
const verified = async (secretId: string, rawBody: Buffer, header: string | undefined): Promise<Result<unknown, SignatureProblem>> => {
  const signed = { rawBody, header, nowSeconds: Math.floor(nowMs() / 1000) };
  const first = verifySignature({ ...signed, secrets: await signingSecrets(secretId) });
  if (first.ok || first.problem.code !== 'signature-mismatch') return first;
  const reread = await rereadSigningSecrets(secretId);
  return reread === undefined ? first : verifySignature({ ...signed, secrets: reread });
};

/** Puts the event on the bus: it is durable before it is acknowledged. */
const receive = async (request: WebhookRequest): Promise<Result<string, Problem<Code>>> => {
  const target = instanceNamed(request.pathParameters?.['instance']);
  if (target === undefined) return fail('instance-unknown', 'No Stripe instance of this name is configured.', 'instance');
  const raw = rawBodyOf(request);
  if (!raw.ok) return raw;
  const signature = await verified(target.secretId, raw.value, headerOf(request, 'stripe-signature'));
  if (!signature.ok) return signature;
  const accepted = acceptedOf(raw.value);
  if (!accepted.ok) return accepted;
  correlateWith(accepted.value.id);
  const busName = process.env['SOURCE_BUS_NAME'];
  if (busName === undefined || busName === '')
    throw new Bug('the environment variable SOURCE_BUS_NAME is missing: this function was wired without the bus');
  const { type: detailType, detail, id } = accepted.value;
  await putEvent({ busName, source: `${SOURCE_PREFIX}${target.instance}`, detailType, detail, timeMs: nowMs() });
  return ok(id);
};

const refused = (problem: Problem<Code>, requestId: string): APIGatewayProxyStructuredResultV2 => {
  const status = stripeWebhookRoutes.receiveStripeEvent.problems[problem.code];
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(problemDocument(problem, status, requestId)),
  };
};

const NOT_STORED: Problem<Code> = { code: 'not-stored', detail: 'The event could not be stored; please send it again.' };

export const handler = handlerOf<WebhookRequest, APIGatewayProxyStructuredResultV2>(
  'integrations/stripe/ingest',
  async (request, { requestId }) => {
    try {
      const received = await receive(request);
      if (received.ok) {
        count('Handled', 1);
        return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"received":true}' };
      }
      count('Refused', 1);
      log.warn('a webhook was refused', { code: received.problem.code, requestId });
      return refused(received.problem, requestId);
    } catch (error) {
      // Whatever it was, Stripe keeps the event and sends it again for three days.
      log.error('a webhook could not be stored', errorFields(error));
      if (error instanceof ServiceError) log.error(error.message, { requestId });
      count('Failed', 1);
      return refused(NOT_STORED, requestId);
    }
  },
);
