import { nowMs } from '../../platform/clock.ts';
import { expireItem } from '../../platform/expire.ts';
import { queryRange } from '../../platform/table.ts';
import { laneIn, refillKey } from './generation-store.ts';
import { lanes } from './log-store.ts';

/** Whoever still reads a generation when another one is read from then on has ended long before: no invocation takes a quarter of an hour. */
const KEPT_SECONDS = 86_400;
/** Items that are read together, and those that are written at once. */
const PAGE = 200;
const AT_ONCE = 25;

interface Stored {
  readonly pk: string;
  readonly sk: string;
  readonly expiresAt?: number;
}

/** False where it was not to go on: what has been marked is passed over by the next call. */
const expirePartition = async (pk: string, mayGoOn: () => boolean): Promise<boolean> => {
  for (let from = ' '; ; ) {
    const page = await queryRange<Stored>({ pk, from, to: '~', limit: PAGE });
    const unmarked = page.filter(({ expiresAt }) => expiresAt === undefined);
    if (unmarked.length > 0 && !mayGoOn()) return false;
    const expiresAt = Math.floor(nowMs() / 1000) + KEPT_SECONDS;
    for (let i = 0; i < unmarked.length; i += AT_ONCE)
      await Promise.all(unmarked.slice(i, i + AT_ONCE).map((item) => expireItem(item, expiresAt)));
    const last = page[page.length - 1];
    if (last === undefined || page.length < PAGE) return true;
    // Right behind it.
    from = `${last.sk} `;
  }
};

/**
 * Leaves all items of a generation that is not read any more to the table's time to live, a day later; `mayGoOn` is asked before each page of them.
 * False where it was not to go on: the next call does the rest.
 */
export const expireGeneration = async (generation: string, mayGoOn: () => boolean): Promise<boolean> => {
  for (const pk of [...lanes.map((lane) => `TOT#${laneIn(generation, lane)}`), refillKey(generation)])
    if (!(await expirePartition(pk, mayGoOn))) return false;
  return true;
};
