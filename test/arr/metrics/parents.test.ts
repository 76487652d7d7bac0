import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../../functions/arr/ledger/rows.ts';
import { bridgeOf, bridgesOf } from '../../../functions/arr/metrics/bridges.ts';
import { uncut } from '../../../functions/arr/metrics/cut.ts';
import { atParents, type Told as InOneMoney } from '../../../functions/arr/metrics/parents.ts';
import { retainedOf } from '../../../functions/arr/metrics/retained.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import { addDays, fromEpochDay, toEpochDay } from '../../../functions/platform/calendar.ts';
import { compareFractions, fraction } from '../../../functions/platform/decimal.ts';
import { factsTold, figure, ledgerTold, measured, percent, type Told } from './told.ts';

/** `a1` and `a2` belong to `a`, and so on. */
const byFirstLetter = (customerId: string): string => customerId.slice(0, 1);
const companies = (told: readonly Told[], definitions = enterprise) => atParents(ledgerTold(told), byFirstLetter, definitions);

const causes = ({ rows, names }: InOneMoney) =>
  [...rows.cause].map((cause, row) => [
    names.customers[rows.customer[row] as number],
    fromEpochDay(rows.day[row] as number),
    CAUSES[cause],
    String(rows.planMinor[row]),
  ]);

describe('a company of several customers', () => {
  const told: readonly Told[] = [
    { on: '2025-01-01', customer: 'a1', cause: 'new', major: 100 },
    { on: '2025-02-01', customer: 'a2', cause: 'new', major: 50 },
    { on: '2025-03-01', customer: 'a1', cause: 'churn', major: -100 },
    { on: '2025-04-01', customer: 'a2', cause: 'churn', major: -50 },
    { on: '2025-05-01', customer: 'a1', cause: 'reactivation', major: 30 },
  ];

  it('has its first customer as new, the next as expansion, one that leaves as contraction, the last as churn', () => {
    expect(causes(companies(told))).toEqual([
      ['a', '2025-01-01', 'new', '10000'],
      ['a', '2025-02-01', 'expansion', '5000'],
      ['a', '2025-03-01', 'contraction', '-10000'],
      ['a', '2025-04-01', 'churn', '-5000'],
      ['a', '2025-05-01', 'reactivation', '3000'],
    ]);
  });

  it('is new again after the days that the profile states', () => {
    const days = (reactivationDays: number) => causes(companies(told, { ...enterprise, reactivationDays })).at(-1)?.[2];
    // It left on 1 April and came back on 1 May, 30 days later.
    expect([days(29), days(30)]).toEqual(['new', 'reactivation']);
  });

  it('neither grows nor shrinks by what goes from one customer to another on a day', () => {
    const moved = companies([
      { on: '2025-01-01', customer: 'a1', cause: 'new', major: 100 },
      { on: '2025-06-01', customer: 'a1', cause: 'churn', major: -100 },
      { on: '2025-06-01', customer: 'a2', cause: 'new', major: 100 },
    ]);
    const facts = factsTold(moved, { on: '2025-06-30' });
    expect(facts.period.bridge.byCause).toEqual(new Map());
    expect(figure(facts, 'logo-churn', 4)).toBe('0.0000');
  });

  it('leaves what is not decided by class as it is', () => {
    const kept = companies([
      { on: '2025-01-01', customer: 'a1', cause: 'new', major: 100 },
      { on: '2025-02-01', customer: 'a2', cause: 'acquired', major: 40 },
      { on: '2025-03-01', customer: 'a2', cause: 'price-escalator', major: 4 },
      { on: '2025-04-01', customer: 'a1', cause: 'renewal', major: 100 },
    ]);
    expect(causes(kept).map(([, , cause]) => cause)).toEqual(['new', 'acquired', 'price-escalator', 'renewal']);
  });
});

it('NRR of customers and of companies, as a company buys with another subsidiary what it gave up with the first', () => {
  // Two companies of 100 each. Subsidiary a1 leaves and a2 comes with 120; b1 stays.
  const told: readonly Told[] = [
    { on: '2023-12-01', customer: 'a1', cause: 'new', major: 100 },
    { on: '2023-12-01', customer: 'b1', cause: 'new', major: 100 },
    { on: '2024-07-01', customer: 'a1', cause: 'churn', major: -100 },
    { on: '2024-07-01', customer: 'a2', cause: 'new', major: 120 },
  ];
  const wanted = { on: '2024-12-31' };
  const own = factsTold(ledgerTold(told), wanted);
  // 100 of 200 is left: a2 is in no cohort of a year ago.
  expect([percent(own, 'nrr', 2), percent(own, 'grr', 2), percent(own, 'logo-retention', 2)]).toEqual(['50.00', '50.00', '50.00']);
  // 220 of 200; min(100, 120) + 100 of 200.
  const joint = factsTold(companies(told), wanted);
  expect([percent(joint, 'nrr', 2), percent(joint, 'grr', 2), percent(joint, 'logo-retention', 2)]).toEqual(['110.00', '100.00', '100.00']);
  const page = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
  const row = (who: string): readonly string[] | undefined => new RegExp(`^\\| ${who} +\\|(.+)\\|$`, 'm').exec(page)?.[1]?.split('|');
  const ids = ['nrr', 'grr', 'logo-retention'];
  expect(row('customers')?.map((cell) => cell.trim())).toEqual(ids.map((id) => `${percent(own, id, 2)}%`));
  expect(row('companies')?.map((cell) => cell.trim())).toEqual(ids.map((id) => `${percent(joint, id, 2)}%`));
});

