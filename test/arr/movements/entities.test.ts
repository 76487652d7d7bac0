import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { closingAt, decideAll } from '../../../functions/arr/movements/decide.ts';
import { type Entry, NO_STOCK } from '../../../functions/arr/movements/movements.ts';
import { plus } from '../../../functions/arr/movements/stock.ts';
import { fromEpochDay, toEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, billedYearly, signedLine } from '../agreements.ts';
import { canceled, seats, subscription, testContext } from '../facts.ts';
import { history, profiles } from '../profiles/rich.ts';

/** ARR of each legal entity at the end of a day by movements, and by the lines that are live: the same, whatever changed hands. */
const byEntity = (facts: readonly Fact[], recorded: readonly Entry[], on: string) => {
  const sums = (lines: readonly { readonly legalEntity: string; readonly minor: bigint }[]): Record<string, bigint> => {
    const totals = new Map<string, bigint>();
    for (const { legalEntity, minor } of lines) totals.set(legalEntity, (totals.get(legalEntity) ?? 0n) + minor);
    return Object.fromEntries([...totals].filter(([, minor]) => minor !== 0n).sort());
  };
  const moved = recorded.filter(({ day }) => day <= toEpochDay(on)).flatMap(({ lines }) => lines);
  const live = closingAt(facts, toEpochDay(on), testContext).closing.lines;
  const told = sums(moved.map(({ legalEntity, deltaMinor }) => ({ legalEntity, minor: deltaMinor })));
  expect(told).toEqual(sums(live.map(({ legalEntity, amountMinor }) => ({ legalEntity, minor: amountMinor }))));
  return told;
};
const causes = (entries: readonly Entry[]): string[] => entries.map(({ day, cause }) => `${fromEpochDay(day)} ${cause}`);

const SIGNED = agreement('2026-01-16', [signedLine('oi_1', 1_200, '2026-02-01', '2027-02-01')]);
const BILLED = billedYearly('2026-02-01', 1_200, { agreementId: '800A', legalEntity: 'acme-gmbh' });
const GONE = canceled('2027-06-01', { legalEntity: 'acme-gmbh', agreementId: '800A', eventId: 'evt_gone' });

describe('a line that one legal entity signs and another bills', () => {
  it('goes from the one to the other when billing takes over after the term, and leaves neither with anything', () => {
    const facts = [SIGNED, BILLED, GONE];
    const { movements } = decideAll(facts, [], testContext);
    expect(byEntity(facts, movements, '2026-12-31')).toEqual({ 'acme-inc': 120_000n });
    expect(byEntity(facts, movements, '2027-03-01')).toEqual({ 'acme-gmbh': 120_000n });
    expect(byEntity(facts, movements, '2027-06-01')).toEqual({});
    expect(causes(movements)).toEqual(['2026-02-01 new', '2027-02-01 transfer', '2027-06-01 churn']);
  });

  it('is corrected in both where what was billed of it is put right', () => {
    const before = [SIGNED, billedYearly('2026-02-01', 1_200, { agreementId: '800A' })];
    const first = decideAll(before, [], testContext).movements;
    const facts = [SIGNED, BILLED, GONE];
    const second = decideAll(facts, first, testContext).movements;
    for (const on of ['2026-12-31', '2027-03-01', '2027-06-01']) byEntity(facts, [...first, ...second], on);
  });
});

it('a subscription that another legal entity bills from a day on takes its ARR there, beside an agreement or without one', () => {
  const moved = subscription('2026-09-01', [seats('si_1', 1, 120_000, { interval: 'year' })], {
    startsOn: '2026-02-01',
    legalEntity: 'acme-gmbh',
    agreementId: '800A',
    eventId: 'evt_moved',
  });
  const billed = billedYearly('2026-02-01', 1_200, { agreementId: '800A' });
  // An agreement of another product: both lines count, and are looked at together.
  const other = agreement('2026-01-16', [signedLine('oi_1', 600, '2026-02-01', '2029-02-01', { productId: 'prod_other' })]);
  const short = agreement('2026-01-16', [signedLine('oi_1', 1_200, '2026-02-01', '2026-06-01')]);
  for (const beside of [[], [other], [short]]) {
    const facts = [...beside, billed, moved];
    const { movements } = decideAll(facts, [], testContext);
    expect(byEntity(facts, movements, '2026-08-31')).toMatchObject({ 'acme-inc': beside[0] === other ? 180_000n : 120_000n });
    expect(byEntity(facts, movements, '2026-09-01')).toMatchObject({ 'acme-gmbh': 120_000n });
  }
});

/** A history in which subscriptions bill agreements, and both change hands. */
const changingHands = fc
  .tuple(history, fc.array(fc.tuple(fc.boolean(), fc.constantFrom(undefined, '8001', '8002')), { minLength: 5, maxLength: 12 }))
  .map(([facts, hands]) =>
    facts.map((fact, i): Fact => {
      const [isAbroad, agreementId] = hands[i % hands.length] as (typeof hands)[0];
      if (fact.kind !== 'subscription') return fact;
      const key = fact.data.evidence === 'billed' && agreementId !== undefined ? { agreementId } : {};
      return { kind: 'subscription', data: { ...fact.data, ...key, legalEntity: isAbroad ? 'acme-gmbh' : 'acme-inc' } };
    }),
  );

interface Part {
  readonly key: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
}

/** Σ by line, product, entity and currency; without what is nothing. */
const sumsOf = (parts: readonly (Part & { readonly amount: bigint })[]): readonly string[] => {
  const totals = new Map<string, bigint>();
  for (const { key, productId, legalEntity, currency, amount } of parts) {
    const name = [key, productId, legalEntity, currency].join(' ');
    totals.set(name, (totals.get(name) ?? 0n) + amount);
  }
  return [...totals].flatMap(([name, amount]) => (amount === 0n ? [] : [`${name}: ${amount}`])).sort();
};

it.each(profiles.filter(({ name }) => ['enterprise', 'carr', 'others'].includes(name)).map((profile) => [profile.name, profile] as const))(
  '%s: movements sum to the lines that are live, line by line, on every day and in whatever order facts came (A3)',
  (_name, profile) => {
    const context = { ...testContext, profile };
    fc.assert(
      fc.property(changingHands, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (facts, keys) => {
        const account = openAccount(context);
        const inSomeOrder = facts.map((fact, i) => ({ fact, key: keys[i % keys.length] ?? 0 })).sort((a, b) => a.key - b.key);
        const recorded = inSomeOrder.flatMap(({ fact }) => recordFact(account, fact, context));
        for (const day of new Set(recorded.map((entry) => entry.day))) {
          const until = recorded.filter((entry) => entry.day <= day);
          const moved = until.flatMap(({ lines, fromAttributes }) => (fromAttributes === undefined ? lines : []));
          const { lines, stock } = closingAt(facts, day, context).closing;
          expect(sumsOf(moved.map((line) => ({ ...line, amount: line.deltaMinor })))).toEqual(
            sumsOf(lines.map((line) => ({ ...line, amount: line.amountMinor }))),
          );
          expect(sumsOf(moved.map((line) => ({ ...line, amount: line.planDeltaMinor })))).toEqual(
            sumsOf(lines.map((line) => ({ ...line, amount: line.planMinor }))),
          );
          expect(until.reduce((sum, entry) => plus(sum, entry.stock), NO_STOCK)).toEqual(stock);
        }
      }),
      { numRuns: 400 },
    );
  },
  60_000,
);
