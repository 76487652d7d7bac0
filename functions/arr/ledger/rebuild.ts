import { nowMs } from '../../platform/clock.ts';
import { log } from '../../platform/log.ts';
import { readCustomerIds, readRecorded, shards } from '../records/store.ts';
import { sectionOf } from './build.ts';
import { filtered, type Section } from './columns.ts';
import { joined } from './join.ts';
import { Dictionary, sectionFrom, segmentsOf } from './segments.ts';
import {
  KEPT_SECONDS,
  putRebuilding,
  putSegment,
  putStaged,
  readHead,
  readRebuilding,
  readSegments,
  readStaged,
  type SegmentPlace,
  type Staged,
} from './store.ts';
import { cut, listedThrough, NO_HEAD, recordedBetween, replaceHead } from './take-in.ts';

/** Customers whose recordings are read side by side, and held at once. */
const CUSTOMERS_AT_ONCE = 40;
/** Attempts at putting the new ledger in place while others take in what was recorded. */
const MAX_ATTEMPTS = 10;
const STAGED = 'STAGED';

export interface Rebuilt {
  /** Shards of the list of customers that are read, and how many there are. */
  readonly done: number;
  readonly of: number;
  readonly rows: number;
  /** Whether the bytes differ from those of before; only once it is done. */
  readonly changed?: boolean;
  readonly isDone: boolean;
}

/** All rows of a shard's customers, and how many items of recordings there are. */
const readShard = async (shard: string): Promise<{ readonly section: Section; readonly recordings: number }> => {
  const customerIds = await readCustomerIds(shard);
  const sections: Section[] = [];
  let recordings = 0;
  for (let from = 0; from < customerIds.length; from += CUSTOMERS_AT_ONCE) {
    const all = await Promise.all(customerIds.slice(from, from + CUSTOMERS_AT_ONCE).map(readRecorded));
    recordings += all.reduce((sum, items) => sum + items.length, 0);
    sections.push(sectionOf(all.flat().flatMap(({ told }) => told?.movements ?? [])));
  }
  return { section: joined(sections), recordings };
};

/** Reads one shard and keeps its rows until all are read. */
const stageShard = async (profile: string, begunAt: number, shard: string): Promise<void> => {
  const { section, recordings } = await readShard(shard);
  const expiresAt = Math.floor(begunAt / 1_000) + 2 * KEPT_SECONDS;
  const segments: SegmentPlace[] = [];
  for (const bytes of segmentsOf(section, new Dictionary())) segments.push(await putSegment(profile, STAGED, begunAt, bytes, expiresAt));
  await putStaged(profile, String(begunAt), { shard, segments, recordings }, expiresAt);
  log.info('a shard of the customers is read for the ledger', { count: recordings, source: shard });
};

/** The rebuild that goes on, or a new one: what an old one kept may have expired. */
const begun = async (profile: string): Promise<number> => {
  const open = await readRebuilding(profile);
  if (open !== undefined && nowMs() < open + KEPT_SECONDS * 1_000) return open;
  const begunAt = nowMs();
  await putRebuilding(profile, begunAt, false);
  return begunAt;
};

const staged = async (profile: string, all: readonly Staged[]): Promise<Section> => {
  const sections: Section[] = [];
  for (const { segments } of all) {
    const bytes = await readSegments(profile, segments);
    if (bytes === undefined) throw new Error('what the rebuild has read has expired; begin it again');
    sections.push(sectionFrom(bytes));
  }
  return joined(sections);
};

const keysText = (segments: readonly SegmentPlace[]): string =>
  segments.map(({ period, key }) => `${period} ${key.slice(key.indexOf('#'))}`).join();

/** Puts these rows in the place of the ledger; it then goes as far as before, or as all is listed by now where there was none. */
const replaceLedger = async (
  profile: string,
  planCurrency: string,
  rows: Section,
  begunAt: number,
): Promise<{ readonly rows: number; readonly changed: boolean }> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = (await readHead(profile)) ?? { ...NO_HEAD(planCurrency), through: listedThrough() };
    const { through } = before;
    // What was recorded after its shard was read.
    const since = await recordedBetween(Math.min(through, Math.floor(begunAt / 1_000)) - MARGIN_SECONDS, through, before.planCurrency);
    const whole = joined([rows, since]);
    const section = { ...whole, rows: filtered(whole.rows, (row) => (whole.rows.recordedAt[row] as number) < through) };
    const next = { ...before, version: before.version + 1, rebuiltAt: begunAt };
    const head = await replaceHead(profile, before, next, cut(section, through, new Dictionary()));
    if (head === undefined) continue;
    return { rows: section.rows.length, changed: keysText(head.segments) !== keysText(before.segments) };
  }
  throw new Error(`others wrote the ledger of ${profile} at each of ${MAX_ATTEMPTS} attempts; ask again`);
};

/** What is recorded while a shard is read may be told by either: both are asked, and what comes twice counts once. */
const MARGIN_SECONDS = 600;

/**
 * Makes the ledger of the recordings anew from every customer's own list, while facts go on arriving: shard by shard of the list of customers, and
 * what is read is kept, so that whoever stops in between is gone on from by the next call; `mayGoOn` is asked before each shard. It then goes as
 * far as before, and has the same bytes, unless something was missing.
 */
export const rebuildLedger = async (profile: string, planCurrency: string, mayGoOn: () => boolean): Promise<Rebuilt> => {
  const begunAt = await begun(profile);
  const of = shards.length;
  const known = new Set((await readStaged(profile, String(begunAt))).map(({ shard }) => shard));
  for (const shard of shards) {
    if (known.has(shard)) continue;
    if (!mayGoOn()) return { done: known.size, of, rows: 0, isDone: false };
    await stageShard(profile, begunAt, shard);
    known.add(shard);
  }
  const rows = await staged(profile, await readStaged(profile, String(begunAt)));
  const replaced = await replaceLedger(profile, planCurrency, rows, begunAt);
  await putRebuilding(profile, begunAt, true);
  log.info('the ledger is made anew', { count: replaced.rows });
  return { done: of, of, rows: replaced.rows, changed: replaced.changed, isDone: true };
};
