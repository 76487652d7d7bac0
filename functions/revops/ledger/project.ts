import { nowMs } from '../../platform/clock.ts';
import type { DomainEvent } from '../../platform/events.ts';
import type { journalPosted } from '../events.ts';
import { appendEntry, countedUntil, foldLane, laneOf, newestEntry } from './balance-store.ts';
import { additionsOf } from './balances.ts';

/** A journal of one record of the table's stream, with its sequence number, which compares within a shard. */
export interface ProjectedJournal {
  readonly sequence: bigint;
  readonly event: Pick<DomainEvent<typeof journalPosted>, 'recordedAt' | 'data'>;
}

/** Attempts at the end of a lane's log while other shards of the lane write there. */
const MAX_ATTEMPTS = 20;
/** Entries between two foldings: what a reader reads beside the bases. */
const FOLD_EVERY = 50;

const linesOf = ({ event: { data } }: ProjectedJournal) => ({
  legalEntity: data.legalEntity,
  accountingOn: data.accountingOn,
  lines: data.lines.map((line) => ({ ...line, amountMinor: BigInt(line.amountMinor), functionalMinor: BigInt(line.functionalMinor) })),
});

/**
 * Adds a shard's next journals to the balances, each once whatever comes again: what the shard's checkpoint covers is left out, and the rest
 * becomes one entry of the log together with the new checkpoint.
 */
export const projectJournals = async (shardId: string, records: readonly ProjectedJournal[]): Promise<void> => {
  const lane = laneOf(shardId);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const newest = await newestEntry(lane);
    const counted = countedUntil(newest, shardId);
    const fresh = records.filter(({ sequence }) => sequence > counted);
    if (fresh.length === 0) return;
    const position = await appendEntry(lane, newest, {
      shardId,
      sequence: fresh.reduce((most, { sequence }) => (sequence > most ? sequence : most), counted),
      additions: additionsOf(fresh.map(linesOf)),
      journals: fresh.length,
      recordedAt: fresh.reduce((latest, { event }) => (event.recordedAt > latest ? event.recordedAt : latest), ''),
      nowMs: nowMs(),
    });
    if (position === undefined) continue;
    if (position % FOLD_EVERY === 0) await foldLane(lane);
    return;
  }
  throw new Error(`other shards wrote to lane ${lane} at each of ${MAX_ATTEMPTS} attempts; the batch comes again`);
};
