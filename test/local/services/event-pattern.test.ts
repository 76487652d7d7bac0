import { describe, expect, it } from 'vitest';
import { compilePattern, matchesPattern } from '../../../local/services/event-pattern.ts';

const matches = (pattern: unknown, event: unknown): boolean =>
  matchesPattern(pattern, typeof event === 'string' ? event : JSON.stringify(event));

/** One matcher of field `a` against values that it takes and values that it does not. */
const onField = (matcher: unknown, takes: readonly unknown[], leaves: readonly unknown[]): void => {
  const pattern = { a: [matcher] };
  for (const a of takes) expect(matches(pattern, { a }), `${JSON.stringify(matcher)} takes ${JSON.stringify(a)}`).toBe(true);
  for (const a of leaves) expect(matches(pattern, { a }), `${JSON.stringify(matcher)} leaves ${JSON.stringify(a)}`).toBe(false);
  expect(matches(pattern, {}), `${JSON.stringify(matcher)} leaves an absent field`).toBe(false);
};

describe('event patterns', () => {
  it('match when every key matches one of its values', () => {
    const pattern = { source: ['a', 'b'], detail: { state: ['open'] } };
    expect(matches(pattern, { source: 'b', detail: { state: 'open', more: 1 }, other: true })).toBe(true);
    expect(matches(pattern, { source: 'c', detail: { state: 'open' } })).toBe(false);
    expect(matches(pattern, { source: 'a', detail: { state: 'shut' } })).toBe(false);
    expect(matches(pattern, { source: 'a' })).toBe(false);
    expect(matches(pattern, { source: 'a', detail: 'open' })).toBe(false);
  });

  it('compare text, null, the empty text, true and false exactly, case included', () => {
    onField('x', ['x', ['y', 'x']], ['X', 'xx', ['y'], { b: 'x' }]);
    onField(null, [null, [null]], ['null', 0, '']);
    onField('', [''], [null, ' ']);
    onField(true, [true], ['true', 1, false]);
  });

  it('compare exact numbers by their text', () => {
    expect(matches({ a: [300] }, '{"a":300}')).toBe(true);
    expect(matches({ a: [300] }, '{"a":300.0}')).toBe(false);
    expect(matches({ a: [300] }, '{"a":3e2}')).toBe(false);
    expect(matches({ a: [300] }, '{"a":"300"}')).toBe(false);
    expect(compilePattern({ a: ['x'] }).needsNumberText).toBe(false);
    expect(compilePattern({ a: [1] }).needsNumberText).toBe(true);
  });

  it('know prefix and suffix, with and without case', () => {
    onField({ prefix: 'ab' }, ['ab', 'abc'], ['Ab', 'a', 1, null]);
    onField({ prefix: '' }, ['', 'x'], [1, null]);
    onField({ suffix: '.png' }, ['a.png'], ['a.PNG', 'png']);
    onField({ prefix: { 'equals-ignore-case': 'ab' } }, ['AB', 'abc'], ['b']);
    onField({ suffix: { 'equals-ignore-case': '.png' } }, ['a.PNG'], ['a.pn']);
    onField({ 'equals-ignore-case': 'Alice' }, ['alice', 'ALICE'], ['alic', 1]);
  });

  it('know anything-but, for values that are there', () => {
    onField({ 'anything-but': ['a', 'b'] }, ['c', null, 1, true, ['a', 'c']], ['a', 'b', ['a', 'b']]);
    onField({ 'anything-but': 'a' }, ['b'], ['a']);
    onField({ 'anything-but': [300] }, [301, '300'], [300]);
    onField({ 'anything-but': { prefix: 'a' } }, ['b', 1], ['ab']);
    onField({ 'anything-but': { prefix: ['a', 'b'] } }, ['c'], ['ax', 'bx']);
    onField({ 'anything-but': { suffix: 'z' } }, ['a'], ['az']);
    onField({ 'anything-but': { wildcard: '*/lib/*' } }, ['a/b'], ['a/lib/b']);
    onField({ 'anything-but': { wildcard: ['a*', 'b*'] } }, ['c'], ['a', 'bx']);
    onField({ 'anything-but': { 'equals-ignore-case': 'x' } }, ['y'], ['X']);
    onField({ 'anything-but': { 'equals-ignore-case': ['x', 'y'] } }, ['z'], ['X', 'Y']);
  });

  it('know numbers in ranges', () => {
    onField({ numeric: ['>=', 0, '<', 10] }, [0, 9.99, [11, 5]], [-0.01, 10, '5', null, 6e9]);
    onField({ numeric: ['=', 3] }, [3], [3.1]);
    expect(matches({ a: [{ numeric: ['=', 300] }] }, '{"a":3.0e2}')).toBe(true);
    onField({ numeric: ['>', 0] }, [1], [0]);
    onField({ numeric: ['<=', 0] }, [0, -1], [0.1]);
  });

  it('know address ranges', () => {
    onField({ cidr: '10.0.0.0/24' }, ['10.0.0.255'], ['10.0.1.0', 'x', 1, '::1']);
    onField({ cidr: '2001:db8::/32' }, ['2001:db8::1'], ['2001:db9::1', '10.0.0.1']);
  });

  it('know wildcards, with stars and backslashes that stand for themselves', () => {
    onField({ wildcard: 'dir/*.json' }, ['dir/a.json', 'dir/.json', 'dir/x/y.json'], ['dir/a.jso', 'a/dir/a.json', 1]);
    onField({ wildcard: '*' }, ['', 'x'], [1]);
    onField({ wildcard: 'a*b*c' }, ['abc', 'aXbYc', 'abbcc'], ['ac', 'acb']);
    onField({ wildcard: 'a*a' }, ['aa', 'aba'], ['a']);
    onField({ wildcard: 'a\\*b' }, ['a*b'], ['axb']);
    onField({ wildcard: 'a\\\\b' }, ['a\\b'], ['a\\\\b']);
  });

  it('know whether a leaf exists', () => {
    const exists = { d: { a: [{ exists: true }] } };
    const absent = { d: { a: [{ exists: false }] } };
    for (const value of ['x', null, 0, false, ['x']]) {
      expect(matches(exists, { d: { a: value } })).toBe(true);
      expect(matches(absent, { d: { a: value } })).toBe(false);
    }
    for (const event of [{ d: {} }, {}, { d: { a: [] } }, { d: { a: { b: 1 } } }]) {
      expect(matches(exists, event)).toBe(false);
      expect(matches(absent, event)).toBe(true);
    }
    expect(matches({ a: [{ exists: false }, 'x'] }, { a: 'x' })).toBe(true);
    expect(matches({ a: [{ exists: false }, 'x'] }, { a: 'y' })).toBe(false);
  });

  it('ask of one object in an array all that is asked', () => {
    const pattern = { items: { kind: ['fee'], paid: [true] } };
    expect(matches(pattern, { items: [{ kind: 'x' }, { kind: 'fee', paid: true }] })).toBe(true);
    expect(
      matches(pattern, {
        items: [
          { kind: 'fee', paid: false },
          { kind: 'x', paid: true },
        ],
      }),
    ).toBe(false);
  });

  it('know $or beside other keys and inside a field', () => {
    const pattern = { source: ['s'], detail: { $or: [{ a: [1] }, { b: ['x'], c: [{ exists: true }] }] } };
    expect(matches(pattern, { source: 's', detail: { a: 1 } })).toBe(true);
    expect(matches(pattern, { source: 's', detail: { b: 'x', c: 0 } })).toBe(true);
    expect(matches(pattern, { source: 's', detail: { b: 'x' } })).toBe(false);
    expect(matches(pattern, { source: 't', detail: { a: 1 } })).toBe(false);
  });

  it.each([
    [{ a: 'x' }, 'at a: a field is matched by an array or an object, received "x"'],
    [{ a: { b: {} } }, 'at a.b: an empty object matches nothing'],
    [{ a: [] }, 'at a: an empty array matches nothing'],
    [{ a: [['x']] }, 'at a: an array within an array'],
    [{ a: [{ contains: 'x' }] }, 'at a: unknown matcher contains'],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, 'at a: a matcher has one key'],
    [{ a: [{ exists: 'yes' }] }, 'at a: exists is true or false'],
    [{ a: [{ prefix: 1 }] }, 'at a: prefix takes text, received 1'],
    [{ a: [{ wildcard: 'a**b' }] }, 'at a: a wildcard does not hold two stars in a row'],
    [{ a: [{ wildcard: 'a\\b' }] }, 'at a: in a wildcard a backslash stands before a star or a backslash'],
    [{ a: [{ numeric: ['>', 5_000_000_001] }] }, 'at a: numeric compares with numbers from -5e9 to 5e9, received 5000000001'],
    [{ a: [{ numeric: ['<', 5, '>', 1] }] }, 'at a: a numeric range is a lower bound and then a greater upper bound'],
    [{ a: [{ numeric: ['!=', 5] }] }, 'at a: numeric knows =, <, <=, >, >=, received !='],
    [{ a: [{ cidr: '10.0.0.0/33' }] }, 'at a: cidr takes a range such as 10.0.0.0/8'],
    [{ a: [{ 'anything-but': ['x', 1] }] }, 'at a: anything-but takes texts or numbers'],
    [{ a: [{ 'anything-but': { cidr: '10.0.0.0/8' } }] }, 'at a: anything-but does not know cidr'],
    [{ $or: [{ a: [1] }] }, 'at $or: $or takes at least two objects'],
    [[], 'at its top: a pattern is an object'],
  ])('refuses %j', (pattern, sentence) => {
    expect(() => compilePattern(pattern)).toThrow(sentence);
  });

  it('refuses more than 2,048 characters, and more than 1,000 combinations of $or', () => {
    expect(() => compilePattern({ a: ['x'.repeat(2_040)] })).toThrow('at most 2048 are allowed');
    const ten = { $or: Array.from({ length: 11 }, (_, at) => ({ a: [at] })) };
    // 11 × 11 × 11 = 1,331 combinations
    expect(() => compilePattern({ x: ten, y: ten, z: ten })).toThrow('more than 1000 combinations of $or');
  });
});
