import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { arrMovementsRecorded } from '../../functions/arr/events.ts';
import { toEntry } from '../../functions/arr/records/codec.ts';
import { Tally } from '../../functions/arr/totals/tally.ts';
import { fromImage } from '../../functions/platform/envelope.ts';
import type { DomainEvent } from '../../functions/platform/events.ts';

/** A sample as the table's stream shows it on the item that carries it: a map of flat strings. */
const movementsOf = (path: string) => {
  const { data, version, ...event } = JSON.parse(readFileSync(path, 'utf8')) as DomainEvent;
  const flat = { version: String(version), data: JSON.stringify(data), ...event };
  const M = Object.fromEntries(Object.entries(flat).map(([name, value]) => [name, { S: value }]));
  const opened = fromImage({ pk: { S: 'ARR#stripe.main.cus_1' }, event: { M } }, [arrMovementsRecorded]);
  if (!opened.ok) throw new Error(opened.problem.detail);
  return opened.value.data;
};

const samples = globSync('test/contracts/events/ArrMovementsRecorded/v*/*.json').sort();

test('there are samples of what the projector adds up', () => {
  expect(samples.length).toBeGreaterThanOrEqual(6);
});

test.each(samples)('%s is added to the totals', (path) => {
  const { planCurrency, movements } = movementsOf(path);
  const tally = new Tally(planCurrency);
  for (const movement of movements) tally.add(toEntry(movement));
  expect(tally.counters().size).toBeGreaterThan(0);
});

test('a churn in euros is a loss in euros and, at plan rate, in dollars', () => {
  const { planCurrency, movements } = movementsOf('test/contracts/events/ArrMovementsRecorded/v1/churn-in-eur.json');
  const tally = new Tally(planCurrency);
  for (const movement of movements) tally.add(toEntry(movement));
  const counters = tally.counters().get('2026-08');
  // 85 seats × €42.50 × 12 months = €43,350.00
  expect(counters?.get('15|total||churn|EUR')).toBe(-4_335_000n);
  // × 1.10 = $47,685.00
  expect(counters?.get('15|total||churn|EUR=')).toBe(-4_768_500n);
});
