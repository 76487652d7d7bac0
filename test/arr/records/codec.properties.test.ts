import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { append, type Book, decideAll, emptyBook } from '../../../functions/arr/movements/decide.ts';
import type { Entry } from '../../../functions/arr/movements/movements.ts';
import { decodeBook, encodeBook, pack, unpackBook, unpackFacts } from '../../../functions/arr/records/codec.ts';
import { customer, testContext } from '../facts.ts';
import { factOf, step } from '../histories.ts';

/** Records facts one by one, the book going through storage before each fact, or staying in memory. */
const movementsOf = (facts: readonly Fact[], stored: boolean): Entry[][] => {
  let book: Book = emptyBook(testContext);
  const recorded: Entry[] = [];
  return facts.map((fact, i) => {
    const before = stored ? (decodeBook(encodeBook(book)) as Book) : book;
    const inOrder = append(before, fact, testContext);
    const decision = inOrder === 'late' ? decideAll(facts.slice(0, i + 1), recorded, testContext) : inOrder;
    book = decision.book;
    recorded.push(...decision.movements);
    return [...decision.movements];
  });
};

describe('a stored book', () => {
  it('goes on exactly as the one that was kept in memory (500 histories)', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 14 }), (steps) => {
        const facts = steps
          .map((each, i) => factOf({ ...each, customerNumber: 1 }, i))
          .sort((a, b) => a.data.provenance.observedAt - b.data.provenance.observedAt);
        expect(movementsOf(facts, true)).toEqual(movementsOf(facts, false));
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  it('is the same text again after it was read', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const facts = steps.map((each, i) => factOf({ ...each, customerNumber: 1 }, i));
        const text = encodeBook(decideAll(facts, [], testContext).book);
        expect(encodeBook(decodeBook(text) as Book)).toBe(text);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('holds no decided day: these follow from the rest', () => {
    const book = decideAll([factOf(STEP, 1)], [], testContext).book;
    expect(book.decided?.length).toBeGreaterThan(0);
    expect(JSON.parse(encodeBook(book))).not.toHaveProperty('decided');
    expect(decodeBook(encodeBook(book))?.decided).toBeUndefined();
  });

  it('refuses a text that was written under other rules', () => {
    const text = encodeBook(emptyBook(testContext));
    expect(decodeBook(text)).toBeDefined();
    expect(decodeBook(text.replace(/"rules":\d+/, '"rules":0'))).toBeUndefined();
  });
});

describe('what a recording packs', () => {
  it('is the same facts and the same book again (200 histories)', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const facts = steps.map((each, i) => factOf({ ...each, customerNumber: 1 }, i));
        const { book } = decideAll(facts, [], testContext);
        const packed = pack(book, facts);
        expect(unpackFacts(packed)).toEqual(facts);
        expect(encodeBook(unpackBook(packed) as Book)).toBe(encodeBook(book));
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('keeps line feeds and letters of several bytes in names apart from its own lines', () => {
    const fact = customer('2026-01-04', { segment: 'Grün\nund\u2028Blau 株' }, { name: 'A\nB\r\n株式会社' });
    const { book } = decideAll([fact], [], testContext);
    expect(unpackFacts(pack(book, [fact]))).toEqual([fact]);
    expect(unpackBook(pack(book, [fact]))?.attributes).toEqual(book.attributes);
  });

  it('has no facts where a recording is the rest of another', () => {
    const packed = pack(emptyBook(testContext), []);
    expect(unpackFacts(packed)).toEqual([]);
    expect(encodeBook(unpackBook(packed) as Book)).toBe(encodeBook(emptyBook(testContext)));
  });
});

const STEP = {
  customerNumber: 1,
  subscriptionNumber: 1,
  second: 0,
  status: 'active',
  lifecycle: 'changed',
  start: undefined,
  made: 0,
  product: 0,
  phases: undefined,
  quantities: [10],
  unitMinor: 5000,
  currency: 'USD',
  discountDays: undefined,
  segment: undefined,
  rampDays: undefined,
  adjusted: undefined,
} as const;
