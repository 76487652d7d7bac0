import { compileMatcher, exact, isRecord, NumberText, refuse, type Test } from './event-pattern-matchers.ts';

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

/** Tests for the values of one field, and whether its absence matches. */
interface LeafPattern {
  readonly tests: readonly Test[];
  readonly absentMatches: boolean;
}

const MAXIMUM_PATTERN_CHARACTERS = 2_048;
const MAXIMUM_OR_COMBINATIONS = 1_000;

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
