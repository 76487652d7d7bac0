import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparedOn, linesThatDiffer } from '../../../functions/arr/decided/compared.ts';
import { sectionOfComparison } from '../../../functions/arr/decided/difference.ts';
import { type DatedFact, replayed } from '../../../functions/arr/decided/replay.ts';
import { ledgerOf } from '../../../functions/arr/ledger/build.ts';
import type { Section } from '../../../functions/arr/ledger/columns.ts';
import { joined } from '../../../functions/arr/ledger/join.ts';
import { asKnownOn } from '../../../functions/arr/ledger/known.ts';
import { CAUSES, type Ledger } from '../../../functions/arr/ledger/rows.ts';
import { Dictionary, sectionFrom, segmentsOf } from '../../../functions/arr/ledger/segments.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import type { LineValue } from '../../../functions/arr/lines/values.ts';
import { bridgeOf, bridgesOf } from '../../../functions/arr/metrics/bridges.ts';
import { cohortsOf } from '../../../functions/arr/metrics/cohorts.ts';
import { type Cut, cutBy, uncut } from '../../../functions/arr/metrics/cut.ts';
import { retainedOf } from '../../../functions/arr/metrics/retained.ts';
import { closingAt } from '../../../functions/arr/movements/decide.ts';
import type { Profile } from '../../../functions/arr/profiles/profile.ts';
import { fromEpochDay } from '../../../functions/platform/calendar.ts';
import { compareFractions, fraction } from '../../../functions/platform/decimal.ts';
import { testContext, testRates, customer as told } from '../facts.ts';
import { FIRST } from '../histories.ts';
import { factsTold, measured } from '../metrics/told.ts';
import { history, profiles } from '../profiles/rich.ts';

const DAY = 86_400;
const ZONE = 'UTC';
const LOOKS = Int32Array.from([0, 30, 60, 120, 200, 300, 400, 500], (days) => FIRST + days);

/** Segments that a customer goes through. */
const segments = fc
  .array(fc.tuple(fc.nat(450), fc.constantFrom('Starter', 'Professional', 'Enterprise')), { minLength: 1, maxLength: 4 })
  .map((all) => all.map(([days, segment], i): Fact => told(fromEpochDay(FIRST + days), { segment }, { eventId: `evt_segment_${i}` })));

/** A customer's facts, of which half are recorded up to 150 days after their source showed them: late, and out of order. */
type Customer = readonly DatedFact[];
const customer: fc.Arbitrary<Customer> = fc
  .tuple(history, segments, fc.array(fc.nat(300), { minLength: 30, maxLength: 30 }))
  .map(([facts, attributes, delays]) =>
    [...facts, ...attributes].map((fact, i) => ({
      fact,
      recordedAt: fact.data.provenance.observedAt + Math.max(0, (delays[i % 30] ?? 0) - 150) * DAY,
    })),
  );
const company = fc.array(customer, { minLength: 1, maxLength: 4 });
type Company = readonly Customer[];

const idOf = (i: number): string => `stripe.main.cus_${i}`;
const factsOf = (own: Customer): readonly Fact[] => own.map(({ fact }) => fact);
const profile = fc.constantFrom(...profiles);

const ledgerUnder = (all: Company, of: Profile): Ledger =>
  ledgerOf(
    { profile: of.name, planCurrency: 'USD', through: 4_000_000_000 },
    all.flatMap((own, i) => replayed(idOf(i), own, { profile: of, rates: testRates }, ZONE)),
  );

/** A comparison's ledger as it is kept: each customer in a shard of its own, written, read and joined. */
const comparisonOfAll = (all: Company, left: Profile, right: Profile): Ledger => {
  const sections = all.map((own, i): Section => {
    const section = sectionOfComparison(idOf(i), factsOf(own), { left, right }, testRates);
    return sectionFrom(segmentsOf(section, new Dictionary()));
  });
  return { profile: 'comparison', planCurrency: 'USD', through: 4_000_000_000, ...joined(sections) };
};

const cutsOf = ({ rows, names }: Ledger): readonly Cut[] => [
  uncut(rows, names),
  ...['segment', 'product', 'currency', 'entity'].flatMap((dimension) => cutBy(rows, names, dimension) ?? []),
];

/** In which value of a dimension a line of a customer's counts, by its book: what ledgers are held against. */
const countsIn = (dimension: string, line: LineValue, attributes: Readonly<Record<string, string>>): string => {
  if (dimension === 'total') return '';
  if (dimension === 'product') return line.productId;
  if (dimension === 'currency') return line.currency;
  if (dimension === 'entity') return line.legalEntity;
  return attributes[dimension] ?? '';
};

