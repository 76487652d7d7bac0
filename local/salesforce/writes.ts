import { withStage } from './opportunity.ts';
import { type Fields, type FieldType, type ObjectType, type Schema, schemaOf, to18, type Value } from './schema.ts';

/** What a write makes of a record. */
export type Write =
  | { readonly kind: 'create'; readonly type: ObjectType; readonly fields: Fields }
  | { readonly kind: 'update'; readonly type: ObjectType; readonly id: string; readonly fields: Fields }
  | { readonly kind: 'delete' | 'undelete'; readonly type: ObjectType; readonly id: string };

export interface Writer {
  readonly schema: Schema;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Id of the user. */
  readonly by: string;
  /** Currency of records that name none. */
  readonly currency: string;
}

const iso = (at: number): string => new Date(at).toISOString();

const FORMS: Readonly<Record<FieldType, (value: Value) => boolean>> = {
  id: (value) => typeof value === 'string' && /^(?:[0-9A-Za-z]{15}|[0-9A-Za-z]{18})$/.test(value),
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
  datetime: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  address: () => false,
};

/** The fields as they are kept: ids with 18 characters, date-times in UTC. A field that the object has not is the caller's mistake. */
export const kept = (schema: Schema, type: ObjectType, fields: Fields): Fields => {
  const { fields: known } = schemaOf(schema, type);
  const entries = Object.entries(fields).map(([name, value]) => {
    const form = known.get(name);
    if (form === undefined) throw new TypeError(`${type} has no field ${name}: a custom field stands in customFields`);
    if (value === null) return [name, null] as const;
    if (!FORMS[form](value)) throw new TypeError(`${type}.${name} is a ${form}, and was given ${JSON.stringify(value)}`);
    if (form === 'id') return [name, to18(String(value))] as const;
    return [name, form === 'datetime' ? iso(Date.parse(String(value))) : value] as const;
  });
  return Object.fromEntries(entries);
};

/** The system fields of a new record. */
export const born = (type: ObjectType, { schema, at, by, currency }: Writer): Fields => {
  const { fields } = schemaOf(schema, type);
  const all: Fields = {
    IsDeleted: false,
    CreatedDate: iso(at),
    CreatedById: by,
    LastModifiedDate: iso(at),
    LastModifiedById: by,
    SystemModstamp: iso(at),
    CurrencyIsoCode: currency,
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => fields.has(name)));
};

const checked = ({ kind, type }: Write, id: string, current: Fields | undefined): Fields => {
  if (kind === 'create') {
    if (current !== undefined) throw new TypeError(`${type} ${id} exists already`);
    return {};
  }
  if (current === undefined) throw new TypeError(`${type} ${id} does not exist`);
  if ((current['IsDeleted'] === true) !== (kind === 'undelete'))
    throw new TypeError(`${type} ${id} is ${kind === 'undelete' ? 'not ' : ''}deleted: it cannot be written by ${kind}`);
  if (kind !== 'update' && !('IsDeleted' in current)) throw new TypeError(`a ${type} cannot be deleted`);
  return current;
};

/** The record with this id after the write, onto its `current` state. */
export const written = (write: Write, id: string, current: Fields | undefined, writer: Writer): Fields => {
  const { schema, at, by } = writer;
  const { type } = write;
  const before = checked(write, id, current);
  const touched = { LastModifiedDate: iso(at), LastModifiedById: by, SystemModstamp: iso(at) };
  if (!('fields' in write)) return { ...before, IsDeleted: write.kind === 'delete', ...touched };
  const given = kept(schema, type, write.fields);
  const fields = type === 'Opportunity' ? withStage(current, given, iso(at)) : { ...before, ...given };
  return write.kind === 'create' ? { ...born(type, writer), ...fields, Id: id } : { ...fields, ...touched, Id: id };
};
