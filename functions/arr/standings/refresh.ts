import { toEpochDay } from '../../platform/calendar.ts';
import { nowIso, nowMs } from '../../platform/clock.ts';
import { errorFields, log } from '../../platform/log.ts';
import { today } from '../figures/read.ts';
import type { Context } from '../lines/values.ts';
import { decidingContext } from '../records/context.ts';
import { readCustomer } from '../records/customer.ts';
import { readBooks, readCustomerIds, type StoredBook, shards } from '../records/store.ts';
import { FORM, type Standing, standingOf } from './standing.ts';
import { readAsked, readHeads, readShard, type StandingsHead, writeShard } from './store.ts';

const CUSTOMERS_AT_ONCE = 20;
/** A shard is looked at again after this, and at once on a new day or under other plan rates. */
const LOOK_AGAIN_MS = 3_600_000;
/** Who has not been asked for so long is not kept up to date. */
const KEPT_FOR_MS = 7 * 86_400_000;

/** What became of one customer: how it stands now, nothing where it has no book of its own, or that it could not be told. */
type Looked = Standing | 'none' | 'failed';

interface Looking {
  readonly day: number;
  readonly context: Context;
  /** Standings that may still be so: of the same day and rates. */
  readonly known: ReadonlyMap<string, Standing>;
}

const lookAt = async (customerId: string, book: StoredBook | undefined, { day, context, known }: Looking): Promise<Looked> => {
  if (book === undefined || book.place.movedTo !== undefined) return 'none';
  const before = known.get(customerId);
  if (before?.version === book.version) return before;
  try {
    const customer = await readCustomer(customerId);
    // Whose book changed hands just now is told with the one in whose book it is.
    if (customer === undefined || customer.customerId !== customerId || customer.facts.length === 0) return 'none';
    return standingOf(customer, book.version, day, context);
  } catch (error) {
    log.error('how a customer stands could not be told; it is looked at again with the next run', { ...errorFields(error), customerId });
    return 'failed';
  }
};

const lookAtAll = async (customerIds: readonly string[], looking: Looking): Promise<readonly Looked[]> => {
  const looked: Looked[] = [];
  for (let from = 0; from < customerIds.length; from += CUSTOMERS_AT_ONCE) {
    const some = customerIds.slice(from, from + CUSTOMERS_AT_ONCE);
    const books = await readBooks(some);
    looked.push(...(await Promise.all(some.map((customerId) => lookAt(customerId, books.get(customerId), looking)))));
  }
  return looked;
};

const isSame = (before: readonly Standing[], after: readonly Standing[]): boolean =>
  before.length === after.length && before.every((standing, i) => standing === after[i]);

/** Of a version that no recording has: it is looked at again with the next run. */
const TO_LOOK_AT = -1;

/** One shard, looked at now; answers how many customers could not be told: they keep what they had. */
const refreshShard = async (shard: string, head: StandingsHead | undefined): Promise<number> => {
  const through = nowIso();
  const on = today();
  const context = await decidingContext();
  const ratesVersion = context.rates.version;
  const before = head === undefined ? [] : await readShard(head);
  const isOfNow = head?.on === on && head.ratesVersion === ratesVersion && head.form === FORM;
  const known = new Map(isOfNow ? before.map((standing) => [standing.customerId, standing]) : []);
  const customerIds = await readCustomerIds(shard);
  const looked = await lookAtAll(customerIds, { day: toEpochDay(on), context, known });
  const old = new Map(before.map((standing) => [standing.customerId, standing]));
  const standings = looked.flatMap((one, i): readonly Standing[] => {
    if (one === 'none') return [];
    if (one !== 'failed') return [one];
    const had = old.get(customerIds[i] as string);
    return had === undefined ? [] : [{ ...had, version: TO_LOOK_AT }];
  });
  const next = { shard, number: (head?.number ?? 0) + 1, on, through, ratesVersion, form: FORM };
  const written = await writeShard(next, head, isOfNow && isSame(before, standings) ? 'unchanged' : standings);
  if (!written.ok) log.info('another run put how a shard of the customers stands', { source: shard, code: written.problem.code });
  return looked.filter((one) => one === 'failed').length;
};

export interface Refreshed {
  readonly shards: number;
  readonly failed: number;
  /** False where time was up: the next run goes on with the oldest. */
  readonly isDone: boolean;
}

const isDue = (head: StandingsHead | undefined, on: string, ratesVersion: number): boolean =>
  head === undefined ||
  head.on !== on ||
  head.ratesVersion !== ratesVersion ||
  head.form !== FORM ||
  nowMs() - Date.parse(head.through) >= LOOK_AGAIN_MS;

/**
 * Brings up to date how customers stand, shard by shard, the oldest first: those are decided again of whom something was recorded since, and on
 * a new day or under other plan rates all. It reads the newest recording of each customer, and all of those that are decided again. While nobody
 * asks (`askedAt` of the last week), nothing is done. `everything`: whatever was looked at within the hour, too.
 */
export const refreshStandings = async (hasTime: () => boolean, everything = false): Promise<Refreshed> => {
  const askedAtMs = await readAsked();
  if (askedAtMs === undefined || nowMs() - askedAtMs > KEPT_FOR_MS) return { shards: 0, failed: 0, isDone: true };
  const [heads, context, on] = [await readHeads(), await decidingContext(), today()];
  const byShard = new Map(heads.map((head) => [head.shard, head]));
  const due = shards
    .filter((shard) => everything || isDue(byShard.get(shard), on, context.rates.version))
    .sort((a, b) => ((byShard.get(a)?.through ?? '') < (byShard.get(b)?.through ?? '') ? -1 : 1));
  let failed = 0;
  for (const [done, shard] of due.entries()) {
    if (!hasTime()) return { shards: done, failed, isDone: false };
    failed += await refreshShard(shard, byShard.get(shard));
  }
  return { shards: due.length, failed, isDone: true };
};
