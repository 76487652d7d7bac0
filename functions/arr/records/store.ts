import { Entity } from 'electrodb';
import { domainEvent } from '../../platform/envelope.ts';
import { fnv1a32 } from '../../platform/ids.ts';
import { type CarriedEvent, carried, eventAttribute } from '../../platform/outbox.ts';
import { entityDefaults, gsi1Index, gsi1Pk, gsi1Sk, primaryPk, primarySk, queryRange, readAll, type Write } from '../../platform/table.ts';
import { arrEvents, arrMovementsRecorded, type Movement } from '../events.ts';
import { type Fact, factKeyOf } from '../lines/facts.ts';
import type { Book } from '../movements/decide.ts';
import { pack, type Recording, unpackBook, unpackFacts } from './codec.ts';
import { itemsOfMovements } from './portions.ts';

/**
 * What ARR keeps of a customer, all under `ARR#<customer>`: one item a recording, never changed. `REC#<version>~` holds the facts that it
 * recorded and the book that it made, and carries its movements as the event that goes out; it can be written once, so the version is the
 * optimistic lock, and the newest is what the next fact is decided against. An item carries movements of one day: those of earlier days, and
 * those that it has no room for, lie before it, in `REC#<version>#<n>`, written in the same transaction. Items with movements are listed by
 * when they were recorded over all customers (`gsi1`), which is how the ledger takes them in.
 */
const recordings = new Entity(
  {
    model: { entity: 'arrRecording', version: '1', service: 'arr' },
    attributes: {
      customerId: { type: 'string', required: true },
      /** `<version, 8 digits>~`, or `<version>#<number, 3 digits>`. */
      place: { type: 'string', required: true },
      name: { type: 'string' },
      /** Facts and book, deflated: bytes. */
      packed: { type: 'any' },
      /** The customer that it is one with, and in whose book it is decided; this one's book is empty. */
      movedTo: { type: 'string' },
      /** Other customers that are decided in this one's book. */
      members: { type: 'list', items: { type: 'string' } },
      /** The day under which it is listed to be looked at again (`watches-store.ts`). */
      dueOn: { type: 'string' },
      event: eventAttribute,
      recordedShard: { type: 'string' },
      /** `<recorded at>#<customer>#<place>` */
      recordedAs: { type: 'string' },
      /** Of an item that is not listed, which `recordedAs` would tell. */
      recordedAt: { type: 'string' },
    },
    indexes: {
      ofCustomer: {
        pk: { ...primaryPk, composite: ['customerId'], template: 'ARR#${customerId}' },
        sk: { ...primarySk, composite: ['place'], template: 'REC#${place}' },
      },
      byRecording: {
        index: gsi1Index,
        pk: { ...gsi1Pk, composite: ['recordedShard'], template: 'RECORDED#${recordedShard}' },
        sk: { ...gsi1Sk, composite: ['recordedAs'], template: '${recordedAs}' },
      },
    },
  } as const,
  entityDefaults,
);

/** Written before a customer's first recording: lists all customers for a new decision under other plan rates. */
const customers = new Entity(
  {
    model: { entity: 'arrCustomer', version: '1', service: 'arr' },
    attributes: { shard: { type: 'string', required: true }, customerId: { type: 'string', required: true } },
    indexes: {
      byShard: {
        pk: { ...primaryPk, composite: ['shard'], template: 'BOOKS#${shard}' },
        sk: { ...primarySk, composite: ['customerId'], template: '${customerId}' },
      },
    },
  } as const,
  entityDefaults,
);

/** Shards of what is listed by its recording and of the list of customers: 32 × 1,000 write units a second. */
const SHARDS = 32;
export const shardOf = (customerId: string): string => String(fnv1a32(customerId) % SHARDS).padStart(2, '0');
export const shards: readonly string[] = Array.from({ length: SHARDS }, (_, i) => String(i).padStart(2, '0'));

export interface StoredBook {
  readonly version: number;
  readonly name: string;
  /** Undefined where it was decided under other rules and must be decided again. */
  readonly book: Book | undefined;
  readonly place: Place;
  /** The day under which it is listed to be looked at again. */
  readonly dueOn?: string | undefined;
}

/** Where a customer is decided: in its own book, with other customers that are one with it, or in the book of such a one. */
export interface Place {
  readonly movedTo?: string;
  readonly members?: readonly string[];
}

export const ALONE: Place = {};

export const versionText = (version: number): string => String(version).padStart(8, '0');
const placeOf = (version: number, part: number): string =>
  part === 0 ? `${versionText(version)}~` : `${versionText(version)}#${String(part).padStart(3, '0')}`;

/** Newest books of some customers, read consistently; a customer without one is absent. */
export const readBooks = async (customerIds: readonly string[]): Promise<Map<string, StoredBook>> => {
  const books = new Map<string, StoredBook>();
  await Promise.all(
    customerIds.map(async (customerId) => {
      const [newest] = await queryRange<Recorded>({ pk: `ARR#${customerId}`, from: 'REC#', to: 'REC#~', newestFirst: true, limit: 1 });
      if (newest?.packed === undefined) return;
      const { place, name = '', packed, movedTo, members, dueOn } = newest;
      const isWhere = movedTo !== undefined ? { movedTo } : members !== undefined ? { members } : ALONE;
      books.set(customerId, { version: Number.parseInt(place, 10), name, book: unpackBook(packed), place: isWhere, dueOn });
    }),
  );
  return books;
};

/** A recording's item as it is read. */
export interface Recorded {
  readonly place: string;
  readonly name?: string | undefined;
  readonly packed?: Uint8Array | undefined;
  readonly movedTo?: string | undefined;
  readonly members?: readonly string[] | undefined;
  readonly dueOn?: string | undefined;
  readonly event?: CarriedEvent | undefined;
}

