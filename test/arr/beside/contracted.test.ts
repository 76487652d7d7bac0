import { describe, expect, it } from 'vitest';
import { besideArr } from '../../../functions/arr/beside/beside.ts';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, signedLine } from '../agreements.ts';
import { canceled, seats, subscription, testContext } from '../facts.ts';

const contracted = (facts: readonly Fact[], on: string) => besideArr('c', facts, toEpochDay(on), testContext).contracted;
/** CARR and TCV in cents of the plan currency. */
const told = (facts: readonly Fact[], on: string) => {
  const { carr, tcv } = contracted(facts, on);
  return [carr.planMinor, tcv.planMinor];
};
const seatsOf = (quantity: number, startsOn: string, endsOn: string, bookedOn: string) =>
  signedLine('oi_1', 1_000, startsOn, endsOn, { quantity: String(quantity), bookedOn });

describe('what is contracted', () => {
  it('is what it was before a reduction, until that is signed', () => {
    // 20 seats × $1,000 for two years; on 12 August 2026 five of them are given back from 1 September on.
    const reduced = [
      agreement('2026-08-12', [
        seatsOf(20, '2026-02-01', '2026-09-01', '2026-01-15'),
        seatsOf(15, '2026-09-01', '2028-02-01', '2026-08-12'),
      ]),
    ];
    expect(told(reduced, '2026-08-11')).toEqual([2_000_000n, 4_000_000n]); // 20,000; × 2 years
    expect(told(reduced, '2026-08-12')).toEqual([1_500_000n, 3_291_667n]); // 15,000; 20,000 × 7/12 + 15,000 × 17/12 = 32,916.67
  });

  it('is nothing once all of it is given back by a signature, and all of it before', () => {
    const given = [
      agreement('2026-08-12', [
        seatsOf(20, '2026-02-01', '2026-09-01', '2026-01-15'),
        seatsOf(0, '2026-09-01', '2028-02-01', '2026-08-12'),
      ]),
    ];
    expect(told(given, '2026-08-11')).toEqual([2_000_000n, 4_000_000n]); // 20,000; × 2 years
    expect(told(given, '2026-08-12')).toEqual([0n, 1_166_667n]); // 20,000 × 7/12
  });

  it('is the renewal’s once that is signed; TCV is of both terms until the first one is over', () => {
    const renewed = [
      agreement('2026-01-15', [signedLine('oi_1', 100_000, '2026-02-01', '2027-02-01')]),
      agreement('2027-01-20', [signedLine('oi_9', 90_000, '2027-02-01', '2028-02-01', { bookedOn: '2027-01-20' })], {
        subscriptionId: '800B',
        agreementId: '800B',
        agreementIds: ['800B'],
      }),
    ];
    expect(told(renewed, '2027-01-19')).toEqual([10_000_000n, 10_000_000n]);
    expect(told(renewed, '2027-01-20')).toEqual([9_000_000n, 19_000_000n]);
    expect(contracted(renewed, '2027-01-20').agreements).toMatchObject([
      { agreementId: '800A', endsOn: '2027-02-01', carr: { amountMinor: 0n }, tcv: { amountMinor: 10_000_000n } },
      { agreementId: '800B', bookedOn: '2027-01-20', carr: { amountMinor: 9_000_000n }, tcv: { amountMinor: 9_000_000n } },
    ]);
    expect(told(renewed, '2027-02-01')).toEqual([9_000_000n, 9_000_000n]);
    // Expired, renewing: it is live, until it is stated to have lapsed.
    expect(told(renewed, '2028-02-01')).toEqual([9_000_000n, 0n]);
    expect(contracted(renewed, '2028-02-01')).toMatchObject({ agreements: [], beyondTerms: [{ lineId: 'oi_9', amountMinor: 9_000_000n }] });
  });

  it('counts whole months, and days beyond them as parts of the month that they begin', () => {
    // 15 January to 20 April: 3 months, and 5 of the 30 days from 15 April to 15 May. 12,000 × (3 + 5/30) / 12
    expect(
      told([agreement('2026-01-10', [signedLine('oi_1', 12_000, '2026-01-15', '2026-04-20', { bookedOn: '2026-01-10' })])], '2026-01-10'),
    ).toEqual([1_200_000n, 316_667n]);
  });

  it('has no TCV of a line without end, which is worth what it is after its last change', () => {
    const { endsOn: _, ...open } = signedLine('oi_1', 12_000, '2027-02-01', '2028-02-01');
    const facts = [agreement('2026-01-15', [signedLine('oi_1', 6_000, '2026-02-01', '2027-02-01'), open])];
    expect(told(facts, '2026-03-01')).toEqual([1_200_000n, 600_000n]);
    expect(contracted(facts, '2026-03-01').agreements[0]).not.toHaveProperty('endsOn');
    expect(told(facts, '2031-03-01')).toEqual([1_200_000n, 600_000n]);
  });

  it('leaves discounts out of CARR that end before the term does, and takes them off TCV for as long as they hold', () => {
    const half = {
      discountId: 'd',
      kind: 'percent',
      value: '50',
      duration: 'repeating',
      startsOn: '2026-02-01',
      endsOn: '2026-05-01',
    } as const;
    const facts = [agreement('2026-01-15', [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01', { discounts: [half] })])];
    expect(told(facts, '2026-03-01')).toEqual([1_200_000n, 1_050_000n]); // 12,000 − 1,000 × 50% × 3
  });

  it('is without what is terminated from the notice on, and is nothing where it is signed no more', () => {
    const whole = [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')];
    const ended = [agreement('2026-01-15', whole), agreement('2026-07-20', whole, { endedOn: '2026-08-01' })];
    expect(told(ended, '2026-07-19')).toEqual([1_200_000n, 600_000n]); // 6 months
    // Notice was given on 20 July.
    expect(told(ended, '2026-07-20')).toEqual([0n, 600_000n]);
    expect(told(ended, '2026-08-01')).toEqual([0n, 0n]);
    expect(told([agreement('2026-01-15', whole), agreement('2026-03-01', whole, { evidence: 'claimed' })], '2026-04-01')).toEqual([0n, 0n]);
  });

  it('is known by the start of its service where nothing tells the signature', () => {
    const { bookedOn: _, ...unbooked } = signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01');
    const { data } = agreement('2026-01-15', [unbooked]);
    const { bookedOn: __, ...fact } = data as SubscriptionFact;
    const facts: readonly Fact[] = [{ kind: 'subscription', data: fact }];
    expect([told(facts, '2026-01-31')[0], told(facts, '2026-02-01')[0]]).toEqual([0n, 1_200_000n]);
  });

  it('is told in each currency, and together only where each has a plan rate', () => {
    const other = { subscriptionId: '800B', agreementId: '800B', agreementIds: ['800B'], eventId: 'read-b' };
    const euros = agreement('2026-01-15', [signedLine('oi_1', 100, '2026-02-01', '2027-02-01')], { currency: 'EUR' });
    const pounds = agreement('2026-01-15', [signedLine('oi_2', 200, '2026-02-01', '2027-02-01')], { ...other, currency: 'GBP' });
    expect(contracted([euros, pounds], '2026-03-01').carr).toEqual({
      byCurrency: [
        { currency: 'EUR', amountMinor: 10_000n, planMinor: 11_000n }, // × 1.10
        { currency: 'GBP', amountMinor: 20_000n },
      ],
    });
  });
});

describe('CARR', () => {
  const carrOn = (facts: readonly Fact[], on: string) => contracted(facts, on).carr.planMinor;
  /** 10 seats × $100 × 12 = $12,000 a year. */
  const billed = (on: string, more: Partial<SubscriptionFact> = {}) =>
    subscription(on, [seats('si_1', 10, 10_000)], { lifecycle: 'created', startsOn: on, ...more });

  it('is ARR where billing alone tells of a line', () => {
    const facts = [billed('2026-02-03'), canceled('2026-09-01')];
    expect(['2026-02-02', '2026-02-03', '2026-08-31', '2026-09-01'].map((on) => carrOn(facts, on))).toEqual([
      0n,
      1_200_000n,
      1_200_000n,
      0n,
    ]);
    expect(contracted(facts, '2026-03-01')).toMatchObject({
      agreements: [],
      beyondTerms: [{ subscriptionId: 'sub_1', lineId: 'si_1', amountMinor: 1_200_000n }],
    });
  });

  it('is without what was given notice of, also where billing alone tells of it', () => {
    const facts = [
      billed('2026-02-03'),
      subscription('2026-06-10', [seats('si_1', 10, 10_000)], { startsOn: '2026-02-03', cancelsOn: '2026-09-01' }),
    ];
    expect(['2026-06-09', '2026-06-10'].map((on) => carrOn(facts, on))).toEqual([1_200_000n, 0n]);
  });

  it('is of the signed line alone from its signature on, where that takes the place of what has long been billed', () => {
    const facts = [
      billed('2025-02-03', { agreementId: '800A' }),
      agreement('2026-01-15', [signedLine('oi_1', 20_000, '2026-03-01', '2027-03-01')]),
    ];
    expect(['2026-01-14', '2026-01-15', '2026-03-01'].map((on) => carrOn(facts, on))).toEqual([1_200_000n, 2_000_000n, 2_000_000n]);
    expect(contracted(facts, '2026-01-15').beyondTerms).toEqual([]);
  });

  it('is without a line that is told to end within its term, from the day on which that is told', () => {
    const platform = signedLine('oi_1', 12_000, '2026-02-01', '2028-02-01');
    const addOn = (endsOn: string) => signedLine('oi_2', 6_000, '2026-02-01', endsOn);
    const facts = [agreement('2026-01-15', [platform, addOn('2028-02-01')]), agreement('2026-08-12', [platform, addOn('2027-02-01')])];
    expect(['2026-08-11', '2026-08-12'].map((on) => carrOn(facts, on))).toEqual([1_800_000n, 1_200_000n]);
    // Fixed with the signature itself.
    expect(carrOn([agreement('2026-01-15', [platform, addOn('2027-02-01')])], '2026-03-01')).toBe(1_200_000n);
  });

  it('is what its parts sum to: agreements in their terms, and all other lines', () => {
    const facts = [
      agreement('2026-01-15', [signedLine('oi_1', 12_000, '2026-02-01', '2027-02-01')]),
      subscription('2026-02-03', [seats('si_1', 10, 10_000, { productId: 'prod_other' })], {
        lifecycle: 'created',
        startsOn: '2026-02-03',
      }),
    ];
    const { carr, agreements, beyondTerms } = contracted(facts, '2026-03-01');
    const parts = [...agreements.map((one) => one.carr.planMinor), ...beyondTerms.map(({ planMinor }) => planMinor)];
    expect([parts, carr.planMinor]).toEqual([[1_200_000n, 1_200_000n], 2_400_000n]);
  });
});

describe('what is unsigned', () => {
  const unsigned = (facts: readonly Fact[], on: string) => besideArr('c', facts, toEpochDay(on), testContext).unsigned;
  const claimed = (at: string, dollars: number, more: Partial<SubscriptionFact> = {}) =>
    agreement(at, [signedLine('oi_1', dollars, '2026-03-01', '2027-03-01')], { evidence: 'claimed', ...more });

  it('is as the newest reading until the day has it, since it was first claimed', () => {
    const facts = [claimed('2026-02-10', 100), claimed('2026-02-20', 120)];
    expect(unsigned(facts, '2026-02-19').bookings).toMatchObject([{ amountMinor: 10_000n, ageDays: 9 }]);
    expect(unsigned(facts, '2026-02-20').bookings).toMatchObject([{ amountMinor: 12_000n, shownOn: '2026-02-10', ageDays: 10 }]);
  });

  it('is gone where it was taken back, and when its service would be over', () => {
    const back = claimed('2026-02-25', 100, { status: 'canceled' });
    expect(unsigned([claimed('2026-02-10', 100), back], '2026-02-25').bookings).toEqual([]);
    expect(unsigned([claimed('2026-02-10', 100)], '2027-02-28').bookings).toHaveLength(1);
    expect(unsigned([claimed('2026-02-10', 100)], '2027-03-01').bookings).toEqual([]);
  });
});

describe('what is billed', () => {
  const runRate = (facts: readonly Fact[], on: string) => besideArr('c', facts, toEpochDay(on), testContext).billed.runRate.planMinor;

  it('is what a subscription is worth from its start until its end, discounts taken off', () => {
    const off = { discountId: 'd', kind: 'percent', value: '25', duration: 'forever' } as const;
    const facts = [
      subscription('2026-01-20', [seats('a', 10, 5_000)], { lifecycle: 'created', startsOn: '2026-02-01', discounts: [off] }),
      canceled('2026-06-01'),
    ];
    // 10 × $50 × 12 × 75%
    expect(['2026-01-31', '2026-02-01', '2026-05-31', '2026-06-01'].map((on) => runRate(facts, on))).toEqual([0n, 450_000n, 450_000n, 0n]);
  });

  it('is nothing while the profile does not count it, nor of usage', () => {
    expect(runRate([subscription('2026-01-20', [seats('a', 10, 5_000)], { status: 'unpaid' })], '2026-03-01')).toBe(0n);
    expect(runRate([subscription('2026-01-20', [seats('a', 10, 5_000, { usage: 'metered' })])], '2026-03-01')).toBe(0n);
  });
});