/** ARR at the end of a day by value of a dimension, from the books of all customers: own amounts and amounts at plan rates. */
const booked = (all: Company, of: Profile, day: number, dimension: string): ReadonlyMap<string, readonly [bigint, bigint]> => {
  const sums = new Map<string, readonly [bigint, bigint]>();
  for (const own of all) {
    const { closing, attributes } = closingAt(factsOf(own), day, { ...testContext, profile: of });
    for (const line of closing.lines) {
      const value = countsIn(dimension, line, attributes);
      const [amount, plan] = sums.get(value) ?? [0n, 0n];
      sums.set(value, [amount + line.amountMinor, plan + line.planMinor]);
    }
  }
  return sums;
};

const ADJUSTMENT = CAUSES.indexOf('adjustment');

/** What stands in ARR by hand at the end of a day: it is of no customer, and so of no cohort. */
const adjustedBy = ({ rows }: Ledger, day: number): bigint => {
  let sum = 0n;
  for (let row = 0; row < rows.length && (rows.day[row] as number) <= day; row += 1)
    if (rows.lineCause[row] === ADJUSTMENT && rows.attributes[row] === rows.fromAttributes[row]) sum += rows.planMinor[row] as bigint;
  return sum;
};

describe('the ledger of any profile', () => {
  it.each(profiles.map((one) => [one.name, one] as const))(
    '%s: opening + movements = closing in every segment, product and currency, and it is what books say (A3)',
    (_, of) => {
      let moved = 0;
      let transferred = 0;
      fc.assert(
        fc.property(company, (all) => {
          const ledger = ledgerUnder(all, of);
          const { rows } = ledger;
          for (const cut of cutsOf(ledger)) {
            const bridges = bridgesOf(rows, cut, LOOKS);
            for (const [look, day] of LOOKS.entries()) {
              const books = booked(all, of, day, cut.dimension);
              for (const [value, name] of cut.values.entries()) {
                const { openingMinor, byCause, closingMinor } = bridgeOf(bridges, value, look - 1, look);
                expect(openingMinor + [...byCause.values()].reduce((sum, own) => sum + own, 0n)).toBe(closingMinor);
                expect([cut.dimension, name, closingMinor]).toEqual([cut.dimension, name, books.get(name)?.[1] ?? 0n]);
                if (byCause.size > 0) moved += 1;
              }
              // Nothing stands in a value that the ledger does not know.
              expect([...books.keys()].filter((name) => !cut.values.includes(name))).toEqual([]);
            }
          }
          for (let row = 0; row < rows.length; row += 1) if (rows.attributes[row] !== rows.fromAttributes[row]) transferred += 1;
        }),
        { numRuns: 60 },
      );
      expect(moved).toBeGreaterThan(100);
      expect(transferred).toBeGreaterThan(15);
    },
    120_000,
  );

  it('says of a day what was known then, whatever is recorded later, byte for byte', () => {
    let restated = 0;
    fc.assert(
      fc.property(company, profile, fc.integer({ min: 10, max: 420 }), (all, of, days) => {
        const end = (FIRST + days + 1) * DAY;
        const day = new Date((end - DAY) * 1_000).toISOString().slice(0, 10);
        const then = ledgerUnder(
          all.map((own) => own.filter(({ recordedAt }) => recordedAt < end)),
          of,
        );
        const now = ledgerUnder(all, of);
        const known = asKnownOn(now, day, ZONE);
        const bytes = ({ rows, names }: Ledger) => segmentsOf({ rows, names }, new Dictionary());
        expect(bytes(known)).toEqual(bytes(then));
        for (let row = 0; row < now.rows.length; row += 1)
          if ((now.rows.recordedAt[row] as number) >= end && (now.rows.day[row] as number) <= FIRST + days) restated += 1;
      }),
      { numRuns: 300 },
    );
    // What took effect by the day and was recorded later: history was changed, and what was known was not.
    expect(restated).toBeGreaterThan(300);
  }, 120_000);

  it('GRR ≤ min(1, NRR), and cohorts sum to ARR and to customers, under every profile', () => {
    let retained = 0;
    let cohortsTold = 0;
    let adjusted = 0;
    fc.assert(
      fc.property(company, (all) => {
        for (const of of profiles) {
          const ledger = ledgerUnder(all, of);
          const { rows, names } = ledger;
          for (const on of ['2027-01-31', '2027-03-31']) {
            const facts = factsTold(ledger, { on, kind: 'year', definitions: of });
            const [nrr, grr] = [measured(facts, 'nrr').value, measured(facts, 'grr').value];
            if (!nrr.ok || !grr.ok) continue;
            retained += 1;
            expect(compareFractions(grr.value, nrr.value)).toBeLessThanOrEqual(0);
            expect(compareFractions(grr.value, fraction(1n))).toBeLessThanOrEqual(0);
          }
          const closing = bridgesOf(rows, uncut(rows, names), LOOKS).closing;
          adjusted += LOOKS.filter((day) => adjustedBy(ledger, day) !== 0n).length;
          for (const cut of cutsOf(ledger)) {
            const cohorts = cohortsOf(rows, cut, LOOKS, [...cut.values.keys()]).flat();
            for (let look = 0; look < LOOKS.length; look += 1)
              expect(cohorts.reduce((sum, one) => sum + (one.look > look ? 0n : (one.arrMinor[look - one.look] as bigint)), 0n)).toBe(
                (closing[look] as bigint) - adjustedBy(ledger, LOOKS[look] as number),
              );
            cohortsTold += cohorts.filter(({ customers }) => customers > 0).length;
          }
          const there = retainedOf(rows, uncut(rows, names), LOOKS, [{ from: 0, to: LOOKS.length - 1 }]).of(0, 0).closing;
          const [cohorts = []] = cohortsOf(rows, uncut(rows, names), LOOKS, [0]);
          expect(cohorts.reduce((sum, { active }) => sum + (active.at(-1) ?? 0), 0)).toBe(there);
        }
      }),
      { numRuns: 60 },
    );
    expect(retained).toBeGreaterThan(150);
    expect(cohortsTold).toBeGreaterThan(1_500);
    expect(adjusted).toBeGreaterThan(30);
  }, 120_000);
});

