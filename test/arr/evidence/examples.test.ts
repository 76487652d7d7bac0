import { describe, expect, it } from 'vitest';
import type { Fact, LapseFact, PairFact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { fromEpochDay } from '../../../functions/platform/calendar.ts';
import { canceled, seats, subscription, testContext } from '../facts.ts';

type Line = SubscriptionFact['lines'][number];

/** Net movements by day and cause, in plan minor units, and how many entries were recorded to get there. */
const told = (facts: readonly Fact[]): string[] => {
  const account = openAccount(testContext);
  for (const fact of facts) recordFact(account, fact, testContext);
  const sums = new Map<string, bigint>();
  for (const { day, cause, lines, renewed } of account.recorded) {
    const name = `${fromEpochDay(day)} ${cause}`;
    sums.set(
      name,
      [...lines.map(({ planDeltaMinor }) => planDeltaMinor), ...(renewed ?? []).map(({ planMinor }) => planMinor)].reduce(
        (a, b) => a + b,
        sums.get(name) ?? 0n,
      ),
    );
  }
  return [...sums].flatMap(([name, sum]) => (sum === 0n ? [] : [`${name} ${sum}`])).toSorted();
};
const recordedBy = (facts: readonly Fact[]): number => {
  const account = openAccount(testContext);
  let last: readonly unknown[] = [];
  for (const fact of facts) last = recordFact(account, fact, testContext);
  return last.length;
};

/** Whole dollars (or euros) a year, from one day until another. */
const line = (lineId: string, dollars: number, startsOn: string, endsOn: string, more: Partial<Line> = {}): Line =>
  seats(lineId, 1, dollars * 100, { interval: 'year', startsOn, endsOn, bookedOn: '2026-01-15', ...more });
const agreement = (at: string, lines: readonly Line[], more: Partial<SubscriptionFact> & { eventId?: string } = {}): Fact =>
  subscription(at, [...lines], {
    evidence: 'signed',
    lifecycle: 'observed',
    subscriptionId: '800A',
    agreementId: '800A',
    agreementIds: ['800A', '00000101'],
    startsOn: lines[0]?.startsOn ?? '2026-02-01',
    startsOnStated: true,
    bookedOn: '2026-01-15',
    ...more,
  });
const billed = (at: string, dollars: number, more: Partial<SubscriptionFact> = {}, lineMore: Partial<Line> = {}): Fact =>
  subscription(at, [seats('si_1', 1, dollars * 100, { interval: 'year', ...lineMore })], {
    lifecycle: 'created',
    startsOn: at.slice(0, 10),
    ...more,
  });
const by = { reason: 'the same deal', proposedBy: 'ann', approvedBy: 'bob' };
const stated = (at: string, eventId: string): Pick<PairFact, 'provenance' | 'customerId' | 'observedOn'> => ({
  provenance: { system: 'manual', instance: 'ascent', eventId, eventType: 'stated', observedAt: Date.parse(`${at}T12:00:00Z`) / 1000 },
  customerId: 'stripe.main.cus_1',
  observedOn: at,
});
const word = (at: string, isSame: boolean): Fact => ({
  kind: 'pair',
  data: { ...stated(at, `word-${at}`), agreementId: '800A', subscriptionId: 'sub_1', isSame, byHand: by },
});
const lapse = (at: string, of: LapseFact['of'], on: string, more: Partial<LapseFact> = {}): Fact => ({
  kind: 'lapse',
  data: { ...stated(at, `lapse-${of}-${on}-${more.byHand === undefined ? 'time' : 'hand'}`), agreementId: '800A', of, on, ...more },
});

/** All orders of a few facts. */
const orders = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, i) => orders([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));

/** What is told, in whatever order the facts came. */
const always = (facts: readonly Fact[], expected: readonly string[]): void => {
  for (const order of orders(facts)) expect(told(order)).toEqual(expected);
};

const threeYears = line('oi_1', 1_200_000, '2026-02-01', '2029-02-01');

