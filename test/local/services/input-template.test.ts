import { describe, expect, it } from 'vitest';
import { compilePath, compileTemplate } from '../../../local/services/input-template.ts';

const render = (template: string, event: unknown): unknown =>
  JSON.parse(compileTemplate(template, { 'aws.pipes.pipe-name': () => 'outbox', 'aws.pipes.event.json': (whole) => whole })(event));

describe('input templates', () => {
  it('keep a string a string, quoted or not, though it holds JSON', () => {
    expect(render('{"data": <$.data.S>}', { data: { S: '{"a":"b\\n"}' } })).toEqual({ data: '{"a":"b\\n"}' });
    expect(render('{"name": "<$.name.S>"}', { name: { S: 'plain' } })).toEqual({ name: 'plain' });
  });

  it('keep numbers, booleans, null, lists and objects what they are', () => {
    expect(
      render('{"n": <$.n>, "b": <$.b>, "z": <$.z>, "l": <$.l>, "o": <$.o>}', { n: 1.5, b: false, z: null, l: [1], o: { a: 1 } }),
    ).toEqual({ n: 1.5, b: false, z: null, l: [1], o: { a: 1 } });
  });

  it('insert values into text, objects without their quotes', () => {
    expect(render('{"t": "<$.a> and <$.b[1].c>, <aws.pipes.pipe-name>"}', { a: 1, b: [0, { c: 'two' }] })).toEqual({
      t: '1 and two, outbox',
    });
    expect(render('"Body is <$.o>"', { o: { a: 'b' } })).toBe('Body is {a:b}');
  });

  it('leave out the field of a path that leads nowhere', () => {
    expect(render('{"a": <$.missing.S>, "b": "x<$.missing>"}', {})).toEqual({ b: 'x' });
  });

  it('give a bare path and the whole event', () => {
    expect(render('<$.a-b_c>', { 'a-b_c': [1] })).toEqual([1]);
    expect(render('{"all": <aws.pipes.event.json>}', { a: 1 })).toEqual({ all: { a: 1 } });
  });

  it('refuses a value that would break the text around it', () => {
    const compiled = compileTemplate('{"t": "<$.a>"}', {});
    expect(() => compiled({ a: 'say "hi"' })).toThrow('<$.a> holds a quote');
    expect(() => compiled({ a: 'two\nlines' })).toThrow('<$.a> holds a quote, a backslash or a control character');
  });

  it('refuses unknown variables, paths outside the syntax and templates that are no JSON', () => {
    expect(() => compileTemplate('{"a": <aws.nothing>}', {})).toThrow('<aws.nothing> is not a variable');
    expect(() => compilePath('$.a..b')).toThrow('$.a..b is not a path that the local stack knows');
    expect(() => compilePath('a.b')).toThrow('a.b is not a path: it starts with $');
    expect(() => compileTemplate('{"a": }', {})).toThrow('the input template is not JSON');
  });
});
