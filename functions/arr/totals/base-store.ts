import { setTimeout as sleep } from 'node:timers/promises';
import { commit, getItems, type Key, queryRange, type Write } from '../../platform/table.ts';
import { addCounters, entriesAfter, type LogEntry, netsOf, PARTS, type Part, packCounters, unpackCounters } from './log-store.ts';
import type { Counters, MonthlyCounters } from './totals.ts';

/**
 * Bases of a lane: its log folded up to a position. `BASE#<part>#<month>` has the counters of a month, `BASE#<part>#NET` what each cut nets to
 * over all months; each says up to which position it holds the log (`position`). `HEAD` says up to which position all of them do: a reader
 * adds what lies behind. Bases are only ever replaced by ones that hold more, months first and `HEAD` last, so a crash in between costs
 * nothing. `MAIN` is the total and the origins, `CUTS` all other dimensions.
 */
const NET = 'NET';

/** Counters of one item; a base of more takes several, in one transaction. Deflated they stay far below an item's 400 KB. */
export const MAX_COUNTERS = 5_000;

/** What a lane comes to. */
export interface Folded {
  /** Position of the log that it holds all of. */
  position: number;
  /** From the month that it was read from on. */
  readonly months: MonthlyCounters;
  /** Over all months. */
  readonly nets: Counters;
}

interface Base {
  readonly place: string;
  position: number;
  readonly counters: Counters;
}

interface BaseItem {
  readonly sk: string;
  readonly position: number;
  /** How many items the base has, said by its first one: what lies behind them is left from a larger base of before. */
  readonly items?: number;
  readonly counters: Uint8Array;
}

const headPosition = async (lane: string): Promise<number> => {
  const [head] = await getItems<Key & { readonly position: number }>([{ pk: `TOT#${lane}`, sk: 'HEAD' }]);
  return head?.position ?? 0;
};

/** Digits sort before letters: the net comes last. */
const queryBases = (lane: string, part: Part, from: string): Promise<BaseItem[]> =>
  queryRange({ pk: `TOT#${lane}`, from: `BASE#${part}#${from}`, to: `BASE#${part}#${NET}~` });

const placeOf = ({ sk }: BaseItem): string => sk.split('#')[2] ?? '';

/** The base that items of one place make; undefined where they were read while it was being replaced. */
const baseFrom = (place: string, all: readonly BaseItem[]): Base | undefined => {
  const position = all[0]?.position ?? 0;
  const count = all[0]?.items ?? 0;
  const items = all.slice(0, count);
  if (count === 0 || items.length < count || items.some((item) => item.position !== position)) return undefined;
  const counters: Counters = new Map();
  for (const item of items) for (const own of unpackCounters(item.counters).values()) addCounters(counters, own);
  return { place, position, counters };
};

/** Attempts at reading bases whole, and the longest wait between them. */
const MAX_READS = 8;
const LONGEST_WAIT_MS = 20;

/**
 * Bases of a part from a month on, and its net, by place (a month, or `NET`). A query may see some items of a transaction and not yet the
 * others: then it is read again.
 */
const readBases = async (lane: string, part: Part, from: string): Promise<Map<string, Base>> => {
  for (let read = 0; read < MAX_READS; read += 1) {
    const byPlace = Map.groupBy(await queryBases(lane, part, from), placeOf);
    const bases = [...byPlace].map(([place, items]) => baseFrom(place, items));
    if (!bases.includes(undefined)) return new Map((bases as Base[]).map((base) => [base.place, base]));
    await sleep(Math.random() * LONGEST_WAIT_MS);
  }
  throw new Error(`the bases of lane ${lane} were being replaced at each of ${MAX_READS} readings`);
};

const baseOf = (bases: Map<string, Base>, place: string): Base => {
  const known = bases.get(place) ?? { place, position: 0, counters: new Map() };
  bases.set(place, known);
  return known;
};

/** What an entry adds to a part. */
interface Addition {
  readonly position: number;
  readonly months: MonthlyCounters;
}

/** Adds an entry's months, and their nets, to the bases that do not hold it yet; answers the places that it changed. */
const foldEntry = (bases: Map<string, Base>, entry: Addition, from: string, head: number): string[] => {
  const changed: string[] = [];
  const addTo = (place: string, counters: Counters): void => {
    const base = baseOf(bases, place);
    if (entry.position <= Math.max(base.position, head)) return;
    addCounters(base.counters, counters);
    changed.push(place);
  };
  const net: Counters = new Map();
  for (const [month, counters] of entry.months) {
    if (month >= from) addTo(month, counters);
    addCounters(net, netsOf(counters));
  }
  addTo(NET, net);
  return changed;
};

/** Entries that one request may bring: more are behind only where folding has failed for long. */
const PAGE = 400;

