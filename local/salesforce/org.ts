import { createHash } from 'node:crypto';
import { openHistory } from './history.ts';
import { historyOf } from './opportunity.ts';
import { type CustomFields, type Fields, idKey, type ObjectType, type Schema, schemaOf, schemaWith, to18 } from './schema.ts';
import { born, kept, type Write, type Writer, written } from './writes.ts';

/**
 * An org in memory whose records have a history: each write is told with its time, may lie ahead, and is seen by who reads at that time or later.
 * Reads are as of `now`, which `moveTo` sets.
 */
export interface OrgOptions {
  readonly orgId?: string;
  /** Epoch milliseconds; the test clock's, where there is one. */
  readonly now?: () => number;
  readonly customFields?: CustomFields;
  /** Currency of records that name none. */
  readonly currency?: string;
}

/** Who wrote, when, and how the change is told. */
export interface WriteOptions {
  /** Epoch milliseconds; now by default. Not before the last write of the same record. */
  readonly at?: number;
  readonly by?: string;
  /** The REST client's own name (`Sforce-Call-Options: client=`), which the change events repeat; without it, somebody works in the browser. */
  readonly client?: string;
  /** `gap`: only that something changed is told. `lost`: nothing is. */
  readonly delivery?: 'event' | 'gap' | 'lost';
  /** Fields that the event names as changed, and leaves out. */
  readonly omitted?: readonly string[];
}

export interface RecordChange {
  readonly type: ObjectType;
  readonly id: string;
  /** `undefined` where the record was created. */
  readonly before: Fields | undefined;
  readonly after: Fields;
}

/** What is unique to a transaction. The number is above 2^53: it is text here. */
export interface Stamp {
  readonly at: number;
  readonly transactionKey: string;
  readonly commitNumber: string;
}

export interface Commit extends Stamp, Required<Pick<WriteOptions, 'by' | 'delivery' | 'omitted'>> {
  readonly client: string | undefined;
  /** One for each record, from its state before the transaction to its state after, in the order of the first writes. */
  readonly changes: readonly RecordChange[];
}

export interface Org {
  readonly orgId: string;
  readonly schema: Schema;
  readonly now: () => number;
  /** Holds the time at this instant (epoch milliseconds), also backwards. */
  readonly moveTo: (at: number) => void;
  /** A record as it lies there (with its `Id`), whole: no event tells it, and nothing follows from it. */
  readonly put: (type: ObjectType, fields: Fields, at?: number) => void;
  /** All writes in one transaction; none where one of them is wrong, which throws. */
  readonly commit: (writes: readonly Write[], options?: WriteOptions) => Commit;
  /** The id of the new record. */
  readonly create: (type: ObjectType, fields: Fields, options?: WriteOptions) => string;
  /** The same fields of one record, or of several in one transaction. */
  readonly update: (type: ObjectType, ids: string | readonly string[], fields: Fields, options?: WriteOptions) => void;
  readonly remove: (type: ObjectType, ids: string | readonly string[], options?: WriteOptions) => void;
  readonly undelete: (type: ObjectType, ids: string | readonly string[], options?: WriteOptions) => void;
  /** As of now; deleted ones too. */
  readonly find: (type: ObjectType, id: string) => Fields | undefined;
  readonly all: (type: ObjectType) => readonly Fields[];
  readonly commits: readonly Commit[];
  readonly stamp: (at: number) => Stamp;
}

/** The user who works in the browser. */
export const LOCAL_USER = to18('005Hs00000LOCAL');

const listOf = (ids: string | readonly string[]): readonly string[] => (typeof ids === 'string' ? [ids] : ids);

/** Transactions in their order. Keys look like UUIDs, and are the same in every run. */
const stampsOf = (orgId: string): ((at: number) => Stamp) => {
  let count = 0;
  return (at) => {
    count += 1;
    const hex = createHash('sha256').update(`${orgId} ${count}`).digest('hex');
    const transactionKey = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
    return { at, transactionKey, commitNumber: String(BigInt(at) * 1_000_000n + BigInt(count)) };
  };
};

