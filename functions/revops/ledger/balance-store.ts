import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { fnv1a32 } from '../../platform/ids.ts';
import { commit, getItems, type Key, queryRange, type Write } from '../../platform/table.ts';
import { type Additions, addCells, type Cells, type Counted, dayPlace, monthPlace, placeRead } from './balances.ts';

/**
 * Balances are kept as ARR's totals are (docs/decisions/0010-events-on-items.md): in lanes that only the projector writes. A lane is a log,
 * `GLLOG#<lane>`: each batch of the stream becomes one item with what it adds and how far each shard has been counted, put once and only behind the
 * one before it. Now and then the log is folded into bases, `GLBASE#<lane>#<legal entity>`, by day (`D#…`) and calendar month (`M#…`); each says up
 * to which position it holds the log, and `HEAD` up to which one all of them do. A reader adds what lies behind.
 */
const LANES = 8;
const lanes: readonly string[] = Array.from({ length: LANES }, (_, i) => String(i));
export const laneOf = (shardId: string): string => String(fnv1a32(shardId) % LANES);

const logKey = (position: number): string => `LOG#${String(position).padStart(12, '0')}`;
const END_OF_LOG = 'LOG#~';

/** Records are kept by the stream for a day: a shard that was last heard of before that cannot come again. */
const SHARD_KEPT_MS = 48 * 3_600_000;

/** How far a shard has been counted, as `<sequence number> <epoch milliseconds>`. */
type Checkpoints = Readonly<Record<string, string>>;

interface LogItem extends Key, Counted {
  readonly checkpoints: Checkpoints;
  readonly cells: Uint8Array;
}

const MAX_INFLATED_BYTES = 64_000_000;

