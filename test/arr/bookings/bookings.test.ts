import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contractedOn } from '../../../functions/arr/beside/contracted.ts';
import { bookingsOn } from '../../../functions/arr/bookings/bookings.ts';
import { chainsOf } from '../../../functions/arr/evidence/terms.ts';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, signedLine } from '../agreements.ts';
import { seats, subscription, testContext } from '../facts.ts';

const scopeOn = (facts: readonly Fact[], on: string) => ({ customerId: 'c', facts, day: toEpochDay(on), on, context: testContext });
/** `day kind product: TCV, ACV, first-year value, net new ARR` in cents of each booking's currency. */
const told = (facts: readonly Fact[], on = '2030-01-01'): readonly string[] =>
  bookingsOn(facts, scopeOn(facts, on)).map(
    ({ bookedOn, kind, productId, tcv, acv, firstYear, netNewArr }) =>
      `${bookedOn} ${kind} ${productId}: ${[tcv, acv, firstYear, netNewArr].map(({ amountMinor }) => amountMinor).join(', ')}`,
  );
const PLATFORM = 'prod_platform';
const seatsOf = (quantity: number, startsOn: string, endsOn: string, bookedOn: string) =>
  signedLine('oi_1', 1_000, startsOn, endsOn, { quantity: String(quantity), bookedOn });
const other = { subscriptionId: '800B', agreementId: '800B', agreementIds: ['800B'], eventId: 'read-b' };

