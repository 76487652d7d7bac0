import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../functions/platform/cursor.ts';
import { depthOf } from '../../functions/platform/http-request.ts';
import { accepts } from '../../functions/platform/http-response.ts';
import { idOf } from '../../functions/platform/ids.ts';

const depthOfValue = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOfValue));
};

test('the depth of a JSON text is that of its value', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => depthOf(JSON.stringify(value)) === depthOfValue(value)));
});

test('a cursor keeps its position, and any altered character is refused', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'grapheme', maxLength: 100 }), fc.nat(), (list, position, at) => {
      const cursor = encodeCursor(list, position);
      expect(decodeCursor(list, cursor)).toEqual({ ok: true, value: position });
      expect(decodeCursor(`${list}x`, cursor).ok).toBe(false);
      const place = at % cursor.length;
      const altered = `${cursor.slice(0, place)}${cursor[place] === 'A' ? 'B' : 'A'}${cursor.slice(place + 1)}`;
      const decoded = decodeCursor(list, altered);
      // The last character may carry bits that say nothing; then the position is the same.
      expect(decoded.ok === false || decoded.value === position).toBe(true);
    }),
  );
});

test('any Accept header is read without failing', () => {
  fc.assert(fc.property(fc.string(), (header) => typeof accepts(header, 'application/json') === 'boolean'));
});

test('ids of different parts differ, also where the parts run into each other', () => {
  expect(idOf('mov', 'ab', 'c')).not.toBe(idOf('mov', 'a', 'bc'));
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, other) => {
      expect(idOf('mov', ...one) === idOf('mov', ...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});
