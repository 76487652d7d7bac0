import type { IncomingMessage } from 'node:http';
import type { MatchedRoute } from './routes.ts';

/** What a function finds under `requestContext.authorizer.jwt`. API Gateway gives every claim as text. */
export interface Authorization {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | null;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer | string;
}

interface RequestParts {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
  readonly matched: MatchedRoute;
  readonly jwt: Authorization | undefined;
  readonly requestId: string;
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  /** Test clock, epoch milliseconds. */
  readonly nowMs: number;
}

/** Content types whose bodies API Gateway passes as text; all others arrive in base64 (form posts too). */
const TEXT_TYPES = /^(text\/|application\/(json|xml|javascript)\b|application\/[\w.-]+\+(json|xml)\b)/i;

const isText = (request: IncomingMessage): boolean => {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' && TEXT_TYPES.test(request.headers['content-type'] ?? '');
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Common log format: `12/Mar/2026:19:03:58 +0000`. */
const clfTime = (atMs: number): string => {
  const [date = '', time = ''] = new Date(atMs).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
};

const lowerCaseHeaders = (request: IncomingMessage): Record<string, string> => {
  const headers = new Map<string, string>();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    // Cookies have a field of their own in format 2.0.
    if (values !== undefined && name !== 'cookie') headers.set(name, values.join(','));
  }
  return Object.fromEntries(headers);
};

const joinedQuery = (url: URL): Readonly<Record<string, string>> | undefined => {
  // A map, since a parameter may be called `__proto__` or `constructor`, which every object has.
  const joined = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return url.search.length > 1 ? Object.fromEntries(joined) : undefined;
};

/** The event that an HTTP API gives a function, payload format 2.0. */
export const eventOf = ({
  request,
  url,
  body,
  matched,
  jwt,
  requestId,
  accountId,
  apiId,
  stage,
  nowMs,
}: RequestParts): Readonly<Record<string, unknown>> => {
  const query = joinedQuery(url);
  const cookies = request.headers.cookie?.split('; ');
  const text = isText(request);
  const host = request.headers.host ?? 'localhost';
  const address = request.socket.remoteAddress ?? '127.0.0.1';
  return {
    version: '2.0',
    routeKey: matched.route.routeKey,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    ...(cookies === undefined ? {} : { cookies }),
    headers: {
      ...lowerCaseHeaders(request),
      'x-forwarded-for': address,
      'x-forwarded-port': host.split(':')[1] ?? '80',
      'x-forwarded-proto': 'http',
      'x-amzn-trace-id': `Root=1-${Math.floor(nowMs / 1000).toString(16)}-${requestId.replaceAll('-', '').slice(0, 24)}`,
    },
    ...(query === undefined ? {} : { queryStringParameters: query }),
    ...(matched.pathParameters === undefined ? {} : { pathParameters: matched.pathParameters }),
    requestContext: {
      accountId,
      apiId,
      ...(jwt === undefined ? {} : { authorizer: { jwt: { claims: jwt.claims, scopes: jwt.scopes } } }),
      domainName: host.replace(/:\d+$/, ''),
      domainPrefix: host.split(/[.:]/)[0],
      http: {
        method: request.method,
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: address,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: matched.route.routeKey,
      stage,
      time: clfTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(body.length === 0 ? {} : { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !text,
  };
};

interface FunctionResponse {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

export const messageAnswer = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message }),
});

/** What API Gateway makes of a function's return value: a whole response, or anything else as a JSON body with status 200. */
export const answerOf = (payload: unknown): HttpAnswer => {
  const response = payload as FunctionResponse | null;
  if (typeof response !== 'object' || response === null || response.statusCode === undefined) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: typeof payload === 'string' ? payload : JSON.stringify(payload ?? null),
    };
  }
  const status = Number(response.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return messageAnswer(500, 'Internal Server Error');
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(response.headers ?? {})) headers[name.toLowerCase()] = String(value);
  if (response.cookies !== undefined && response.cookies.length > 0) headers['set-cookie'] = response.cookies;
  headers['content-type'] ??= 'text/plain;charset=UTF-8';
  const body = response.body ?? '';
  return { status, headers, body: response.isBase64Encoded === true ? Buffer.from(body, 'base64') : body };
};
