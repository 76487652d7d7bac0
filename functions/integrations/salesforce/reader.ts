import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type Answer, type Asked, openSession, type SessionOptions } from './session.ts';

/** A record as the REST API shows it. */
export type SalesforceRecord = Readonly<Record<string, unknown>>;

export type Queried =
  | { readonly kind: 'found'; readonly records: readonly SalesforceRecord[] }
  /** The org understood and declined: asking the same again does not help. `code` is Salesforce's own, e.g. `INVALID_FIELD`. */
  | { readonly kind: 'refused'; readonly code: string }
  /** For now: the message stays for the queue's own retry. */
  | { readonly kind: 'failed'; readonly reason: string };

type Unanswered = Exclude<Queried, { readonly kind: 'found' }>;

export interface QueryOptions {
  /** Also those in the recycle bin. */
  readonly deleted?: true;
  /** Of the org's calls in 24 hours, which its other systems share, in percent: where so many are known to be used, nothing more is asked. */
  readonly mostPercent?: number;
}

export interface SalesforceReader {
  /** All records that a SOQL query finds, at most `MAX_RECORDS`. */
  readonly query: (soql: string, options?: QueryOptions) => Promise<Queried>;
}

export interface ReaderOptions extends SessionOptions {
  /** `66.0` */
  readonly apiVersion: string;
  readonly wait?: (ms: number) => Promise<unknown>;
  /** Epoch milliseconds, for how old is what the org told of its calls. */
  readonly nowMs?: () => number;
}

export const MAX_ATTEMPTS = 4;
/** More than one query of a sync finds: beyond it the query was wrong, and nothing is cut off silently. */
export const MAX_RECORDS = 50_000;
/** Full jitter up to 0.5, 1, 2 s. */
const FIRST_WAIT_MS = 500;
/** For so long what the org told of its calls is taken for true without asking: whoever makes us ask, makes us ask that often. */
const USAGE_HOLDS_MS = 5 * 60_000;
/** Nobody reads on beyond it. */
export const MOST_OF_ORG_LIMIT_PERCENT = 90;

const pageSchema = z.object({
  totalSize: z.int(),
  done: z.boolean(),
  /** A path of the org that was asked, and no other address: the token goes there. */
  nextRecordsUrl: z.optional(z.string().check(z.regex(/^\/services\/data\/v[\d.]+\/query\/[\w-]+$/))),
  records: z.array(z.record(z.string(), z.unknown())),
});
type Page = z.infer<typeof pageSchema>;
const errorsSchema = z.array(z.object({ errorCode: z.string().check(z.regex(/^[A-Z][A-Z0-9_]{0,79}$/)) }));

const codeOf = (body: unknown): string => {
  const errors = errorsSchema.safeParse(body);
  return (errors.success ? errors.data[0]?.errorCode : undefined) ?? 'UNKNOWN';
};

/** Whether the same request may succeed within seconds; a day's limit does not end by then. */
const isRetriable = ({ status }: Answer, code: string): boolean =>
  code !== 'REQUEST_LIMIT_EXCEEDED' && (status === 420 || status === 429 || status < 400 || status >= 500);

const usedUp = (percent: number): Unanswered => ({ kind: 'failed', reason: `${percent}% of the org's calls in 24 hours are used` });

/** What an answer means, and whether asking again may help. */
const pageOf = (asked: Asked): { readonly page: Page } | { readonly verdict: Unanswered; readonly retry: boolean } => {
  if ('problem' in asked) return { verdict: { kind: 'failed', reason: asked.problem }, retry: asked.retry };
  const { answer } = asked;
  const page = pageSchema.safeParse(answer.body);
  if (answer.status === 200 && page.success) return { page: page.data };
  const code = codeOf(answer.body);
  const retry = isRetriable(answer, code);
  const isRefused = !retry && code !== 'REQUEST_LIMIT_EXCEEDED';
  const verdict = isRefused
    ? ({ kind: 'refused', code } as const)
    : ({ kind: 'failed', reason: `Salesforce answered ${answer.status} ${code}` } as const);
  return { verdict, retry };
};

/** The next page's path; `undefined` after the last, and a sentence where pages do not fit together. */
const nextOf = (page: Page, gathered: number): { readonly path?: string; readonly problem?: string } => {
  const { done, nextRecordsUrl, totalSize, records } = page;
  // Every page brings the end nearer, so there is one.
  if (!done && (records.length === 0 || gathered >= totalSize))
    return { problem: `Salesforce goes on behind ${gathered} of ${totalSize} records` };
  if (!done) return nextRecordsUrl === undefined ? { problem: 'Salesforce left out where the next page is' } : { path: nextRecordsUrl };
  return gathered === totalSize ? {} : { problem: `Salesforce told of ${totalSize} records and gave ${gathered}` };
};

/**
 * Reads of one org by its REST API, bounded in attempts, sign-ins, records and time. (The vendor's client renews a session without bound,
 * waits half an hour, and cuts a query off at 10,000 records without a word: decision 0012.)
 */
export const salesforceReader = (options: ReaderOptions): SalesforceReader => {
  const { apiVersion, budgetMs, wait = sleep, memory = {}, nowMs = Date.now } = options;
  const get = openSession({ ...options, memory });

  const ask = async (path: string): Promise<Asked> => {
    const asked = await get(path);
    if ('answer' in asked && asked.answer.usedPercent !== undefined) memory.used = { percent: asked.answer.usedPercent, atMs: nowMs() };
    return asked;
  };
  const usedPercent = (): number => {
    const { percent = 0, atMs = 0 } = memory.used ?? {};
    return Math.abs(nowMs() - atMs) < USAGE_HOLDS_MS ? percent : 0;
  };
  const readPage = async (path: string, mostPercent: number): Promise<Page | Unanswered> => {
    const percent = usedPercent();
    if (percent >= mostPercent) return usedUp(percent);
    let verdict: Unanswered = { kind: 'failed', reason: 'there was no time left to ask Salesforce' };
    for (let attempts = 0; attempts < MAX_ATTEMPTS && budgetMs() > 0; attempts += 1) {
      const read = pageOf(await ask(path));
      if ('page' in read) return read.page;
      verdict = read.verdict;
      const pauseMs = Math.random() * FIRST_WAIT_MS * 2 ** attempts;
      if (!read.retry || attempts + 1 === MAX_ATTEMPTS || pauseMs >= budgetMs()) break;
      await wait(pauseMs);
    }
    return verdict;
  };

  return {
    query: async (soql, { deleted, mostPercent = MOST_OF_ORG_LIMIT_PERCENT } = {}) => {
      const records: SalesforceRecord[] = [];
      let path: string | undefined = `/services/data/v${apiVersion}/${deleted ? 'queryAll' : 'query'}?q=${encodeURIComponent(soql)}`;
      while (path !== undefined) {
        const page: Page | Unanswered = await readPage(path, mostPercent);
        if ('kind' in page) return page;
        if (page.totalSize > MAX_RECORDS) return { kind: 'refused', code: 'TOO_MANY_RECORDS' };
        records.push(...page.records);
        const next = nextOf(page, records.length);
        if (next.problem !== undefined) return { kind: 'failed', reason: next.problem };
        path = next.path;
      }
      return { kind: 'found', records };
    },
  };
};
