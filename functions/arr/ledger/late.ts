import { log } from '../../platform/log.ts';
import { listRecorded } from '../records/recorded-store.ts';
import { filtered, type Section } from './columns.ts';
import { movementIdAt } from './identity.ts';
import { joined } from './join.ts';
import { type Head, putLookedBack, readHead, readLookedBack } from './store.ts';
import { advanced, sectionOfHead, sectionOfRecorded } from './take-in.ts';

/** What was listed so long after it was recorded that the ledger had gone past it is found within two days, or by a rebuild. */
const BACK_SECONDS = 48 * 3_600;
const MAX_ATTEMPTS = 5;

/** Movements of a ledger that were recorded from a second on and before another one. */
const idsBetween = (ledger: Section, from: number, end: number): ReadonlySet<string> => {
  const { recordedAt, length } = ledger.rows;
  const known = new Set<string>();
  for (let row = 0; row < length; row += 1)
    if ((recordedAt[row] as number) >= from && (recordedAt[row] as number) < end) known.add(movementIdAt(ledger, row));
  return known;
};

interface Late {
  readonly section: Section;
  /** The second to go on from; undefined where all was looked at. */
  readonly from: number | undefined;
}

/** What was recorded from a second on and the ledger lacks, list by list of it while there is time: of much at once, only what lacks is held. */
const lateSince = async (ledger: Section, { through, planCurrency }: Head, since: number, hasTime: () => boolean): Promise<Late> => {
  const late: Section[] = [];
  let from = since;
  while (from < through && hasTime()) {
    const { keys, before = through * 1_000 } = await listRecorded(from);
    const end = Math.min(through, before / 1_000);
    const recorded = await sectionOfRecorded(keys, planCurrency);
    const known = idsBetween(ledger, from, end);
    const { recordedAt } = recorded.rows;
    const rows = filtered(recorded.rows, (row) => (recordedAt[row] as number) < end && !known.has(movementIdAt(recorded, row)));
    if (rows.length > 0) late.push({ ...recorded, rows });
    from = end;
  }
  return { section: joined(late), from: from < through ? from : undefined };
};

/**
 * Looks once a day at what was recorded in the last two days, and takes in what the ledger lacks of it: a recording that was listed more than two
 * minutes late (an index that fell behind, a clock that went wrong). Answers how many rows these were. `on` is the day that is noted; where time
 * is up, the next call of the day goes on.
 */
export const takeInLate = async (profile: string, on: string, hasTime: () => boolean = () => true): Promise<number> => {
  const looked = await readLookedBack(profile);
  if (looked?.on === on && looked.from === undefined) return 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const head = await readHead(profile);
    if (head === undefined) return 0;
    const ledger = await sectionOfHead(profile, head);
    if (ledger === undefined) continue;
    const since = (looked?.on === on ? looked.from : undefined) ?? head.through - BACK_SECONDS;
    const { section, from } = await lateSince(ledger, head, since, hasTime);
    const count = section.rows.length;
    if (count > 0) {
      const first = section.rows.recordedAt.reduce((least, own) => Math.min(least, own), head.through);
      if ((await advanced(profile, head, section, head.through, first)) === undefined) continue;
      log.warn('rows were recorded later than the ledger waits, and are taken in now', { count });
    }
    await putLookedBack(profile, { on, from });
    return count;
  }
  throw new Error(`the ledger of ${profile} was replaced at each of ${MAX_ATTEMPTS} attempts to look back; the next run does`);
};
