import type * as z from 'zod/mini';

/** What was wrong with a request to a page under `/local`, for its sender. */
export class BadRequest extends Error {}

const MAX_LIST = 1_000;

export const parseBody = <Schema extends z.ZodMiniType>(schema: Schema, body: Buffer, example: string): z.infer<Schema> => {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8') || '{}');
  } catch {
    throw new BadRequest(`the body must be JSON, e.g. ${example}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new BadRequest(`the body must look like ${example}`);
  return parsed.data;
};

export const limitOf = (url: URL, fallback: number): number => {
  const text = url.searchParams.get('limit');
  const limit = text === null ? fallback : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIST) throw new BadRequest(`limit must be a whole number from 1 to ${MAX_LIST}`);
  return limit;
};

/** Epoch milliseconds of an instant; undefined where the text is none. A time without a zone would mean another instant on every machine. */
export const parsedInstant = (text: string): number | undefined => {
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) || !/T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? undefined : atMs;
};

/** The same, for its sender: `what` begins the sentence that says what is wrong. */
export const instantMs = (text: string, what: string): number => {
  const atMs = parsedInstant(text);
  if (atMs === undefined) throw new BadRequest(`${what} an instant, like 2026-11-05T00:00:00Z; received "${text}"`);
  return atMs;
};
