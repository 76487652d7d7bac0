import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { canceled, schedule, seats, subscription } from '../facts.ts';
import { arrOn, movesOf } from './told.ts';

/** Ten seats at $10 a month: $1,200 a year. */
const TEN_SEATS = seats('si_1', 10, 1000);

describe('what a movement is called', () => {
  const visit = (id: string, from: string, to: string): Fact[] => [
    subscription(from, [TEN_SEATS], { subscriptionId: id, lifecycle: 'created', startsOn: from }),
    canceled(to, { subscriptionId: id, startsOn: from }),
  ];

  it('sameMonth: who comes and goes within a month is new and lost, or was never there', () => {
    const facts = [...visit('sub_1', '2026-03-05', '2026-03-25'), ...visit('sub_2', '2026-05-20', '2026-06-02')];
    expect(movesOf(facts)).toEqual([
      '2026-03-05 new 120000',
      '2026-03-25 churn -120000',
      '2026-05-20 reactivation 120000',
      '2026-06-02 churn -120000',
    ]);
    expect(movesOf(facts, { sameMonth: 'net' })).toEqual(['2026-05-20 new 120000', '2026-06-02 churn -120000']);
    expect([arrOn(facts, '2026-03-10'), arrOn(facts, '2026-03-10', { sameMonth: 'net' })]).toEqual([120_000n, 0n]);
  });

  it('reactivationDays: back after 91 days is a reactivation, or new', () => {
    // 31 March and 91 days are 30 June; 90 are 29 June.
    const later = [...visit('sub_1', '2026-01-01', '2026-03-31'), ...visit('sub_2', '2026-06-30', '2026-09-01')];
    expect(movesOf(later)[2]).toBe('2026-06-30 reactivation 120000');
    expect(movesOf(later, { reactivationDays: 90 })[2]).toBe('2026-06-30 new 120000');
    const within = [...visit('sub_1', '2026-01-01', '2026-03-31'), ...visit('sub_2', '2026-06-29', '2026-09-01')];
    expect(movesOf(within, { reactivationDays: 90 })[2]).toBe('2026-06-29 reactivation 120000');
  });

  it('freeCustomer: who is given 100% off is lost, or has contracted, and expands when it pays again', () => {
    const free = [{ discountId: 'd', kind: 'percent' as const, value: '100', duration: 'forever' as const }];
    const facts = [
      subscription('2026-01-01', [TEN_SEATS], { lifecycle: 'created', startsOn: '2026-01-01' }),
      subscription('2026-03-01', [TEN_SEATS], { startsOn: '2026-01-01', discounts: free }),
      subscription('2026-05-01', [TEN_SEATS], { startsOn: '2026-01-01' }),
      canceled('2026-07-01', { startsOn: '2026-01-01' }),
    ];
    expect(movesOf(facts)).toEqual([
      '2026-01-01 new 120000',
      '2026-03-01 churn -120000',
      '2026-05-01 reactivation 120000',
      '2026-07-01 churn -120000',
    ]);
    expect(movesOf(facts, { freeCustomer: 'contraction' })).toEqual([
      '2026-01-01 new 120000',
      '2026-03-01 contraction -120000',
      '2026-05-01 expansion 120000',
      '2026-07-01 churn -120000',
    ]);
  });

  const phases = (priceId: string, quantity: string) => [
    { startsOn: '2026-01-01', endsOn: '2027-01-01', items: [{ priceId: 'price_1000', quantity: '10' }] },
    { startsOn: '2027-01-01', items: [{ priceId, quantity }] },
  ];

  it('escalators: a price that was fixed in advance is told apart, or is expansion', () => {
    const facts = [
      subscription('2026-01-01', [TEN_SEATS], { lifecycle: 'created', startsOn: '2026-01-01' }),
      schedule('2026-01-01', phases('price_1100', '10')),
      subscription('2027-01-01', [seats('si_1', 10, 1100)], { startsOn: '2026-01-01' }),
    ];
    expect(movesOf(facts)[1]).toBe('2027-01-01 price-escalator 12000'); // 10 × $1 × 12
    expect(movesOf(facts, { escalators: 'expansion' })[1]).toBe('2027-01-01 expansion 12000');
    expect(movesOf(facts, { contractedSteps: 'expansion' })[1]).toBe('2027-01-01 price-escalator 12000');
  });

  it('contractedSteps: a quantity that was fixed in advance is told apart, or is expansion', () => {
    const facts = [
      subscription('2026-01-01', [TEN_SEATS], { lifecycle: 'created', startsOn: '2026-01-01' }),
      schedule('2026-01-01', phases('price_1000', '15')),
      subscription('2027-01-01', [seats('si_1', 15, 1000)], { startsOn: '2026-01-01' }),
    ];
    expect(movesOf(facts)[1]).toBe('2027-01-01 contracted-step 60000'); // 5 × $10 × 12
    expect(movesOf(facts, { contractedSteps: 'expansion' })[1]).toBe('2027-01-01 expansion 60000');
    expect(movesOf(facts, { escalators: 'expansion' })[1]).toBe('2027-01-01 contracted-step 60000');
  });

  it('renewalTermMonthsMin: a term of six months renews silently, or by a movement', () => {
    const term = (startsOn: string, on: string) =>
      subscription(on, [TEN_SEATS], {
        startsOn: '2026-01-01',
        termMonths: 6,
        termStartsOn: startsOn,
        lifecycle: on === '2026-01-01' ? 'created' : 'changed',
      });
    const facts = [term('2026-01-01', '2026-01-01'), term('2026-07-01', '2026-07-01')];
    expect(movesOf(facts)).toEqual(['2026-01-01 new 120000']);
    expect(movesOf(facts, { renewalTermMonthsMin: 6 })).toEqual(['2026-01-01 new 120000', '2026-07-01 renewal 0']);
  });

  it('fx: rates are a movement of their own, or part of what the customer moved by on the day', () => {
    // One euro is $1.10 in 2026 and $1.20 from 2027 on.
    const facts = [
      subscription('2026-06-01', [TEN_SEATS], { currency: 'EUR', lifecycle: 'created', startsOn: '2026-06-01' }),
      subscription('2027-01-01', [seats('si_1', 20, 1000)], { currency: 'EUR', startsOn: '2026-06-01' }),
    ];
    expect(movesOf(facts)).toEqual([
      '2026-06-01 new 132000', // 1,200 × 1.10
      '2027-01-01 fx 12000', // 1,200 × 0.10
      '2027-01-01 expansion 144000', // 1,200 × 1.20
    ]);
    expect(movesOf(facts, { fx: 'movements' })).toEqual(['2026-06-01 new 132000', '2027-01-01 expansion 156000']);
    expect(movesOf(facts.slice(0, 1), { fx: 'movements' })).toEqual(['2026-06-01 new 132000', '2027-01-01 expansion 12000']);
  });
});
