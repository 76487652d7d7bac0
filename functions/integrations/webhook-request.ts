import { fail, ok, type Problem, type Result } from '../platform/result.ts';

/** The parts of a request that matter, from API Gateway's format 2.0 (HTTP API) or 1.0 (REST API, names in any case). */
export interface WebhookRequest {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly pathParameters?: Readonly<Record<string, string | undefined>> | null;
  readonly requestContext?: { readonly requestId?: string };
}

/** A header's value, whatever the case of its name. A header that came several times is joined as HTTP joins it. */
export const headerOf = (request: WebhookRequest, name: string): string | undefined => {
  for (const [key, value] of Object.entries(request.headers ?? {})) if (key.toLowerCase() === name) return value;
  for (const [key, values] of Object.entries(request.multiValueHeaders ?? {})) if (key.toLowerCase() === name) return values?.join(',');
  return undefined;
};

/** The bytes as they were sent, which is what was signed: at least one, at most `maxBytes`. */
export const rawBodyOf = (request: WebhookRequest, maxBytes: number): Result<Buffer, Problem<'event-unreadable' | 'body-too-large'>> => {
  const raw = Buffer.from(request.body ?? '', request.isBase64Encoded === true ? 'base64' : 'utf8');
  if (raw.length === 0) return fail('event-unreadable', 'The body is empty.', 'body');
  if (raw.length > maxBytes) return fail('body-too-large', `The body has ${raw.length} bytes; at most ${maxBytes} are taken.`, 'body');
  return ok(raw);
};
