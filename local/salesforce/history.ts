import { type Fields, idKey, type ObjectType } from './schema.ts';

/** The states of every record, each with the time from which it holds (epoch milliseconds). */
export interface History {
  /** The newest state, onto which a write comes; a write cannot come before it. */
  readonly newest: (type: ObjectType, id: string, at: number) => Fields | undefined;
  /** From `at` on the record, known by its `Id`, is so. */
  readonly append: (type: ObjectType, fields: Fields, at: number) => void;
  readonly find: (type: ObjectType, id: string, at: number) => Fields | undefined;
  /** In the order in which they first appeared. */
  readonly all: (type: ObjectType, at: number) => readonly Fields[];
}

interface Version {
  readonly at: number;
  readonly fields: Fields;
}

const iso = (at: number): string => new Date(at).toISOString();

const asOf = (versions: readonly Version[] | undefined, at: number): Fields | undefined =>
  versions?.findLast((version) => version.at <= at)?.fields;

export const openHistory = (): History => {
  const records = new Map<ObjectType, Map<string, Version[]>>();
  const ofType = (type: ObjectType): Map<string, Version[]> => {
    const found = records.get(type) ?? new Map<string, Version[]>();
    records.set(type, found);
    return found;
  };
  return {
    newest: (type, id, at) => {
      const last = ofType(type).get(idKey(id))?.at(-1);
      if (last !== undefined && last.at > at)
        throw new RangeError(`${type} ${id} was written at ${iso(last.at)}, and cannot be written before that, at ${iso(at)}`);
      return last?.fields;
    },
    append: (type, fields, at) => {
      const key = idKey(String(fields['Id']));
      const versions = ofType(type).get(key) ?? [];
      versions.push({ at, fields });
      ofType(type).set(key, versions);
    },
    find: (type, id, at) => asOf(ofType(type).get(idKey(id)), at),
    all: (type, at) => [...ofType(type).values()].map((versions) => asOf(versions, at)).filter((fields) => fields !== undefined),
  };
};