describe('the ledger of a comparison', () => {
  it('left + Σ reasons = right in every cut, either side being what books say, and so line by line', () => {
    let differing = 0;
    let bySeveral = 0;
    let inSegments = 0;
    const switches = new Set<string>();
    fc.assert(
      fc.property(company, profile, profile, fc.integer({ min: 0, max: 600 }), (all, left, right, days) => {
        const ledger = comparisonOfAll(all, left, right);
        const day = FIRST + days;
        for (const cut of cutsOf(ledger)) {
          const [a, b] = [booked(all, left, day, cut.dimension), booked(all, right, day, cut.dimension)];
          for (const [value, name] of cut.values.entries()) {
            const [both] = comparedOn(ledger, cut, value, [day]);
            expect([cut.dimension, name, both?.leftMinor]).toEqual([cut.dimension, name, a.get(name)?.[1] ?? 0n]);
            expect([cut.dimension, name, both?.rightMinor]).toEqual([cut.dimension, name, b.get(name)?.[1] ?? 0n]);
            const reasons = both?.reasons ?? [];
            expect((both?.leftMinor ?? 0n) + reasons.reduce((sum, { differenceMinor }) => sum + differenceMinor, 0n)).toBe(
              both?.rightMinor,
            );
            if (cut.dimension === 'currency') {
              const [own] = both?.byCurrency ?? [];
              expect([own?.leftMinor ?? 0n, own?.rightMinor ?? 0n]).toEqual([a.get(name)?.[0] ?? 0n, b.get(name)?.[0] ?? 0n]);
            }
            for (const reason of reasons) switches.add(reason.switch);
            if (reasons.length > 0) differing += 1;
            if (reasons.length > 1) bySeveral += 1;
            if (reasons.length > 0 && cut.dimension === 'segment') inSegments += 1;
          }
        }
        const everything = uncut(ledger.rows, ledger.names);
        const [total] = comparedOn(ledger, everything, undefined, [day]);
        const lines = linesThatDiffer(ledger, everything, undefined, day, undefined);
        const sum = lines.reduce((all, line) => all + line.rightMinor - line.leftMinor, 0n);
        expect(sum).toBe((total?.rightMinor ?? 0n) - (total?.leftMinor ?? 0n));
        for (const line of lines)
          expect(line.leftMinor + line.reasons.reduce((all, { differenceMinor }) => all + differenceMinor, 0n)).toBe(line.rightMinor);
      }),
      { numRuns: 200 },
    );
    expect(differing).toBeGreaterThan(200);
    expect(bySeveral).toBeGreaterThan(40);
    expect(inSegments).toBeGreaterThan(40);
    expect(switches.size).toBeGreaterThan(8);
  }, 120_000);
});
