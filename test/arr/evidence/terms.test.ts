import { describe, expect, it } from 'vitest';
import { chainsOf } from '../../../functions/arr/evidence/terms.ts';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { fromEpochDay } from '../../../functions/platform/calendar.ts';
import { seats, subscription, testContext } from '../facts.ts';

type Line = SubscriptionFact['lines'][number];

/** An agreement with one line of so many whole dollars a year, from one day until another. */
const signed = (id: string, dollars: number, startsOn: string, endsOn: string, more: Partial<SubscriptionFact> = {}): SubscriptionFact => {
  const line: Line = seats(`oi_${id}`, 1, dollars * 100, {
    interval: 'year',
    startsOn,
    endsOn,
    productId: `prod_${id}`,
    bookedOn: startsOn,
  });
  const fact = subscription(startsOn, [line], {
    eventId: `read:${id}`,
    evidence: 'signed',
    lifecycle: 'observed',
    subscriptionId: id,
    agreementId: id,
    startsOn,
    startsOnStated: true,
    bookedOn: startsOn,
    ...more,
  });
  return (fact as Extract<Fact, { kind: 'subscription' }>).data;
};

/** Chains, each as the agreements of its terms with their first days. */
const chains = (...facts: readonly SubscriptionFact[]): string[] => {
  const told = (all: readonly SubscriptionFact[]) =>
    chainsOf(all, 30).map(({ terms }) => terms.map(({ agreementId, startDay }) => `${agreementId} ${fromEpochDay(startDay)}`).join(', '));
  // They depend on the set of readings only.
  expect(told([...facts].reverse())).toEqual(told(facts));
  return told(facts);
};

/** Net movements by day and cause, in plan minor units, in whichever order the facts come. */
const movements = (...facts: readonly SubscriptionFact[]): string[] => {
  const of = (all: readonly SubscriptionFact[]): string[] => {
    const account = openAccount(testContext);
    for (const data of all) recordFact(account, { kind: 'subscription', data }, testContext);
    const sums = new Map<string, bigint>();
    for (const { day, cause, lines, renewed } of account.recorded)
      for (const { planMinor } of [...lines.map(({ planDeltaMinor }) => ({ planMinor: planDeltaMinor })), ...(renewed ?? [])])
        sums.set(`${fromEpochDay(day)} ${cause}`, (sums.get(`${fromEpochDay(day)} ${cause}`) ?? 0n) + planMinor);
    return [...sums].flatMap(([name, sum]) => (sum === 0n ? [] : [`${name} ${sum}`])).toSorted();
  };
  expect(of([...facts].reverse())).toEqual(of(facts));
  return of(facts);
};

const first = signed('A', 1_000, '2026-02-01', '2027-02-01');

