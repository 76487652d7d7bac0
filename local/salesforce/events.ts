import { createHash } from 'node:crypto';
import { type Commit, LOCAL_USER, type Org, type RecordChange, type Stamp } from './org.ts';
import { type Fields, type ObjectType, schemaOf, to18, type Value } from './schema.ts';

/**
 * What an event relay brings to EventBridge: one event for each changed record of a transaction (one for several where the same change hit them),
 * and on demand the ones that only say that something is missing.
 */
export interface RelayOptions {
  readonly channelId?: string;
  readonly account?: string;
  readonly region?: string;
  /** Objects whose changes the channel carries; all that tell their changes, unless given. */
  readonly entities?: readonly ObjectType[];
}

export interface RelayedEvent {
  readonly detailType: string;
  /** Name of the partner event source. */
  readonly source: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** JSON text: it holds `commitNumber` exactly, which a parser of doubles does not. */
  readonly detail: string;
  /** JSON text of the whole event as EventBridge hands it to a target. */
  readonly text: string;
}

type ChangeType = 'CREATE' | 'UPDATE' | 'DELETE' | 'UNDELETE';

export interface Relay {
  readonly source: string;
  /** Events up to now that were not taken before, oldest first. */
  readonly take: () => readonly RelayedEvent[];
  /** The next event says only that these records changed; `all`: that any of the type may have (`006*`). */
  readonly gap: (type: ObjectType, changeType: ChangeType, ids: readonly string[] | 'all', at?: number) => void;
  /** One transaction changed more than events are told for: 100,000. */
  readonly overflow: (type: ObjectType, at?: number) => void;
  /** A platform event, e.g. `Revenue_Event__e`. */
  readonly publish: (name: string, fields: Fields, at?: number) => void;
}

interface Header {
  readonly entityName: ObjectType;
  readonly recordIds: readonly string[];
  readonly changeType: ChangeType | `GAP_${ChangeType}` | 'GAP_OVERFLOW';
  readonly changeOrigin: string;
  readonly sequenceNumber: number;
  readonly commitUser: string;
  readonly changedFields: readonly string[];
}
type Body = Readonly<Record<string, Value | Readonly<Record<string, Value>>>>;

interface Told {
  readonly changeType: ChangeType;
  readonly changedFields: readonly string[];
  readonly body: Body;
}

const NEVER_IN_A_BODY: ReadonlySet<string> = new Set(['Id', 'IsDeleted', 'SystemModstamp']);
const SYSTEM_FIELDS: ReadonlySet<string> = new Set(['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById']);
const MOST_CHANGES_TOLD = 100_000;
const OVERFLOW_ID = '000000000000000AAA';
const IN_THE_BROWSER = 'com/salesforce/api/soap/66.0;client=SfdcInternalAPI/';

const changeTypeOf = ({ before, after }: RecordChange): ChangeType | undefined => {
  const isDeleted = after['IsDeleted'] === true;
  // Created and deleted in one transaction: its final state is that nothing happened.
  if (before === undefined) return isDeleted ? undefined : 'CREATE';
  const wasDeleted = before['IsDeleted'] === true;
  if (isDeleted === wasDeleted) return isDeleted ? undefined : 'UPDATE';
  return isDeleted ? 'DELETE' : 'UNDELETE';
};

/** The fields by their names in events: parts of compound fields below the compound's name. */
const bodyOf = (
  org: Org,
  type: ObjectType,
  names: readonly string[],
  record: Fields,
): { readonly body: Body; readonly dotted: readonly string[] } => {
  const body: Record<string, Value | Record<string, Value>> = {};
  const dotted: string[] = [];
  const { compounds } = schemaOf(org.schema, type);
  for (const field of names) {
    const value = record[field] ?? null;
    const compound = compounds.find(({ parts }) => Object.values(parts).includes(field));
    const part = Object.entries(compound?.parts ?? {}).find(([, flat]) => flat === field)?.[0];
    if (compound === undefined || part === undefined) {
      body[field] = value;
      dotted.push(field);
      continue;
    }
    const parts = body[compound.name];
    body[compound.name] = { ...(typeof parts === 'object' ? parts : {}), [part]: value };
    dotted.push(`${compound.name}.${part}`);
  }
  return { body, dotted };
};

const namesToTell = (org: Org, { type, before, after }: RecordChange, changeType: ChangeType): readonly string[] => {
  if (changeType === 'DELETE') return [];
  const names = Object.keys(after).filter((name) => !NEVER_IN_A_BODY.has(name));
  if (changeType === 'UPDATE') {
    const { calculated } = schemaOf(org.schema, type);
    return names.filter((name) => !calculated.has(name) && (before?.[name] ?? null) !== (after[name] ?? null));
  }
  return type === 'PricebookEntry' && changeType === 'CREATE' ? names.filter((name) => !SYSTEM_FIELDS.has(name)) : names;
};

const toldOf = (org: Org, change: RecordChange, omitted: readonly string[]): Told | undefined => {
  const changeType = changeTypeOf(change);
  if (changeType === undefined) return undefined;
  const names = namesToTell(org, change, changeType);
  const { dotted } = bodyOf(org, change.type, names, change.after);
  const { body } = bodyOf(
    org,
    change.type,
    names.filter((name) => !omitted.includes(name)),
    change.after,
  );
  return { changeType, changedFields: changeType === 'UPDATE' ? dotted : [], body };
};

