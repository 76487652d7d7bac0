import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Bug } from '../bug.ts';
import { amzDate, authorizationOf, type Credentials } from './sigv4.ts';

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

let known: Credentials | undefined;

/** Credentials of a function do not change while it lives. */
const credentials = (): Credentials => {
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  known ??= {
    accessKeyId: required('AWS_ACCESS_KEY_ID'),
    secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken ? { sessionToken } : {}),
  };
  return known;
};

const endpoints = new Map<string, URL>();

const endpointOf = ({ host, variable }: ServiceName): URL => {
  const text =
    process.env[`AWS_ENDPOINT_URL_${variable}`] ??
    process.env['AWS_ENDPOINT_URL'] ??
    `https://${host}.${required('AWS_REGION')}.amazonaws.com`;
  const url = endpoints.get(text) ?? new URL(text);
  endpoints.set(text, url);
  return url;
};

/** Sockets are kept between invocations; `fetch` would cost the webhook's function as much again as everything else it does. */
const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

const headersOf = (service: ServiceName, url: URL, target: string, body: string): Record<string, string> => {
  const { sessionToken } = credentials();
  const headers = {
    host: url.host,
    'content-type': service.protocol,
    'x-amz-date': amzDate(Date.now()),
    'x-amz-target': target,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
  };
  const region = required('AWS_REGION');
  const authorization = authorizationOf({ service: service.host, region, path: url.pathname, headers, body, credentials: credentials() });
  return { ...headers, authorization, 'content-length': String(Buffer.byteLength(body)) };
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

const post = (url: URL, headers: Record<string, string>, body: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const options = { method: 'POST', host: url.hostname, port: url.port, path: url.pathname, headers };
    const outgoing = secure ? httpsRequest({ ...options, agent: agents.https }) : httpRequest({ ...options, agent: agents.http });
    // One limit for the whole exchange, not for a silence on the socket.
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    const failed = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    outgoing.once('error', failed);
    outgoing.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', failed);
      response.once('end', () => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    outgoing.end(body);
  });

const attempt = async (service: ServiceName, target: string, body: string): Promise<Answer | ServiceError> => {
  const url = endpointOf(service);
  const headers = headersOf(service, url, target, body);
  try {
    return await post(url, headers, body);
  } catch (error) {
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
