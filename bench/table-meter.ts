import type { ServiceRequest, ServiceResponse, StreamRecord } from '../local/service.ts';
import type { LocalStack } from '../local/stack.ts';
import { eventUnitsOf, type Item, indexEntryBytes, itemBytes, readUnitsOf, writeUnitsOf } from './units.ts';

/**
 * Units of the one table. Which items are written, and whether in a transaction, is seen in the requests (also in those that are refused: they
 * cost the same); how large they are afterwards, in the stream. Both are joined by kind of item, with the kind's mean. The index is written
 * only with what was written: its units are counted in the stream alone.
 */
export interface WriteKind {
  readonly kind: string;
  readonly writes: number;
  readonly transactional: number;
  readonly meanBytes: number;
  readonly units: number;
  readonly indexUnits: number;
}

export interface TableMeter {
  readonly onCall: (request: ServiceRequest, response: ServiceResponse) => void;
  readonly start: (stack: LocalStack) => void;
  readonly read: () => TableUsage;
}

export interface TableUsage {
  readonly writes: readonly WriteKind[];
  readonly readUnits: number;
  /** What the items carry to the revenue bus. */
  readonly published: Published;
  readonly storedBytes: number;
}

export interface Published {
  /** Events on the bus, in steps of 64 KB, and their bytes. */
  readonly units: number;
  readonly bytes: number;
  /** The pipe takes in whole records of the stream. Its batches are as small as one record while little comes: the upper estimate. */
  readonly pipeRequests: number;
}

