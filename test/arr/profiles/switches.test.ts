import { describe, expect, it } from 'vitest';
import { usageOn } from '../../../functions/arr/beside/usage.ts';
import { chainsOf } from '../../../functions/arr/evidence/terms.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, billedYearly, signedLine, usage } from '../agreements.ts';
import { canceled, seats, subscription } from '../facts.ts';
import { arrOn, contextOf, movesOf } from './told.ts';

/** Ten seats at $10 a month: $1,200 a year. */
const TEN_SEATS = seats('si_1', 10, 1000);

describe('what counts in a state', () => {
  it('trial: nothing before service starts, or as if it had begun', () => {
    const facts = [subscription('2026-03-01', [TEN_SEATS], { status: 'trialing', startsOn: '2026-03-15', lifecycle: 'created' })];
    for (const on of ['2026-03-10', '2026-03-20']) {
      expect(arrOn(facts, on)).toBe(0n);
      expect(arrOn(facts, on, { trial: 'counted' })).toBe(120_000n);
    }
  });

  it('freePeriod: a trial given to a running service goes on counting, or does not', () => {
    const facts = [
      subscription('2026-01-01', [TEN_SEATS], { startsOn: '2026-01-01', lifecycle: 'created' }),
      subscription('2026-03-01', [TEN_SEATS], { status: 'trialing', startsOn: '2026-01-01' }),
    ];
    expect(arrOn(facts, '2026-03-20')).toBe(120_000n);
    expect(arrOn(facts, '2026-03-20', { freePeriod: 'excluded' })).toBe(0n);
  });

  it('pause: a paused collection leaves ARR as it is, or makes it 0', () => {
    const facts = [subscription('2026-03-01', [TEN_SEATS], { collectionPaused: true })];
    expect(arrOn(facts, '2026-03-20')).toBe(120_000n);
    expect(arrOn(facts, '2026-03-20', { pause: 'excluded' })).toBe(0n);
  });

  it('pastDue and unpaid: what is owed counts, or does not', () => {
    const owed = [subscription('2026-03-01', [TEN_SEATS], { status: 'past-due' })];
    expect(arrOn(owed, '2026-03-20')).toBe(120_000n);
    expect(arrOn(owed, '2026-03-20', { pastDue: 'excluded' })).toBe(0n);
    const given = [subscription('2026-03-01', [TEN_SEATS], { status: 'unpaid' })];
    expect(arrOn(given, '2026-03-20')).toBe(0n);
    expect(arrOn(given, '2026-03-20', { unpaid: 'counted' })).toBe(120_000n);
  });

  it('pilots: a signed term of less than twelve months counts, or does not', () => {
    const facts = [agreement('2026-01-20', [signedLine('l1', 6_000, '2026-02-01', '2026-05-01')])];
    expect(arrOn(facts, '2026-03-20')).toBe(600_000n);
    expect(arrOn(facts, '2026-03-20', { pilots: 'excluded' })).toBe(0n);
    const year = [agreement('2026-01-20', [signedLine('l1', 6_000, '2026-02-01', '2027-02-01')])];
    expect(arrOn(year, '2026-03-20', { pilots: 'excluded' })).toBe(600_000n);
  });
});

