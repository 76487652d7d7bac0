import { assert } from '../../platform/bug.ts';
import { getItems, gsi1Index, type Key, queryRange } from '../../platform/table.ts';
import type { Movement } from '../events.ts';
import { movementsOf, type Recorded, shards, versionText } from './store.ts';

/** Where an item of a recording stands in the list of all by time. */
export interface RecordedKey extends Key {
  /** `<recorded at>#<customer>#<place>` */
  readonly gsi1sk: string;
}

export interface RecordedList {
  readonly keys: readonly RecordedKey[];
  /** Epoch milliseconds: all that is listed before it is among the keys; absent where that is all. */
  readonly before?: number;
}

/** Items of one shard that are listed at once. */
const MAX_LISTED = 2_000;

const recordedAtOf = ({ gsi1sk }: RecordedKey): string => gsi1sk.slice(0, gsi1sk.indexOf('#'));

/** Items with movements that were recorded in this second or later, over all customers, or the first of them; the index follows the table within moments. */
export const listRecorded = async (sinceSecond: number): Promise<RecordedList> => {
  const from = new Date(sinceSecond * 1000).toISOString();
  const lists = await Promise.all(
    shards.map((shard) => queryRange<RecordedKey>({ index: gsi1Index, pk: `RECORDED#${shard}`, from, to: '~', limit: MAX_LISTED })),
  );
  // Behind the last of a full list others may stand that were recorded in the same moment.
  const ends = lists.filter((list) => list.length === MAX_LISTED).map((list) => recordedAtOf(list[list.length - 1] as RecordedKey));
  if (ends.length === 0) return { keys: lists.flat() };
  const end = ends.reduce((least, own) => (own < least ? own : least));
  const before = Math.floor(Date.parse(end) / 1000) * 1000;
  assert(before > sinceSecond * 1000, `at most ${MAX_LISTED} items of recordings are recorded in one second and shard`);
  return { keys: lists.flat().filter((key) => Date.parse(recordedAtOf(key)) < before), before };
};

interface Told {
  readonly planCurrency: string;
  readonly movements: readonly Movement[];
}

/** Items read side by side: a hundred a request. */
const REQUESTS_AT_ONCE = 8;
const ITEMS_AT_ONCE = 100 * REQUESTS_AT_ONCE;

/** What some items of recordings tell, some at a time. */
export async function* readTold(keys: readonly Key[]): AsyncGenerator<readonly Told[]> {
  for (let from = 0; from < keys.length; from += ITEMS_AT_ONCE) {
    const requests = Array.from({ length: REQUESTS_AT_ONCE }, (_, i) => keys.slice(from + 100 * i, from + 100 * (i + 1)));
    const items = (await Promise.all(requests.map((own) => getItems<Recorded & Key>(own)))).flat();
    yield items.flatMap(({ event }) => (event === undefined ? [] : [JSON.parse(event.data) as Told]));
  }
}

/** A movement by customer and version, with its number in the recording. */
export interface Named {
  readonly customerId: string;
  readonly version: number;
  readonly movementId: string;
}

/** Movements by their names, in the order of these. Nearly all lie on their recording's one item; the others are asked for by themselves. */
export const readNamed = async (named: readonly Named[]): Promise<readonly Movement[]> => {
  const keyOf = ({ customerId, version }: Named): Key => ({ pk: `ARR#${customerId}`, sk: `REC#${versionText(version)}~` });
  const keys = new Map(named.map((one) => [`${one.customerId} ${one.version}`, keyOf(one)]));
  const found = new Map<string, Movement>();
  const take = (items: readonly Recorded[]): void => {
    for (const movement of items.flatMap(movementsOf)) found.set(movement.movementId, movement);
  };
  take(await getItems<Recorded & Key>([...keys.values()]));
  const parted = new Map(named.filter(({ movementId }) => !found.has(movementId)).map((one) => [`${one.customerId} ${one.version}`, one]));
  await Promise.all(
    [...parted.values()].map(async ({ customerId, version }) => {
      const place = `REC#${versionText(version)}#`;
      take(await queryRange<Recorded>({ pk: `ARR#${customerId}`, from: place, to: `${place}~` }));
    }),
  );
  return named.flatMap(({ movementId }) => found.get(movementId) ?? []);
};
