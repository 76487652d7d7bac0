import { BlockList, isIP } from 'node:net';
import { compileWildcard } from './wildcard.ts';

/** Tests one leaf value of an event: text, a number, true, false or null. */
export type Test = (leaf: unknown) => boolean;

const MAXIMUM_NUMBER = 5_000_000_000;

/** A number of the event with its text, where the pattern asks for it. */
export class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);

export const refuse = (path: string, sentence: string): never => {
  throw new Error(`Event pattern is not valid at ${path === '' ? 'its top' : path}: ${sentence}`);
};

const textOf = (leaf: unknown): string | undefined => (typeof leaf === 'string' ? leaf : undefined);
const numberOf = (leaf: unknown): number | undefined =>
  typeof leaf === 'number' ? leaf : leaf instanceof NumberText ? Number(leaf.text) : undefined;

const texts = (value: unknown, path: string, name: string): readonly string[] => {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((item) => typeof item === 'string'))
    return refuse(path, `${name} takes text, received ${JSON.stringify(value)}`);
  return list as readonly string[];
};

const onText =
  (accepts: (text: string) => boolean): Test =>
  (leaf) => {
    const text = textOf(leaf);
    return text !== undefined && accepts(text);
  };

export const exact = (value: unknown): Test => {
  if (typeof value !== 'number') return (leaf) => leaf === value;
  const text = String(value);
  return (leaf) => leaf instanceof NumberText && leaf.text === text;
};

const affix = (kind: 'prefix' | 'suffix', value: unknown, path: string): Test => {
  const has = (text: string, part: string): boolean => (kind === 'prefix' ? text.startsWith(part) : text.endsWith(part));
  if (isRecord(value)) {
    const ignoringCase = value['equals-ignore-case'];
    if (Object.keys(value).length !== 1 || typeof ignoringCase !== 'string')
      return refuse(path, `${kind} takes text or equals-ignore-case, received ${JSON.stringify(value)}`);
    return onText((text) => has(text.toLowerCase(), ignoringCase.toLowerCase()));
  }
  if (typeof value !== 'string') return refuse(path, `${kind} takes text, received ${JSON.stringify(value)}`);
  return onText((text) => has(text, value));
};

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const numeric = (value: unknown, path: string): Test => {
  if (!Array.isArray(value) || (value.length !== 2 && value.length !== 4))
    return refuse(path, 'numeric takes one comparison, or a lower and an upper bound');
  const comparisons: { readonly operator: string; readonly bound: number; readonly compare: (a: number, b: number) => boolean }[] = [];
  for (let at = 0; at < value.length; at += 2) {
    const operator = String(value[at]);
    const bound: unknown = value[at + 1];
    const compare = COMPARE[operator];
    if (compare === undefined) return refuse(path, `numeric knows =, <, <=, >, >=, received ${operator}`);
    if (typeof bound !== 'number' || Math.abs(bound) > MAXIMUM_NUMBER)
      return refuse(path, `numeric compares with numbers from -5e9 to 5e9, received ${JSON.stringify(bound)}`);
    comparisons.push({ operator, bound, compare });
  }
  const [lower, upper] = comparisons;
  if (
    lower !== undefined &&
    upper !== undefined &&
    !(lower.operator.startsWith('>') && upper.operator.startsWith('<') && lower.bound < upper.bound)
  ) {
    return refuse(path, 'a numeric range is a lower bound and then a greater upper bound');
  }
  return (leaf) => {
    const number = numberOf(leaf);
    return number !== undefined && Math.abs(number) <= MAXIMUM_NUMBER && comparisons.every(({ compare, bound }) => compare(number, bound));
  };
};

const cidr = (value: unknown, path: string): Test => {
  const [address = '', bits = ''] = typeof value === 'string' ? value.split('/') : [];
  const family = isIP(address);
  if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return refuse(path, `cidr takes a range such as 10.0.0.0/8, received ${JSON.stringify(value)}`);
  const range = new BlockList();
  range.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return onText((text) => isIP(text) !== 0 && range.check(text, isIP(text) === 4 ? 'ipv4' : 'ipv6'));
};

const wildcard = (value: string, path: string): Test => {
  try {
    return onText(compileWildcard(value));
  } catch (error) {
    return refuse(path, (error as Error).message);
  }
};

const equalsIgnoreCase = (value: string): Test => {
  const lower = value.toLowerCase();
  return onText((text) => text.toLowerCase() === lower);
};

/** Matches every present value for which the inner tests all fail. */
const anythingBut = (value: unknown, path: string): Test => {
  const none =
    (tests: readonly Test[]): Test =>
    (leaf) =>
      !tests.some((test) => test(leaf));
  if (!isRecord(value)) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const valid = list.length > 0 && (list.every((item) => typeof item === 'string') || list.every((item) => typeof item === 'number'));
    if (!valid) return refuse(path, `anything-but takes texts or numbers, received ${JSON.stringify(value)}`);
    return none(list.map(exact));
  }
  const [entry, ...more] = Object.entries(value);
  if (entry === undefined || more.length > 0) return refuse(path, 'anything-but takes one matcher');
  const [name, inner] = entry;
  switch (name) {
    case 'prefix':
    case 'suffix':
      return none((Array.isArray(inner) ? inner : [inner]).map((item) => affix(name, item, path)));
    case 'wildcard':
      return none(texts(inner, path, name).map((item) => wildcard(item, path)));
    case 'equals-ignore-case':
      return none(texts(inner, path, name).map(equalsIgnoreCase));
    default:
      return refuse(path, `anything-but does not know ${name}`);
  }
};

/** One matcher object of a pattern: `{"prefix":"a"}`, `{"numeric":[">",0]}` and so on. */
export const compileMatcher = (matcher: Readonly<Record<string, unknown>>, path: string): Test => {
  const [entry, ...more] = Object.entries(matcher);
  if (entry === undefined || more.length > 0) return refuse(path, `a matcher has one key, received ${JSON.stringify(matcher)}`);
  const [name, value] = entry;
  switch (name) {
    case 'prefix':
    case 'suffix':
      return affix(name, value, path);
    case 'equals-ignore-case':
      return typeof value === 'string' ? equalsIgnoreCase(value) : refuse(path, 'equals-ignore-case takes text');
    case 'wildcard':
      return typeof value === 'string' ? wildcard(value, path) : refuse(path, 'wildcard takes text');
    case 'anything-but':
      return anythingBut(value, path);
    case 'numeric':
      return numeric(value, path);
    case 'cidr':
      return cidr(value, path);
    case 'exists':
      return value === true ? () => true : refuse(path, 'exists is true or false');
    default:
      return refuse(path, `unknown matcher ${name}`);
  }
};
