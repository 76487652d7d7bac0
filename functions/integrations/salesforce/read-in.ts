import type { SalesforceInstance } from '../../platform/config.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { type ReadObject, selectFrom } from './fields.ts';
import type { SalesforceReader, SalesforceRecord } from './reader.ts';
import { recordId } from './record-id.ts';

/** Ids that one query asks for: 27 bytes each in the address, of which Salesforce takes 16 KB. */
export const IDS_PER_QUERY = 200;

/** What reads of one org need. */
export interface OrgReading {
  readonly instance: SalesforceInstance;
  readonly reader: SalesforceReader;
  /** Of the org's calls in 24 hours, in percent: from there on nothing is asked. */
  readonly mostPercent: number;
}

/**
 * `too-many-records`: more than one query gives. `refused-by-source`: the org understood and declined, asking the same again does not help.
 * `not-answered`: later it may.
 */
export type ReadProblem = Problem<'too-many-records' | 'refused-by-source' | 'not-answered'>;
export type Records = Result<readonly SalesforceRecord[], ReadProblem>;

const chunked = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

/** Ids by as many as one query asks for. */
export const byQuery = (ids: Iterable<string>): readonly (readonly string[])[] => chunked([...ids], IDS_PER_QUERY);

/** Only ids stand between the quotes, so nothing else can become part of a query. */
const listOf = (ids: readonly string[]): string =>
  ids
    .filter((id) => recordId(id) === id)
    .map((id) => `'${id}'`)
    .join(',');

const queried = async (soql: string, object: ReadObject, { reader, mostPercent }: OrgReading): Promise<Records> => {
  const answer = await reader.query(soql, { deleted: true, mostPercent });
  switch (answer.kind) {
    case 'found':
      return ok(answer.records);
    case 'refused':
      return fail(
        answer.code === 'TOO_MANY_RECORDS' ? 'too-many-records' : 'refused-by-source',
        `Salesforce refused to read ${object} with ${answer.code}.`,
        object,
      );
    case 'failed':
      return fail('not-answered', answer.reason, object);
  }
};

const whereIn = async (select: string, object: ReadObject, field: string, ids: Iterable<string>, org: OrgReading): Promise<Records> => {
  const records: SalesforceRecord[] = [];
  for (const some of byQuery(ids)) {
    const found = await queried(`${select} WHERE ${field} IN (${listOf(some)})`, object, org);
    if (!found.ok) return found;
    records.push(...found.value);
  }
  return ok(records);
};

/** All records of an object, those in the recycle bin too, whose `field` is one of the ids, with the fields that the mappings read. */
export const readWhere = (object: ReadObject, field: string, ids: Iterable<string>, org: OrgReading): Promise<Records> =>
  whereIn(selectFrom(object, org.instance), object, field, ids, org);

/** The same with these fields only. */
export const readFieldsWhere = (
  object: ReadObject,
  fields: readonly string[],
  field: string,
  ids: Iterable<string>,
  org: OrgReading,
): Promise<Records> => whereIn(`SELECT ${[...new Set(['Id', ...fields])].join(', ')} FROM ${object}`, object, field, ids, org);

export interface Listing {
  /** Changed then or later, epoch milliseconds; 0: all. */
  readonly sinceMs: number;
  /** Behind this id. */
  readonly afterId?: string | undefined;
  /** A condition, e.g. `ContractId = null`. */
  readonly only?: string | undefined;
  readonly limit: number;
}

/** Ids of an object's records, those in the recycle bin too, in the order of ids; fewer than the limit are the last ones. */
export const listIds = async (
  object: ReadObject,
  { sinceMs, afterId, only, limit }: Listing,
  org: OrgReading,
): Promise<Result<readonly string[], ReadProblem>> => {
  const conditions = [
    ...(sinceMs > 0 ? [`SystemModstamp >= ${new Date(sinceMs).toISOString()}`] : []),
    ...(afterId === undefined ? [] : [`Id > '${afterId}'`]),
    ...(only === undefined ? [] : [only]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const found = await queried(`SELECT Id FROM ${object}${where} ORDER BY Id LIMIT ${limit}`, object, org);
  return found.ok ? ok(found.value.flatMap(({ Id }) => (typeof Id === 'string' ? [recordId(Id) ?? Id] : []))) : found;
};

/** The distinct ids that a field of the records names. */
export const idsIn = (records: readonly SalesforceRecord[], field: string): readonly string[] => [
  ...new Set(records.flatMap((record) => (typeof record[field] === 'string' ? [recordId(record[field]) ?? ''] : [])).filter(Boolean)),
];
