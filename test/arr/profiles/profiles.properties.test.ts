import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import type { Context } from '../../../functions/arr/lines/values.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { closingAt } from '../../../functions/arr/movements/decide.ts';
import type { Entry } from '../../../functions/arr/movements/movements.ts';
import { compare, comparisonOf, type SwitchStep } from '../../../functions/arr/profiles/compare.ts';
import { enterprise, PRESETS } from '../../../functions/arr/profiles/presets.ts';
import type { Profile } from '../../../functions/arr/profiles/profile.ts';
import { addDays, fromEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, signedLine, usage } from '../agreements.ts';
import { canceled, testContext } from '../facts.ts';
import { FIRST, factOf, type Step, step } from '../histories.ts';

/** What presets choose, and a profile that chooses what none of them does. */
const profiles: readonly Profile[] = [
  ...Object.values(PRESETS),
  {
    ...PRESETS.profitwell,
    name: 'others',
    basis: 'live',
    startEvent: 'booking',
    rampStep: 'full',
    pilots: 'excluded',
    renewalGraceDays: 5,
    trial: 'counted',
    freePeriod: 'excluded',
    pastDue: 'excluded',
    unpaid: 'counted',
    weekFactor: '12*4.33',
    discounts: 'gross',
    reactivationDays: 20,
    freeCustomer: 'contraction',
    fx: 'movements',
  },
  { ...enterprise, name: 'carr', basis: 'carr' },
  // Decided forward, fact by fact, like `enterprise`.
  { ...enterprise, name: 'appended', fx: 'movements', contractedSteps: 'expansion', discounts: 'net-of-forever' },
];

/** What histories of billing alone do not have: notices, paid periods, signatures, pauses, agreements and usage. */
const extra = fc.record({
  kind: fc.constantFrom('billing', 'billing', 'billing', 'agreement', 'usage'),
  leavesIn: fc.option(fc.integer({ min: 1, max: 45 }), { nil: undefined }),
  cancelsIn: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  paidFor: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  bookedBefore: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
  isPaused: fc.boolean(),
  months: fc.constantFrom(3, 12, 24),
  dollars: fc.integer({ min: 1, max: 5_000 }),
});

type Extra = typeof extra extends fc.Arbitrary<infer T> ? T : never;

const withExtra = (s: Step, more: Extra, i: number): Fact => {
  const on = fromEpochDay(FIRST + Math.floor(s.second / 86_400));
  const eventId = `evt_${String(i).padStart(4, '0')}`;
  if (more.kind === 'usage')
    return usage(addDays(on, -more.months), on, more.dollars, { eventId, invoiceId: `in_${s.product}`, lines: usageLines(on, more) });
  if (more.kind === 'agreement') {
    const id = `800${s.subscriptionNumber}`;
    const middle = addDays(on, 15 * more.months);
    const end = addDays(on, 30 * more.months);
    const lines = [
      signedLine('l1', more.dollars, on, middle, { bookedOn: addDays(on, -(more.bookedBefore ?? 0)), productId: `prod_${s.product}` }),
      signedLine('l1', more.dollars * 2, middle, end, { bookedOn: addDays(on, -(more.bookedBefore ?? 0)), productId: `prod_${s.product}` }),
    ];
    const ended = more.cancelsIn === undefined ? {} : { endedOn: addDays(on, more.cancelsIn) };
    return agreement(on, lines, { eventId, subscriptionId: id, agreementId: id, agreementIds: [id], ...ended });
  }
  const fact = factOf({ ...s, customerNumber: 1 }, i);
  if (fact.kind !== 'subscription') return fact;
  return {
    kind: 'subscription',
    data: {
      ...fact.data,
      collectionPaused: more.isPaused,
      ...(more.cancelsIn === undefined ? {} : { cancelsOn: addDays(on, more.cancelsIn) }),
      ...(more.bookedBefore === undefined ? {} : { bookedOn: addDays(on, -more.bookedBefore) }),
      lines: fact.data.lines.map((line) => ({
        ...line,
        ...(more.paidFor === undefined ? {} : { periodStartsOn: on, periodEndsOn: addDays(on, more.paidFor) }),
      })),
    },
  };
};

const usageLines = (on: string, { months, dollars }: Extra) => [
  {
    lineId: 'si_m',
    subscriptionId: 'sub_1_1',
    productId: 'prod_usage',
    priceId: 'price_m',
    startsOn: addDays(on, -30 * months),
    endsOn: on,
    amountMinor: String(dollars * 100),
  },
];

/** What a subscription is found like, and that it is cancelled some days later, if it is. */
const told = (s: Step, more: Extra, i: number): readonly Fact[] => {
  const fact = withExtra(s, more, i);
  if (more.leavesIn === undefined || fact.kind !== 'subscription' || fact.data.evidence !== 'billed') return [fact];
  const on = addDays(fact.data.observedOn, more.leavesIn);
  const { subscriptionId, startsOn, currency } = fact.data;
  return [fact, canceled(on, { subscriptionId, startsOn, currency, eventId: `evt_${i}_left` })];
};

/** Over 400 days, or over 40. */
const history = fc
  .tuple(fc.array(fc.tuple(step, extra), { minLength: 1, maxLength: 10 }), fc.constantFrom(1, 10))
  .map(([steps, pace]) => steps.flatMap(([s, more], i) => told({ ...s, second: Math.floor(s.second / pace) }, more, i)));

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
      { numRuns: 60 },
    );
    expect(differing).toBeGreaterThan(400);
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
