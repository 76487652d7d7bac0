import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { ZodMiniObject, type z } from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { type FieldProblem, type ValidationProblem, validationProblem } from './http-problem.ts';
import { fail, ok, type Problem, type Result } from './result.ts';

/** The payload of an HTTP API, format 2.0, with or without a token; header names are lower case. */
export type HttpEvent = APIGatewayProxyEventV2;

/** A body's size in bytes and its nesting: measured on the text, before a parser sees it. */
export const MAX_BODY_BYTES = 1_000_000;
export const MAX_BODY_DEPTH = 20;

/** Who calls, by ids of the identity provider: never a name or an address. What somebody changes is recorded with them. */
export interface Caller {
  /** The person, or the program itself: its client. Two people have two, so this is what an action compares that needs a second one. */
  readonly subject: string;
  /** Through which client: the browser's, or the program's own. */
  readonly clientId: string;
  readonly scopes: readonly string[];
}

/**
 * From the claims that API Gateway's authoriser has verified; absent where a route is public, no token was sent, or one that does not say who
 * calls. A token that tells who signed in (`token_use` is `id`) is for the page that asked for it and no permission to call, whatever scopes
 * somebody had put into it.
 */
export const callerOf = (event: HttpEvent): Caller | undefined => {
  const context = event.requestContext as { authorizer?: { jwt?: { claims?: Record<string, unknown> } } };
  const claims = context.authorizer?.jwt?.claims;
  if ((claims?.['token_use'] ?? 'access') !== 'access') return undefined;
  const subject = claims?.['sub'];
  const clientId = claims?.['client_id'];
  if (typeof subject !== 'string' || subject === '' || typeof clientId !== 'string' || clientId === '') return undefined;
  const scope = claims?.['scope'];
  return { subject, clientId, scopes: typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : [] };
};

/** Deepest nesting of a JSON text, without parsing it: brackets outside of strings. */
export const depthOf = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
};

const isJson = (contentType: string | undefined): boolean => /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType ?? '');
const isCsv = (contentType: string | undefined): boolean =>
  /^text\/csv\s*(?:$|;\s*(?:header=\w+\s*)?$|;\s*charset="?utf-8"?\s*$)/i.test(contentType ?? '');

/** A body that was sent as text/csv, to a route that takes it. A class, so that no JSON can pass for one. */
export class CsvBody {
  readonly csv: string;
  constructor(csv: string) {
    this.csv = csv;
  }
}

type BodyProblem = Problem<'body-too-large' | 'media-type-unsupported'> | ValidationProblem;

const parsed = (text: string): Result<unknown, BodyProblem> => {
  try {
    return ok(JSON.parse(text));
  } catch {
    // The parser's message repeats what it was given.
    return { ok: false, problem: validationProblem([{ field: 'body', detail: 'is not JSON' }]) };
  }
};

/** What was no UTF-8 comes through a gateway as replacement characters; UTF-16 has a NUL in every second byte. */
const csvOf = (bytes: Buffer): Result<CsvBody, BodyProblem> => {
  const csv = bytes.toString('utf8');
  const detail = 'is not UTF-8 text: save the file as CSV in UTF-8 and send it again';
  return /[\0\uFFFD]/.test(csv) ? { ok: false, problem: validationProblem([{ field: 'body', detail }]) } : ok(new CsvBody(csv));
};

/** The body of a route that declares one. */
export const bodyOf = (event: HttpEvent, takesCsv: boolean): Result<unknown, BodyProblem> => {
  const contentType = event.headers['content-type'];
  const asCsv = takesCsv && isCsv(contentType);
  if (!asCsv && !isJson(contentType)) {
    const allowed = takesCsv ? 'application/json, or as text/csv in UTF-8' : 'application/json';
    return fail('media-type-unsupported', `the body must be sent as ${allowed}`, 'content-type');
  }
  const raw = event.body ?? '';
  const bytes = event.isBase64Encoded ? Buffer.from(raw, 'base64') : Buffer.from(raw, 'utf8');
  if (bytes.length > MAX_BODY_BYTES)
    return fail('body-too-large', `the body has ${bytes.length} bytes, at most ${MAX_BODY_BYTES} are allowed`);
  if (asCsv) return csvOf(bytes);
  const text = bytes.toString('utf8');
  const depth = depthOf(text);
  if (depth > MAX_BODY_DEPTH) {
    return {
      ok: false,
      problem: validationProblem([{ field: 'body', detail: `is nested ${depth} deep, at most ${MAX_BODY_DEPTH} are allowed` }]),
    };
  }
  return parsed(text);
};

/** `['rates', 3, 'rate']` → `rates[3].rate` */
const pathText = (root: string, path: readonly PropertyKey[]): string => {
  const text = path.reduce<string>(
    (so, part) => (typeof part === 'number' ? `${so}[${part}]` : so === '' ? String(part) : `${so}.${String(part)}`),
    '',
  );
  return text === '' ? root : text;
};

const { localeError } = en();

const MAX_ALLOWED_KEYS = 20;

/** The keys of the object that did not know one, in the order in which its schema has them. */
const allowedKeysText = (schema: unknown): string => {
  const keys = schema instanceof ZodMiniObject ? Object.keys(schema.shape) : [];
  if (keys.length === 0) return 'none';
  const more = keys.length > MAX_ALLOWED_KEYS ? ` and ${keys.length - MAX_ALLOWED_KEYS} more` : '';
  return `${keys.slice(0, MAX_ALLOWED_KEYS).join(', ')}${more}`;
};

/** zod says which key an object does not know, but not those that it does; and calls what is missing undefined. */
const problemText: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'unrecognized_keys') return `${localeError(issue)}; allowed: ${allowedKeysText(issue.inst)}`;
  if (issue.code === 'invalid_type' && issue.input === undefined) return `is missing; expected ${issue.expected}`;
  return localeError(issue);
};

/** Values against a schema; every field that it refuses is collected under its path, `root` where it is the whole. */
export const validated = (schema: z.ZodMiniType | undefined, value: unknown, root: string, problems: FieldProblem[]): unknown => {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value, { error: problemText });
  if (result.success) return result.data;
  for (const issue of result.error.issues)
    problems.push({ field: pathText(root, issue.path), detail: `${issue.message}${receivedAt(value, issue.path, issue.message)}` });
  return undefined;
};

const MAX_RECEIVED_CHARACTERS = 60;

/** What stood at the path, where the message does not say it already. */
const receivedAt = (value: unknown, path: readonly PropertyKey[], message: string): string => {
  if (message.includes('received')) return '';
  let at = value;
  for (const part of path) at = typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[part] : undefined;
  return receivedText(at);
};

/** What was received, where it is short. */
export const receivedText = (at: unknown): string => {
  if (typeof at !== 'string' && typeof at !== 'number' && typeof at !== 'boolean') return '';
  const text = JSON.stringify(at);
  return text.length > MAX_RECEIVED_CHARACTERS ? '' : `; received ${text}`;
};
