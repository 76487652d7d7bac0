import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type ListedProblem, problemDocument } from './http-problem.ts';
import type { HttpEvent } from './http-request.ts';
import { digest } from './ids.ts';
import type { Problem } from './result.ts';

/** What every answer carries: it is data for a program or our own page, so a browser may do nothing else with it. */
const SECURITY_HEADERS = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
} as const;

/** A body that is not JSON (a page), or that sets its own caching. */
export interface RawBody {
  readonly kind: 'raw-body';
  readonly contentType: string;
  readonly text: string;
  /** Default: `private, no-cache`, that is, ask again with the ETag. */
  readonly cacheControl?: string;
}

export const rawBody = (contentType: string, text: string, cacheControl?: string): RawBody => ({
  kind: 'raw-body',
  contentType,
  text,
  ...(cacheControl === undefined ? {} : { cacheControl }),
});

export const isRawBody = (value: unknown): value is RawBody =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'raw-body';

/** A strong ETag: equal exactly where the bytes of the representation are. */
export const etagOf = (body: unknown): string => `"${digest(isRawBody(body) ? body.text : JSON.stringify(body), 27)}"`;

/** Whether an `If-Match` or `If-None-Match` header names this ETag. A weak tag (`W/`) matches only for `If-None-Match`. */
export const namesEtag = (header: string, etag: string, weak: boolean): boolean =>
  header.split(',').some((part) => {
    const tag = part.trim();
    return tag === '*' || tag === etag || (weak && tag === `W/${etag}`);
  });

/** Whether an `Accept` header allows the type; `q=0` forbids it, the more specific range decides (RFC 9110, 12.5.1). */
export const accepts = (header: string | undefined, contentType: string): boolean => {
  if (header === undefined || header.trim() === '') return true;
  const [type = '', subtype = ''] = (contentType.split(';')[0] ?? '').trim().toLowerCase().split('/');
  const wanted = [`${type}/${subtype}`, `${type}/*`, '*/*'];
  const ranges = new Map<string, number>();
  for (const part of header.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    ranges.set(range, q === undefined ? 1 : Number(q.slice(2)));
  }
  const found = wanted.find((range) => ranges.has(range));
  return found !== undefined && (ranges.get(found) ?? 0) > 0;
};

const answer = (
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
  requestId: string,
  head: boolean,
): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...SECURITY_HEADERS, 'x-request-id': requestId, ...headers },
  body: head ? '' : text,
});

const isHead = (event: HttpEvent): boolean => event.requestContext.http.method === 'HEAD';

/** 200 with the body and its ETag, or 304 where a reader has it already. */
export const successAnswer = (event: HttpEvent, body: unknown): APIGatewayProxyStructuredResultV2 => {
  const { requestId } = event.requestContext;
  const reading = event.requestContext.http.method === 'GET' || isHead(event);
  const raw = isRawBody(body) ? body : undefined;
  const text = raw?.text ?? JSON.stringify(body);
  if (!reading) return answer(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }, text, requestId, false);
  const etag = etagOf(body);
  const headers = { etag, 'cache-control': raw?.cacheControl ?? 'private, no-cache' };
  const known = event.headers['if-none-match'];
  if (known !== undefined && namesEtag(known, etag, true)) return answer(304, headers, '', requestId, true);
  return answer(200, { ...headers, 'content-type': raw?.contentType ?? 'application/json' }, text, requestId, isHead(event));
};

/** Seconds after which a caller may try again what was merely in the way. */
const RETRY_AFTER_SECONDS = '1';

export const problemAnswer = (
  event: HttpEvent,
  problem: Problem | ListedProblem,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 => {
  const { requestId } = event.requestContext;
  const text = JSON.stringify(problemDocument(problem, status, requestId));
  const retry = status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
  return answer(
    status,
    { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...retry, ...headers },
    text,
    requestId,
    isHead(event),
  );
};
