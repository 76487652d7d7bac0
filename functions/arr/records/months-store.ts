import { getItems, gsi1Index, type Key, queryRange } from '../../platform/table.ts';
import type { Movement } from '../events.ts';
import { movementsOf, type Recorded, shards } from './store.ts';

export interface MovementPage {
  readonly items: readonly Movement[];
  /** Where the page ended, or undefined after the last page. */
  readonly next: string | undefined;
}

/** `#<number, 3 digits>` of a movement within its item, behind the item's key in the index. */
const NUMBER_CHARACTERS = 4;

interface ListKey extends Key {
  readonly gsi1sk: string;
}

/**
 * Movements of a month over all customers, in the order of day, customer and recording: the shards are read side by side and merged.
 * `after` is where a page ended.
 */
export const readMonth = async (
  month: string,
  from: string,
  to: string,
  after: string | undefined,
  limit: number,
): Promise<MovementPage> => {
  const start = after === undefined ? from : after.slice(0, -NUMBER_CHARACTERS);
  // Behind a place that lies outside of the period stands nothing of it.
  if (start < from || start > `${to}~`) return { items: [], next: undefined };
  // The item that the page before ended in is read again: it may hold more.
  const wanted = limit + 2;
  const lists = await Promise.all(
    shards.map((shard) =>
      queryRange<ListKey>({ index: gsi1Index, pk: `MOVES#${month}#${shard}`, from: start, to: `${to}~`, limit: wanted }),
    ),
  );
  const keys = lists
    .flat()
    .sort((a, b) => (a.gsi1sk < b.gsi1sk ? -1 : 1))
    .slice(0, wanted);
  const items = await getItems<Recorded & ListKey>(keys);
  const all = items.flatMap((item) =>
    movementsOf(item).map((movement, i) => ({
      movement,
      position: `${item.gsi1sk}#${String(i).padStart(NUMBER_CHARACTERS - 1, '0')}`,
    })),
  );
  const open = after === undefined ? all : all.filter(({ position }) => position > after);
  const page = open.slice(0, limit);
  return { items: page.map(({ movement }) => movement), next: open.length > limit ? page[page.length - 1]?.position : undefined };
};
