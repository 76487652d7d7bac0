import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Bug } from '../../platform/bug.ts';
import { putEvent } from '../../platform/clients/signed.ts';
import { nowMs } from '../../platform/clock.ts';
import type { SalesforceInstance } from '../../platform/config.ts';
import { handlerOf, type Invocation } from '../../platform/handler.ts';
import { acceptedAnswer, httpAnswer, problemAnswerOf } from '../../platform/http-answer.ts';
import { digest } from '../../platform/ids.ts';
import { correlateWith, errorFields, log } from '../../platform/log.ts';
import { count } from '../../platform/metrics.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { timeLeftOf } from '../../platform/time-left.ts';
import { secretIds } from '../secrets.ts';
import { judgedBySecrets } from '../signing-secrets.ts';
import { headerOf, rawBodyOf, type WebhookRequest } from '../webhook-request.ts';
import { type Callout, openCallout, verifyCallout } from './callout.ts';
import { instanceNamed, SIGNAL_SOURCE } from './company.ts';
import { openOutboundMessage } from './outbound-message.ts';
import { recordId } from './record-id.ts';
import { salesforceWebhookRoutes } from './routes.ts';
import { RECORDS_CHANGED, type RecordsChanged } from './signal.ts';

/** A hundred notifications of long records; a callout of 200 records has 12 KB. */
const MAX_BODY_BYTES = 1_000_000;
/** Of the time of an invocation, for reading the secret: the bus has the other half, and whatever this one leaves of its own. */
const SECRET_SHARE = 0.5;
const ACK =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>';

type Code = keyof typeof salesforceWebhookRoutes.receiveSalesforceChanges.problems;

/** How a request said it, which is also how it is answered. */
interface Received extends Callout {
  readonly form: 'outbound-message' | 'callout';
}

const receivedCallout = async (
  request: WebhookRequest,
  rawBody: Buffer,
  instance: string,
  { remainingMs }: Invocation,
): Promise<Result<Received, Problem<Code>>> => {
  const secretId = secretIds('SALESFORCE_WEBHOOK_SECRET_IDS', process.env['SALESFORCE_WEBHOOK_SECRET_IDS']).get(instance);
  if (secretId === undefined) throw new Bug(`SALESFORCE_WEBHOOK_SECRET_IDS has no secret for the instance ${instance}`);
  const signed = {
    rawBody,
    signature: headerOf(request, 'x-signature'),
    timestamp: headerOf(request, 'x-timestamp'),
    nowMs: nowMs(),
  };
  const verified = await judgedBySecrets(
    secretId,
    (secrets) => verifyCallout({ ...signed, secrets }),
    timeLeftOf(remainingMs, SECRET_SHARE),
  );
  if (!verified.ok) return verified;
  const callout = openCallout(rawBody);
  return callout.ok ? ok({ ...callout.value, form: 'callout' }) : callout;
};

const isXml = (request: WebhookRequest): boolean =>
  /^(?:text|application)\/(?:soap\+)?xml\b/i.test(headerOf(request, 'content-type') ?? '');

const receivedBy = async (
  request: WebhookRequest,
  rawBody: Buffer,
  instance: string,
  invocation: Invocation,
): Promise<Result<Received, Problem<Code>>> => {
  if (!isXml(request)) return receivedCallout(request, rawBody, instance, invocation);
  const message = openOutboundMessage(rawBody);
  return message.ok ? ok({ ...message.value, form: 'outbound-message' }) : message;
};

/** An outbound message bears no signature: it is taken for an org that the configuration names by its id, and as a hint only. */
const isOfOrg = ({ organizationId, form }: Received, config: SalesforceInstance): boolean =>
  config.organizationId === undefined ? form === 'callout' : recordId(config.organizationId) === organizationId;

/** Puts what was changed on the bus: it is durable before it is acknowledged. All waiting ends while there is time to answer. */
const receive = async (request: WebhookRequest, invocation: Invocation): Promise<Result<Received['form'], Problem<Code>>> => {
  const config = instanceNamed(request.pathParameters?.['instance']);
  if (config === undefined) return fail('instance-unknown', 'No Salesforce instance of this name is configured.', 'instance');
  const raw = rawBodyOf(request, MAX_BODY_BYTES);
  if (!raw.ok) return raw;
  const received = await receivedBy(request, raw.value, config.instance, invocation);
  if (!received.ok) return received;
  if (!isOfOrg(received.value, config))
    return fail('organization-mismatch', 'The configuration of this instance does not name that organization.', 'organizationId');
  const { form, records } = received.value;
  // The same for each repetition of the message.
  const key = `${form}:${digest(raw.value.toString('latin1'))}`;
  correlateWith(key);
  const busName = process.env['SOURCE_BUS_NAME'];
  if (busName === undefined || busName === '')
    throw new Bug('the environment variable SOURCE_BUS_NAME is missing: this function was wired without the bus');
  const detail: RecordsChanged = { key, records: [...records], receivedAtMs: nowMs(), isSure: form === 'callout' };
  const entry = {
    busName,
    source: `${SIGNAL_SOURCE}${config.instance}`,
    detailType: RECORDS_CHANGED,
    detail: JSON.stringify(detail),
    timeMs: nowMs(),
  };
  await putEvent(entry, timeLeftOf(invocation.remainingMs));
  return ok(form);
};

const accepted = (form: Received['form'], requestId: string): APIGatewayProxyStructuredResultV2 =>
  form === 'outbound-message'
    ? httpAnswer({ status: 200, headers: { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' }, text: ACK, requestId })
    : acceptedAnswer('{"received":true}', requestId);

const refused = (problem: Problem<Code>, requestId: string): APIGatewayProxyStructuredResultV2 =>
  problemAnswerOf(problem, salesforceWebhookRoutes.receiveSalesforceChanges.problems[problem.code], requestId);

const NOT_STORED: Problem<Code> = { code: 'not-stored', detail: 'What was changed could not be stored; please send it again.' };

export const handler = handlerOf<WebhookRequest, APIGatewayProxyStructuredResultV2>(
  'integrations/salesforce/ingest',
  async (request, invocation) => {
    const { requestId } = invocation;
    try {
      const received = await receive(request, invocation);
      if (received.ok) {
        count('Handled', 1);
        return accepted(received.value, requestId);
      }
      count('Refused', 1);
      log.warn('a webhook was refused', { code: received.problem.code, requestId });
      return refused(received.problem, requestId);
    } catch (error) {
      // Whatever it was, Salesforce keeps an outbound message and sends it again for a day.
      log.error('a webhook could not be stored', errorFields(error));
      count('Failed', 1);
      return refused(NOT_STORED, requestId);
    }
  },
);