it('a company counts in its own newest value, or in that of its largest customer, and nothing is transferred', () => {
  const told: readonly Told[] = [
    { on: '2025-01-01', customer: 'a1', cause: 'new', major: 100, attributes: { segment: 'SMB' } },
    { on: '2025-02-01', customer: 'a2', cause: 'new', major: 300, attributes: { segment: 'Enterprise' } },
    {
      on: '2025-03-01',
      customer: 'a1',
      cause: 'transfer',
      major: 100,
      attributes: { segment: 'Startup' },
      fromAttributes: { segment: 'SMB' },
    },
  ];
  const segments = ({ rows, names }: InOneMoney) => [...rows.attributes].map((attributes) => names.attributes[attributes]?.['segment']);
  expect(segments(companies(told))).toEqual(['Enterprise', 'Enterprise']);
  expect(segments(atParents(ledgerTold(told), () => 'a1', enterprise))).toEqual(['Startup', 'Startup']);
});

const change = fc.record({
  customer: fc.constantFrom('a1', 'a2', 'a3', 'b1', 'b2', 'c1'),
  after: fc.integer({ min: 0, max: 40 }),
  to: fc.integer({ min: 0, max: 3 }),
  fx: fc.boolean(),
});
/** Days of six customers of three companies: each goes to some ARR, and sometimes rates move it. */
const histories = fc.array(change, { maxLength: 30 }).map((changes) => {
  const arr = new Map<string, number>();
  const had = new Set<string>();
  const told: Told[] = [];
  let on = '2025-01-01';
  for (const { customer, after, to, fx } of changes) {
    on = addDays(on, after);
    const before = arr.get(customer) ?? 0;
    const now = to * 100;
    if (now === before || (fx && (before === 0 || now === 0))) continue;
    const byClass =
      before === 0 ? (had.has(customer) ? 'reactivation' : 'new') : now === 0 ? 'churn' : now > before ? 'expansion' : 'contraction';
    told.push({ on, customer, cause: fx ? 'fx' : byClass, major: now - before });
    had.add(customer);
    arr.set(customer, now);
  }
  return told;
});
const LOOKS = Int32Array.from([0, 60, 120, 240, 500, 800, 1300], (days) => toEpochDay(addDays('2025-01-01', days)));

it('companies sum to what their customers do, on every day and by everything that no class decides; each has one class a day; GRR ≤ min(1, NRR)', () => {
  let joined = 0;
  fc.assert(
    fc.property(histories, (told) => {
      const ledger = ledgerTold(told);
      const joint = companies(told);
      const [own, all] = [ledger, joint].map(({ rows, names }) => bridgesOf(rows, uncut(rows, names), LOOKS)) as [never, never];
      for (let look = 0; look < LOOKS.length; look += 1) {
        const [before, after] = [bridgeOf(own, 0, look - 1, look), bridgeOf(all, 0, look - 1, look)];
        expect(after.openingMinor + [...after.byCause.values()].reduce((sum, amount) => sum + amount, 0n)).toBe(after.closingMinor);
        expect(after.closingMinor).toBe(before.closingMinor);
        expect(after.byCause.get('fx')).toBe(before.byCause.get('fx'));
      }
      const classes = Map.groupBy(
        causes(joint).filter(([, , cause]) => cause !== 'fx'),
        ([company, on]) => `${company} ${on}`,
      );
      for (const rows of classes.values()) expect(new Set(rows.map(([, , cause]) => cause)).size).toBe(1);
      const counts = [ledger, joint].map(({ rows, names }) => retainedOf(rows, uncut(rows, names), LOOKS, [{ from: 2, to: 5 }]).of(0, 0));
      expect(counts[1]?.customers).toBeLessThanOrEqual(counts[0]?.customers ?? 0);
      if ((counts[1]?.customers ?? 0) < (counts[0]?.customers ?? 0)) joined += 1;
      const facts = factsTold(joint, { on: addDays('2025-01-01', 800), kind: 'year' });
      const [nrr, grr] = [measured(facts, 'nrr').value, measured(facts, 'grr').value];
      if (!nrr.ok || !grr.ok) return;
      expect(compareFractions(grr.value, nrr.value)).toBeLessThanOrEqual(0);
      expect(compareFractions(grr.value, fraction(1n))).toBeLessThanOrEqual(0);
    }),
    { numRuns: 300 },
  );
  expect(joined).toBeGreaterThan(30);
});

it('where each customer is its own company, everything is as it was', () => {
  fc.assert(
    fc.property(histories, (told) => {
      // One movement a customer and day, as movements are decided.
      const last = new Map(told.map((one) => [`${one.customer} ${one.on}`, one]));
      const once = told.filter((one) => last.get(`${one.customer} ${one.on}`) === one && one.cause !== 'fx');
      const consistent: Told[] = [];
      for (const one of once) {
        const before = consistent.findLast(({ customer }) => customer === one.customer)?.cause;
        const isOut = before === undefined || before === 'churn';
        const comes = before === undefined ? 'new' : 'reactivation';
        if (isOut ? one.cause === comes : one.cause !== 'new' && one.cause !== 'reactivation') consistent.push(one);
      }
      // Only lives whose amounts agree with their causes.
      const arr = new Map<string, number>();
      for (const { customer, cause, major = 0 } of consistent) {
        arr.set(customer, (arr.get(customer) ?? 0) + major);
        fc.pre((arr.get(customer) === 0) === (cause === 'churn') && (arr.get(customer) as number) >= 0);
      }
      const ledger = ledgerTold(consistent);
      expect(causes(atParents(ledger, (customerId) => customerId, enterprise)).toSorted()).toEqual(causes(ledger).toSorted());
    }),
  );
});
