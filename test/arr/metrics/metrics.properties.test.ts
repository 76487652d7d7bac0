import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Ledger, ToldRows } from '../../../functions/arr/ledger/rows.ts';
import { bridgeOf, bridgesOf } from '../../../functions/arr/metrics/bridges.ts';
import { retentionChange } from '../../../functions/arr/metrics/change.ts';
import { cohortsOf } from '../../../functions/arr/metrics/cohorts.ts';
import { type Cut, cutBy, uncut } from '../../../functions/arr/metrics/cut.ts';
import { retainedOf } from '../../../functions/arr/metrics/retained.ts';
import { asOfToday } from '../../../functions/arr/metrics/today.ts';
import { reportedView } from '../../../functions/arr/metrics/views.ts';
import { addDays, toEpochDay } from '../../../functions/platform/calendar.ts';
import { compareFractions, fraction } from '../../../functions/platform/decimal.ts';
import { factsTold, ledgerTold, measured, type Told } from './told.ts';

const START = '2025-01-01';
const SEGMENTS = ['Enterprise', 'SMB', 'Startup'];
const CURRENCIES = ['USD', 'EUR'];
const LOOKS = Int32Array.from([0, 30, 60, 90, 120, 200, 300, 400], (days) => toEpochDay(addDays(START, days)));
const ON = addDays(START, 400);
const rateOn = (currency: string, day: number) => (currency === 'EUR' ? fraction(BigInt(100 + (day % 17)), 97n) : undefined);

/** What a customer does next: to which ARR one of its two lines goes, or to which segment it goes, some days later. */
const step = fc.record({
  after: fc.integer({ min: 0, max: 120 }),
  line: fc.integer({ min: 0, max: 1 }),
  to: fc.integer({ min: 0, max: 4 }),
  segment: fc.integer({ min: 0, max: 5 }),
});
const life = fc.record({ steps: fc.array(step, { maxLength: 6 }), segment: fc.integer({ min: 0, max: 2 }) });

/** Movements of a life that is consistent: transfers of all that there is, causes by what there was before. */
const lived = (
  customer: string,
  { steps, segment }: { steps: readonly { after: number; line: number; to: number; segment: number }[]; segment: number },
): Told[] => {
  const told: Told[] = [];
  const lines = [0n, 0n];
  let place = segment;
  let on = START;
  let had = false;
  for (const { after, line, to, segment: next } of steps) {
    on = addDays(on, after);
    const attributes = (of: number) => ({ segment: SEGMENTS[of] as string });
    const details = (i: number) => ({ on, customer, product: `p${i}`, currency: CURRENCIES[i] as string });
    if (next < SEGMENTS.length && next !== place) {
      for (const [i, amount] of lines.entries())
        if (amount !== 0n)
          told.push({
            ...details(i),
            cause: 'transfer',
            minor: amount,
            planMinor: amount * 2n,
            attributes: attributes(next),
            fromAttributes: attributes(place),
          });
      place = next;
    }
    const opening = lines[0] as bigint;
    const before = opening + (lines[1] as bigint);
    const delta = BigInt(to * 101) - (lines[line] as bigint);
    if (delta === 0n) continue;
    lines[line] = BigInt(to * 101);
    const now = before + delta;
    const cause = before === 0n ? (had ? 'reactivation' : 'new') : now === 0n ? 'churn' : delta > 0n ? 'expansion' : 'contraction';
    had = true;
    told.push({ ...details(line), cause, minor: delta, planMinor: delta * 2n, attributes: attributes(place) });
  }
  return told;
};

const ledgers = fc.array(life, { minLength: 1, maxLength: 8 }).map((lives) => ledgerTold(lives.flatMap((one, i) => lived(`c${i}`, one))));

/** The same ledger in both currency views. */
const views = (ledger: Ledger): readonly ToldRows[] => [ledger.rows, reportedView(ledger.rows, ledger.names, 'USD', LOOKS, rateOn).rows];

const cutsOf = (rows: ToldRows, { names }: Ledger): readonly Cut[] => [
  uncut(rows, names),
  ...['segment', 'product', 'currency', 'entity'].flatMap((dimension) => cutBy(rows, names, dimension) ?? []),
];