const packed = (value: unknown): Uint8Array => deflateRawSync(JSON.stringify(value));
const unpacked = (bytes: Uint8Array): unknown =>
  JSON.parse(inflateRawSync(bytes, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8'));

type PlainCells = Readonly<Record<string, readonly [amount: string, functional: string]>>;

const plain = (cells: Cells): PlainCells =>
  Object.fromEntries([...cells].map(([name, { amountMinor, functionalMinor }]) => [name, [String(amountMinor), String(functionalMinor)]]));
const fromPlain = (cells: PlainCells): Cells =>
  new Map(
    Object.entries(cells).map(([name, [amount, functional]]) => [
      name,
      { amountMinor: BigInt(amount), functionalMinor: BigInt(functional) },
    ]),
  );

export interface LogEntry extends Counted {
  readonly position: number;
  readonly checkpoints: Checkpoints;
  readonly additions: () => Additions;
}

const entryOf = ({ sk, checkpoints, journals, recordedAt, cells }: LogItem): LogEntry => ({
  position: Number(sk.slice('LOG#'.length)),
  checkpoints,
  journals,
  recordedAt,
  additions: () =>
    new Map(Object.entries(unpacked(cells) as Readonly<Record<string, PlainCells>>).map(([key, own]) => [key, fromPlain(own)])),
});

const EMPTY: LogEntry = { position: 0, checkpoints: {}, journals: 0, recordedAt: '', additions: () => new Map() };

/** The newest entry of a lane, or one at position 0 where it has none. */
export const newestEntry = async (lane: string): Promise<LogEntry> => {
  const [newest] = await queryRange<LogItem>({ pk: `GLLOG#${lane}`, from: logKey(0), to: END_OF_LOG, newestFirst: true, limit: 1 });
  return newest === undefined ? EMPTY : entryOf(newest);
};

export const countedUntil = ({ checkpoints }: LogEntry, shardId: string): bigint => BigInt(checkpoints[shardId]?.split(' ')[0] ?? '0');

export interface Addition extends Counted {
  readonly shardId: string;
  /** Sequence number of the newest record that it counts. */
  readonly sequence: bigint;
  readonly additions: Additions;
  readonly nowMs: number;
}

/** Puts an entry behind `newest`; answers its position, or undefined where another was put there first. */
export const appendEntry = async (lane: string, newest: LogEntry, addition: Addition): Promise<number | undefined> => {
  const { shardId, sequence, additions, journals, recordedAt, nowMs } = addition;
  const live = Object.entries(newest.checkpoints).filter(([, checkpoint]) => Number(checkpoint.split(' ')[1]) > nowMs - SHARD_KEPT_MS);
  const checkpoints: Checkpoints = { ...Object.fromEntries(live), [shardId]: `${sequence} ${nowMs}` };
  const position = newest.position + 1;
  const cells = packed(Object.fromEntries([...additions].map(([key, own]) => [key, plain(own)])));
  const Item = { pk: `GLLOG#${lane}`, sk: logKey(position), checkpoints, journals, recordedAt, cells };
  const written = await commit([{ put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }]);
  if (written.ok) return position;
  if (written.problem.code === 'busy') throw new Error(`the balances of lane ${lane} are busy; the batch comes again`);
  return undefined;
};

interface Head extends Counted {
  readonly position: number;
}

const readHead = async (lane: string): Promise<Head> => {
  const [head] = await getItems<Key & Head>([{ pk: `GLLOG#${lane}`, sk: 'HEAD' }]);
  return head ?? { position: 0, journals: 0, recordedAt: '' };
};

/** Entries that one request may bring: more are behind only where folding has failed for long. */
const PAGE = 400;

const entriesAfter = async (lane: string, position: number): Promise<readonly LogEntry[]> => {
  const entries: LogEntry[] = [];
  for (let after = position; ; ) {
    const items = await queryRange<LogItem>({ pk: `GLLOG#${lane}`, from: logKey(after + 1), to: END_OF_LOG, limit: PAGE });
    entries.push(...items.map(entryOf));
    if (items.length < PAGE) return entries;
    after = entries[entries.length - 1]?.position ?? after;
  }
};

const countedWith = (head: Counted, entries: readonly Counted[]): Counted => ({
  journals: entries.reduce((sum, { journals }) => sum + journals, head.journals),
  recordedAt: entries.reduce((newest, { recordedAt }) => (recordedAt > newest ? recordedAt : newest), head.recordedAt),
});

interface BaseItem extends Key {
  readonly position: number;
  readonly cells: Uint8Array;
}

const baseWrite = ({ pk, sk }: Key, position: number, cells: Cells): Write => ({
  put: {
    Item: { pk, sk, position, cells: packed(plain(cells)) },
    ConditionExpression: 'attribute_not_exists(pk) OR #position < :position',
    ExpressionAttributeNames: { '#position': 'position' },
    ExpressionAttributeValues: { ':position': position },
  },
});

/** What entries add to each base, by its key, entry by entry. */
const byBase = (
  lane: string,
  entries: readonly LogEntry[],
): ReadonlyMap<string, readonly { readonly position: number; readonly cells: Cells }[]> => {
  const found = new Map<string, { readonly position: number; readonly cells: Cells }[]>();
  for (const { position, additions } of entries) {
    for (const [key, cells] of additions()) {
      const [legalEntity = '', day = ''] = key.split('#');
      for (const place of [dayPlace(day), monthPlace(day)]) {
        const base = `GLBASE#${lane}#${legalEntity}\n${place}`;
        const own = found.get(base) ?? [];
        found.set(base, own);
        own.push({ position, cells });
      }
    }
  }
  return found;
};

/** Bases that are written at once. */
const AT_ONCE = 25;

/** Folds a lane's log into its bases, up to its newest entry. Where another writer is further, that one's bases stand, and it tells the head. */
export const foldLane = async (lane: string): Promise<void> => {
  const head = await readHead(lane);
  const entries = await entriesAfter(lane, head.position);
  const position = entries[entries.length - 1]?.position;
  if (position === undefined) return;
  const changed = [...byBase(lane, entries)].map(([key, more]) => ({
    key: { pk: key.split('\n')[0] ?? '', sk: key.split('\n')[1] ?? '' },
    more,
  }));
  const known = new Map((await getItems<BaseItem>(changed.map(({ key }) => key))).map((item) => [`${item.pk}\n${item.sk}`, item]));
  for (let i = 0; i < changed.length; i += AT_ONCE) {
    const written = await Promise.all(
      changed.slice(i, i + AT_ONCE).map(({ key, more }) => {
        const base = known.get(`${key.pk}\n${key.sk}`);
        const cells: Cells = base === undefined ? new Map() : fromPlain(unpacked(base.cells) as PlainCells);
        for (const one of more) if (one.position > (base?.position ?? 0)) addCells(cells, one.cells);
        return commit([baseWrite(key, position, cells)]);
      }),
    );
    if (!written.every(({ ok }) => ok)) return;
  }
  await commit([
    {
      put: {
        Item: { pk: `GLLOG#${lane}`, sk: 'HEAD', position, ...countedWith(head, entries) },
        ConditionExpression: 'attribute_not_exists(pk) OR #position < :position',
        ExpressionAttributeNames: { '#position': 'position' },
        ExpressionAttributeValues: { ':position': position },
      },
    },
  ]);
};

export interface Balances {
  readonly cells: Cells;
  readonly counted: Counted;
}

/** Months before that of the day by their sums, and the days of its month one by one. */
const readLane = async (lane: string, legalEntity: string, on: string): Promise<Balances> => {
  // In this order: a base that is replaced meanwhile holds more of the log, never less, and the log is read last.
  const head = await readHead(lane);
  const pk = `GLBASE#${lane}#${legalEntity}`;
  const month = on.slice(0, 7);
  const [months, days] = await Promise.all([
    // Without that month itself: its key has nothing behind the month.
    queryRange<BaseItem>({ pk, from: 'M#', to: `M#${month}` }),
    queryRange<BaseItem>({ pk, from: `D#${month}`, to: `D#${on}` }),
  ]);
  const bases = new Map([...months.filter(({ sk }) => sk !== `M#${month}`), ...days].map((base) => [base.sk, base]));
  const entries = await entriesAfter(lane, head.position);
  const cells: Cells = new Map();
  for (const base of bases.values()) addCells(cells, fromPlain(unpacked(base.cells) as PlainCells));
  for (const { position, additions } of entries) {
    for (const [key, more] of additions()) {
      const [entity, day = ''] = key.split('#');
      const place = entity === legalEntity ? placeRead(day, on) : undefined;
      if (place !== undefined && position > (bases.get(place)?.position ?? 0)) addCells(cells, more);
    }
  }
  return { cells, counted: countedWith(head, entries) };
};

/** Balances of a legal entity at the end of a day, and how far journals have been counted, those of all legal entities together. */
export const readBalances = async (legalEntity: string, on: string): Promise<Balances> => {
  const all = await Promise.all(lanes.map((lane) => readLane(lane, legalEntity, on)));
  const cells: Cells = new Map();
  for (const lane of all) addCells(cells, lane.cells);
  return {
    cells,
    counted: countedWith(
      { journals: 0, recordedAt: '' },
      all.map(({ counted }) => counted),
    ),
  };
};
