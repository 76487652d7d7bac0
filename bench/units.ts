/**
 * DynamoDB's units, by the developer guide ("DynamoDB item sizes and formats", "Read and write operations"): a write unit is 1 KB of one item,
 * twice that in a transaction; a read unit is 4 KB, half of it where the read may be eventually consistent, twice in a transaction.
 */
export type Attribute = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, Attribute>>;

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

/** About one byte for two significant digits, one more, and one for a sign. */
const numberBytes = (text: string): number => {
  const digits = text.replace(/[-+.]/g, '').replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
};

const valueBytes = (attribute: Attribute): number => {
  const [type = '', value] = Object.entries(attribute)[0] ?? [];
  switch (type) {
    case 'S':
      return Buffer.byteLength(value as string);
    case 'N':
      return numberBytes(value as string);
    case 'B':
      return Buffer.byteLength(value as string, 'base64');
    case 'SS':
      return (value as string[]).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    case 'L':
      return 3 + (value as Attribute[]).reduce((sum, element) => sum + 1 + valueBytes(element), 0);
    case 'M':
      return 3 + itemBytes(value as Item) + Object.keys(value as Item).length;
    default:
      return 1;
  }
};

/** Size of an item in DynamoDB's JSON: names and values. */
export const itemBytes = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, attribute]) => sum + Buffer.byteLength(name) + valueBytes(attribute), 0);

const INDEX_ATTRIBUTES = ['pk', 'sk', 'gsi1pk', 'gsi1sk'] as const;

/** Size of an item's entry in the index, which holds keys only: its own and the item's. Undefined where the item is in no list. */
export const indexEntryBytes = (item: Item): number | undefined => {
  if (item['gsi1pk'] === undefined) return undefined;
  return itemBytes(Object.fromEntries(INDEX_ATTRIBUTES.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]]))));
};

export const writeUnitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));

/** Of one item, or of all items of one page of a query: nothing found costs as much as the least item. */
export const readUnitsOf = (bytes: number, consistency: 'eventual' | 'strong' | 'transaction'): number => {
  const units = Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
  return consistency === 'eventual' ? units / 2 : consistency === 'strong' ? units : units * 2;
};

/** Of an event on a bus, and of what enters a pipe: steps of 64 KB. */
export const eventUnitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / 65_536));
