import { BlockList, isIP } from 'node:net';
import { compileWildcard } from './wildcard.ts';

/**
 * EventBridge's event patterns (classic buses; pipes filter with the same grammar): arrays are OR, keys are AND.
 * A pattern is compiled once; anything outside the grammar throws a sentence that names the field.
 */
export type Matches = (event: unknown) => boolean;

export interface CompiledPattern {
  /** `event` as parsed by `parseEvent` of the same pattern. */
  readonly matches: Matches;
  /** Exact numbers compare as text (`300` is not `300.0`), so a pattern that holds one needs the event's own digits. */
  readonly needsNumberText: boolean;
}

/** A number of the event with its text, where the pattern asks for it. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Test = (leaf: unknown) => boolean;
/** Tests for the values of one field, and whether its absence matches. */
interface LeafPattern {
  readonly tests: readonly Test[];
  readonly absentMatches: boolean;
}

const MAXIMUM_PATTERN_CHARACTERS = 2_048;
const MAXIMUM_OR_COMBINATIONS = 1_000;
const MAXIMUM_NUMBER = 5_000_000_000;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);

const refuse = (path: string, sentence: string): never => {
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

const exact = (value: unknown): Test => {
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

const compileMatcher = (matcher: Readonly<Record<string, unknown>>, path: string): Test => {
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

const compileLeaf = (list: readonly unknown[], path: string, note: { number: boolean }): LeafPattern => {
  if (list.length === 0) return refuse(path, 'an empty array matches nothing');
  const tests: Test[] = [];
  let absentMatches = false;
  for (const item of list) {
    if (isRecord(item) && item['exists'] === false) absentMatches = true;
    else if (isRecord(item)) {
      if ([item['anything-but']].flat().some((but) => typeof but === 'number')) note.number = true;
      tests.push(compileMatcher(item, path));
    } else if (Array.isArray(item)) return refuse(path, 'an array within an array');
    else {
      if (typeof item === 'number') note.number = true;
      tests.push(exact(item));
    }
  }
  return { tests, absentMatches };
};

/** Leaf values of a field: arrays are opened, objects are no leaves. */
const leavesOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || isRecord(value) ? [] : [value];
};

const matchLeaf = ({ tests, absentMatches }: LeafPattern): Matches => {
  return (value) => {
    const leaves = leavesOf(value);
    return leaves.length === 0 ? absentMatches : leaves.some((leaf) => tests.some((test) => test(leaf)));
  };
};

const compileField = (value: unknown, path: string, note: { number: boolean; combinations: number }): Matches => {
  if (Array.isArray(value)) return matchLeaf(compileLeaf(value, path, note));
  if (!isRecord(value)) return refuse(path, `a field is matched by an array or an object, received ${JSON.stringify(value)}`);
  const inner = compileObject(value, path, note);
  // Of an array of objects one element must match everything that is asked of it.
  return (field) => {
    if (!Array.isArray(field)) return inner(field);
    const elements = field.flat(Number.POSITIVE_INFINITY).filter(isRecord);
    return elements.length === 0 ? inner(undefined) : elements.some(inner);
  };
};

const compileObject = (
  pattern: Readonly<Record<string, unknown>>,
  path: string,
  note: { number: boolean; combinations: number },
): Matches => {
  const entries = Object.entries(pattern);
  if (entries.length === 0) return refuse(path, 'an empty object matches nothing');
  const all = entries.map(([key, value]): Matches => {
    const here = path === '' ? key : `${path}.${key}`;
    if (key !== '$or') {
      const field = compileField(value, here, note);
      return (event) => field(isRecord(event) ? event[key] : undefined);
    }
    if (!Array.isArray(value) || value.length < 2 || !value.every(isRecord)) return refuse(here, '$or takes at least two objects');
    note.combinations *= value.length;
    if (note.combinations > MAXIMUM_OR_COMBINATIONS) return refuse(here, `more than ${MAXIMUM_OR_COMBINATIONS} combinations of $or`);
    const branches = value.map((branch) => compileObject(branch, path, note));
    return (event) => branches.some((branch) => branch(event));
  });
  return (event) => all.every((matches) => matches(event));
};

/** Compiles a pattern given as JSON text or as the template's object. Throws a sentence where it is not valid. */
export const compilePattern = (pattern: unknown): CompiledPattern => {
  const text = typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
  if (text.length > MAXIMUM_PATTERN_CHARACTERS)
    return refuse('', `${text.length} characters, at most ${MAXIMUM_PATTERN_CHARACTERS} are allowed`);
  const parsed: unknown = typeof pattern === 'string' ? JSON.parse(pattern) : pattern;
  if (!isRecord(parsed)) return refuse('', 'a pattern is an object');
  const note = { number: false, combinations: 1 };
  const matches = compileObject(parsed, '', note);
  return { matches, needsNumberText: note.number };
};

/** Parses an event for matching, with the text of its numbers where a pattern needs it. */
export const parseEvent = (json: string, withNumberText: boolean): unknown =>
  withNumberText
    ? JSON.parse(json, (_key, value: unknown, context?: { readonly source?: string }) =>
        typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value,
      )
    : JSON.parse(json);

/** Compiles, parses and matches in one call: for checks of wiring and for TestEventPattern. */
export const matchesPattern = (pattern: unknown, eventJson: string): boolean => {
  const compiled = compilePattern(pattern);
  return compiled.matches(parseEvent(eventJson, compiled.needsNumberText));
};
