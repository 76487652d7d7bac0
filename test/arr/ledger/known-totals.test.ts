import { describe, expect, it } from 'vitest';
import type { Movement } from '../../../functions/arr/events.ts';
import { ledgerOf } from '../../../functions/arr/ledger/build.ts';
import { totalsFrom } from '../../../functions/arr/ledger/known-totals.ts';
import { toEntry } from '../../../functions/arr/records/codec.ts';
import { addCounters, netsOf } from '../../../functions/arr/totals/log-store.ts';
import { dimensionsOf, stepsOf } from '../../../functions/arr/totals/series.ts';
import type { Totals } from '../../../functions/arr/totals/store.ts';
import { Tally } from '../../../functions/arr/totals/tally.ts';
import type { Counters } from '../../../functions/arr/totals/totals.ts';
import { moved, movementsFrom } from './moved.ts';

/** What the projector would make of the same movements. */
const tallied = (movements: readonly Movement[], from: string): Totals => {
  const tally = new Tally('USD');
  for (const movement of movements) tally.add(toEntry(movement));
  const months = tally.counters();
  const before: Counters = new Map();
  for (const [month, counters] of months) {
    if (month >= from) continue;
    addCounters(before, netsOf(counters));
    months.delete(month);
  }
  return { before, months };
};

const sorted = ({ before, months }: Totals) => [
  [...before].sort(),
  [...months].map(([month, counters]) => [month, [...counters].sort()] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
];

const ledger = (movements: readonly Movement[]) =>
  ledgerOf({ profile: 'enterprise', planCurrency: 'USD', through: 4_000_000_000 }, movements);

describe('totals of a ledger', () => {
  it.each([1, 2, 3, 4, 5, 6])('are those that the projector makes of the same movements, from any month on (seed %i)', (seed) => {
    // One value holds what separates names; another is that value once it is safe.
    const movements = movementsFrom(seed, 150).map((movement, i) => ({
      ...movement,
      attributes: { ...movement.attributes, ...(i % 3 === 0 ? { team: 'a|b' } : i % 3 === 1 ? { team: 'a/b' } : {}) },
    }));
    for (const from of ['2025-12', '2026-03', '2026-06', '2027-01'])
      expect(sorted(totalsFrom(ledger(movements), from))).toEqual(sorted(tallied(movements, from)));
  });

  it('of one dimension say the same of it, and of the others which values there are', () => {
    const movements = movementsFrom(7, 150);
    const all = tallied(movements, '2026-03');
    const dimensions = dimensionsOf(tallied(movements, '0000-01'));
    expect([...dimensions.keys()]).toEqual(['entity', 'product', 'segment']);
    for (const [dimension, values] of dimensions) {
      const only = totalsFrom(ledger(movements), '2026-03', dimension);
      expect(dimensionsOf(only)).toEqual(dimensions);
      for (const value of values)
        expect(stepsOf(only, { dimension, value }, 'USD')).toEqual(
          expect.arrayContaining(stepsOf(all, { dimension, value }, 'USD') as unknown[]),
        );
    }
  });

  it('know a value no sooner than a row that is theirs', () => {
    const rows = ledger([moved('a', '2026-01-01', 1, { segment: 'SMB' }), moved('b', '2026-01-01', 1, { segment: 'Enterprise' })]);
    const { customers } = rows.names;
    const first = { ...rows, rows: ledger([moved('a', '2026-01-01', 1, { segment: 'SMB' })]).rows };
    // The names are still those of both; rows name the attributes by their place.
    first.rows.attributes.fill(rows.names.attributes.findIndex(({ segment }) => segment === 'SMB'));
    first.rows.fromAttributes.set(first.rows.attributes);
    expect(customers).toEqual(['a', 'b']);
    expect(dimensionsOf(totalsFrom(first, '2026-01', 'segment')).get('segment')).toEqual(['SMB']);
  });
});