describe('signed and billed evidence', () => {
  it('example 1: a subscription that carries the contract’s id adds nothing', () => {
    const facts = [agreement('2026-01-15', [threeYears]), billed('2026-02-03', 1_200_000, { agreementId: '00000101' })];
    always(facts, ['2026-02-01 new 120000000']);
    // The subscription records nothing: the line goes on at the term's end, whether or not billing does.
    expect(recordedBy(facts)).toBe(0);
  });

  it('example 1: nor does one that the contract names, nor one that is alike', () => {
    always(
      [
        agreement('2026-01-15', [threeYears], { billedBy: [{ system: 'stripe', instance: 'main', subscriptionId: 'sub_1' }] }),
        billed('2026-02-03', 1_150_000),
      ],
      // Once the term is over billing counts, if nothing renews it: 50,000 less.
      ['2026-02-01 new 120000000', '2029-02-01 contraction -5000000'],
    );
    // 1,190,000 is 0.8% less; service begins 2 days apart
    always(
      [agreement('2026-01-15', [threeYears]), billed('2026-02-03', 1_190_000)],
      ['2026-02-01 new 120000000', '2029-02-01 contraction -1000000'],
    );
  });

  it('example 2: a ramp is live step by step', () => {
    const ramp = [
      line('oi_1', 600_000, '2026-02-01', '2027-02-01'),
      line('oi_1', 900_000, '2027-02-01', '2028-02-01'),
      line('oi_1', 1_200_000, '2028-02-01', '2029-02-01'),
    ];
    always(
      [agreement('2026-01-15', ramp)],
      ['2026-02-01 new 60000000', '2027-02-01 contracted-step 30000000', '2028-02-01 contracted-step 30000000'],
    );
  });

  it('example 3: what is claimed is never ARR; signed, it may be a duplicate until two people say that it is one', () => {
    const of300 = [line('oi_1', 300_000, '2026-03-01', '2027-03-01')];
    const stripe = billed('2026-03-05', 285_000);
    always([agreement('2026-02-20', of300, { evidence: 'claimed' }), stripe], ['2026-03-05 new 28500000']);
    // 15,000 of 300,000 are 5%
    const signed = agreement('2026-04-01', of300);
    always([agreement('2026-02-20', of300, { evidence: 'claimed' }), stripe, signed], ['2026-03-05 new 28500000']);
    always([stripe, signed, word('2026-04-02', true)], ['2026-03-01 new 30000000', '2027-03-01 contraction -1500000']);
    always(
      [stripe, signed, word('2026-04-02', true), word('2026-04-05', false)],
      ['2026-03-01 new 30000000', '2026-03-05 expansion 28500000'],
    );
  });

  it('example 4: billing that lacks the discount changes nothing', () => {
    const contract = line('oi_1', 0, '2026-02-01', '2027-02-01', { quantity: '10000', pricing: { model: 'per-unit', unitMinor: '10800' } });
    const stripe = subscription('2026-02-01', [seats('si_1', 10_000, 12_000, { interval: 'year' })], {
      agreementId: '800A',
      lifecycle: 'created',
      startsOn: '2026-02-01',
    });
    // 10,000 × $120 less 10%
    // What bills on after the term, without the discount, counts from then on.
    always([agreement('2026-01-15', [contract]), stripe], ['2026-02-01 new 108000000', '2027-02-01 expansion 12000000']);
  });

  it('example 5: metered items are not ARR', () => {
    const stripe = subscription(
      '2026-02-01',
      [seats('si_1', 1, 24_000_000, { interval: 'year' }), seats('si_2', 0, 100, { usage: 'metered' })],
      { agreementId: '800A', lifecycle: 'created', startsOn: '2026-02-01' },
    );
    always([agreement('2026-01-15', [line('oi_1', 240_000, '2026-02-01', '2027-02-01')]), stripe], ['2026-02-01 new 24000000']);
  });

  it('example 6: self-serve seats expand; the amendment that is signed later only takes over', () => {
    const base = line('oi_1', 500_000, '2026-01-01', '2027-01-01', { bookedOn: '2025-12-15' });
    const seatsOf = seats('si_2', 100, 60_000, { interval: 'year' });
    const amended = line('oi_2', 0, '2026-06-01', '2027-01-01', {
      quantity: '100',
      pricing: { model: 'per-unit', unitMinor: '60000' },
      bookedOn: '2026-06-20',
    });
    const first = agreement('2025-12-15', [base], { currency: 'EUR' });
    const selfServe = subscription('2026-06-01', [seatsOf], {
      subscriptionId: 'sub_2',
      currency: 'EUR',
      lifecycle: 'created',
      startsOn: '2026-06-01',
    });
    const second = agreement('2026-06-20', [base, amended], { currency: 'EUR' });
    // EUR 500,000 and 60,000 at the plan rate 1.10; on 2027-01-01 it becomes 1.20 (0.10 × 560,000)
    const expected = ['2026-01-01 new 55000000', '2026-06-01 expansion 6600000', '2027-01-01 fx 5600000'];
    always([first, selfServe], expected);
    always([first, selfServe, second], expected);
    // The contract is not renewed (500,000 × 1.20); the seats are billed on.
    always(
      [first, selfServe, second, lapse('2027-01-31', 'term', '2027-01-01')],
      [...expected, '2027-01-01 contraction -60000000'].toSorted(),
    );
    expect(recordedBy([first, selfServe, second])).toBe(0);
  });
});