/** The events of a transaction: the numbers count all that changed, also what the channel does not carry. */
const headersOf = (org: Org, commit: Commit): readonly (readonly [Header, Body])[] => {
  const events = new Map<string, { header: Header; body: Body }>();
  for (const change of commit.changes) {
    const told = toldOf(org, change, commit.omitted);
    if (told === undefined) continue;
    const { type, id } = change;
    const same = told.changeType === 'CREATE' ? id : JSON.stringify([type, told]);
    const known = events.get(same);
    if (known !== undefined) {
      known.header = { ...known.header, recordIds: [...known.header.recordIds, id] };
      continue;
    }
    const isGap = commit.delivery === 'gap';
    const header: Header = {
      entityName: type,
      recordIds: [id],
      changeType: isGap ? `GAP_${told.changeType}` : told.changeType,
      changeOrigin: isGap ? '' : commit.client === undefined ? IN_THE_BROWSER : `com/salesforce/api/rest/66.0;client=${commit.client}`,
      sequenceNumber: events.size + 1,
      commitUser: commit.by,
      changedFields: isGap ? [] : told.changedFields,
    };
    events.set(same, { header, body: isGap ? {} : told.body });
  }
  return [...events.values()].map(({ header, body }) => [header, body]);
};

/** The number is written as it is; quotes inside a text are escaped, so that no text is taken for it. */
const exact = (json: string): string => json.replace(/"commitNumber":"(\d+)"/, '"commitNumber":$1');

const payloadOf = ({ changedFields, ...header }: Header, { at, transactionKey, commitNumber }: Stamp, body: Body) => {
  const { entityName, recordIds, changeType, changeOrigin, sequenceNumber, commitUser } = header;
  return {
    ChangeEventHeader: {
      entityName,
      recordIds,
      changeType,
      changeOrigin,
      transactionKey,
      sequenceNumber,
      commitTimestamp: at,
      commitUser,
      commitNumber,
      changedFields,
    },
    ...body,
  };
};

/** A UUID that is the same in every run. */
const eventId = (of: string): string => {
  const hex = createHash('sha256').update(of).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
};

export const openRelay = (
  org: Org,
  { channelId = to18('0YLHs0000000LOC'), account = '111122223333', region = 'us-east-1', entities }: RelayOptions = {},
): Relay => {
  const source = `aws.partner/salesforce.com/${org.orgId}/${channelId}`;
  let waiting: RelayedEvent[] = [];
  let read = 0;

  const event = (detailType: string, payload: object, at: number, unique: string): RelayedEvent => {
    const detail = { payload };
    const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
    const envelope = { version: '0', id: eventId(unique), 'detail-type': detailType, source, account, time, region, resources: [], detail };
    return { detailType, source, at, detail: exact(JSON.stringify(detail)), text: exact(JSON.stringify(envelope)) };
  };
  const carries = (type: ObjectType): boolean => schemaOf(org.schema, type).tellsChanges && (entities?.includes(type) ?? true);
  const tell = (header: Header, stamp: Stamp, body: Body): void => {
    if (!carries(header.entityName)) return;
    const unique = `${stamp.transactionKey} ${header.sequenceNumber}`;
    waiting.push(event(`${header.entityName}ChangeEvent`, payloadOf(header, stamp, body), stamp.at, unique));
  };
  const missing = (
    type: ObjectType,
    changeType: Header['changeType'],
    recordIds: readonly string[],
    sequenceNumber: number,
    at: number,
  ): void =>
    tell(
      { entityName: type, recordIds, changeType, changeOrigin: '', sequenceNumber, commitUser: LOCAL_USER, changedFields: [] },
      org.stamp(at),
      {},
    );
  /** Commits are read when events are taken or added, so that events of one instant keep their order. */
  const readCommits = (): void => {
    for (const commit of org.commits.slice(read)) {
      if (commit.delivery === 'lost') continue;
      for (const [header, body] of headersOf(org, commit)) tell(header, commit, body);
    }
    read = org.commits.length;
  };

  return {
    source,
    take: () => {
      readCommits();
      const now = org.now();
      const due = waiting.filter(({ at }) => at <= now).sort((one, other) => one.at - other.at);
      waiting = waiting.filter(({ at }) => at > now);
      return due;
    },
    gap: (type, changeType, ids, at = org.now()) => {
      readCommits();
      const recordIds = ids === 'all' ? [`${schemaOf(org.schema, type).prefix}*`] : ids.map(to18);
      missing(type, `GAP_${changeType}`, recordIds, 1, at);
    },
    overflow: (type, at = org.now()) => {
      readCommits();
      missing(type, 'GAP_OVERFLOW', [OVERFLOW_ID], MOST_CHANGES_TOLD + 1, at);
    },
    publish: (name, fields, at = org.now()) => {
      readCommits();
      const { transactionKey } = org.stamp(at);
      waiting.push(event(name, { CreatedDate: new Date(at).toISOString(), CreatedById: LOCAL_USER, ...fields }, at, transactionKey));
    },
  };
};
