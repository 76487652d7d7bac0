import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type ListedProblem, problemDocument } from './http-problem.ts';
import type { Problem } from './result.ts';

/** What every answer carries, webhooks' included: it is data for a program or our own page, so a browser may do nothing else with it. */
const SECURITY_HEADERS = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
} as const;

/** Seconds after which a caller may try again what was merely in the way. */
const RETRY_AFTER_SECONDS = '1';

export interface AnswerParts {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Finds the request in our logs. */
  readonly requestId: string;
}

/** The one place where answers are made: none leaves a function without the headers that all have. */
export const httpAnswer = ({ status, headers, text, requestId }: AnswerParts): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { ...SECURITY_HEADERS, 'x-request-id': requestId, ...headers },
  body: text,
});

/** 200 to what changed something, or was only to be taken: never kept by anybody on the way. */
export const acceptedAnswer = (text: string, requestId: string): APIGatewayProxyStructuredResultV2 =>
  httpAnswer({ status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, text, requestId });

/** A problem document (RFC 9457); 503 says when to come again. */
export const problemAnswerOf = (
  problem: Problem | ListedProblem,
  status: number,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 => {
  const retry = status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
  return httpAnswer({
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...retry, ...headers },
    text: JSON.stringify(problemDocument(problem, status, requestId)),
    requestId,
  });
};
