import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Bug } from '../bug.ts';
import { amzDate, authorizationOf, type Credentials } from './sigv4.ts';

/**
 * Signed requests in the services' own JSON protocol: the SDK's clients would weigh several times our functions, start as long as all the rest
 * of them, and cost more work for a call than the call's own. Endpoints follow the SDK's variables: `AWS_ENDPOINT_URL_<SERVICE>`,
 * `AWS_ENDPOINT_URL`, AWS.
 */
export interface ServiceName {
  /** Of the host name and of the signature. */
  readonly host: string;
  readonly variable: string;
  readonly protocol: 'application/x-amz-json-1.0' | 'application/x-amz-json-1.1';
}

/** Longest that one request may take. */
const TIMEOUT_MS = 4_000;

/** A service answered an error, or not at all: the caller's caller tries again. */
export class ServiceError extends Error {
  override readonly name: string = 'ServiceError';
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
  const region = required('AWS_REGION');
  const text =
    process.env[`AWS_ENDPOINT_URL_${variable}`] ??
    process.env['AWS_ENDPOINT_URL'] ??
    `https://${host}.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
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

export interface Answer {
  readonly status: number;
  readonly text: string;
}

const post = (url: URL, headers: Record<string, string>, body: string, timeoutMs: number): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const options = { method: 'POST', host: url.hostname, port: url.port, path: url.pathname, headers };
    const outgoing = secure ? httpsRequest({ ...options, agent: agents.https }) : httpRequest({ ...options, agent: agents.http });
    // One limit for the whole exchange, not for a silence on the socket.
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
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

/** One request; an error where nobody answered within four seconds, or within `atMostMs` where that is less. */
export const signedPost = async (
  service: ServiceName,
  target: string,
  body: string,
  atMostMs = TIMEOUT_MS,
): Promise<Answer | ServiceError> => {
  const url = endpointOf(service);
  const headers = headersOf(service, url, target, body);
  try {
    return await post(url, headers, body, Math.min(TIMEOUT_MS, atMostMs));
  } catch (error) {
    return new ServiceError(`${target} did not answer`, { cause: error });
  }
};
