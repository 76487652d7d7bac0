import { AwsClient } from 'aws4fetch';
import { Bug } from '../bug.ts';

/**
 * The three AWS calls that receiving events needs, as signed requests in the services' own JSON protocol: the SDK's clients for them would
 * weigh eight times the whole webhook function. Endpoints follow the SDK's variables: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, AWS.
 */
interface ServiceName {
  /** Of the host name and of the signature. */
  readonly host: string;
  readonly variable: string;
  readonly protocol: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
}

const EVENTS: ServiceName = { host: 'events', variable: 'EVENTBRIDGE', protocol: 'application/x-amz-json-1.1' };
const SECRETS: ServiceName = { host: 'secretsmanager', variable: 'SECRETS_MANAGER', protocol: 'application/x-amz-json-1.1' };
const SQS: ServiceName = { host: 'sqs', variable: 'SQS', protocol: 'application/x-amz-json-1.0' };

/** One repetition covers a connection that went stale while the function was frozen; whoever waits for us (Stripe, a queue) repeats the whole. */
const MAX_ATTEMPTS = 2;
const TIMEOUT_MS = 4_000;

/** A service answered an error, or not at all: the caller's caller tries again. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Bug(`the environment variable ${name} is missing: this function was wired without it`);
  return value;
};

let client: AwsClient | undefined;

/** Credentials of a function do not change while it lives. */
const signed = (): AwsClient => {
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  client ??= new AwsClient({
    accessKeyId: required('AWS_ACCESS_KEY_ID'),
    secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken ? { sessionToken } : {}),
    region: required('AWS_REGION'),
    retries: 0,
  });
  return client;
};

const endpointOf = ({ host, variable }: ServiceName): string =>
  process.env[`AWS_ENDPOINT_URL_${variable}`] ??
  process.env['AWS_ENDPOINT_URL'] ??
  `https://${host}.${required('AWS_REGION')}.amazonaws.com`;

const attempt = async (
  service: ServiceName,
  target: string,
  body: string,
): Promise<{ readonly status: number; readonly text: string } | ServiceError> => {
  try {
    const response = await signed().fetch(endpointOf(service), {
      method: 'POST',
      headers: { 'content-type': service.protocol, 'x-amz-target': target },
      body,
      aws: { service: service.host },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (error instanceof Bug) throw error;
    return new ServiceError(`${target} did not answer`, { cause: error });
  }
};

const call = async (service: ServiceName, target: string, input: object): Promise<Record<string, unknown>> => {
  const body = JSON.stringify(input);
  let failure = new ServiceError(`${target} was not called`);
  for (let tried = 0; tried < MAX_ATTEMPTS; tried += 1) {
    const answer = await attempt(service, target, body);
    if (answer instanceof ServiceError) failure = answer;
    else if (answer.status === 200) return answer.text === '' ? {} : (JSON.parse(answer.text) as Record<string, unknown>);
    else {
      failure = new ServiceError(`${target} answered ${answer.status}`);
      if (answer.status < 500 && answer.status !== 429) break;
    }
  }
  throw failure;
};

export interface BusEntry {
  readonly busName: string;
  readonly source: string;
  readonly detailType: string;
  /** JSON text. */
  readonly detail: string;
  readonly timeMs: number;
}

/** Puts one event on a bus. EventBridge answers 200 for an entry that it did not take, so the entry's own verdict is read. */
export const putEvent = async ({ busName, source, detailType, detail, timeMs }: BusEntry): Promise<void> => {
  const entry = { EventBusName: busName, Source: source, DetailType: detailType, Detail: detail, Time: Math.floor(timeMs / 1000) };
  const answer = await call(EVENTS, 'AWSEvents.PutEvents', { Entries: [entry] });
  if (answer['FailedEntryCount'] !== 0) throw new ServiceError('AWSEvents.PutEvents did not take the entry');
};

export const secretText = async (secretId: string): Promise<string> => {
  const answer = await call(SECRETS, 'secretsmanager.GetSecretValue', { SecretId: secretId });
  const text = answer['SecretString'];
  if (typeof text !== 'string') throw new ServiceError('secretsmanager.GetSecretValue gave no text');
  return text;
};

export const sendMessage = async (queueUrl: string, body: string): Promise<void> => {
  await call(SQS, 'AmazonSQS.SendMessage', { QueueUrl: queueUrl, MessageBody: body });
};
