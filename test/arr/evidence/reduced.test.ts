import { describe, expect, it } from 'vitest';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { closingAt } from '../../../functions/arr/movements/decide.ts';
import { fromEpochDay, toEpochDay } from '../../../functions/platform/calendar.ts';
import { seats, subscription, testContext } from '../facts.ts';

type Line = SubscriptionFact['lines'][number];

/** Net movements by day and cause, in plan minor units. */
const told = (facts: readonly Fact[]): string[] => {
  const account = openAccount(testContext);
  for (const fact of facts) recordFact(account, fact, testContext);
  const sums = new Map<string, bigint>();
  for (const { day, cause, lines } of account.recorded) {
    const name = `${fromEpochDay(day)} ${cause}`;
    sums.set(
      name,
      lines.reduce((sum, { planDeltaMinor }) => sum + planDeltaMinor, sums.get(name) ?? 0n),
    );
  }
  return [...sums].flatMap(([name, sum]) => (sum === 0n ? [] : [`${name} ${sum}`])).toSorted();
};

/** So many seats at $1,200 a year. */
const line = (lineId: string, quantity: number, startsOn: string, endsOn: string, bookedOn = '2026-01-15'): Line =>
  seats(lineId, quantity, 120_000, { interval: 'year', startsOn, endsOn, bookedOn });
const agreement = (at: string, lines: readonly Line[], more: Partial<SubscriptionFact> & { eventId?: string } = {}): Fact =>
  subscription(at, [...lines], {
    evidence: 'signed',
    lifecycle: 'observed',
    subscriptionId: '800A',
    agreementId: '800A',
    startsOn: '2026-02-01',
    startsOnStated: true,
    bookedOn: '2026-01-15',
    ...more,
  });

const kept = line('oi_2', 10, '2026-02-01', '2027-02-01');
const reduced = [line('oi_1', 100, '2026-02-01', '2026-09-01'), line('oi_1', 0, '2026-09-01', '2027-02-01', '2026-08-12')];

describe('a line of quantity 0', () => {
  it('is no ARR: the customer has one line fewer from that day on, by what it signed then', () => {
    const facts = [agreement('2026-08-12', [...reduced, kept])];
    // 100 and 10 seats at $1,200; less the 100, decided and not contracted from the beginning; 10 seats live on until the term has lapsed
    expect(told(facts)).toEqual(['2026-02-01 new 13200000', '2026-09-01 contraction -12000000']);
    const linesOn = (on: string) => closingAt(facts, toEpochDay(on), testContext).closing.lines.map(({ amountMinor }) => amountMinor);
    expect(linesOn('2026-08-31')).toEqual([12_000_000n, 1_200_000n]);
    expect(linesOn('2026-09-01')).toEqual([1_200_000n]);
  });

  it('ends all ARR on its day, also where another agreement begins soon after', () => {
    expect(told([agreement('2026-08-12', reduced)])).toEqual(['2026-02-01 new 12000000', '2026-09-01 churn -12000000']);
    const later = agreement('2026-09-20', [line('oi_9', 50, '2026-09-20', '2027-09-20', '2026-09-20')], {
      subscriptionId: '800B',
      agreementId: '800B',
      startsOn: '2026-09-20',
      bookedOn: '2026-09-20',
    });
    // Nothing ran out on 1 September that a late renewal could bridge: the customer had given it up.
    expect(told([agreement('2026-08-12', reduced), later])).toEqual([
      '2026-02-01 new 12000000',
      '2026-09-01 churn -12000000',
      '2026-09-20 reactivation 6000000',
    ]);
  });

  it('is no ARR either where it was nothing from its first day on', () => {
    expect(told([agreement('2026-01-15', [line('oi_1', 0, '2026-02-01', '2027-02-01')])])).toEqual([]);
  });
});

describe('an agreement that is canceled without lines', () => {
  it('counts for nothing, back to its first day, in whatever order the two facts come', () => {
    const had = agreement('2026-01-15', [kept]);
    const left = agreement('2026-03-01', [], { status: 'canceled' });
    expect(told([had])).toEqual(['2026-02-01 new 1200000']);
    expect(told([had, left])).toEqual([]);
    expect(told([left, had])).toEqual([]);
    const again = agreement('2026-03-05', [kept]);
    expect(told([again, left, had])).toEqual(['2026-02-01 new 1200000']);
  });
});
