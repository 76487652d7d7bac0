import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../functions/arr/figures/status.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import type { Context } from '../../../functions/arr/lines/values.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { closingAt, closingOn, decideAll } from '../../../functions/arr/movements/decide.ts';
import { Tally } from '../../../functions/arr/totals/tally.ts';
import { parseCounterName } from '../../../functions/arr/totals/totals.ts';
import { type PlanContent, plannedPath } from '../../../functions/company/index.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { CALENDAR_YEAR } from '../../../functions/platform/fiscal.ts';
import { testContext } from '../facts.ts';
import { FIRST, factOf, step } from '../histories.ts';

interface Outcome {
  readonly counters: Record<string, string>;
  readonly closings: string[];
}

interface Recorded {
  readonly accounts: ReadonlyMap<string, ReturnType<typeof openAccount>>;
  readonly months: ReturnType<Tally['counters']>;
}

const LAST = FIRST + 1_000;

/** `npm run prove -- order` asks for more. */
const histories = Number(process.env['ASCENT_HISTORIES'] ?? 2_000);

/** A plan that such small histories reach now and then: from $10,000 to $50,000 over 2026. */
const plan = {
  startsOn: '2026-01-01',
  targetOn: '2026-12-31',
  openingArrMinor: '1000000',
  targetArrMinor: '5000000',
  compositionBps: { landed: 3_000, expanded: 5_000, renewalUplift: 2_000 },
  phasing: { kind: 'net', monthlyBps: [833, 833, 834, 833, 833, 834, 833, 833, 834, 833, 833, 834] },
  targetsBps: { netRevenueRetention: 11_000 },
} as unknown as PlanContent;
const planned = plannedPath(plan, CALENDAR_YEAR);

/** All figures of a day, from nothing but the totals. */
const statusFrom = (months: ReturnType<Tally['counters']>, on: string, { rates }: Context): ReturnType<typeof statusOf> =>
  statusOf({
    totals: { before: new Map(), months },
    plan: { version: 1, content: plan, changedBy: 'configuration', reason: 'built in' },
    planCurrency: 'USD',
    planned,
    on,
    hasRate: (currency, day) => rates.factor(currency, toEpochDay(day)) !== undefined,
  });

/** With a plan rate for pounds too, every figure is whole; without one, those that look at pounds are left out. */
const withPounds: Context = {
  ...testContext,
  rates: {
    ...testContext.rates,
    factor: (currency, day) => (currency === 'GBP' ? { num: 13n, den: 10n } : testContext.rates.factor(currency, day)),
  },
};

/** Records the facts customer by customer, in the given order, and sums every counter of the totals. */
const outcomeOf = (facts: readonly Fact[], context = testContext): Outcome & Recorded => {
  const accounts = new Map<string, ReturnType<typeof openAccount>>();
  const tally = new Tally('USD');
  for (const fact of facts) {
    const id = fact.data.customerId;
    const account = accounts.get(id) ?? openAccount(context);
    accounts.set(id, account);
    for (const entry of recordFact(account, fact, context)) tally.add(entry);
  }
  const counters: Record<string, string> = {};
  const months = tally.counters();
  for (const [month, sums] of [...months].sort())
    for (const [name, amount] of [...sums].sort()) if (amount !== 0n) counters[`${month}|${name}`] = String(amount);
  const closings = [...accounts].sort().flatMap(([id, account]) => {
    const closing = closingOn(account.book, LAST, context);
    return [
      `${id} ${closing.had} ${closing.stock.join('/')}`,
      ...closing.lines.map((line) => `${line.key} ${line.amountMinor} ${line.planMinor}`).sort(),
    ];
  });
  return { counters, closings, months, accounts };
};

const shuffled = (facts: readonly Fact[], keys: readonly number[]): Fact[] =>
  facts
    .map((fact, i) => ({ fact, key: keys[i % keys.length] ?? 0, i }))
    .sort((a, b) => a.key - b.key || a.i - b.i)
    .map((entry) => entry.fact);

