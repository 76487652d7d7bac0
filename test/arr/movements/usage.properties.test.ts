import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Fact, factKeyOf } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { decideAll } from '../../../functions/arr/movements/decide.ts';
import { usage } from '../agreements.ts';
import { testContext } from '../facts.ts';
import { factOf, step } from '../histories.ts';

/** Usage on one of few days, so that facts share a second and are repeated now and then. */
const used: fc.Arbitrary<Fact> = fc
  .record({ day: fc.integer({ min: 10, max: 14 }), name: fc.constantFrom('a', 'b') })
  .map(({ day, name }) => usage('2026-01-01', '2026-02-01', day, { at: `2026-02-${day}`, eventId: `${name}-${day}` }));
const moving: fc.Arbitrary<Fact> = fc
  .tuple(step, fc.integer({ min: 0, max: 9_999 }))
  .map(([one, i]) => factOf({ ...one, customerNumber: 1 }, i));

it('usage between other facts, in any order and however often, is known once and changes nothing of what they come to (500 histories)', () => {
  let appended = 0;
  fc.assert(
    fc.property(
      fc.uniqueArray(moving, { minLength: 1, maxLength: 6, selector: factKeyOf }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), used), { minLength: 1, maxLength: 8 }),
      (facts, invoices) => {
        const [without, account] = [openAccount(testContext), openAccount(testContext)];
        for (const [place, fact] of facts.entries()) {
          for (const [at, invoice] of invoices) if (at === place) expect(recordFact(account, invoice, testContext)).toEqual([]);
          expect(recordFact(account, fact, testContext)).toEqual(recordFact(without, fact, testContext));
        }
        const placed = invoices.filter(([at]) => at < facts.length).map(([, invoice]) => factKeyOf(invoice));
        appended += new Set(placed).size;
        expect(account.facts).toHaveLength(facts.length + new Set(placed).size);
        const { usage: known } = decideAll(account.facts.toReversed(), [], testContext).book;
        expect(account.book.usage).toEqual(known);
        expect(known === undefined).toBe(placed.length === 0);
      },
    ),
    { numRuns: 500 },
  );
  expect(appended).toBeGreaterThan(500);
});