export const movementsOf = ({ event }: Recorded): readonly Movement[] =>
  event === undefined ? [] : (JSON.parse(event.data) as { readonly movements: readonly Movement[] }).movements;

/** All that was ever recorded of a customer; movements in the order of day and recording. */
export interface History {
  readonly facts: readonly Fact[];
  readonly keys: ReadonlySet<string>;
  readonly movements: readonly Movement[];
}

export const readHistory = async (customerId: string): Promise<History> => {
  const items: readonly Recorded[] = await readAll(recordings.query.ofCustomer({ customerId }), { consistent: true });
  const facts = items.flatMap(({ packed }) => (packed === undefined ? [] : unpackFacts(packed)));
  // Sorting is stable: movements of one day stay in the order of their recording.
  const movements = items.flatMap(movementsOf).sort((a, b) => (a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : 0));
  return { facts, keys: new Set(facts.map(factKeyOf)), movements };
};

/** An item of a recording: its place, and what it tells where it has movements. */
export interface RecordedMovements {
  readonly place: string;
  readonly told?: { readonly planCurrency: string; readonly movements: readonly Movement[] };
}

/** All items of a customer's recordings, in their order, read consistently. */
export const readRecorded = async (customerId: string): Promise<readonly RecordedMovements[]> => {
  const items: readonly Recorded[] = await readAll(recordings.query.ofCustomer({ customerId }), { consistent: true });
  return items.map(({ place, event }) => {
    if (event === undefined) return { place };
    const { planCurrency, movements } = JSON.parse(event.data) as NonNullable<RecordedMovements['told']>;
    return { place, told: { planCurrency, movements } };
  });
};

/** Facts of one recording; `recordedAt`: ISO, absent of one without movements that was recorded before items told it. */
export interface RecordedFacts {
  readonly recordedAt: string | undefined;
  readonly facts: readonly Fact[];
}

/** A customer's recordings with the facts that stand with each, in their order, read consistently. */
export const readRecordedFacts = async (customerId: string): Promise<readonly RecordedFacts[]> => {
  const items = await readAll(recordings.query.ofCustomer({ customerId }), { consistent: true });
  return items.flatMap(({ packed, recordedAs, recordedAt }) =>
    packed === undefined
      ? []
      : [{ recordedAt: recordedAt ?? recordedAs?.slice(0, recordedAs.indexOf('#')), facts: unpackFacts(packed as Uint8Array) }],
  );
};

export const readFacts = async (customerId: string): Promise<Pick<History, 'facts' | 'keys'>> => readHistory(customerId);
export const readMovements = async (customerId: string): Promise<readonly Movement[]> => (await readHistory(customerId)).movements;

export const readMovement = async (movementId: string): Promise<Movement | undefined> => {
  const [customerId = '', , version = ''] = movementId.split('~');
  if (!/^\d{1,8}$/.test(version)) return undefined;
  const items: readonly Recorded[] = await readAll(
    recordings.query.ofCustomer({ customerId }).begins({ place: versionText(Number(version)) }),
  );
  return items.flatMap(movementsOf).find((movement) => movement.movementId === movementId);
};

/** A customer's place in the list of all. */
export const customerWrite = (customerId: string): Write => ({
  put: customers.create({ shard: shardOf(customerId), customerId }).params(),
});

export interface Recordable {
  readonly name: string;
  readonly place: Place;
  readonly dueOn?: string | undefined;
  readonly book: Book;
  readonly facts: readonly Fact[];
  readonly movements: readonly Movement[];
  readonly planCurrency: string;
  readonly profile: string;
}

/** The writes of one recording, of at most one portion of movements: they fail where the customer has one of that version. */
export const recordingWrites = ({ customerId, recordedAt, version }: Recording, recordable: Recordable): readonly Write[] => {
  const { name, place: isWhere, dueOn, book, facts, movements, planCurrency, profile } = recordable;
  const listed = (carriedBy: readonly Movement[], part: number) => ({
    recordedAs: `${recordedAt}#${customerId}#${placeOf(version, part)}`,
    recordedShard: shardOf(customerId),
    event: carried(
      domainEvent(arrMovementsRecorded, {
        id: part === 0 ? `arr:${customerId}:${version}` : `arr:${customerId}:${version}:${part}`,
        recordedAt,
        subject: customerId,
        data: { customerId, planCurrency, profile, movements: [...carriedBy] },
      }),
      arrEvents,
    ),
  });
  const items = itemsOfMovements(movements);
  const last = items.pop();
  const write = (item: Parameters<typeof recordings.create>[0]): Write => ({ put: recordings.create(item).params() });
  return [
    write({
      customerId,
      place: placeOf(version, 0),
      name,
      packed: pack(book, facts),
      ...(isWhere.movedTo === undefined ? {} : { movedTo: isWhere.movedTo }),
      ...(isWhere.members === undefined ? {} : { members: [...isWhere.members] }),
      ...(dueOn === undefined ? {} : { dueOn }),
      ...(last === undefined ? { recordedAt } : listed(last, 0)),
    }),
    ...items.map((own, i) => write({ customerId, place: placeOf(version, i + 1), ...listed(own, i + 1) })),
  ];
};

/** Ids of all customers with a book, or about to have one, shard by shard; consistently, so that none is missed that was listed before. */
export const readCustomerIds = async (shard: string): Promise<readonly string[]> =>
  (await readAll(customers.query.byShard({ shard }), { atMost: 100_000, consistent: true })).map((item) => item.customerId);
