import * as z from 'zod/mini';
import { type Credentials, type TokenIssuer, tokenForm } from './token.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Percent of the org's calls in 24 hours that are used, where the org tells it. */
  readonly usedPercent: number | undefined;
}

/** What came of a request: the org's answer, or in a sentence why there is none, and whether asking again soon may help. */
export type Asked = { readonly answer: Answer } | { readonly problem: string; readonly retry: boolean };

/** What is remembered of an org from one invocation to the next. */
export interface OrgMemory {
  /** Holds until the org says that it does not. */
  token?: string;
  /** Percent of the org's calls in 24 hours that were used, and when the org told it (epoch milliseconds). */
  used?: { readonly percent: number; readonly atMs: number };
}

export interface SessionOptions extends TokenIssuer {
  readonly memory?: OrgMemory;
  /** `undefined` where none were put in yet. */
  readonly credentials: () => Promise<Credentials | undefined>;
  /** Read anew after a sign-in was refused; `undefined` where they were read only just. */
  readonly rereadCredentials: () => Promise<Credentials | undefined>;
  /** Milliseconds that may still be spent, asked before each request. */
  readonly budgetMs: () => number;
  /** Wall time, which the org checks a signed assertion against. */
  readonly wallSeconds: () => number;
}

const ATTEMPT_TIMEOUT_MS = 8_000;
const tokenSchema = z.object({ access_token: z.string().check(z.minLength(1)) });
const NO_ANSWER: Asked = { problem: 'Salesforce did not answer', retry: true };

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page: no answer of Salesforce's.
    return undefined;
  }
};

const usedPercentOf = (limitInfo: string | null): number | undefined => {
  const [, used, limit] = /api-usage=(\d+)\/([1-9]\d*)/.exec(limitInfo ?? '') ?? [];
  return used === undefined || limit === undefined ? undefined : Math.floor((Number(used) * 100) / Number(limit));
};

const ask = async (url: string, init: RequestInit, timeoutMs: number): Promise<Answer | undefined> => {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    const body = parsed(await response.text());
    return { status: response.status, body, usedPercent: usedPercentOf(response.headers.get('sforce-limit-info')) };
  } catch {
    // Refused, reset, timed out or cut in the middle: all the same, and its message may hold the URL.
    return undefined;
  }
};

/** A GET of one org, with a token of its own: signed in when first needed, and once more where the org has ended the session. */
export const openSession = (options: SessionOptions): ((path: string) => Promise<Asked>) => {
  const base = options.instanceUrl.replace(/\/$/, '');
  const timeoutMs = (): number => Math.max(1, Math.min(ATTEMPT_TIMEOUT_MS, options.budgetMs()));
  const memory = options.memory ?? {};

  const issue = (credentials: Credentials): Promise<Answer | undefined> => {
    const body = tokenForm(credentials, options, options.wallSeconds());
    return ask(`${base}/services/oauth2/token`, { method: 'POST', body }, timeoutMs());
  };
  /** Credentials that were replaced since they were read are tried at once. */
  const signIn = async (): Promise<Asked | undefined> => {
    const credentials = (await options.credentials()) ?? (await options.rereadCredentials());
    if (credentials === undefined) return { problem: 'no credentials for Salesforce have been put into their secret', retry: false };
    let answer = await issue(credentials);
    if (answer !== undefined && answer.status >= 400 && answer.status < 500) {
      const fresh = await options.rereadCredentials();
      if (fresh !== undefined) answer = await issue(fresh);
    }
    if (answer === undefined) return NO_ANSWER;
    const issued = tokenSchema.safeParse(answer.body);
    if (answer.status !== 200 || !issued.success)
      return { problem: `Salesforce refused the sign-in with ${answer.status}`, retry: answer.status >= 500 };
    memory.token = issued.data.access_token;
    return undefined;
  };
  const get = (path: string): Promise<Answer | undefined> =>
    ask(`${base}${path}`, { headers: { authorization: `Bearer ${memory.token}` } }, timeoutMs());

  return async (path) => {
    const refused = memory.token === undefined ? await signIn() : undefined;
    if (refused !== undefined) return refused;
    const first = await get(path);
    if (first?.status !== 401) return first === undefined ? NO_ANSWER : { answer: first };
    const refusedAgain = await signIn();
    if (refusedAgain !== undefined) return refusedAgain;
    const second = await get(path);
    if (second?.status === 401) return { problem: 'Salesforce does not take the token that it has just issued', retry: false };
    return second === undefined ? NO_ANSWER : { answer: second };
  };
};
