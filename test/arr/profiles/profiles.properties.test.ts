import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import type { Context } from '../../../functions/arr/lines/values.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { closingAt } from '../../../functions/arr/movements/decide.ts';
import type { Entry } from '../../../functions/arr/movements/movements.ts';
import { compare, comparisonOf, type SwitchStep } from '../../../functions/arr/profiles/compare.ts';
import { testContext } from '../facts.ts';
import { FIRST } from '../histories.ts';
import { history, profiles } from './rich.ts';

/** Σ of movements up to a day by line: currency amount and plan amount. A transfer moves between attributes, and nothing in total. */
const summed = (entries: readonly Entry[], day: number): ReadonlyMap<string, string> => {
  const sums = new Map<string, [bigint, bigint]>();
  for (const entry of entries) {
    if (entry.day > day || entry.fromAttributes !== undefined) continue;
    for (const line of entry.lines) {
      const [amount, plan] = sums.get(line.key) ?? [0n, 0n];
      sums.set(line.key, [amount + line.deltaMinor, plan + line.planDeltaMinor]);
    }
  }
  return new Map(
    [...sums].filter(([, [amount, plan]]) => amount !== 0n || plan !== 0n).map(([key, [amount, plan]]) => [key, `${amount} ${plan}`]),
  );
};

const closed = (facts: readonly Fact[], day: number, context: Context): ReadonlyMap<string, string> =>
  new Map(
    closingAt(facts, day, context)
      .closing.lines.filter(({ amountMinor, planMinor }) => amountMinor !== 0n || planMinor !== 0n)
      .map(({ key, amountMinor, planMinor }) => [key, `${amountMinor} ${planMinor}`]),
  );

describe('under every profile', () => {
  it.each(profiles.map((profile) => [profile.name, profile] as const))(
    '%s: opening + movements = closing on every day, in whatever order facts came (A3)',
    (_, profile) => {
      const context: Context = { ...testContext, profile };
      fc.assert(
        fc.property(history, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (facts, keys) => {
          const shuffled = facts.map((fact, i) => ({ fact, key: keys[i] ?? 0 })).sort((a, b) => a.key - b.key);
          const account = openAccount(context);
          for (const { fact } of shuffled) recordFact(account, fact, context);
          for (const day of new Set(account.recorded.map((entry) => entry.day)))
            expect([...summed(account.recorded, day)].sort()).toEqual([...closed(facts, day, context)].sort());
          const keysOf =
            account.book.decided?.flatMap(({ entries }) =>
              entries.map((entry) => JSON.stringify([entry.day, entry.cause, entry.attributes, entry.fromAttributes])),
            ) ?? [];
          expect(new Set(keysOf).size).toBe(keysOf.length);
        }),
        { numRuns: 300 },
      );
    },
    120_000,
  );
});

describe('two profiles of the same facts', () => {
  it('differ by exactly what their switches come to, line by line, for all pairs of profiles', () => {
    let differing = 0;
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 800 }), (facts, days) => {
        const day = FIRST + days;
        for (const from of profiles)
          for (const to of profiles) {
            const lines = compare(facts, from, to, testContext.rates, day);
            const worth = (side: 'from' | 'to') =>
              lines.flatMap((line) => {
                const [amount, plan] = side === 'from' ? [line.fromMinor, line.fromPlanMinor] : [line.toMinor, line.toPlanMinor];
                return amount === 0n && plan === 0n ? [] : [[line.key, `${amount} ${plan}`]];
              });
            expect(worth('from').sort()).toEqual([...closed(facts, day, { ...testContext, profile: from })].sort());
            expect(worth('to').sort()).toEqual([...closed(facts, day, { ...testContext, profile: to })].sort());
            for (const line of lines) {
              expect(line.fromMinor + line.reasons.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0n)).toBe(line.toMinor);
              expect(line.fromPlanMinor + line.reasons.reduce((sum, { planDeltaMinor }) => sum + planDeltaMinor, 0n)).toBe(
                line.toPlanMinor,
              );
              if (line.reasons.length > 0) differing += 1;
            }
          }
      }),
      { numRuns: 30 },
    );
    expect(differing).toBeGreaterThan(150);
  }, 120_000);

  it('differ by nothing from themselves, and back by the same with the other sign', () => {
    fc.assert(
      fc.property(history, fc.constantFrom(...profiles), fc.constantFrom(...profiles), (facts, from, to) => {
        expect(comparisonOf(facts, from, from, testContext.rates).steps).toEqual([]);
        const total = (steps: readonly SwitchStep[]) => steps.reduce((sum, { planDeltaMinor }) => sum + planDeltaMinor, 0n);
        expect(total(comparisonOf(facts, to, from, testContext.rates).steps)).toBe(
          -total(comparisonOf(facts, from, to, testContext.rates).steps),
        );
      }),
      { numRuns: 200 },
    );
  }, 120_000);
});
