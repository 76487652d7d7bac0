import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledgerOf, sectionOf } from '../../../functions/arr/ledger/build.ts';
import { firstFrom, NO_SECTION } from '../../../functions/arr/ledger/columns.ts';
import { joined } from '../../../functions/arr/ledger/join.ts';
import { CAUSES } from '../../../functions/arr/ledger/rows.ts';
import { moved, movementsFrom } from './moved.ts';

describe('movements in columns', () => {
  it('a line of a movement is a row, with the names that it bears', () => {
    const ledger = ledgerOf({ profile: 'enterprise', planCurrency: 'USD', through: 1_767_225_600 }, [
      moved('cus_b', '2026-01-05', 1, { amounts: [1_200n, -300n], recordedAt: '2026-01-06T00:00:01.999Z', segment: 'SMB' }),
      moved('cus_a', '2026-01-05', 3, { amounts: [50n], cause: 'churn', correction: true, currency: 'EUR', planMinors: [55n] }),
    ]);
    const { rows, names } = ledger;
    expect(rows.length).toBe(3);
    // cus_a stands first: one day, so by customer.
    expect([...rows.customer].map((customer) => names.customers[customer])).toEqual(['cus_a', 'cus_b', 'cus_b']);
    expect([...rows.day]).toEqual([20_458, 20_458, 20_458]); // 2026-01-05: 56 years, 14 leap days and 4 days: 56 × 365 + 14 + 4
    expect([...rows.version]).toEqual([3, 1, 1]);
    expect([...rows.amountMinor]).toEqual([50n, 1_200n, -300n]);
    expect([...rows.planMinor]).toEqual([55n, 1_200n, -300n]);
    expect([...rows.cause].map((cause) => CAUSES[cause])).toEqual(['churn', 'new', 'new']);
    expect([...rows.correction]).toEqual([1, 0, 0]);
    expect(rows.recordedAt[1]).toBe(1_767_657_601); // 20,459 days × 86,400 + 1
    expect(names.attributes[rows.attributes[1] as number]).toEqual({ segment: 'SMB' });
    expect(rows.fromAttributes[1]).toBe(rows.attributes[1]);
    expect([...rows.line].map((line) => names.lines[line])).toEqual(['cus_a/0', 'cus_b/0', 'cus_b/1']);
    expect([...rows.currency].map((currency) => names.currencies[currency])).toEqual(['EUR', 'USD', 'USD']);
  });

  it('a renewal has a row for each currency renewed, on no line; a transfer says from where', () => {
    const { rows, names } = sectionOf([
      moved('a', '2026-02-01', 1, { cause: 'renewal', amounts: [], renewed: [700n] }),
      moved('a', '2026-02-02', 2, { cause: 'transfer', amounts: [700n], segment: 'Enterprise', fromSegment: 'SMB' }),
    ]);
    expect([rows.length, rows.amountMinor[0], names.lines[rows.line[0] as number]]).toEqual([2, 700n, '']);
    expect([rows.attributes[1], rows.fromAttributes[1]].map((place) => names.attributes[place as number])).toEqual([
      { segment: 'Enterprise' },
      { segment: 'SMB' },
    ]);
  });

  it('refuses an amount beyond 64 bits, and says how much it holds', () => {
    expect(sectionOf([moved('a', '2026-02-01', 1, { amounts: [9_223_372_036_854_775_807n] })]).rows.amountMinor[0]).toBe(2n ** 63n - 1n);
    expect(() => sectionOf([moved('a', '2026-02-01', 1, { amounts: [9_223_372_036_854_775_808n] })])).toThrow(
      'an amount of 9223372036854775808 minor units does not fit into 64 bits: the ledger holds up to 9223372036854775807',
    );
  });

  it('one set of movements has one form, however it is dealt into parts, mixed and doubled', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.array(fc.nat(4), { maxLength: 200 }), (seed, deals) => {
        const movements = movementsFrom(seed, 120);
        const parts = [0, 1, 2, 3, 4].map((part) => movements.filter((_, i) => (deals[i] ?? i % 5) === part || (i + part) % 7 === 0));
        const whole = sectionOf(movements);
        expect(joined(parts.reverse().map((part) => sectionOf(part)))).toEqual(whole);
        expect(joined([NO_SECTION, whole, whole])).toEqual(whole);
        expect(sectionOf(movements.toReversed())).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  it('a period of it stands between the first rows from two days on', () => {
    const { rows } = sectionOf(['2026-01-05', '2026-01-05', '2026-01-07', '2026-02-01'].map((day, i) => moved('a', day, i + 1)));
    // 2026-01-05 is day 20,458.
    expect([20_400, 20_458, 20_459, 20_460, 20_461, 20_600].map((day) => firstFrom(rows, day))).toEqual([0, 0, 2, 2, 3, 4]);
  });
});