describe('what a line is worth', () => {
  it('weekFactor: $10 a week by four factors', () => {
    const facts = [subscription('2026-03-01', [seats('si_1', 1, 1000, { interval: 'week' })])];
    expect(arrOn(facts, '2026-03-20')).toBe(52_000n); // 52 × 10
    expect(arrOn(facts, '2026-03-20', { weekFactor: '365/7' })).toBe(52_143n); // 3,650 / 7 = 521.428…
    expect(arrOn(facts, '2026-03-20', { weekFactor: '12*30.44/7' })).toBe(52_183n); // 3,652.8 / 7 = 521.828…
    expect(arrOn(facts, '2026-03-20', { weekFactor: '12*4.33' })).toBe(51_960n); // 51.96 × 10
  });

  it('discounts: all that are active, none, or those that never end', () => {
    const off = (discountId: string, duration: 'forever' | 'repeating') => ({
      discountId,
      kind: 'percent' as const,
      value: '10',
      duration,
      ...(duration === 'repeating' ? { startsOn: '2026-03-01', endsOn: '2026-09-01' } : {}),
    });
    const facts = [
      subscription('2026-03-01', [{ ...TEN_SEATS, discounts: [off('a', 'forever')] }], { discounts: [off('b', 'repeating')] }),
    ];
    expect(arrOn(facts, '2026-03-20')).toBe(97_200n); // 1,200 × 0.9 × 0.9
    expect(arrOn(facts, '2026-03-20', { discounts: 'gross' })).toBe(120_000n);
    expect(arrOn(facts, '2026-03-20', { discounts: 'net-of-forever' })).toBe(108_000n); // 1,200 × 0.9
  });

  it('metered: usage within ARR from invoice to invoice, beside it, or in no figure', () => {
    const facts: Fact[] = [
      subscription('2026-01-01', [TEN_SEATS], { lifecycle: 'created', startsOn: '2026-01-01' }),
      usage('2026-01-01', '2026-02-01', 300, { eventId: 'u1' }),
      usage('2026-02-01', '2026-03-01', 400, { eventId: 'u2' }),
    ];
    expect(movesOf(facts)).toEqual(['2026-01-01 new 120000']);
    expect(movesOf(facts, { metered: 'included' })).toEqual([
      '2026-01-01 new 120000',
      '2026-02-01 expansion 360000', // 300 × 12
      '2026-03-01 expansion 120000', // 400 × 12 − 300 × 12
      '2026-04-01 contraction -480000', // nothing was billed for March
    ]);
    const scope = (metered: 'separate' | 'excluded') => ({
      customerId: 'c',
      facts,
      day: toEpochDay('2026-03-20'),
      on: '2026-03-20',
      context: contextOf({ metered }),
    });
    expect(usageOn(scope('separate')).runRate.planMinor).toBe(280_000n); // (300 + 400) × 4
    expect(usageOn(scope('excluded')).runRate.planMinor).toBe(0n);
    expect(arrOn(facts, '2026-03-20', { metered: 'excluded' })).toBe(120_000n);
  });

  it('metered: a period that is no whole month counts by its days, and usage ends with its subscription', () => {
    const facts: Fact[] = [
      subscription('2026-01-01', [TEN_SEATS], { lifecycle: 'created', startsOn: '2026-01-01' }),
      usage('2026-01-01', '2026-01-11', 10, { eventId: 'u1' }),
      canceled('2026-01-15'),
    ];
    expect(movesOf(facts, { metered: 'included' })).toEqual([
      '2026-01-01 new 120000',
      '2026-01-11 expansion 36500', // 10 × 365 / 10
      '2026-01-15 churn -156500',
    ]);
  });
});

