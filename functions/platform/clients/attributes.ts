import { Bug } from '../bug.ts';

/** A value as DynamoDB's JSON protocol writes it: `{"S":"text"}`; bytes in base64. */
export type Attribute =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly B: string }
  | { readonly L: readonly Attribute[] }
  | { readonly M: Attributes };
export type Attributes = Readonly<Record<string, Attribute>>;
export type Item = Record<string, unknown>;

/**
 * DynamoDB keeps 38 digits, a JavaScript number 53 bits. A whole number that survives the trip is a number, a larger one
 * is a bigint, and anything else is a bug: decimals are stored as strings.
 */
export const exactNumber = (text: string): number | bigint => {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw new Bug(`a stored number of ${text.length} characters cannot be read exactly; decimals are stored as strings`);
};

const numberText = (value: number): string => {
  if (!Number.isSafeInteger(value))
    throw new Bug('only whole numbers up to 2^53 are stored as numbers: take a bigint, or text for decimals');
  return String(value);
};

/** A plain value as an attribute: text, safe numbers, bigint, booleans, null, bytes, lists and plain objects; their undefined members are left out. */
export const attributeOf = (value: unknown): Attribute => {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: numberText(value) };
    case 'bigint':
      return { N: value.toString() };
    case 'boolean':
      return { BOOL: value };
    case 'object':
      return value === null ? { NULL: true } : attributeOfObject(value);
    default:
      throw new Bug(`a ${typeof value} cannot be stored`);
  }
};

const attributeOfObject = (value: object): Attribute => {
  if (value instanceof Uint8Array) return { B: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (Array.isArray(value)) return { L: value.filter((member) => member !== undefined).map(attributeOf) };
  if (value instanceof Map || value instanceof Set || value instanceof Date) throw new Bug(`a ${value.constructor.name} cannot be stored`);
  return { M: attributesOf(value as Item) };
};

/** Sets a member of its own, also one that is called `__proto__`. */
const setMember = <T>(object: Record<string, T>, name: string, value: T): void => {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
};

export const attributesOf = (item: Readonly<Item>): Attributes => {
  const attributes: Record<string, Attribute> = {};
  for (const [name, value] of Object.entries(item)) if (value !== undefined) setMember(attributes, name, attributeOf(value));
  return attributes;
};

export const plainOf = (attribute: Attribute): unknown => {
  if ('S' in attribute) return attribute.S;
  if ('N' in attribute) return exactNumber(attribute.N);
  if ('M' in attribute) return itemOf(attribute.M);
  if ('L' in attribute) return attribute.L.map(plainOf);
  if ('B' in attribute) return Buffer.from(attribute.B, 'base64');
  if ('BOOL' in attribute) return attribute.BOOL;
  if ('NULL' in attribute) return null;
  throw new Bug(`an attribute of type ${Object.keys(attribute).join()} is stored; nothing of ours writes one`);
};

export const itemOf = (attributes: Attributes): Item => {
  const item: Item = {};
  for (const [name, attribute] of Object.entries(attributes)) setMember(item, name, plainOf(attribute));
  return item;
};