type Keys = { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
type Write = { readonly Item?: Item; readonly Key?: Item };
type Json = Readonly<Record<string, unknown>>;

const READ_PAGE = 500;
/** DynamoDB's own for each item that it stores. */
const STORED_OVERHEAD_BYTES = 100;

/** `ARR REC`, `SRC`, `TOT LOG`: what kinds of items keys begin with. */
const kindOf = ({ pk, sk }: Keys): string => {
  const [family = ''] = pk.S.split('#');
  const [place = ''] = sk.S.split('#');
  return /^[A-Z]+$/.test(place) && family !== 'COMPANY' ? `${family} ${place}` : family;
};

/** Fields of the detail that the pipe makes of an item's event; type and source stand beside it once more. */
const DETAIL_FIELDS = ['id', 'type', 'version', 'recordedAt', 'subject', 'data'] as const;

/** Bytes that the event which an item carries has on the bus; undefined where it carries none. `data` is text within the detail, so its quotes are escaped. */
const eventBytes = (image: Item): number | undefined => {
  const event = image['event']?.['M'] as Readonly<Record<string, { readonly S: string }>> | undefined;
  if (event?.['type'] === undefined) return undefined;
  const detail = JSON.stringify(Object.fromEntries(DETAIL_FIELDS.map((name) => [name, event[name]?.S])));
  return Buffer.byteLength(detail) + Buffer.byteLength(event['type'].S) + Buffer.byteLength(event['source']?.S ?? '');
};

const bytesOf = (items: readonly Item[]): number => items.reduce((sum, item) => sum + itemBytes(item), 0);

const single = (input: Json, output: Json): number => {
  const found = output['Item'] as Item | undefined;
  return readUnitsOf(found === undefined ? 0 : itemBytes(found), input['ConsistentRead'] === true ? 'strong' : 'eventual');
};

const page = (input: Json, output: Json): number =>
  readUnitsOf(bytesOf((output['Items'] ?? []) as Item[]), input['ConsistentRead'] === true ? 'strong' : 'eventual');

const batch = (input: Json, output: Json): number => {
  let units = 0;
  for (const [table, asked] of Object.entries(input['RequestItems'] as Record<string, { Keys: unknown[]; ConsistentRead?: boolean }>)) {
    const found = (output['Responses'] as Record<string, Item[]> | undefined)?.[table] ?? [];
    const consistency = asked.ConsistentRead === true ? 'strong' : 'eventual';
    for (const item of found) units += readUnitsOf(itemBytes(item), consistency);
    units += (asked.Keys.length - found.length) * readUnitsOf(0, consistency);
  }
  return units;
};

const READS: Readonly<Record<string, (input: Json, output: Json) => number>> = { GetItem: single, Query: page, BatchGetItem: batch };

interface Statement {
  readonly Statement: string;
  readonly Parameters: readonly Item[string][];
}

/** The item of `INSERT INTO "table" VALUE {'pk':?,'sk':?}`. */
const inserted = ({ Statement: text, Parameters: values }: Statement): Write => {
  const item: Record<string, Item[string]> = {};
  for (const [i, [, name]] of [...text.matchAll(/'(\w+)':\?/g)].entries())
    if (name !== undefined && values[i] !== undefined) item[name] = values[i];
  return { Item: item };
};

/** Items that a request writes, with a condition on an item that is not written itself counted as a write of it. */
const writesIn = (operation: string, input: Json): readonly Write[] => {
  if (operation === 'TransactWriteItems')
    return (input['TransactItems'] as Record<string, Write>[]).flatMap((element) => Object.values(element));
  if (operation === 'BatchExecuteStatement') return (input['Statements'] as Statement[]).map(inserted);
  return ['PutItem', 'UpdateItem', 'DeleteItem'].includes(operation) ? [input as Write] : [];
};

interface Sizes {
  records: number;
  bytes: number;
  units: number;
  indexUnits: number;
}

type Seen = Pick<TableUsage, 'published' | 'storedBytes'> & { readonly sizes: ReadonlyMap<string, Sizes> };

export const openTableMeter = (): TableMeter => {
  const counts = new Map<string, { plain: number; transactional: number }>();
  let readUnits = 0;
  let stack: LocalStack | undefined;
  let streamArn = '';
  let positions = new Map<string, string | undefined>();

  const seen = (records: Iterable<StreamRecord>): Seen => {
    const sizes = new Map<string, Sizes>();
    const published = { units: 0, bytes: 0, pipeRequests: 0 };
    let storedBytes = 0;
    for (const { eventName, dynamodb } of records) {
      const image = dynamodb.NewImage as Item | undefined;
      if (image === undefined) continue;
      const kind = kindOf(dynamodb.Keys as Keys);
      const bytes = itemBytes(image);
      const listed = indexEntryBytes(image);
      const known = sizes.get(kind) ?? { records: 0, bytes: 0, units: 0, indexUnits: 0 };
      known.records += 1;
      known.bytes += bytes;
      known.units += writeUnitsOf(bytes);
      // A changed item counts too: that its keys in the index have changed is not seen here.
      if (listed !== undefined) known.indexUnits += writeUnitsOf(listed);
      sizes.set(kind, known);
      if (eventName !== 'INSERT') continue;
      const carried = eventBytes(image);
      if (carried !== undefined) {
        published.units += eventUnitsOf(carried);
        published.bytes += carried;
        published.pipeRequests += eventUnitsOf(bytes);
      }
      // Items that are an event and nothing else are gone after a week.
      if (kind !== 'OUT') storedBytes += bytes + STORED_OVERHEAD_BYTES + (listed === undefined ? 0 : listed + STORED_OVERHEAD_BYTES);
    }
    return { sizes, published, storedBytes };
  };

  function* recordsSince(from: LocalStack): Generator<StreamRecord> {
    for (const shard of from.services.streams.shards(streamArn)) {
      let after = positions.get(shard);
      for (;;) {
        const read = from.services.streams.read(streamArn, shard, after, READ_PAGE);
        yield* read;
        after = read.at(-1)?.dynamodb.SequenceNumber;
        if (read.length < READ_PAGE) break;
      }
    }
  }

  return {
    onCall: ({ operation, body }, response) => {
      const input = JSON.parse(body.toString('utf8')) as Json;
      for (const { Item, Key } of writesIn(operation, input)) {
        const kind = kindOf((Item ?? Key) as unknown as Keys);
        const count = counts.get(kind) ?? { plain: 0, transactional: 0 };
        count[operation === 'TransactWriteItems' ? 'transactional' : 'plain'] += 1;
        counts.set(kind, count);
      }
      const units = READS[operation];
      if (units !== undefined && response.status === 200) readUnits += units(input, JSON.parse(response.body.toString()) as Json);
    },
    start: (given) => {
      stack = given;
      const mappings = given.resources
        .ofType('AWS::Lambda::EventSourceMapping')
        .map(({ properties }) => String(properties['EventSourceArn']));
      streamArn = mappings.find((arn) => arn.startsWith('arn:aws:dynamodb:')) ?? '';
      const { streams } = given.services;
      positions = new Map(streams.shards(streamArn).map((shard) => [shard, streams.latest(streamArn, shard)]));
    },
    read: () => {
      if (stack === undefined) throw new Error('the meter was not started');
      const { sizes, published, storedBytes } = seen(recordsSince(stack));
      const writes = [...counts].map(([kind, { plain, transactional }]): WriteKind => {
        const { records, bytes, units, indexUnits } = sizes.get(kind) ?? { records: 1, bytes: 0, units: 1, indexUnits: 0 };
        return {
          kind,
          writes: plain + transactional,
          transactional,
          meanBytes: bytes / records,
          units: (units / records) * (plain + 2 * transactional),
          indexUnits,
        };
      });
      return { writes: writes.sort((a, b) => b.units - a.units), readUnits, published, storedBytes };
    },
  };
};