describe('histories of a customer base', () => {
  it('give the same totals, closings and status in order, shuffled and duplicated (2,000 histories)', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 14 }),
        fc.array(fc.nat(), { minLength: 14, maxLength: 14 }),
        fc.constantFrom(testContext, withPounds),
        // in the middle of the history, and after it
        fc.constantFrom('2026-07-15', '2027-03-15'),
        (steps, keys, context, on) => {
          const facts = steps.map(factOf);
          const told = ({ counters, closings, months }: Outcome & Recorded) => ({
            counters,
            closings,
            status: statusFrom(months, on, context),
          });
          const inOrder = [...facts].sort((a, b) => a.data.provenance.observedAt - b.data.provenance.observedAt);
          expect(told(outcomeOf(shuffled([...facts, ...facts], keys), context))).toEqual(told(outcomeOf(inOrder, context)));
        },
      ),
      { numRuns: histories },
    );
  }, 120_000);

  it('keep opening + movements = closing on every day that something moved, in total, by segment, product and currency (A3)', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 14 }), fc.array(fc.nat(), { minLength: 14, maxLength: 14 }), (steps, keys) => {
        const { accounts } = outcomeOf(shuffled(steps.map(factOf), keys));
        for (const account of accounts.values()) expectIdentity(account);
      }),
      { numRuns: histories },
    );
  }, 120_000);

  it('keep at most one net movement per customer, day, cause and attributes', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), (steps) => {
        const facts = steps.map(factOf);
        for (const id of new Set(facts.map((fact) => fact.data.customerId))) {
          const { movements } = decideAll(
            facts.filter((fact) => fact.data.customerId === id),
            [],
            testContext,
          );
          const keys = movements.map((entry) => JSON.stringify([entry.day, entry.cause, entry.attributes, entry.fromAttributes]));
          expect(new Set(keys).size).toBe(keys.length);
          for (const entry of movements) {
            const net = entry.lines.reduce((sum, line) => sum + line.planDeltaMinor, 0n);
            if (entry.cause === 'new' || entry.cause === 'reactivation' || entry.cause === 'renewal-uplift') expect(net >= 0n).toBe(true);
            if (entry.cause === 'churn') expect(net <= 0n).toBe(true);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);
});

/** Σ of all movements up to a day equals the lines in force at its end, in every cut. The closings come from the facts decided afresh. */
const expectIdentity = (account: ReturnType<typeof openAccount>): void => {
  const days = [...new Set(account.recorded.map((entry) => entry.day))].sort((a, b) => a - b);
  for (const day of days) {
    const tally = new Tally('USD');
    for (const entry of account.recorded) if (entry.day <= day) tally.add(entry);
    const sums = new Map<string, bigint>();
    for (const counters of tally.counters().values()) {
      for (const [name, amount] of counters) {
        const c = parseCounterName(name);
        if (c.cause === 'renewed') continue;
        const key = `${c.dimension}|${c.value}|${c.currency}${c.atPlanRate ? '=' : ''}`;
        sums.set(key, (sums.get(key) ?? 0n) + amount);
      }
    }
    const closing = closingOnWhole(account.facts, day);
    const expected = new Map<string, bigint>();
    const put = (key: string, amount: bigint): void => {
      expected.set(key, (expected.get(key) ?? 0n) + amount);
    };
    for (const line of closing.lines) {
      for (const cut of ['total|', `product|${line.productId}`, `entity|${line.legalEntity}`, ...closing.segments]) {
        put(`${cut}|${line.currency}`, line.amountMinor);
        if (line.currency !== 'USD') put(`${cut}|${line.currency}=`, line.planMinor);
      }
    }
    closing.stock.forEach((amount, i) => {
      put(`origin|${['landed', 'expanded', 'renewal-uplift'][i]}|USD`, amount);
    });
    for (const key of new Set([...sums.keys(), ...expected.keys()]))
      expect(`${key} ${sums.get(key) ?? 0n}`).toBe(`${key} ${expected.get(key) ?? 0n}`);
    // Stock by origin is the customer's ARR at plan rates.
    expect(closing.stock.reduce((a, b) => a + b, 0n)).toBe(closing.lines.reduce((sum, line) => sum + line.planMinor, 0n));
  }
};

const closingOnWhole = (
  facts: readonly Fact[],
  day: number,
): { lines: ReturnType<typeof closingOn>['lines']; stock: readonly bigint[]; segments: string[] } => {
  // The customer's newest attributes up to that day; the earliest reach back to the beginning.
  const customers = facts
    .flatMap((fact) => (fact.kind === 'customer' ? [fact.data] : []))
    .sort((a, b) => a.provenance.observedAt - b.provenance.observedAt || (a.provenance.eventId < b.provenance.eventId ? -1 : 1));
  const upTo = customers.filter((c) => toEpochDay(c.observedOn) <= day);
  const attributes = (upTo[upTo.length - 1] ?? customers[0])?.attributes ?? {};
  // From all facts: a service start that is stated later reaches back.
  const { closing } = closingAt(facts, day, testContext);
  return { lines: closing.lines, stock: closing.stock, segments: Object.entries(attributes).map(([name, value]) => `${name}|${value}`) };
};
