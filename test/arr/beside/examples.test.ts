import { describe, expect, it } from 'vitest';
import { besideArr } from '../../../functions/arr/beside/beside.ts';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { agreement, billedYearly, signedLine, usage, word } from '../agreements.ts';
import { canceled, seats, subscription, testContext } from '../facts.ts';

/** What stands beside ARR in the six examples of signed and billed evidence. All amounts in cents. */
const beside = (facts: readonly Fact[], on: string) => besideArr('stripe.main.cus_1', facts, toEpochDay(on), testContext);
const dollars = (amountMinor: bigint) => ({
  byCurrency: [{ currency: 'USD', amountMinor, planMinor: amountMinor }],
  planMinor: amountMinor,
});
const NOTHING = { byCurrency: [], planMinor: 0n };

describe('example 1: three years at $1,200,000, signed on 15 January, billed from 3 February', () => {
  const facts = [
    agreement('2026-01-15', [signedLine('oi_1', 1_200_000, '2026-02-01', '2029-02-01')]),
    billedYearly('2026-02-03', 1_200_000, { agreementId: '00000101' }),
  ];

  it('is CARR of 1,200,000 and TCV of 3,600,000 from the last signature on, and neither before', () => {
    expect(beside(facts, '2026-01-14').contracted).toEqual({ carr: NOTHING, tcv: NOTHING, agreements: [], beyondTerms: [] });
    expect(beside(facts, '2026-01-15')).toMatchObject({
      contracted: {
        carr: dollars(120_000_000n),
        tcv: dollars(360_000_000n), // 1,200,000 × 3
        agreements: [
          {
            agreementId: '800A',
            bookedOn: '2026-01-15',
            startsOn: '2026-02-01',
            endsOn: '2029-02-01',
            eventId: 'read-2026-01-15',
            explain: '/api/v1/arr/explain?customerId=stripe.main.cus_1&eventId=read-2026-01-15',
          },
        ],
      },
      billed: { runRate: NOTHING },
    });
  });

  it('is billed at 1,200,000 once, and nothing differs', () => {
    const { contracted, billed, differences, flags, unsigned } = beside(facts, '2026-03-01');
    expect([contracted.carr, billed.runRate]).toEqual([dollars(120_000_000n), dollars(120_000_000n)]);
    expect([differences, flags, unsigned.bookings]).toEqual([[], [], []]);
  });

  it('differs by its date for the two days on which service had begun and billing had not', () => {
    expect(beside(facts, '2026-02-02').differences).toMatchObject([
      { difference: { amountMinor: -120_000_000n }, parts: [{ kind: 'date', amountMinor: -120_000_000n }] },
    ]);
  });
});

describe('example 2: a ramp of 600, 900, 1,200 thousand', () => {
  const facts = [
    agreement('2026-01-15', [
      signedLine('oi_1', 600_000, '2026-02-01', '2027-02-01'),
      signedLine('oi_1', 900_000, '2027-02-01', '2028-02-01'),
      signedLine('oi_1', 1_200_000, '2028-02-01', '2029-02-01'),
    ]),
  ];

  it('is CARR of 1,200,000 and TCV of 2,700,000 on every day until its end', () => {
    for (const on of ['2026-01-15', '2027-06-30', '2029-01-31'])
      expect(beside(facts, on).contracted).toMatchObject({ carr: dollars(120_000_000n), tcv: dollars(270_000_000n) });
    // Expired, renewing: live, and of no term any more.
    expect(beside(facts, '2029-02-01').contracted).toMatchObject({ carr: dollars(120_000_000n), tcv: NOTHING, agreements: [] });
  });
});

