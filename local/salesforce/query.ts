import { type Fields, type FieldType, idKey, type Value } from './schema.ts';
import type { Condition, Order, Query } from './soql.ts';

/** Which records a query finds, and in which order. */

/** What of a value counts when it is compared: an id in either length, a text in any case, an instant in any zone. */
const comparable = (value: Value, form: FieldType): Value => {
  if (typeof value !== 'string') return value;
  switch (form) {
    case 'id':
      return idKey(value);
    case 'string':
      return value.toLowerCase();
    case 'datetime':
      return Date.parse(value);
    default:
      return value;
  }
};

/** The pattern of a `LIKE`: `%` any text, `_` any character, unless they are escaped. */
const patternOf = (like: string): RegExp => {
  const source = like.replace(/\\(.)|([%_])|[\s\S]/g, (character, escaped: string | undefined, wild: string | undefined) => {
    if (wild !== undefined) return wild === '%' ? '[\\s\\S]*' : '[\\s\\S]';
    return (escaped ?? character).replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  });
  return new RegExp(`^${source}$`, 'i');
};

/** Below zero: `one` is less. Neither is null. */
const compared = (one: Exclude<Value, null>, other: Exclude<Value, null>): number => (one < other ? -1 : Number(one > other));

/** Whether a record may be found, for each of the conditions; made once for a query. */
const testOf = ({ field, form, operator, values }: Condition): ((value: Value) => boolean) => {
  const wanted = values.map((value) => comparable(value, form));
  const [first = null] = wanted;
  const ordered = (holds: (sign: number) => boolean) => (value: Value) => value !== null && first !== null && holds(compared(value, first));
  switch (operator) {
    case '=':
      return (value) => value === first;
    case '!=':
      return (value) => value !== first;
    case 'IN': {
      const all = new Set(wanted);
      return (value) => all.has(value);
    }
    case '<':
      return ordered((sign) => sign < 0);
    case '<=':
      return ordered((sign) => sign <= 0);
    case '>':
      return ordered((sign) => sign > 0);
    case '>=':
      return ordered((sign) => sign >= 0);
    case 'LIKE': {
      const [like] = values;
      if (typeof like !== 'string') throw new TypeError(`${field} is compared with a pattern`);
      const pattern = patternOf(like);
      return (value) => typeof value === 'string' && pattern.test(value);
    }
  }
};

/** Nulls come first, unless they are asked for last; also where the order is descending. */
const difference = (a: Value, b: Value, { isDescending, nullsLast }: Order): number => {
  if (a === b) return 0;
  if (a === null || b === null) return (a === null) === nullsLast ? 1 : -1;
  return isDescending ? compared(b, a) : compared(a, b);
};

const byOrder =
  (orders: readonly Order[], read: (record: Fields, field: string) => Value) =>
  (one: Fields, other: Fields): number => {
    for (const order of orders) {
      const { field, form } = order;
      const found = difference(comparable(read(one, field), form), comparable(read(other, field), form), order);
      if (found !== 0) return found;
    }
    return 0;
  };

/** `read`: a field of a record as it is compared. */
export const found = (
  records: readonly Fields[],
  { conditions, order, limit }: Query,
  read: (record: Fields, field: string) => Value,
): readonly Fields[] => {
  const tests = conditions.map((condition) => {
    const holds = testOf(condition);
    return (record: Fields) => holds(comparable(read(record, condition.field), condition.form));
  });
  return records
    .filter((record) => tests.every((holds) => holds(record)))
    .sort(byOrder(order, read))
    .slice(0, limit);
};