describe('an agreement that says which one it renews', () => {
  it('joins its chain, where neither a product nor a day would tell', () => {
    const next = signed('B', 1_200, '2027-06-01', '2028-06-01');
    expect(chains(first, next)).toEqual(['A 2026-02-01', 'B 2027-06-01']);
    expect(chains(first, { ...next, renewalOf: 'A' })).toEqual(['A 2026-02-01, B 2027-06-01']);
  });

  it('takes the place of what it renews from its first day on: an early renewal is not counted beside the rest of the old term', () => {
    const early = signed('B', 1_200, '2026-11-01', '2027-11-01', { renewalOf: 'A' });
    const two = ['2026-02-01 new 100000', '2026-11-01 expansion 120000'];
    const { renewalOf: _, ...unrelated } = early;
    expect(movements(first, unrelated)).toEqual(two);
    expect(movements(first, early)).toEqual([
      '2026-02-01 new 100000',
      // 1,000 a year are renewed; at 1,200 by another product they are 200 more
      '2026-11-01 expansion 20000',
      '2026-11-01 renewal 100000',
    ]);
  });

  it('goes before another one that only looks like the renewal', () => {
    const alike = signed('B', 1_000, '2027-02-01', '2028-02-01', {
      lines: first.lines.map((line) => ({ ...line, lineId: 'oi_B', startsOn: '2027-02-01', endsOn: '2028-02-01' })),
    });
    expect(chains(first, alike)).toEqual(['A 2026-02-01, B 2027-02-01']);
    const said = signed('C', 1_200, '2027-02-15', '2028-02-15', { renewalOf: 'A' });
    expect(chains(first, alike, said)).toEqual(['A 2026-02-01, C 2027-02-15', 'B 2027-02-01']);
  });

  it('bridges no more than thirty days: what began later is a reactivation', () => {
    const late = signed('B', 1_200, '2027-03-01', '2028-03-01', { renewalOf: 'A' });
    // 28 days after the term
    expect(movements(first, late)).toEqual(['2026-02-01 new 100000', '2027-03-01 expansion 20000', '2027-03-01 renewal 100000']);
    // 31 days after
    expect(movements(first, signed('B', 1_200, '2027-03-04', '2028-03-04', { renewalOf: 'A' }))).toEqual([
      '2026-02-01 new 100000',
      '2027-02-01 churn -100000',
      '2027-03-04 reactivation 120000',
    ]);
  });

  it('is followed from renewal to renewal, also where all of them name the first one', () => {
    const second = signed('B', 1_100, '2027-02-01', '2028-02-01', { renewalOf: 'A' });
    const third = signed('C', 1_200, '2028-02-01', '2029-02-01', { renewalOf: 'B' });
    expect(chains(first, second, third)).toEqual(['A 2026-02-01, B 2027-02-01, C 2028-02-01']);
    expect(chains(first, second, { ...third, renewalOf: 'A' })).toEqual(['A 2026-02-01, B 2027-02-01, C 2028-02-01']);
  });

  it('with another one at the same time is an agreement of its own: nothing that was signed is lost', () => {
    const north = signed('B', 600, '2027-02-01', '2028-02-01', { renewalOf: 'A' });
    const south = signed('C', 500, '2027-02-01', '2028-02-01', { renewalOf: 'A' });
    expect(chains(first, north, south)).toEqual(['A 2026-02-01, B 2027-02-01', 'C 2027-02-01']);
    // 600 and 500 after 1,000
    expect(movements(first, north, south)).toEqual(['2026-02-01 new 100000', '2027-02-01 expansion 10000', '2027-02-01 renewal 100000']);
  });

  it('leaves later terms of the renewed one behind', () => {
    const [line] = first.lines as [Line];
    const secondYear = { ...line, startsOn: '2027-02-01', endsOn: '2028-02-01', bookedOn: '2027-01-10' };
    const twoTerms = { ...first, lines: [line, secondYear] };
    expect(chains(twoTerms)).toEqual(['A 2026-02-01, A 2027-02-01']);
    expect(chains(twoTerms, signed('B', 900, '2027-02-01', '2028-02-01', { renewalOf: 'A' }))).toEqual(['A 2026-02-01, B 2027-02-01']);
  });

  it('does no harm where the other one is not known, not signed, itself, later, or named in a circle', () => {
    const next = signed('B', 1_200, '2027-02-01', '2028-02-01');
    const apart = ['A 2026-02-01', 'B 2027-02-01'];
    expect(chains(first, { ...next, renewalOf: 'Z' })).toEqual(apart);
    expect(chains(first, { ...next, renewalOf: 'B' })).toEqual(apart);
    expect(chains({ ...first, renewalOf: 'B' }, next)).toEqual(apart);
    expect(chains({ ...first, renewalOf: 'B' }, { ...next, renewalOf: 'A' })).toEqual(['A 2026-02-01, B 2027-02-01']);
    expect(chains({ ...first, evidence: 'claimed' }, { ...next, renewalOf: 'A' })).toEqual(['B 2027-02-01']);
    // Both begin on one day: neither comes after the other.
    const sameDay = signed('B', 1_200, '2026-02-01', '2027-02-01', { renewalOf: 'A' });
    expect(chains({ ...first, renewalOf: 'B' }, sameDay)).toEqual(['A 2026-02-01', 'B 2026-02-01']);
  });
});

describe('terms of one agreement', () => {
  it('stay one chain, whatever is sold in the next one and however much later it begins', () => {
    const [line] = first.lines as [Line];
    const later = {
      ...line,
      productId: 'prod_other',
      lineId: 'oi_2',
      startsOn: '2028-02-01',
      endsOn: '2029-02-01',
      bookedOn: '2028-01-10',
    };
    const agreement = { ...first, lines: [line, later] };
    expect(chains(agreement)).toEqual(['A 2026-02-01, A 2028-02-01']);
    // A year without service between them
    expect(movements(agreement)).toEqual(['2026-02-01 new 100000', '2027-02-01 churn -100000', '2028-02-01 reactivation 100000']);
  });
});
