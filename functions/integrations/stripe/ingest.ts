import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { ServiceError } from '../../platform/clients/transport.ts';
import { nowMs } from '../../platform/clock.ts';
import { handlerOf, type Invocation } from '../../platform/handler.ts';
import { acceptedAnswer, problemAnswerOf } from '../../platform/http-answer.ts';
import { correlateWith, errorFields, log } from '../../platform/log.ts';
import { count } from '../../platform/metrics.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { timeLeftOf } from '../../platform/time-left.ts';
import { judgedBySecrets } from '../signing-secrets.ts';
import { headerOf, rawBodyOf, type WebhookRequest } from '../webhook-request.ts';
import { instanceNamed } from './endpoint.ts';
import { stripeWebhookRoutes } from './routes.ts';
import { verifySignature } from './signature.ts';
import { putOnSourceBus } from './source-bus.ts';
import { acceptedOf, MAX_BODY_BYTES } from './webhook.ts';

/** Of the time of an invocation, for reading the secret: the bus has the other half, and whatever this one leaves of its own. */
const SECRET_SHARE = 0.5;

type Code = keyof typeof stripeWebhookRoutes.receiveStripeEvent.problems;

/** Puts the event on the bus: it is durable before it is acknowledged. All waiting ends while there is time to answer. */
const receive = async (request: WebhookRequest, { remainingMs }: Invocation): Promise<Result<string, Problem<Code>>> => {
  const target = instanceNamed(request.pathParameters?.['instance']);
  if (target === undefined) return fail('instance-unknown', 'No Stripe instance of this name is configured.', 'instance');
  const raw = rawBodyOf(request, MAX_BODY_BYTES);
  if (!raw.ok) return raw;
  const signed = { rawBody: raw.value, header: headerOf(request, 'stripe-signature'), nowSeconds: Math.floor(nowMs() / 1000) };
  const signature = await judgedBySecrets(
    target.secretId,
    (secrets) => verifySignature({ ...signed, secrets }),
    timeLeftOf(remainingMs, SECRET_SHARE),
  );
  if (!signature.ok) return signature;
  const accepted = acceptedOf(raw.value);
  if (!accepted.ok) return accepted;
  correlateWith(accepted.value.id);
  await putOnSourceBus(accepted.value, target.instance, timeLeftOf(remainingMs));
  return ok(accepted.value.id);
};

const refused = (problem: Problem<Code>, requestId: string): APIGatewayProxyStructuredResultV2 =>
  problemAnswerOf(problem, stripeWebhookRoutes.receiveStripeEvent.problems[problem.code], requestId);

const NOT_STORED: Problem<Code> = { code: 'not-stored', detail: 'The event could not be stored; please send it again.' };

export const handler = handlerOf<WebhookRequest, APIGatewayProxyStructuredResultV2>(
  'integrations/stripe/ingest',
  async (request, invocation) => {
    const { requestId } = invocation;
    try {
      const received = await receive(request, invocation);
      if (received.ok) {
        count('Handled', 1);
        return acceptedAnswer('{"received":true}', requestId);
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