describe('example 3: $300,000 closed-won and unsigned; Stripe bills $285,000 without a key', () => {
  const of300 = [signedLine('oi_1', 300_000, '2026-03-01', '2027-03-01', { bookedOn: '2026-03-31' })];
  const claimed = agreement('2026-02-20', of300, { evidence: 'claimed' });
  const stripe = billedYearly('2026-03-05', 285_000);
  const signed = agreement('2026-04-01', of300);

  it('shows 300,000 apart, with its age, beside the 285,000 that are billed', () => {
    const { unsigned, billed, contracted, possibleDuplicates } = beside([claimed, stripe], '2026-03-12');
    expect(unsigned).toEqual({
      annual: dollars(30_000_000n),
      bookings: [
        {
          subscriptionId: '800A',
          system: 'stripe',
          instance: 'main',
          eventId: 'read-2026-02-20',
          explain: '/api/v1/arr/explain?customerId=stripe.main.cus_1&eventId=read-2026-02-20',
          startsOn: '2026-03-01',
          shownOn: '2026-02-20',
          ageDays: 20, // 8 days of February and 12 of March
          currency: 'USD',
          amountMinor: 30_000_000n,
          planMinor: 30_000_000n,
        },
      ],
    });
    expect(billed.runRate).toEqual(dollars(28_500_000n));
    // What is billed is live; what is claimed is no CARR.
    expect([contracted.carr, possibleDuplicates]).toEqual([dollars(28_500_000n), []]);
    expect(beside([claimed, stripe], '2026-02-19').unsigned).toEqual({ annual: NOTHING, bookings: [] });
  });

  it('shows both sides as a possible duplicate once it is signed, each with its worth and age', () => {
    const facts = [claimed, stripe, signed];
    expect(beside(facts, '2026-03-30').unsigned.annual).toEqual(dollars(30_000_000n));
    // Signed on 31 March, as was read the day after: from then on it has a TCV, and is unsigned no more. Of the two lines only the billed one counts.
    expect(beside(facts, '2026-03-31')).toMatchObject({
      unsigned: { bookings: [] },
      contracted: { carr: dollars(28_500_000n), tcv: dollars(30_000_000n) },
    });
    const { unsigned, contracted, possibleDuplicates, differences } = beside(facts, '2026-04-04');
    expect([unsigned.bookings, contracted.carr]).toEqual([[], dollars(28_500_000n)]);
    expect(possibleDuplicates).toMatchObject([
      {
        signed: {
          subscriptionId: '800A',
          lineId: 'oi_1',
          amountMinor: 30_000_000n,
          startsOn: '2026-03-01',
          shownOn: '2026-02-20',
          ageDays: 43,
        },
        billed: {
          subscriptionId: 'sub_1',
          lineId: 'si_1',
          amountMinor: 28_500_000n,
          startsOn: '2026-03-05',
          shownOn: '2026-03-05',
          ageDays: 30,
        },
      },
    ]);
    expect(differences).toEqual([]);
  });

  it('is no possible duplicate before both sides were shown, nor when one of them has ended', () => {
    expect(beside([claimed, stripe, signed], '2026-03-04').possibleDuplicates).toEqual([]);
    expect(beside([claimed, stripe, signed], '2026-03-05').possibleDuplicates).toHaveLength(1);
    expect(beside([claimed, stripe, signed], '2027-03-01').possibleDuplicates).toEqual([]);
    expect(beside([claimed, stripe, signed, canceled('2026-06-01')], '2026-06-01').possibleDuplicates).toEqual([]);
  });

  it('differs by 15,000 in price once two people say that both are one', () => {
    const { possibleDuplicates, differences } = beside([claimed, stripe, signed, word('2026-04-02', true)], '2026-04-04');
    expect(possibleDuplicates).toEqual([]);
    expect(differences).toMatchObject([{ difference: { amountMinor: -1_500_000n }, parts: [{ kind: 'price', amountMinor: -1_500_000n }] }]);
  });
});

describe('example 4: 10,000 × $120 less 10% are signed; Stripe bills 1,200,000', () => {
  const contract = (listUnitMinor?: string) =>
    signedLine('oi_1', 0, '2026-02-01', '2027-02-01', {
      quantity: '10000',
      pricing: { model: 'per-unit', unitMinor: '10800' },
      ...(listUnitMinor === undefined ? {} : { listUnitMinor }),
    });
  const stripe = subscription('2026-02-01', [seats('si_1', 10_000, 12_000, { interval: 'year' })], {
    agreementId: '800A',
    lifecycle: 'created',
    startsOn: '2026-02-01',
    eventId: 'evt_stripe',
  });

  it('differs by 120,000 of discount', () => {
    const { contracted, billed, differences } = beside([agreement('2026-01-15', [contract('12000')]), stripe], '2026-06-01');
    expect([contracted.carr, billed.runRate]).toEqual([dollars(108_000_000n), dollars(120_000_000n)]);
    expect(differences).toEqual([
      {
        currency: 'USD',
        signed: {
          subscriptionId: '800A',
          lineId: 'oi_1',
          productId: 'prod_platform',
          startsOn: '2026-02-01',
          system: 'stripe',
          instance: 'main',
          eventId: 'read-2026-01-15',
          explain: '/api/v1/arr/explain?customerId=stripe.main.cus_1&eventId=read-2026-01-15',
          currency: 'USD',
          amountMinor: 108_000_000n, // 10,000 × $108
          planMinor: 108_000_000n,
        },
        billed: [
          {
            subscriptionId: 'sub_1',
            lineId: 'si_1',
            productId: 'prod_platform',
            startsOn: '2026-02-01',
            system: 'stripe',
            instance: 'main',
            eventId: 'evt_stripe',
            explain: '/api/v1/arr/explain?customerId=stripe.main.cus_1&eventId=evt_stripe',
            currency: 'USD',
            amountMinor: 120_000_000n,
            planMinor: 120_000_000n,
          },
        ],
        difference: { currency: 'USD', amountMinor: 12_000_000n, planMinor: 12_000_000n },
        parts: [{ kind: 'discount', amountMinor: 12_000_000n }],
      },
    ]);
  });

  it('is of price where no list price is told', () => {
    const { differences } = beside([agreement('2026-01-15', [contract()]), stripe], '2026-06-01');
    expect(differences.map(({ parts }) => parts)).toEqual([[{ kind: 'price', amountMinor: 12_000_000n }]]);
  });

  it('is none any more when the term is over, and the billing that goes on is flagged', () => {
    const { differences, flags, contracted } = beside([agreement('2026-01-15', [contract('12000')]), stripe], '2027-02-11');
    expect([differences, contracted.carr]).toEqual([[], dollars(120_000_000n)]);
    expect(flags).toEqual([{ flag: 'billed-after-term', agreementId: '800A', since: '2027-02-01', ageDays: 10 }]);
  });
});

