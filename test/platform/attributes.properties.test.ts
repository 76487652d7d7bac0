import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attributeOf, attributesOf, exactNumber, type Item, itemOf } from '../../functions/platform/clients/attributes.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt({ min: 2n ** 53n, max: 10n ** 37n }),
  fc.bigInt({ min: -(10n ** 37n), max: -(2n ** 53n) }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 4 }),
  ),
}));
const item = fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 6 }) as fc.Arbitrary<Item>;

describe('attributes', () => {
  it('come back as the values they were made of (1,000 items)', () => {
    fc.assert(
      fc.property(item, (values) => {
        const wire = JSON.parse(JSON.stringify(attributesOf(values))) as ReturnType<typeof attributesOf>;
        expect(itemOf(wire)).toEqual(values);
      }),
      { numRuns: 1_000 },
    );
  });

  it("are what AWS's own library makes of the same values (500 items that both can write)", () => {
    // Bytes are not JSON there, and names of an object's own members confuse it.
    const isOdd = (json: string): boolean => /"(?:B|constructor|__proto__)":/.test(json);
    fc.assert(
      fc.property(item, (values) => {
        const ours = attributesOf(values);
        fc.pre(!isOdd(JSON.stringify(ours)));
        expect(ours).toEqual(marshall(values));
        expect(itemOf(ours)).toEqual(unmarshall(ours as never, { wrapNumbers: exactNumber }));
      }),
      { numRuns: 500 },
    );
  });

  it('keep members called __proto__ and constructor', () => {
    const values = JSON.parse('{"a":{"__proto__":1},"constructor":["x"]}') as Item;
    expect(JSON.stringify(itemOf(attributesOf(values)))).toBe('{"a":{"__proto__":1},"constructor":["x"]}');
  });

  it('leave undefined members out, in items and in lists', () => {
    expect(attributesOf({ a: 1, b: undefined, c: [1, undefined, 2], d: { e: undefined } })).toEqual({
      a: { N: '1' },
      c: { L: [{ N: '1' }, { N: '2' }] },
      d: { M: {} },
    });
  });

  it('refuse what would not come back as it was [C19]', () => {
    expect(() => attributeOf(2 ** 53)).toThrow('take a bigint');
    expect(() => attributeOf(Number.NaN)).toThrow('take a bigint');
    expect(() => attributeOf(1e-7)).toThrow('text for decimals');
    expect(() => attributeOf(new Date(0))).toThrow('a Date cannot be stored');
    expect(() => attributeOf(() => 1)).toThrow('a function cannot be stored');
    expect(() => itemOf({ tags: { SS: ['a'] } as never })).toThrow('an attribute of type SS is stored');
    expect(() => exactNumber('0.12345678901234567890')).toThrow('decimals are stored as strings');
  });
});
