import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { acceptedAnswer, httpAnswer, problemAnswerOf } from './http-answer.ts';
import type { ListedProblem } from './http-problem.ts';
import type { HttpEvent } from './http-request.ts';
import { digest } from './ids.ts';
import type { Problem } from './result.ts';

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

/** The ETag of the same, compressed: other bytes are another representation (RFC 9110, 8.8.3.3). */
const compressedEtag = (etag: string): string => `${etag.slice(0, -1)}-gzip"`;
const uncompressedTag = (tag: string): string => tag.replace(/-gzip"$/, '"');

/** Whether an `If-Match` or `If-None-Match` header names this ETag, compressed or not. A weak tag (`W/`) matches only for `If-None-Match`. */
export const namesEtag = (header: string, etag: string, weak: boolean): boolean =>
  header.split(',').some((part) => {
    const tag = uncompressedTag(part.trim());
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

/** Below this many characters compressing takes longer than it saves. */
const COMPRESSED_FROM = 4_096;

/** Whether an `Accept-Encoding` header names gzip without forbidding it; neither API Gateway nor CloudFront compresses what it does not keep. */
const acceptsGzip = (header: string | undefined): boolean =>
  (header ?? '').split(',').some((part) => /^\s*(?:x-)?gzip\s*(?:;\s*q=(?:1|1\.0*|0?\.\d*[1-9]\d*)\s*)?$/i.test(part));

const compressed = (answer: APIGatewayProxyStructuredResultV2, text: string, etag: string): APIGatewayProxyStructuredResultV2 => ({
  ...answer,
  headers: { ...answer.headers, 'content-encoding': 'gzip', etag: compressedEtag(etag) },
  body: gzipSync(text).toString('base64'),
  isBase64Encoded: true,
});

const isHead = (event: HttpEvent): boolean => event.requestContext.http.method === 'HEAD';

/** To HEAD the same without its body. */
const withoutBody = (event: HttpEvent, answer: APIGatewayProxyStructuredResultV2): APIGatewayProxyStructuredResultV2 => {
  if (!isHead(event)) return answer;
  const { isBase64Encoded: _, ...rest } = answer;
  return { ...rest, body: '' };
};

/** 200 with the body and its ETag, compressed where it is large and the reader takes that, or 304 where a reader has it already. */
export const successAnswer = (event: HttpEvent, body: unknown): APIGatewayProxyStructuredResultV2 => {
  const { requestId } = event.requestContext;
  const reading = event.requestContext.http.method === 'GET' || isHead(event);
  const raw = isRawBody(body) ? body : undefined;
  const text = raw?.text ?? JSON.stringify(body);
  if (!reading) return acceptedAnswer(text, requestId);
  const etag = etagOf(body);
  const headers = { etag, 'cache-control': raw?.cacheControl ?? 'private, no-cache', vary: 'accept-encoding' };
  const known = event.headers['if-none-match'];
  if (known !== undefined && namesEtag(known, etag, true)) return httpAnswer({ status: 304, headers, text: '', requestId });
  const contentType = raw?.contentType ?? 'application/json';
  const whole = httpAnswer({ status: 200, headers: { ...headers, 'content-type': contentType }, text, requestId });
  const isLarge = text.length >= COMPRESSED_FROM && acceptsGzip(event.headers['accept-encoding']);
  return withoutBody(event, isLarge ? compressed(whole, text, etag) : whole);
};

export const problemAnswer = (
  event: HttpEvent,
  problem: Problem | ListedProblem,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 => withoutBody(event, problemAnswerOf(problem, status, event.requestContext.requestId, headers));