describe('when it begins, steps and ends', () => {
  const signed = [agreement('2026-01-20', [signedLine('l1', 6_000, '2026-03-01', '2027-03-01')])];

  it('startEvent: the first day of service, or the last signature', () => {
    expect(movesOf(signed)[0]).toBe('2026-03-01 new 600000');
    expect(movesOf(signed, { startEvent: 'booking' })[0]).toBe('2026-01-15 new 600000');
    const billed = [
      subscription('2026-01-16', [TEN_SEATS], {
        lifecycle: 'created',
        startsOn: '2026-03-01',
        startsOnStated: true,
        bookedOn: '2026-01-10',
      }),
    ];
    expect(movesOf(billed)).toEqual(['2026-03-01 new 120000']);
    expect(movesOf(billed, { startEvent: 'booking' })).toEqual(['2026-01-10 new 120000']);
  });

  it('startEvent: an addition by its own signature counts from there, and a renewal takes the place of what it renews', () => {
    const facts = [
      agreement('2026-06-20', [
        signedLine('l1', 6_000, '2026-02-01', '2027-02-01', { quantity: '1' }),
        signedLine('l2', 1_200, '2026-07-01', '2027-02-01', { bookedOn: '2026-06-10' }),
        signedLine('l1', 7_000, '2027-02-01', '2028-02-01', { bookedOn: '2026-12-10' }),
      ]),
    ];
    expect(arrOn(facts, '2026-06-15')).toBe(600_000n);
    expect(arrOn(facts, '2026-06-15', { startEvent: 'booking' })).toBe(720_000n);
    expect(arrOn(facts, '2026-12-15')).toBe(720_000n);
    expect(arrOn(facts, '2026-12-15', { startEvent: 'booking' })).toBe(700_000n);
  });

  const ramp = [
    agreement('2026-01-20', [
      signedLine('l1', 600_000, '2026-02-01', '2027-02-01'),
      signedLine('l1', 900_000, '2027-02-01', '2028-02-01'),
      signedLine('l1', 1_200_000, '2028-02-01', '2029-02-01'),
    ]),
  ];

  it('rampStep: 600 / 900 / 1,200 thousand on their own days, or 1,200 at once', () => {
    expect([arrOn(ramp, '2026-06-01'), arrOn(ramp, '2027-06-01'), arrOn(ramp, '2028-06-01')]).toEqual([
      60_000_000n,
      90_000_000n,
      120_000_000n,
    ]);
    expect(movesOf(ramp, { rampStep: 'full' })[0]).toBe('2026-02-01 new 120000000');
    expect(arrOn(ramp, '2027-06-01', { rampStep: 'full' })).toBe(120_000_000n);
  });

  it('basis: what is in service, what is signed, or what is billed', () => {
    const facts = [...signed, billedYearly('2026-03-01', 5_000, { agreementId: '800A' })];
    expect(arrOn(facts, '2026-04-01')).toBe(600_000n);
    expect(arrOn(facts, '2026-04-01', { basis: 'billed' })).toBe(500_000n);
    // Signed on 15 January, in service from 1 February on.
    expect(arrOn(ramp, '2026-01-20')).toBe(0n);
    expect(arrOn(ramp, '2026-01-20', { basis: 'carr' })).toBe(120_000_000n);
  });

  it('basis: a notified loss is no part of CARR from the day on which it was told', () => {
    const facts = [
      agreement('2026-01-20', [signedLine('l1', 6_000, '2026-02-01', '2027-02-01')]),
      agreement('2026-05-10', [signedLine('l1', 6_000, '2026-02-01', '2027-02-01')], { endedOn: '2026-07-01' }),
    ];
    expect(movesOf(facts)).toEqual(['2026-02-01 new 600000', '2026-07-01 churn -600000']);
    expect(movesOf(facts, { basis: 'carr' })).toEqual(['2026-01-15 new 600000', '2026-05-10 churn -600000']);
  });

  const paid = (from: string, to: string) => [{ ...TEN_SEATS, periodStartsOn: from, periodEndsOn: to }];
  const leaving = [
    subscription('2026-01-01', paid('2026-01-01', '2026-02-01'), { lifecycle: 'created', startsOn: '2026-01-01' }),
    subscription('2026-06-08', paid('2026-06-01', '2026-07-01'), { startsOn: '2026-01-01', cancelsOn: '2026-07-01' }),
    canceled('2026-07-01', { startsOn: '2026-01-01' }),
  ];

  it('churnDate: when access ends, or when it was asked for', () => {
    expect(movesOf(leaving)).toEqual(['2026-01-01 new 120000', '2026-07-01 churn -120000']);
    expect(movesOf(leaving, { churnDate: 'request' })).toEqual(['2026-01-01 new 120000', '2026-06-08 churn -120000']);
  });

  it('churnDate: a request that is taken back brings its ARR back; an end that was agreed at the start is none', () => {
    const [first, asked] = leaving as [Fact, Fact, Fact];
    const kept = subscription('2026-06-20', paid('2026-06-01', '2026-07-01'), { startsOn: '2026-01-01' });
    expect(movesOf([first, asked, kept], { churnDate: 'request' })).toEqual([
      '2026-01-01 new 120000',
      '2026-06-08 churn -120000',
      '2026-06-20 reactivation 120000',
    ]);
    const fixed = subscription('2026-01-01', [TEN_SEATS], { lifecycle: 'created', startsOn: '2026-01-01', cancelsOn: '2027-01-01' });
    expect(movesOf([fixed], { churnDate: 'request' })).toEqual(['2026-01-01 new 120000']);
  });

  it('churnDate: cancelled at once, it goes on to the end of the period that was billed', () => {
    const at = [
      subscription('2026-04-15', paid('2026-04-15', '2026-05-15'), { lifecycle: 'created', startsOn: '2026-04-15' }),
      subscription('2026-05-15', paid('2026-05-15', '2026-06-15'), { startsOn: '2026-04-15' }),
      canceled('2026-06-08', { startsOn: '2026-04-15' }),
    ];
    expect(movesOf(at).at(-1)).toBe('2026-06-08 churn -120000');
    expect(movesOf(at, { churnDate: 'period-end' }).at(-1)).toBe('2026-06-15 churn -120000');
  });

  it('churnDate: what was owed is lost when dunning ends, whatever period was billed', () => {
    const owed = subscription('2026-05-15', paid('2026-05-15', '2026-06-15'), { startsOn: '2026-01-01', status: 'past-due' });
    expect(movesOf([owed, canceled('2026-06-08')], { churnDate: 'period-end' }).at(-1)).toBe('2026-06-08 churn -120000');
  });

  it('renewalGraceDays: a renewal 20 days late goes on with what it renews, or the customer left and came back', () => {
    const facts = [
      agreement('2026-01-20', [signedLine('l1', 6_000, '2026-02-01', '2027-02-01')]),
      agreement('2027-02-20', [signedLine('m1', 6_000, '2027-02-21', '2028-02-21', { bookedOn: '2027-02-20' })], {
        subscriptionId: '800B',
        agreementId: '800B',
        agreementIds: ['800B'],
      }),
    ];
    const readings = facts.flatMap((fact) => (fact.kind === 'subscription' ? [fact.data] : []));
    expect(chainsOf(readings, 30)).toHaveLength(1);
    expect(chainsOf(readings, 10)).toHaveLength(2);
    expect(arrOn(facts, '2027-02-10')).toBe(600_000n);
    expect(arrOn(facts, '2027-02-10', { renewalGraceDays: 0 })).toBe(0n);
    expect(movesOf(facts, { renewalGraceDays: 0 }).slice(0, 3)).toEqual([
      '2026-02-01 new 600000',
      '2027-02-01 churn -600000',
      '2027-02-21 reactivation 600000',
    ]);
  });
});