const isStep = ({ type, before, after }: RecordChange): boolean =>
  type === 'Opportunity' && (before === undefined || before['IsDeleted'] === after['IsDeleted']);

export const openOrg = ({ orgId = to18('00DHs000000LOCA'), now = Date.now, customFields = {}, currency = 'USD' }: OrgOptions = {}): Org => {
  const schema = schemaWith(customFields);
  const history = openHistory();
  const commits: Commit[] = [];
  const stamp = stampsOf(orgId);
  let held: number | undefined;
  let ids = 0;

  const clock = (): number => held ?? now();
  const newId = (type: ObjectType): string => {
    ids += 1;
    return to18(`${schemaOf(schema, type).prefix}Hs0${ids.toString(36).toUpperCase().padStart(9, '0')}`);
  };
  const idOf = (write: Write): string => {
    const given = write.kind === 'create' ? write.fields['Id'] : write.id;
    return typeof given === 'string' ? to18(given) : newId(write.type);
  };
  const draftsOf = (writes: readonly Write[], writer: Writer): readonly RecordChange[] => {
    const drafts = new Map<string, RecordChange>();
    for (const write of writes) {
      const { type } = write;
      const id = idOf(write);
      const draft = drafts.get(idKey(id));
      const before = draft === undefined ? history.newest(type, id, writer.at) : draft.before;
      const after = written(write, String((draft?.after ?? before)?.['Id'] ?? id), draft === undefined ? before : draft.after, writer);
      drafts.set(idKey(id), { type, id: String(after['Id']), before, after });
    }
    return [...drafts.values()];
  };
  /** A step of an opportunity leaves a row that no event tells. */
  const keepStep = (change: RecordChange, writer: Writer): void => {
    const row = isStep(change) ? historyOf(change.before, change.after) : undefined;
    if (row === undefined) return;
    const id = newId('OpportunityHistory');
    history.append('OpportunityHistory', { ...born('OpportunityHistory', writer), ...row, Id: id }, writer.at);
  };
  const commit = (writes: readonly Write[], options: WriteOptions = {}): Commit => {
    const { at = clock(), by = LOCAL_USER, client, delivery = 'event', omitted = [] } = options;
    const writer = { schema, at, by, currency };
    const changes = draftsOf(writes, writer);
    for (const change of changes) {
      history.append(change.type, change.after, at);
      keepStep(change, writer);
    }
    const made: Commit = { ...stamp(at), by, client, delivery, omitted, changes };
    commits.push(made);
    return made;
  };
  const writeEach = (kind: 'delete' | 'undelete') => (type: ObjectType, given: string | readonly string[], options?: WriteOptions) =>
    void commit(
      listOf(given).map((id) => ({ kind, type, id })),
      options,
    );

  return {
    orgId,
    schema,
    now: clock,
    moveTo: (at) => {
      held = at;
    },
    put: (type, fields, at = clock()) => {
      const given = kept(schema, type, fields);
      if (typeof given['Id'] !== 'string') throw new TypeError(`a ${type} that is put has an Id`);
      history.newest(type, given['Id'], at);
      history.append(type, { ...born(type, { schema, at, by: LOCAL_USER, currency }), ...given }, at);
    },
    commit,
    create: (type, fields, options) => commit([{ kind: 'create', type, fields }], options).changes[0]?.id ?? '',
    update: (type, given, fields, options) =>
      void commit(
        listOf(given).map((id) => ({ kind: 'update', type, id, fields }) as const),
        options,
      ),
    remove: writeEach('delete'),
    undelete: writeEach('undelete'),
    find: (type, id) => history.find(type, id, clock()),
    all: (type) => history.all(type, clock()),
    commits,
    stamp,
  };
};
