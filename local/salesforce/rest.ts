import type { Org } from './org.ts';
import { found } from './query.ts';
import { compoundValue, type Fields, idKey, type ObjectType, restDateTime, schemaOf, to18, type Value } from './schema.ts';
import { parseSoql, SoqlProblem } from './soql.ts';

/** The reads of the REST API over an org, each as an answer. */
export interface Answer {
  readonly status: number;
  /** A text is HTML; anything else is JSON. */
  readonly body: unknown;
}

/** One problem, in the list in which the API answers it. */
export const problem = (status: number, errorCode: string, message: string): Answer => ({ status, body: [{ message, errorCode }] });

export interface RestOptions {
  /** Records of a page of a query. */
  readonly pageSize?: number;
}

export interface Rest {
  readonly answer: (path: string, query: URLSearchParams) => Answer;
}

const VERSION = 'v66.0';
const ROOT = `/services/data/${VERSION}`;
const DEFAULT_PAGE_SIZE = 2000;
/** Deleted records are told of for 30 days. */
const DELETED_DAYS_MS = 30 * 86_400_000;
const MINUTE_MS = 60_000;

export const NOT_FOUND = problem(404, 'NOT_FOUND', 'The requested resource does not exist');

type Shown = Readonly<Record<string, unknown>>;

const restored = (org: Org, type: ObjectType, record: Fields, name: string): unknown => {
  const schema = schemaOf(org.schema, type);
  const compound = compoundValue(schema, name, record);
  if (compound !== undefined) return compound;
  const value = record[name] ?? null;
  return schema.fields.get(name) === 'datetime' && typeof value === 'string' ? restDateTime(value) : value;
};

const shown = (org: Org, type: ObjectType, record: Fields, names: Iterable<string>): Shown => ({
  attributes: { type, url: `${ROOT}/sobjects/${type}/${String(record['Id'])}` },
  ...Object.fromEntries([...names].map((name) => [name, restored(org, type, record, name)])),
});

/** A field as queries compare it. */
const readField =
  (org: Org, type: ObjectType) =>
  (record: Fields, name: string): Value => {
    const compound = compoundValue(schemaOf(org.schema, type), name, record);
    return typeof compound === 'object' || compound === undefined ? (record[name] ?? null) : compound;
  };

const oneRecord = (org: Org, type: ObjectType, id: string, asked: string | null): Answer => {
  const record = org.find(type, id);
  if (record === undefined) return NOT_FOUND;
  if (record['IsDeleted'] === true) return problem(404, 'ENTITY_IS_DELETED', 'entity is deleted');
  const { fields } = schemaOf(org.schema, type);
  const names = asked === null ? [...fields.keys()] : ['Id', ...asked.split(',').map((name) => name.trim())];
  const unknown = names.find((name) => !fields.has(name));
  if (unknown !== undefined) return problem(400, 'INVALID_FIELD', `No such column '${unknown}' on sobject of type ${type}`);
  return { status: 200, body: shown(org, type, record, new Set(names)) };
};

/** The API ignores the seconds of both bounds. */
const minuteOf = (text: string | null): number => Math.floor(Date.parse(text ?? '') / MINUTE_MS) * MINUTE_MS;

/** Records that are deleted now and were deleted between the two, oldest first. */
const deleted = (org: Org, type: ObjectType, query: URLSearchParams): Answer => {
  const [start, end] = [minuteOf(query.get('start')), minuteOf(query.get('end'))];
  if (Number.isNaN(start) || Number.isNaN(end)) return problem(400, 'INVALID_REPLICATION_DATE', 'start and end are required date-times');
  if (end - start < MINUTE_MS)
    return problem(400, 'INVALID_REPLICATION_DATE', 'endDate must be at least one minute greater than startDate');
  const earliest = org.now() - DELETED_DAYS_MS;
  if (start < Math.floor(earliest / MINUTE_MS) * MINUTE_MS)
    return problem(400, 'INVALID_REPLICATION_DATE', 'startDate cannot be more than 30 days before now');
  const records = org
    .all(type)
    .filter((record) => record['IsDeleted'] === true)
    .map((record) => ({ id: String(record['Id']), at: Date.parse(String(record['SystemModstamp'])) }))
    .filter(({ at }) => at >= start && at < end)
    .sort((one, other) => one.at - other.at);
  const written = (at: number): string => restDateTime(new Date(at).toISOString());
  return {
    status: 200,
    body: {
      deletedRecords: records.map(({ id, at }) => ({ id, deletedDate: written(at) })),
      earliestDateAvailable: written(earliest),
      latestDateCovered: written(Math.min(end, Math.floor(org.now() / MINUTE_MS) * MINUTE_MS)),
    },
  };
};

export const openRest = (org: Org, { pageSize = DEFAULT_PAGE_SIZE }: RestOptions = {}): Rest => {
  /** Results of queries as they were when the query ran, by their cursor. */
  const cursors = new Map<string, readonly Shown[]>();

  const page = (cursor: string, all: readonly Shown[], from: number): Answer => {
    const end = from + pageSize;
    const isDone = end >= all.length;
    const next = isDone ? {} : { nextRecordsUrl: `${ROOT}/query/${cursor}-${end}` };
    return { status: 200, body: { totalSize: all.length, done: isDone, ...next, records: all.slice(from, end) } };
  };

  const run = (text: string | null, withDeleted: boolean): Answer => {
    if (text === null) return problem(400, 'MALFORMED_QUERY', 'A query string has to be specified');
    try {
      const query = parseSoql(text, org.schema);
      const { type, fields } = query;
      const seen = org.all(type).filter((record) => withDeleted || record['IsDeleted'] !== true);
      const rows = found(seen, query, readField(org, type)).map((record) => shown(org, type, record, fields));
      const cursor = to18(`01gHs0${(cursors.size + 1).toString(36).toUpperCase().padStart(9, '0')}`);
      if (rows.length > pageSize) cursors.set(cursor, rows);
      return page(cursor, rows, 0);
    } catch (error) {
      if (error instanceof SoqlProblem) return problem(400, error.errorCode, error.message);
      throw error;
    }
  };
  const more = (locator: string): Answer => {
    const [, cursor = '', from = ''] = /^(\w{18})-(\d+)$/.exec(locator) ?? [];
    const all = cursors.get(cursor);
    return all === undefined ? problem(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator') : page(cursor, all, Number(from));
  };

  const sobject = (typeName: string, id: string | undefined, query: URLSearchParams): Answer => {
    const type = [...org.schema.keys()].find((name) => name.toLowerCase() === typeName.toLowerCase());
    if (type === undefined || id === undefined) return NOT_FOUND;
    if (id === 'deleted') return deleted(org, type, query);
    return idKey(id).length === 15 ? oneRecord(org, type, id, query.get('fields')) : NOT_FOUND;
  };

  return {
    answer: (path, query) => {
      if (!path.startsWith(`${ROOT}/`)) return NOT_FOUND;
      const [resource, first, second, ...rest] = path
        .slice(ROOT.length + 1)
        .replace(/\/$/, '')
        .split('/')
        .map(decodeURIComponent);
      if (rest.length > 0) return NOT_FOUND;
      switch (resource) {
        case 'query':
        case 'queryAll':
          if (second !== undefined) return NOT_FOUND;
          return first === undefined ? run(query.get('q'), resource === 'queryAll') : more(first);
        case 'sobjects':
          return first === undefined ? NOT_FOUND : sobject(first, second, query);
        default:
          return NOT_FOUND;
      }
    },
  };
};