it('opening + movements = closing, and the values of every dimension sum to the total, to the minor unit, in both currency views', () => {
  fc.assert(
    fc.property(ledgers, (ledger) => {
      for (const rows of views(ledger)) {
        const total = bridgesOf(rows, uncut(rows, ledger.names), LOOKS);
        for (const cut of cutsOf(rows, ledger)) {
          const bridges = bridgesOf(rows, cut, LOOKS);
          for (let look = 0; look < LOOKS.length; look += 1) {
            let closing = 0n;
            for (let value = 0; value < cut.values.length; value += 1) {
              const bridge = bridgeOf(bridges, value, look - 1, look);
              const moved = [...bridge.byCause.values()].reduce((sum, amount) => sum + amount, 0n);
              expect(bridge.openingMinor + moved).toBe(bridge.closingMinor);
              closing += bridge.closingMinor;
            }
            expect(closing).toBe(bridgeOf(total, 0, look - 1, look).closingMinor);
          }
        }
      }
    }),
  );
});

it('the reported total is each line’s own amount at the closing rate', () => {
  fc.assert(
    fc.property(ledgers, (ledger) => {
      const { rows } = reportedView(ledger.rows, ledger.names, 'USD', LOOKS, rateOn);
      const bridges = bridgesOf(rows, uncut(rows, ledger.names), LOOKS);
      for (const [look, day] of LOOKS.entries()) {
        const own = new Map<string, bigint>();
        for (let row = 0; row < ledger.rows.length && (ledger.rows.day[row] as number) <= day; row += 1) {
          if (ledger.rows.attributes[row] !== ledger.rows.fromAttributes[row]) continue;
          const key = `${ledger.rows.line[row]} ${ledger.names.currencies[ledger.rows.currency[row] as number]}`;
          own.set(key, (own.get(key) ?? 0n) + (ledger.rows.amountMinor[row] as bigint));
        }
        // Of the plan currency, the ledger here tells twice the amount.
        const worth = [...own].map(([key, amount]) => {
          if (key.endsWith('USD')) return amount * 2n;
          const { num, den } = rateOn('EUR', day) as { num: bigint; den: bigint };
          return (2n * amount * num + den) / (2n * den); // half up: no amount is negative
        });
        expect(bridgeOf(bridges, 0, look - 1, look).closingMinor).toBe(worth.reduce((sum, one) => sum + one, 0n));
      }
    }),
  );
});

it('GRR ≤ min(1, NRR), and logo churn lies between 0 and 1, for every value, with and without what came back', () => {
  fc.assert(
    fc.property(ledgers, fc.constantFrom('included' as const, 'excluded' as const), (ledger, reactivationInNrr) => {
      const definitions = { reactivationInNrr, churnFormula: 'period' as const };
      for (const rows of views(ledger)) {
        const cut = cutBy(rows, ledger.names, 'segment');
        for (const value of [undefined, ...(cut?.values ?? [])]) {
          const of = value === undefined ? {} : { dimension: 'segment', value };
          const facts = factsTold({ rows, names: ledger.names }, { on: ON, kind: 'year', definitions, ...of });
          const [nrr, grr, churn] = ['nrr', 'grr', 'logo-churn'].map((id) => measured(facts, id).value);
          if (grr?.ok && nrr?.ok) {
            expect(compareFractions(grr.value, nrr.value)).toBeLessThanOrEqual(0);
            expect(compareFractions(grr.value, fraction(1n))).toBeLessThanOrEqual(0);
          }
          if (churn?.ok) {
            expect(compareFractions(churn.value, fraction(0n))).toBeGreaterThanOrEqual(0);
            expect(compareFractions(churn.value, fraction(1n))).toBeLessThanOrEqual(0);
          }
        }
      }
    }),
  );
});