describe('a booking', () => {
  it('of three years for 30,000 has an ACV of 10,000', () => {
    // TCV ÷ years: 30,000 ÷ 3
    const facts = [agreement('2026-01-15', [signedLine('oi_1', 10_000, '2026-02-01', '2029-02-01')])];
    expect(told(facts)).toEqual([`2026-01-15 contract ${PLATFORM}: 3000000, 1000000, 1000000, 1000000`]);
    expect(told(facts, '2026-01-14')).toEqual([]);
  });

  it('of a ramp has the average as ACV, the first step as first-year value, the last one as net new ARR', () => {
    const facts = [
      agreement('2026-01-15', [
        signedLine('oi_1', 600_000, '2026-02-01', '2027-02-01'),
        signedLine('oi_1', 900_000, '2027-02-01', '2028-02-01'),
        signedLine('oi_1', 1_200_000, '2028-02-01', '2029-02-01'),
      ]),
    ];
    expect(told(facts)).toEqual([`2026-01-15 contract ${PLATFORM}: 270000000, 90000000, 60000000, 120000000`]);
  });

  it('of a co-termed partial period is annualised by its rate, never by its invoice', () => {
    // 100 seats × €600 from 1 June to 1 January: 7 of 12 months are €35,000, and 214 of 365 days were invoiced at €35,178.08.
    const base = signedLine('oi_1', 500_000, '2026-01-01', '2027-01-01', { bookedOn: '2025-12-15' });
    const more = signedLine('oi_2', 0, '2026-06-01', '2027-01-01', {
      quantity: '100',
      pricing: { model: 'per-unit', unitMinor: '60000' },
      bookedOn: '2026-06-20',
    });
    const facts = [agreement('2026-06-20', [base, more], { currency: 'EUR', bookedOn: '2025-12-15' })];
    expect(told(facts)).toEqual([
      `2025-12-15 contract ${PLATFORM}: 50000000, 50000000, 50000000, 50000000`,
      `2026-06-20 amendment ${PLATFORM}: 3500000, 6000000, 3500000, 6000000`,
    ]);
    // At the plan rate of 1.10.
    expect(bookingsOn(facts, scopeOn(facts, '2030-01-01'))[1]).toMatchObject({
      startsOn: '2026-06-01',
      endsOn: '2027-01-01',
      acv: { currency: 'EUR', planMinor: 6_600_000n },
      eventId: 'read-2026-06-20',
    });
  });

  it('of a reduction is a debooking of what is left of the term', () => {
    // 20 seats × $1,000 for two years; on 12 August five are given back for the last 17 months: 5,000 × 17/12.
    const facts = [
      agreement('2026-08-12', [
        seatsOf(20, '2026-02-01', '2026-09-01', '2026-01-15'),
        seatsOf(15, '2026-09-01', '2028-02-01', '2026-08-12'),
      ]),
    ];
    expect(told(facts)).toEqual([
      `2026-01-15 contract ${PLATFORM}: 4000000, 2000000, 2000000, 2000000`,
      `2026-08-12 amendment ${PLATFORM}: -708333, -500000, -500000, -500000`,
    ]);
  });

  it('of a renewal has the TCV of its term, and as net new ARR what it is above what it renews', () => {
    const facts = [
      agreement('2026-01-15', [signedLine('oi_1', 100_000, '2026-02-01', '2027-02-01')]),
      agreement('2027-01-20', [signedLine('oi_9', 90_000, '2027-02-01', '2029-02-01', { bookedOn: '2027-01-20' })], other),
    ];
    expect(told(facts)).toEqual([
      `2026-01-15 contract ${PLATFORM}: 10000000, 10000000, 10000000, 10000000`,
      `2027-01-20 renewal ${PLATFORM}: 18000000, 9000000, 9000000, -1000000`,
    ]);
  });

  it('of a renewal takes off a product that it does not renew', () => {
    const addOn = signedLine('oi_2', 5_000, '2026-02-01', '2027-02-01', { productId: 'prod_extra' });
    const facts = [
      agreement('2026-01-15', [signedLine('oi_1', 100_000, '2026-02-01', '2027-02-01'), addOn]),
      agreement('2027-01-20', [signedLine('oi_9', 100_000, '2027-02-01', '2028-02-01', { bookedOn: '2027-01-20' })], other),
    ];
    expect(told(facts).slice(2)).toEqual([
      `2027-01-20 renewal ${PLATFORM}: 10000000, 10000000, 10000000, 0`,
      '2027-01-20 renewal prod_extra: 0, 0, 0, -500000',
    ]);
  });

  it('is debooked by a termination from its end on, on the day on which that was told', () => {
    const whole = [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')];
    const facts = [agreement('2026-01-15', whole), agreement('2026-07-20', whole, { endedOn: '2026-08-01' })];
    expect(told(facts)).toEqual([
      `2026-01-15 contract ${PLATFORM}: 1200000, 1200000, 1200000, 1200000`,
      `2026-07-20 termination ${PLATFORM}: -600000, -1200000, -600000, -1200000`,
    ]);
    expect(told(facts, '2026-07-19')).toHaveLength(1);
  });

  it('is debooked as a whole where it is signed no more', () => {
    const whole = [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')];
    const facts = [agreement('2026-01-15', whole), agreement('2026-03-01', whole, { evidence: 'claimed' })];
    expect(told(facts)).toEqual([
      `2026-01-15 contract ${PLATFORM}: 1200000, 1200000, 1200000, 1200000`,
      `2026-03-01 cancellation ${PLATFORM}: -1200000, -1200000, -1200000, -1200000`,
    ]);
  });

  it('is debooked as a whole where it is cancelled before its start', () => {
    const whole = [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')];
    const signed = agreement('2026-01-15', whole);
    const contract = `2026-01-15 contract ${PLATFORM}: 1200000, 1200000, 1200000, 1200000`;
    const ended = agreement('2026-01-20', whole, { endedOn: '2026-02-01' });
    expect(told([signed, ended])).toEqual([contract, `2026-01-20 termination ${PLATFORM}: -1200000, -1200000, -1200000, -1200000`]);
    const cancelled = agreement('2026-01-20', whole, { status: 'canceled', endedOn: '2026-01-20' });
    expect(told([signed, cancelled])).toEqual([contract, `2026-01-20 cancellation ${PLATFORM}: -1200000, -1200000, -1200000, -1200000`]);
  });

  it('is debooked by what a later reading shows as less, without a signature, and stays as it was on its own day', () => {
    const signed = agreement('2026-01-15', [seatsOf(20, '2026-02-01', '2028-02-01', '2026-01-15')]);
    const contract = `2026-01-15 contract ${PLATFORM}: 4000000, 2000000, 2000000, 2000000`;
    // The second of two years is gone; 20,000 a year are contracted all the same until it ends.
    const shorter = agreement('2026-05-10', [seatsOf(20, '2026-02-01', '2027-02-01', '2026-01-15')]);
    expect(told([signed, shorter])).toEqual([contract, `2026-05-10 correction ${PLATFORM}: -2000000, -2000000, -2000000, 0`]);
    expect(told([signed, shorter], '2026-05-09')).toEqual([contract]);
    const fewer = agreement('2026-05-10', [seatsOf(15, '2026-02-01', '2028-02-01', '2026-01-15')]);
    expect(told([signed, fewer])).toEqual([contract, `2026-05-10 correction ${PLATFORM}: -1000000, -500000, -500000, -500000`]);
    const more = agreement('2026-06-01', [seatsOf(21, '2026-02-01', '2028-02-01', '2026-01-15')]);
    expect(told([signed, fewer, more]).slice(2)).toEqual([`2026-06-01 correction ${PLATFORM}: 1200000, 600000, 600000, 600000`]);
  });

  it('of a shorter term that was signed is one of the day of that signature', () => {
    const facts = [
      agreement('2026-01-15', [seatsOf(20, '2026-02-01', '2028-02-01', '2026-01-15')]),
      agreement('2026-05-10', [seatsOf(20, '2026-02-01', '2027-08-01', '2026-05-04')]),
    ];
    expect(told(facts).slice(1)).toEqual([`2026-05-04 amendment ${PLATFORM}: -1000000, -2000000, -1000000, 0`]);
  });

  it('of what is signed again after it was signed no more is one of its own', () => {
    const whole = [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')];
    const facts = [agreement('2026-01-15', whole), agreement('2026-03-01', whole, { evidence: 'claimed' }), agreement('2026-03-20', whole)];
    expect(told(facts)).toEqual([
      `2026-01-15 contract ${PLATFORM}: 1200000, 1200000, 1200000, 1200000`,
      `2026-03-01 cancellation ${PLATFORM}: -1200000, -1200000, -1200000, -1200000`,
      `2026-03-20 contract ${PLATFORM}: 1200000, 1200000, 1200000, 1200000`,
    ]);
    const later = agreement('2026-03-20', [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01', { bookedOn: '2026-03-18' })]);
    expect(told([...facts.slice(0, 2), later])[2]).toBe(`2026-03-18 contract ${PLATFORM}: 1200000, 1200000, 1200000, 1200000`);
  });

  it('of a termination that is taken back is booked again', () => {
    const whole = [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')];
    const facts = [
      agreement('2026-01-15', whole),
      agreement('2026-07-20', whole, { endedOn: '2026-08-01' }),
      agreement('2026-07-25', whole),
    ];
    expect(told(facts).slice(1)).toEqual([
      `2026-07-20 termination ${PLATFORM}: -600000, -1200000, -600000, -1200000`,
      `2026-07-25 termination ${PLATFORM}: 600000, 1200000, 600000, 1200000`,
    ]);
  });

  it('of a renewal that is signed no more leaves what it renewed', () => {
    const renewal = [signedLine('oi_9', 90_000, '2027-02-01', '2029-02-01', { bookedOn: '2027-01-20' })];
    const facts = [
      agreement('2026-01-15', [signedLine('oi_1', 100_000, '2026-02-01', '2027-02-01')]),
      agreement('2027-01-20', renewal, other),
      agreement('2027-01-25', renewal, { ...other, eventId: 'read-b2', status: 'canceled' }),
    ];
    expect(told(facts).slice(2)).toEqual([`2027-01-25 cancellation ${PLATFORM}: -18000000, -9000000, -9000000, 1000000`]);
  });

  it('of another currency takes the old one back', () => {
    const whole = [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')];
    const facts = [agreement('2026-01-15', whole), agreement('2026-01-18', whole, { currency: 'EUR' })];
    const corrected = bookingsOn(facts, scopeOn(facts, '2030-01-01')).slice(1);
    expect(corrected.map(({ currency, tcv }) => [currency, tcv.amountMinor])).toEqual([
      ['USD', -1_200_000n],
      ['EUR', 1_200_000n],
    ]);
  });

  it('is of the last reading of a day alone', () => {
    const whole = [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')];
    const early = agreement('2026-01-15', [signedLine('oi_1', 9_000, '2026-02-01', '2027-02-01')], { eventId: 'read-0' });
    expect(told([early, agreement('2026-01-15', whole, { eventId: 'read-1' })])).toEqual([
      `2026-01-15 contract ${PLATFORM}: 1200000, 1200000, 1200000, 1200000`,
    ]);
  });

  it('takes discounts off for as long as they hold', () => {
    const half = {
      discountId: 'd',
      kind: 'percent',
      value: '50',
      duration: 'repeating',
      startsOn: '2026-02-01',
      endsOn: '2026-05-01',
    } as const;
    const facts = [agreement('2026-01-15', [signedLine('oi_1', 12_000, '2026-02-01', '2028-02-01', { discounts: [half] })])];
    // 24,000 − 1,000 × 50% × 3; ÷ 2 years; 12,000 − 1,500; 12,000
    expect(told(facts)).toEqual([`2026-01-15 contract ${PLATFORM}: 2250000, 1125000, 1050000, 1200000`]);
  });

  it('without an end has no TCV: its ACV is what it comes to a year', () => {
    const { endsOn: _, ...open } = signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01');
    expect(told([agreement('2026-01-15', [open])])).toEqual([`2026-01-15 contract ${PLATFORM}: 0, 1200000, 1200000, 1200000`]);
  });

  it('is none of what only billing tells, or is claimed', () => {
    const claimed = agreement('2026-02-10', [signedLine('oi_1', 100, '2026-03-01', '2027-03-01')], { evidence: 'claimed' });
    expect(told([subscription('2026-01-05', [seats('a', 10, 5_000)]), claimed])).toEqual([]);
  });

  it('sums, with all others of terms that are not over, to TCV', () => {
    const facts = [
      agreement('2026-08-12', [
        seatsOf(20, '2026-02-01', '2026-09-01', '2026-01-15'),
        seatsOf(15, '2026-09-01', '2028-02-01', '2026-08-12'),
      ]),
      agreement(
        '2026-03-20',
        [signedLine('oi_7', 700, '2026-04-10', '2027-06-25', { bookedOn: '2026-03-20', productId: 'prod_extra' })],
        other,
      ),
    ];
    for (const on of ['2026-01-15', '2026-03-20', '2026-08-11', '2026-08-12']) {
      const scope = scopeOn(facts, on);
      const readings = facts.map(({ data }) => data as SubscriptionFact);
      const { tcv } = contractedOn(chainsOf(readings, 30), scope);
      const booked = bookingsOn(facts, scope).reduce((sum, one) => sum + one.tcv.amountMinor, 0n);
      expect([on, booked]).toEqual([on, tcv.byCurrency[0]?.amountMinor]);
    }
  });
});

describe('the examples of docs/metrics.md', () => {
  const whole = [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')];
  const EXAMPLES: readonly (readonly [string, readonly Fact[]])[] = [
    ['three years for 30,000', [agreement('2026-01-15', [signedLine('oi_1', 10_000, '2026-02-01', '2029-02-01')])]],
    [
      'ramp of 600, 900, 1200',
      [
        agreement('2026-01-15', [
          signedLine('oi_1', 600, '2026-02-01', '2027-02-01'),
          signedLine('oi_1', 900, '2027-02-01', '2028-02-01'),
          signedLine('oi_1', 1_200, '2028-02-01', '2029-02-01'),
        ]),
      ],
    ],
    [
      '100 seats at 600 a year, co-termed for 7 months',
      [
        agreement('2026-06-20', [
          signedLine('oi_1', 500_000, '2026-01-01', '2027-01-01', { bookedOn: '2025-12-15' }),
          signedLine('oi_2', 600, '2026-06-01', '2027-01-01', { quantity: '100', bookedOn: '2026-06-20' }),
        ]),
      ],
    ],
    [
      '5 of 20 seats at 1000 given back for the last 17 of 24 months',
      [
        agreement('2026-08-12', [
          seatsOf(20, '2026-02-01', '2026-09-01', '2026-01-15'),
          seatsOf(15, '2026-09-01', '2028-02-01', '2026-08-12'),
        ]),
      ],
    ],
    [
      'two years at 90 a year, renewing one at 100',
      [
        agreement('2026-01-15', [signedLine('oi_1', 100, '2026-02-01', '2027-02-01')]),
        agreement('2027-01-20', [signedLine('oi_9', 90, '2027-02-01', '2029-02-01', { bookedOn: '2027-01-20' })], other),
      ],
    ],
    [
      '12000 a year terminated after 6 of 12 months',
      [agreement('2026-01-15', whole), agreement('2026-07-20', whole, { endedOn: '2026-08-01' })],
    ],
    ['12000 a year signed no more', [agreement('2026-01-15', whole), agreement('2026-03-01', whole, { evidence: 'claimed' })]],
    [
      'two years at 20000 read as one, without a signature',
      [
        agreement('2026-01-15', [seatsOf(20, '2026-02-01', '2028-02-01', '2026-01-15')]),
        agreement('2026-05-10', [seatsOf(20, '2026-02-01', '2027-02-01', '2026-01-15')]),
      ],
    ],
    [
      '12000 a year signed again after it was signed no more',
      [agreement('2026-01-15', whole), agreement('2026-03-01', whole, { evidence: 'claimed' }), agreement('2026-03-20', whole)],
    ],
  ];
  const rows = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it.each(EXAMPLES)('%s', (name, facts) => {
    const last = bookingsOn(facts, scopeOn(facts, '2030-01-01')).at(-1);
    const figures = [last?.tcv, last?.acv, last?.firstYear, last?.netNewArr].map((amount) => String(Number(amount?.amountMinor) / 100));
    expect(rows.find((cells) => cells[1] === name)?.slice(2, 6)).toEqual(figures);
  });
});
