import { log } from '../../platform/log.ts';
import { filtered } from './columns.ts';
import { movementIdAt } from './identity.ts';
import { putLookedBack, readHead, readLookedBack } from './store.ts';
import { advanced, recordedBetween, sectionOfHead } from './take-in.ts';

/** What was listed so long after it was recorded that the ledger had gone past it is found within two days, or by a rebuild. */
const BACK_SECONDS = 48 * 3_600;
const MAX_ATTEMPTS = 5;

/**
 * Looks once a day at what was recorded in the last two days, and takes in what the ledger lacks of it: a recording that was listed more than two
 * minutes late (an index that fell behind, a clock that went wrong). Answers how many rows these were. `on` is the day that is noted.
 */
export const takeInLate = async (profile: string, on: string): Promise<number> => {
  if ((await readLookedBack(profile)) === on) return 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const head = await readHead(profile);
    if (head === undefined) return 0;
    const since = head.through - BACK_SECONDS;
    const [recorded, ledger] = [await recordedBetween(since, head.through, head.planCurrency), await sectionOfHead(profile, head)];
    if (ledger === undefined) continue;
    const known = new Set<string>();
    for (let row = 0; row < ledger.rows.length; row += 1)
      if ((ledger.rows.recordedAt[row] as number) >= since) known.add(movementIdAt(ledger, row));
    const { recordedAt } = recorded.rows;
    const late = filtered(recorded.rows, (row) => (recordedAt[row] as number) < head.through && !known.has(movementIdAt(recorded, row)));
    if (late.length > 0) {
      const first = late.recordedAt.reduce((least, own) => Math.min(least, own), head.through);
      if ((await advanced(profile, head, { ...recorded, rows: late }, head.through, first)) === undefined) continue;
      log.warn('rows were recorded later than the ledger waits, and are taken in now', { count: late.length });
    }
    await putLookedBack(profile, on);
    return late.length;
  }
  throw new Error(`the ledger of ${profile} was replaced at each of ${MAX_ATTEMPTS} attempts to look back; the next run does`);
};
