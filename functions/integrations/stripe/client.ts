import { setTimeout as sleep } from 'node:timers/promises';
import { PINNED_VERSION } from './versions.ts';

/**
 * Reads from Stripe's API: GET only, bounded in attempts and in time. Retried are broken connections, 409, 429, 5xx, and whatever
 * `stripe-should-retry: true` says; `false` forbids it. (The vendor's SDK does not retry a plain 429, and may hang on a body that is cut.)
 */
type Json = Readonly<Record<string, unknown>>;

export type Fetched =
  | { readonly kind: 'found'; readonly object: Json }
  | { readonly kind: 'missing' }
  /** Stripe understood and declined: asking again does not help. */
  | { readonly kind: 'refused'; readonly status: number }
  /** For now: the message stays for the queue's own retry. */
  | { readonly kind: 'failed'; readonly reason: string };

export type Query = readonly (readonly [string, string])[];

export interface StripeReader {
  readonly get: (path: string, query?: Query, account?: string) => Promise<Fetched>;
}

export interface ReaderOptions {
  readonly apiBase: string;
  readonly apiKey: () => Promise<string>;
  /** Read anew after a 401; `undefined` where it was read only just. */
  readonly rereadApiKey: () => Promise<string | undefined>;
  /** Milliseconds that may still be spent, asked before each attempt. */
  readonly budgetMs: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

export const MAX_ATTEMPTS = 4;
const ATTEMPT_TIMEOUT_MS = 8_000;
/** Full jitter up to 0.5, 1, 2 s; what `Retry-After` asks for comes on top, up to its own bound. */
const FIRST_WAIT_MS = 500;
const LONGEST_RETRY_AFTER_MS = 10_000;

interface Attempt {
  readonly status: number;
  readonly text: string;
  readonly shouldRetry: string | null;
  readonly retryAfterMs: number;
}

/** `Retry-After` in seconds; a date, or nothing, counts as none. */
const retryAfterMs = (header: string | null): number => {
  const seconds = header !== null && /^\d{1,4}$/.test(header) ? Number(header) : 0;
  return Math.min(LONGEST_RETRY_AFTER_MS, seconds * 1000);
};

const attemptOnce = async (url: string, headers: Readonly<Record<string, string>>, timeoutMs: number): Promise<Attempt | undefined> => {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    const text = await response.text();
    return {
      status: response.status,
      text,
      shouldRetry: response.headers.get('stripe-should-retry'),
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    };
  } catch {
    // Refused, reset, timed out or cut in the middle: all the same, and its message may hold the URL.
    return undefined;
  }
};

const isRetriable = ({ status, shouldRetry }: Attempt): boolean => {
  if (shouldRetry !== null) return shouldRetry === 'true';
  return status === 409 || status === 429 || status >= 500;
};

const parsed = (text: string): Json | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    // A proxy's page with status 200: no answer of Stripe's.
    return undefined;
  }
};

const urlOf = (apiBase: string, path: string, query: Query): string => {
  const parameters = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return `${apiBase.replace(/\/$/, '')}${path}${parameters === '' ? '' : `?${parameters}`}`;
};

/** What a final answer means; `undefined` where another attempt may help. */
const verdictOf = (attempt: Attempt | undefined): Fetched | undefined => {
  if (attempt === undefined) return undefined;
  if (attempt.status === 200) {
    const object = parsed(attempt.text);
    return object === undefined ? undefined : { kind: 'found', object };
  }
  if (isRetriable(attempt)) return undefined;
  if (attempt.status === 404) return { kind: 'missing' };
  // A key that is wrong or may not read this: an operator mends it, then the message succeeds.
  if (attempt.status === 401 || attempt.status === 403)
    return { kind: 'failed', reason: `Stripe answered ${attempt.status}: the API key is wrong or may not read this` };
  return { kind: 'refused', status: attempt.status };
};

/** Why an attempt that may be repeated gave nothing. */
const reasonOf = (attempt: Attempt | undefined): string =>
  attempt === undefined ? 'Stripe did not answer' : `Stripe answered ${attempt.status}`;

/** A pause before the next attempt; none is made where it would outlast the budget. */
const pauseMsOf = (attempt: Attempt | undefined, attempts: number): number =>
  (attempt?.retryAfterMs ?? 0) + Math.random() * FIRST_WAIT_MS * 2 ** attempts;

export const stripeReader = ({ apiBase, apiKey, rereadApiKey, budgetMs, wait = sleep }: ReaderOptions): StripeReader => {
  const ask = async (url: string, key: string, account: string | undefined): Promise<Attempt | undefined> => {
    const headers = {
      authorization: `Bearer ${key}`,
      'stripe-version': PINNED_VERSION,
      ...(account === undefined ? {} : { 'stripe-context': account }),
    };
    return attemptOnce(url, headers, Math.min(ATTEMPT_TIMEOUT_MS, budgetMs()));
  };
  /** One attempt; after a 401 a second one where the key has been replaced since it was read. */
  const askWithFreshKey = async (url: string, account: string | undefined): Promise<Attempt | undefined> => {
    const key = await apiKey();
    const first = await ask(url, key, account);
    if (first?.status !== 401) return first;
    const fresh = await rereadApiKey();
    return fresh === undefined || fresh === key ? first : ask(url, fresh, account);
  };
  const get = async (path: string, query: Query = [], account?: string): Promise<Fetched> => {
    const url = urlOf(apiBase, path, query);
    let reason = 'there was no time left to ask Stripe';
    for (let attempts = 0; attempts < MAX_ATTEMPTS && budgetMs() > 0; attempts += 1) {
      const attempt = await askWithFreshKey(url, account);
      const verdict = verdictOf(attempt);
      if (verdict !== undefined) return verdict;
      reason = reasonOf(attempt);
      const pauseMs = pauseMsOf(attempt, attempts);
      if (attempts + 1 === MAX_ATTEMPTS || pauseMs >= budgetMs()) break;
      await wait(pauseMs);
    }
    return { kind: 'failed', reason };
  };
  return { get };
};