it('cohorts sum to ARR and customers of each look, in total and over the values of a dimension', () => {
  fc.assert(
    fc.property(ledgers, (ledger) => {
      for (const rows of views(ledger)) {
        const closing = bridgesOf(rows, uncut(rows, ledger.names), LOOKS).closing;
        for (const cut of cutsOf(rows, ledger)) {
          const all = cohortsOf(rows, cut, LOOKS, [...cut.values.keys()]).flat();
          for (let look = 0; look < LOOKS.length; look += 1)
            expect(all.reduce((sum, cohort) => sum + (cohort.look > look ? 0n : (cohort.arrMinor[look - cohort.look] as bigint)), 0n)).toBe(
              closing[look],
            );
        }
        const there = retainedOf(rows, uncut(rows, ledger.names), LOOKS, [{ from: 0, to: LOOKS.length - 1 }]).of(0, 0).closing;
        const [cohorts = []] = cohortsOf(rows, uncut(rows, ledger.names), LOOKS, [0]);
        expect(cohorts.reduce((sum, { active }) => sum + (active.at(-1) ?? 0), 0)).toBe(there);
      }
    }),
  );
});

it('retention of the values of an attribute sums to that of the total, in the view of then and of today', () => {
  fc.assert(
    fc.property(ledgers, (ledger) => {
      const { rows, names } = ledger;
      const span = [{ from: 2, to: LOOKS.length - 1 }];
      const total = retainedOf(rows, uncut(rows, names), LOOKS, span).of(0, 0);
      const then = cutBy(rows, names, 'segment');
      if (then === undefined) return;
      for (const cut of [then, asOfToday(rows, then, LOOKS.at(-1) as number)]) {
        const parts = cut.values.map((_, value) => retainedOf(rows, cut, LOOKS, span).of(0, value));
        for (const field of ['baseMinor', 'nowMinor', 'stayedMinor', 'keptMinor', 'keptStayedMinor'] as const)
          expect(parts.reduce((sum, part) => sum + part[field], 0n)).toBe(total[field]);
        for (const field of ['customers', 'still', 'stayed', 'closing', 'came'] as const)
          expect(parts.reduce((sum, part) => sum + part[field], 0)).toBe(total[field]);
      }
    }),
  );
});

it('a change of NRR is the sum of its parts and of its customers, exactly, between the NRR that metrics tell', () => {
  const PARTS = ['included', 'excluded'] as const;
  const span = fc.record({
    before: fc.integer({ min: 0, max: 2 }),
    after: fc.integer({ min: 0, max: 2 }),
    width: fc.integer({ min: 3, max: 5 }),
  });
  let compared = 0;
  fc.assert(
    fc.property(ledgers, fc.constantFrom(...PARTS), span, (ledger, reactivationInNrr, { before: from, after, width }) => {
      const spans = [from, from + after].map((start) => ({ from: start, to: Math.min(start + width, LOOKS.length - 1) }));
      const [a, b] = spans.map((one) => ({ from: LOOKS[one.from] as number, to: LOOKS[one.to] as number }));
      if (a === undefined || b === undefined) return;
      for (const rows of views(ledger))
        for (const cut of cutsOf(rows, ledger)) {
          const retained = retainedOf(rows, cut, LOOKS, spans);
          for (const value of cut.values.keys()) {
            const change = retentionChange(rows, cut, value, [a, b], { reactivationInNrr });
            const [then, now] = [retained.of(0, value), retained.of(1, value)];
            if (change === undefined) {
              expect(then.baseMinor === 0n || now.baseMinor === 0n).toBe(true);
              continue;
            }
            compared += 1;
            const kept = (one: typeof then): bigint => (reactivationInNrr === 'included' ? one.nowMinor : one.stayedMinor);
            expect(change.before).toEqual({ baseMinor: then.baseMinor, nowMinor: kept(then) });
            expect(change.after).toEqual({ baseMinor: now.baseMinor, nowMinor: kept(now) });
            const { numerator, denominator } = change;
            // now ÷ base after − now ÷ base before, over the product of the bases
            expect(numerator).toBe(kept(now) * then.baseMinor - kept(then) * now.baseMinor);
            expect(denominator).toBe(then.baseMinor * now.baseMinor);
            for (const effects of [change.parts, change.byCustomer])
              expect((effects as readonly { effect: bigint }[]).reduce((sum, { effect }) => sum + effect, 0n)).toBe(numerator);
          }
        }
    }),
  );
  expect(compared).toBeGreaterThan(200);
});