const entriesFrom = async function* (lane: string, position: number): AsyncGenerator<LogEntry> {
  let after = position;
  for (;;) {
    const entries = await entriesAfter(lane, after, PAGE);
    yield* entries;
    if (entries.length < PAGE) return;
    after = entries[entries.length - 1]?.position ?? after;
  }
};

/** A part of a lane from a month on: its bases, and the log behind them. */
export const readLane = async (lane: string, part: Part, from: string): Promise<Folded> => {
  // In this order: a base that is replaced meanwhile holds more of the log, never less, and the log is read last.
  const head = await headPosition(lane);
  const bases = head === 0 ? new Map<string, Base>() : await readBases(lane, part, from);
  let position = head;
  for await (const entry of entriesFrom(lane, head)) {
    foldEntry(bases, { position: entry.position, months: entry.additions(part) }, from, head);
    position = entry.position;
  }
  const nets = baseOf(bases, NET).counters;
  bases.delete(NET);
  return { position, months: new Map([...bases].map(([month, base]) => [month, base.counters])), nets };
};

/** Entries that a reader which knows a lane takes in at once; further behind, it reads the lane anew. */
const MAX_BEHIND = 200;

/** Takes what the log has gained since; false where the lane is to be read anew. */
export const catchUp = async (lane: string, part: Part, from: string, folded: Folded): Promise<boolean> => {
  const entries = await entriesAfter(lane, folded.position, MAX_BEHIND);
  if (entries.length === MAX_BEHIND) return false;
  for (const entry of entries) {
    for (const [month, counters] of entry.additions(part)) {
      if (month >= from) {
        const sums = folded.months.get(month) ?? new Map<string, bigint>();
        folded.months.set(month, sums);
        addCounters(sums, counters);
      }
      addCounters(folded.nets, netsOf(counters));
    }
    folded.position = entry.position;
  }
  return true;
};

const chunksOf = (counters: Counters): readonly Counters[] => {
  const all = [...counters].sort(([a], [b]) => (a < b ? -1 : 1));
  const chunks: Counters[] = [];
  for (let i = 0; i < all.length; i += MAX_COUNTERS) chunks.push(new Map(all.slice(i, i + MAX_COUNTERS)));
  return chunks.length === 0 ? [new Map()] : chunks;
};

/** The items of a base, where it does not hold more of the log already. */
const baseWrites = (lane: string, part: Part, { place, counters }: Base, position: number): Write[] =>
  chunksOf(counters).map((chunk, i, chunks) => ({
    put: {
      Item: {
        pk: `TOT#${lane}`,
        sk: i === 0 ? `BASE#${part}#${place}` : `BASE#${part}#${place}#${String(i).padStart(3, '0')}`,
        position,
        ...(i === 0 ? { items: chunks.length } : {}),
        counters: packCounters(new Map([[place, chunk]])),
      },
      ConditionExpression: 'attribute_not_exists(pk) OR #position < :position',
      ExpressionAttributeNames: { '#position': 'position' },
      ExpressionAttributeValues: { ':position': position },
    },
  }));

const headWrite = (lane: string, position: number): Write => ({
  put: {
    Item: { pk: `TOT#${lane}`, sk: 'HEAD', position },
    ConditionExpression: 'attribute_not_exists(pk) OR #position < :position',
    ExpressionAttributeNames: { '#position': 'position' },
    ExpressionAttributeValues: { ':position': position },
  },
});

/** All of them, once each has come to its end: of a folding that fails, nothing is written after that was told. */
const allDone = async <T>(writes: readonly Promise<T>[]): Promise<readonly T[]> => {
  await Promise.allSettled(writes);
  return Promise.all(writes);
};

/** Puts a part's bases with these entries in them; false where another writer is further with one. */
const foldPart = async (lane: string, part: Part, entries: readonly LogEntry[], head: number, position: number): Promise<boolean> => {
  const additions = entries.map((entry) => ({ position: entry.position, months: entry.additions(part) }));
  const from = additions.flatMap(({ months }) => [...months.keys()]).reduce((least, month) => (month < least ? month : least), NET);
  if (from === NET) return true;
  const bases = await readBases(lane, part, from);
  const changed = new Set(additions.flatMap((addition) => foldEntry(bases, addition, from, head)));
  // Each by itself: together they may be more than a transaction takes.
  const written = await allDone([...changed].map((place) => commit(baseWrites(lane, part, baseOf(bases, place), position))));
  return written.every(({ ok }) => ok);
};

/** Folds a lane's log into its bases, up to its newest entry. Where another writer is further, that one's bases stand. */
export const foldLane = async (lane: string): Promise<void> => {
  const head = await headPosition(lane);
  const entries: LogEntry[] = [];
  for await (const entry of entriesFrom(lane, head)) entries.push(entry);
  const position = entries[entries.length - 1]?.position;
  if (position === undefined) return;
  const folded = await allDone(PARTS.map((part) => foldPart(lane, part, entries, head, position)));
  if (!folded.every(Boolean)) return;
  await commit([headWrite(lane, position)]);
};
