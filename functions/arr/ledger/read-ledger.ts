import { companyConfig } from '../../platform/config.ts';
import { tableName } from '../../platform/table.ts';
import { profileInForce } from '../profiles/presets.ts';
import { listRecorded, type RecordedKey } from '../records/recorded-store.ts';
import { NO_SECTION, type Section } from './columns.ts';
import { joined } from './join.ts';
import type { Ledger } from './rows.ts';
import { SegmentReader } from './segments.ts';
import { eachSegment, type Head, readHead } from './store.ts';
import { listedThrough, NO_HEAD, sectionOfRecorded } from './take-in.ts';

/** The profile in force, whose ledger is filled from the recordings. */
export const recordedProfile = (): string => profileInForce(companyConfig()).name;

/** A ledger as this function last read it. */
interface Kept {
  readonly ledger: Ledger;
  readonly rebuiltAt: number;
  /** Items of recordings that are in it and were recorded in its last second or later, by their place in the list. */
  readonly seen: ReadonlySet<string>;
}

const kept = new Map<string, Promise<Kept>>();
/** Ledgers of a million rows take a hundred megabytes each. */
const MAX_KEPT = 3;
/** Further behind, what the table holds by now is read in place of the list of what was recorded since. */
const MAX_BEHIND_SECONDS = 6 * 3_600;
const MAX_ATTEMPTS = 5;

/** The segments that a head names, in memory. */
const stored = async (profile: string, planCurrency: string): Promise<{ readonly head: Head; readonly section: Section }> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const head = await readHead(profile);
    if (head === undefined) return { head: NO_HEAD(planCurrency), section: NO_SECTION };
    const reader = new SegmentReader();
    let count = 0;
    for await (const bytes of eachSegment(profile, head.segments)) {
      reader.take(bytes);
      count += 1;
    }
    if (count === head.segments.length) return { head, section: reader.section() };
  }
  throw new Error(`segments of the ledger of ${profile} were replaced at each of ${MAX_ATTEMPTS} attempts to read them`);
};

const recordedMsOf = ({ gsi1sk }: RecordedKey): number => Date.parse(gsi1sk.slice(0, gsi1sk.indexOf('#')));

/** Takes what was recorded since, as far as it is listed by now. */
const furthered = async (before: Kept): Promise<Kept> => {
  // Never further than the clock, which on a developer's machine may be set back.
  const reached = listedThrough();
  const list = await listRecorded(Math.min(before.ledger.through, reached));
  const through = Math.min(reached, (list.before ?? Number.POSITIVE_INFINITY) / 1_000);
  const unseen = list.keys.filter(({ gsi1sk }) => !before.seen.has(gsi1sk));
  const fresh = await sectionOfRecorded(unseen, before.ledger.planCurrency);
  const ledger = { ...before.ledger, ...(fresh.rows.length === 0 ? {} : joined([before.ledger, fresh])), through };
  const seen = new Set(list.keys.filter((key) => recordedMsOf(key) >= through * 1_000).map(({ gsi1sk }) => gsi1sk));
  const after = { ...before, ledger, seen };
  return list.before === undefined ? after : furthered(after);
};

const readWhole = async (profile: string, planCurrency: string): Promise<Kept> => {
  const { head, section } = await stored(profile, planCurrency);
  const ledger = { profile, planCurrency: head.planCurrency, ...section, through: head.through };
  return { ledger, rebuiltAt: head.rebuiltAt, seen: new Set() };
};

const readAfter = async (profile: string, planCurrency: string, before: Kept | undefined): Promise<Kept> => {
  const head = before === undefined ? undefined : ((await readHead(profile)) ?? NO_HEAD(planCurrency));
  const isNear = before?.rebuiltAt === head?.rebuiltAt && (head?.through ?? 0) - (before?.ledger.through ?? 0) < MAX_BEHIND_SECONDS;
  const known = before !== undefined && isNear ? before : await readWhole(profile, planCurrency);
  return furthered(known);
};

/**
 * The ledger of the profile in force with all that is listed by now; `through` says up to when that surely is all. It is kept in this function's
 * memory and taken further by what was recorded since: while nothing was, its rows and names are the same objects.
 */
export const readLedger = async (): Promise<Ledger> => {
  const [profile, { planCurrency }] = [recordedProfile(), companyConfig()];
  const key = `${tableName()} ${profile}`;
  const before = kept.get(key);
  // One after the other: what two take in at once would be joined twice.
  const next = (async () => readAfter(profile, planCurrency, await before?.catch(() => undefined)))();
  if (kept.size > MAX_KEPT) kept.clear();
  kept.set(key, next);
  return (await next).ledger;
};

/** What was recorded since a second, as this function last read it. */
const since = new Map<string, { readonly from: number; readonly kept: Promise<Kept> }>();

/** What was recorded under the profile in force in a second or later, as far as it is listed by now. */
export const readRecordedSince = async (from: number): Promise<Ledger> => {
  const [profile, { planCurrency }] = [recordedProfile(), companyConfig()];
  const key = `${tableName()} ${profile}`;
  const known = since.get(key);
  const none: Kept = { ledger: { profile, planCurrency, ...NO_SECTION, through: from }, rebuiltAt: 0, seen: new Set() };
  const kept = (async () => furthered(known?.from === from ? await known.kept.catch(() => none) : none))();
  since.set(key, { from, kept });
  return (await kept).ledger;
};