describe('example 5: a commitment of $240,000, and overage of 18, 12, 15 thousand', () => {
  const facts = [
    agreement('2026-01-15', [signedLine('oi_1', 240_000, '2026-02-01', '2027-02-01')]),
    subscription('2026-02-01', [seats('si_1', 1, 24_000_000, { interval: 'year' }), seats('si_2', 0, 100, { usage: 'metered' })], {
      agreementId: '800A',
      lifecycle: 'created',
      startsOn: '2026-02-01',
    }),
    usage('2026-02-01', '2026-03-01', 18_000),
    usage('2026-03-01', '2026-04-01', 12_000),
    usage('2026-04-01', '2026-05-01', 15_000),
  ];

  it('has a usage run-rate of 180,000 beside it', () => {
    const { usage: used, billed, contracted, differences } = beside(facts, '2026-05-10');
    expect(used).toMatchObject({
      from: '2026-02-01',
      to: '2026-04-30',
      runRate: dollars(18_000_000n), // (18,000 + 12,000 + 15,000) × 4
      lines: [{ amountMinor: 1_800_000n }, { amountMinor: 1_200_000n }, { amountMinor: 1_500_000n }],
    });
    expect([billed.runRate, contracted.carr, differences]).toEqual([dollars(24_000_000n), dollars(24_000_000n), []]);
  });

  it('looks at the three months before that of the day: April is whole from 1 May on', () => {
    expect(beside(facts, '2026-04-30').usage).toMatchObject({ from: '2026-01-01', runRate: dollars(12_000_000n) }); // (18,000 + 12,000) × 4
    expect(beside(facts, '2026-06-01').usage).toMatchObject({ from: '2026-03-01', runRate: dollars(10_800_000n) }); // (12,000 + 15,000) × 4
  });
});

describe('example 6: €500,000 from 1 January; 100 seats × €600 by self-serve on 1 June, signed on 20 June', () => {
  const base = signedLine('oi_1', 500_000, '2026-01-01', '2027-01-01', { bookedOn: '2025-12-15' });
  const amended = signedLine('oi_2', 0, '2026-06-01', '2027-01-01', {
    quantity: '100',
    pricing: { model: 'per-unit', unitMinor: '60000' },
    bookedOn: '2026-06-20',
  });
  const facts = [
    agreement('2025-12-15', [base], { currency: 'EUR' }),
    subscription('2026-06-01', [seats('si_2', 100, 60_000, { interval: 'year' })], {
      subscriptionId: 'sub_2',
      currency: 'EUR',
      lifecycle: 'created',
      startsOn: '2026-06-01',
    }),
    agreement('2026-06-20', [base, amended], { currency: 'EUR', bookedOn: '2025-12-15' }),
  ];
  const euros = (amountMinor: bigint, planMinor: bigint) => ({ byCurrency: [{ currency: 'EUR', amountMinor, planMinor }], planMinor });

  it('is contracted at 500,000 until the seats are bought, and at 560,000 from then on; TCV waits for the signature', () => {
    // At the plan rate of 1.10: $550,000, and $616,000.
    expect(beside(facts, '2026-05-31').contracted).toMatchObject({ carr: euros(50_000_000n, 55_000_000n) });
    expect(beside(facts, '2026-06-19').contracted).toMatchObject({
      carr: euros(56_000_000n, 61_600_000n),
      tcv: euros(50_000_000n, 55_000_000n),
    });
    expect(beside(facts, '2026-06-20').contracted).toMatchObject({
      carr: euros(56_000_000n, 61_600_000n),
      tcv: euros(53_500_000n, 58_850_000n), // 500,000 + 60,000 × 7 of 12 months
    });
  });

  it('is billed at 60,000, whichever counts', () => {
    for (const on of ['2026-06-19', '2026-06-20']) expect(beside(facts, on).billed.runRate).toEqual(euros(6_000_000n, 6_600_000n));
    expect(beside(facts, '2026-06-20').flags).toEqual([]);
  });
});