describe('terms', () => {
  const oneYear = line('oi_1', 100_000, '2026-02-01', '2027-02-01');

  it('end with their billing where that was ended with them, to a day, and are renewed all the same', () => {
    const year = line('oi_1', 100_000, '2026-02-01', '2027-02-01');
    const billing = billed('2026-02-01', 100_000, { agreementId: '800A' });
    for (const last of ['2027-01-31', '2027-02-01']) {
      const stripe = [billing, canceled(last, { agreementId: '800A' })];
      always([agreement('2026-01-15', [year]), ...stripe], ['2026-02-01 new 10000000', '2027-02-01 churn -10000000']);
      const next = line('oi_9', 100_000, '2027-02-15', '2028-02-15', { bookedOn: '2027-02-10' });
      const renewed = agreement('2027-02-10', [next], { subscriptionId: '800B', agreementId: '800B', agreementIds: ['800B'] });
      always([agreement('2026-01-15', [year]), ...stripe, renewed], ['2026-02-01 new 10000000', '2027-02-15 renewal 10000000']);
    }
    // Two days before, it stopped within the term: kept until that has lapsed.
    always([agreement('2026-01-15', [year]), billing, canceled('2027-01-30', { agreementId: '800A' })], ['2026-02-01 new 10000000']);
  });

  it('are live beyond their last day until that has lapsed, unless a controller says that they go on', () => {
    const live = ['2026-02-01 new 10000000'];
    const ended = lapse('2027-03-03', 'term', '2027-02-01');
    always([agreement('2026-01-15', [oneYear])], live);
    always([agreement('2026-01-15', [oneYear]), ended], ['2026-02-01 new 10000000', '2027-02-01 churn -10000000']);
    // What was said of another day, or of billing, ends nothing.
    always(
      [agreement('2026-01-15', [oneYear]), lapse('2027-03-03', 'term', '2027-02-02'), lapse('2027-03-03', 'billing', '2027-02-01')],
      live,
    );
    always([agreement('2026-01-15', [oneYear]), ended, lapse('2027-03-04', 'term', '2027-02-01', { byHand: by, goesOn: true })], live);
  });

  it('renew, with uplift, by a later contract or by an order of the same one', () => {
    const next = line('oi_9', 110_000, '2027-02-01', '2028-02-01', { bookedOn: '2027-01-20' });
    const expected = ['2026-02-01 new 10000000', '2027-02-01 renewal 10000000', '2027-02-01 renewal-uplift 1000000'];
    always(
      [
        agreement('2026-01-15', [oneYear]),
        agreement('2027-01-20', [next], { subscriptionId: '800B', agreementId: '800B', agreementIds: ['800B'], bookedOn: '2027-01-20' }),
      ],
      expected,
    );
    always([agreement('2026-01-15', [oneYear]), agreement('2027-01-20', [oneYear, { ...next, lineId: 'oi_1' }])], expected);
  });

  it('renew late, within thirty days, without a gap, also after they had lapsed', () => {
    const next = agreement('2027-03-10', [line('oi_9', 100_000, '2027-02-20', '2028-02-20', { bookedOn: '2027-03-10' })], {
      subscriptionId: '800B',
      agreementId: '800B',
      agreementIds: ['800B'],
    });
    always(
      [agreement('2026-01-15', [oneYear]), lapse('2027-03-03', 'term', '2027-02-01'), next],
      ['2026-02-01 new 10000000', '2027-02-20 renewal 10000000'],
    );
  });

  it('end at once where they are terminated, and billing that goes on counts', () => {
    always(
      [agreement('2026-01-15', [oneYear]), agreement('2026-08-01', [oneYear], { endedOn: '2026-09-01' })],
      ['2026-02-01 new 10000000', '2026-09-01 churn -10000000'],
    );
    // From the term's end on, Stripe's 90,000 count instead of 100,000.
    always(
      [agreement('2026-01-15', [oneYear]), billed('2026-02-01', 90_000, { agreementId: '800A' })],
      ['2026-02-01 new 10000000', '2027-02-01 contraction -1000000'],
    );
  });

  it('end too late to be renewed where the next one begins after thirty days', () => {
    // 31 days after 2027-02-01
    const next = agreement('2027-03-10', [line('oi_9', 100_000, '2027-03-04', '2028-03-04', { bookedOn: '2027-03-01' })], {
      subscriptionId: '800B',
      agreementId: '800B',
      agreementIds: ['800B'],
    });
    always(
      [agreement('2026-01-15', [oneYear]), lapse('2027-03-03', 'term', '2027-02-01'), next],
      ['2026-02-01 new 10000000', '2027-02-01 churn -10000000', '2027-03-04 reactivation 10000000'],
    );
  });

  it('give way to billing that begins about when they end, also late', () => {
    const inPlace = (on: string) => billed(on, 90_000, { subscriptionId: 'sub_2' });
    // Bought eleven days before the contract's end, and billed beside it until then.
    always(
      [agreement('2026-01-15', [oneYear]), inPlace('2027-01-21')],
      ['2026-02-01 new 10000000', '2027-01-21 expansion 9000000', '2027-02-01 contraction -10000000'],
    );
    always([agreement('2026-01-15', [oneYear]), inPlace('2027-02-11')], ['2026-02-01 new 10000000', '2027-02-11 contraction -1000000']);
    // The same subscription, which had stopped at the term's end, goes on ten days later.
    const stripe = [
      billed('2026-02-01', 100_000, { agreementId: '800A' }),
      subscription('2027-02-01', [], { status: 'paused', agreementId: '800A', startsOn: '2026-02-01' }),
      subscription('2027-02-11', [seats('si_1', 1, 9_000_000, { interval: 'year' })], { agreementId: '800A', startsOn: '2026-02-01' }),
    ];
    expect(told([agreement('2026-01-15', [oneYear]), ...stripe])).toEqual(['2026-02-01 new 10000000', '2027-02-11 contraction -1000000']);
    // After thirty days it is a new purchase.
    always(
      [agreement('2026-01-15', [oneYear]), inPlace('2027-03-04'), lapse('2027-03-03', 'term', '2027-02-01')],
      ['2026-02-01 new 10000000', '2027-02-01 churn -10000000', '2027-03-04 reactivation 9000000'],
    );
  });

  it('outlive their billing until that has lapsed', () => {
    const stripe = [billed('2026-02-01', 100_000, { agreementId: '800A' }), canceled('2026-06-01', { agreementId: '800A' })];
    const live = ['2026-02-01 new 10000000'];
    always([agreement('2026-01-15', [oneYear]), ...stripe], live);
    const lapsed = [agreement('2026-01-15', [oneYear]), ...stripe, lapse('2026-07-01', 'billing', '2026-06-01')];
    always(lapsed, ['2026-02-01 new 10000000', '2026-06-01 churn -10000000']);
    expect(told([...lapsed, lapse('2026-07-02', 'billing', '2026-06-01', { byHand: by, goesOn: true })])).toEqual(live);
    // Taken back by the next word, what time says holds again.
    const goesOn = lapse('2026-07-02', 'billing', '2026-06-01', { byHand: by, goesOn: true });
    const takenBack = lapse('2026-07-09', 'billing', '2026-06-01', { ...stated('2026-07-09', 'word-back'), byHand: by, goesOn: false });
    always([...lapsed, goesOn, takenBack], ['2026-02-01 new 10000000', '2026-06-01 churn -10000000']);
  });

  it('stand for good where a renewal is signed after their billing stopped, even after that had lapsed', () => {
    const stripe = [billed('2026-02-01', 100_000, { agreementId: '800A' }), canceled('2026-10-01', { agreementId: '800A' })];
    const renewal = (bookedOn: string) =>
      agreement(bookedOn, [line('oi_9', 110_000, '2027-02-01', '2028-02-01', { bookedOn })], {
        subscriptionId: '800B',
        agreementId: '800B',
        agreementIds: ['800B'],
        bookedOn,
      });
    const lapsed = lapse('2026-10-31', 'billing', '2026-10-01');
    always(
      [agreement('2026-01-15', [oneYear]), ...stripe, lapsed, renewal('2027-01-20')],
      ['2026-02-01 new 10000000', '2027-02-01 renewal 10000000', '2027-02-01 renewal-uplift 1000000'],
    );
    // Signed before, it is ended with the term whose billing stopped.
    always(
      [agreement('2026-01-15', [oneYear]), ...stripe, lapsed, renewal('2026-09-20')],
      ['2026-02-01 new 10000000', '2026-10-01 churn -10000000'],
    );
  });

  it('vanish, back to their first day, where the agreement is no longer signed', () => {
    always([agreement('2026-01-15', [oneYear]), agreement('2026-03-01', [oneYear], { evidence: 'claimed' })], []);
  });
});
