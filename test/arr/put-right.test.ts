import { describe, expect, it } from 'vitest';
import type { Fact } from '../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../functions/arr/movements/account.ts';
import { fromEpochDay } from '../../functions/platform/calendar.ts';
import { canceled, schedule, seats, subscription, testContext } from './facts.ts';

/** Movements in the order in which they were recorded, as `day cause amount` in the plan currency. */
const movementsOf = (...facts: readonly Fact[]): readonly string[] => {
  const account = openAccount(testContext);
  return facts.flatMap((fact) =>
    recordFact(account, fact, testContext).map(
      ({ day, cause, lines }) => `${fromEpochDay(day)} ${cause} ${lines.reduce((sum, line) => sum + line.planDeltaMinor, 0n)}`,
    ),
  );
};

/** Ten seats at $50 a month: $6,000 a year. */
const ten = [seats('a', 10, 5000)];

describe('a service start that was put right later', () => {
  it('moves what was live before it: the source states a later day', () => {
    expect(
      movementsOf(
        subscription('2026-01-20', ten, { startsOn: '2026-01-20', lifecycle: 'created' }),
        subscription('2026-01-25', ten, { startsOn: '2026-02-01', startsOnStated: true }),
      ),
    ).toEqual(['2026-01-20 new 600000', '2026-01-20 new -600000', '2026-02-01 new 600000']);
  });

  it('moves the beginning back: the source states an earlier day', () => {
    expect(
      movementsOf(
        subscription('2026-01-20', ten, { startsOn: '2026-01-20', lifecycle: 'created' }),
        subscription('2026-01-25', [seats('a', 12, 5000)], { startsOn: '2026-01-10', startsOnStated: true }),
      ),
    ).toEqual(['2026-01-20 new 600000', '2026-01-10 new 600000', '2026-01-20 new -600000', '2026-01-25 expansion 120000']);
  });

  it('says nothing of the days before the first fact where the creation was not seen', () => {
    expect(
      movementsOf(subscription('2026-01-20', ten), subscription('2026-01-25', ten, { startsOn: '2026-01-10', startsOnStated: true })),
    ).toEqual(['2026-01-20 new 600000']);
  });
});

describe('a subscription that is found in service after its start', () => {
  const created = { startsOn: '2026-01-15', lifecycle: 'created' } as const;

  it('was so since the trial’s end, though its source says it a day later', () => {
    expect(
      movementsOf(
        subscription('2026-01-01', ten, { ...created, status: 'trialing', trialEndsOn: '2026-01-15' }),
        subscription('2026-01-16', ten, { startsOn: '2026-01-15', trialEndsOn: '2026-01-15' }),
      ),
    ).toEqual(['2026-01-15 new 600000']);
  });

  it('was so since a start before its creation, though it was paid for later', () => {
    expect(
      movementsOf(
        subscription('2026-01-20', ten, { ...created, status: 'incomplete' }),
        subscription('2026-01-21', ten, { startsOn: '2026-01-15' }),
      ),
    ).toEqual(['2026-01-15 new 600000']);
  });

  it('was not while its source had paused it, and is not new when it comes back', () => {
    expect(
      movementsOf(
        subscription('2026-01-01', ten, { ...created, status: 'trialing', trialEndsOn: '2026-01-15' }),
        subscription('2026-01-15', ten, { startsOn: '2026-01-15', status: 'paused' }),
        subscription('2026-01-25', ten, { startsOn: '2026-01-15' }),
        canceled('2026-02-10', { startsOn: '2026-01-15' }),
      ),
    ).toEqual(['2026-01-25 new 600000', '2026-02-10 churn -600000']);
  });
});

describe('an item that its source made anew', () => {
  it('takes a renewal’s uplift on: the old quantity at the new price', () => {
    const renewal = { termMonths: 12, lifecycle: 'changed' } as const;
    expect(
      movementsOf(
        subscription('2026-01-05', ten, { ...renewal, termStartsOn: '2026-01-05' }),
        // 10 × (5,500 − 5,000) × 12 = 60,000 uplift, 2 × 5,500 × 12 = 132,000 decided
        subscription('2027-01-05', [seats('b', 12, 5500)], { ...renewal, termStartsOn: '2027-01-05' }),
      ),
    ).toEqual(['2026-01-05 new 600000', '2027-01-05 renewal-uplift 60000', '2027-01-05 expansion 132000', '2027-01-05 renewal 0']);
  });

  it('keeps a phase that changes only the price an escalator', () => {
    const phases = [
      { startsOn: '2026-01-05', items: [{ priceId: 'price_5000', quantity: '10' }] },
      { startsOn: '2026-07-05', items: [{ priceId: 'price_5500', quantity: '10' }] },
    ];
    expect(
      movementsOf(schedule('2026-01-05', phases), subscription('2026-01-05', ten), subscription('2026-07-05', [seats('b', 10, 5500)])),
    ).toEqual(['2026-01-05 new 600000', '2026-07-05 price-escalator 60000']);
  });
});

describe('a phase of a schedule', () => {
  const phasesOf = (quantity: string, more: object = {}) => [
    { startsOn: '2026-01-05', items: [{ priceId: 'price_5000', quantity: '10' }] },
    { startsOn: '2026-07-05', items: [{ priceId: 'price_5000', quantity, ...more }] },
  ];

  it('that swaps the product is a contracted step, not an escalator', () => {
    expect(
      movementsOf(
        schedule('2026-01-05', phasesOf('10', { priceId: 'price_5500' })),
        subscription('2026-01-05', ten),
        subscription('2026-07-05', [seats('a', 10, 5500, { productId: 'prod_next' })]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-07-05 contracted-step 60000']);
  });

  it('takes only what it fixed: what the customer buys on its day beyond it is expansion', () => {
    expect(
      movementsOf(
        schedule('2026-01-05', phasesOf('15')),
        subscription('2026-01-05', ten),
        // five more by contract, 5 × 5,000 × 12 = 300,000, and three more on the same day, 180,000; another product for 4 × 1,000 × 12
        subscription('2026-07-05', [seats('a', 18, 5000), seats('b', 4, 1000, { productId: 'prod_support' })]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-07-05 contracted-step 300000', '2026-07-05 expansion 228000']);
  });

  it('does not take what the customer gives up against it', () => {
    expect(
      movementsOf(
        schedule('2026-01-05', phasesOf('15')),
        subscription('2026-01-05', ten),
        // by contract five more, and six of the fifteen given up: 6 × 5,000 × 12 = 360,000
        subscription('2026-07-05', [seats('a', 9, 5000)]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-07-05 contracted-step 300000', '2026-07-05 contraction -360000']);
  });

  it('that has begun stays a step when a later showing leaves out what is past', () => {
    const [, second] = phasesOf('15');
    const third = { startsOn: '2027-01-05', items: [{ priceId: 'price_5000', quantity: '20' }] };
    expect(
      movementsOf(
        schedule('2026-01-05', phasesOf('15')),
        subscription('2026-01-05', ten),
        subscription('2026-07-05', [seats('a', 15, 5000)]),
        schedule('2026-09-01', [second as NonNullable<typeof second>, third], { eventType: 'subscription_schedule.updated' }),
        subscription('2027-01-05', [seats('a', 20, 5000)]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-07-05 contracted-step 300000', '2027-01-05 contracted-step 300000']);
  });

  it('is as the update says that came after the creation in one second, whatever their ids', () => {
    const at = '2026-01-05T09:00:00Z';
    const made = schedule(at, phasesOf('15'), { eventId: 'evt_z', lifecycle: 'created', fingerprint: 'fifteen' });
    const updated = (eventId: string, quantity: string, fingerprint: string, previousFingerprint: string): Fact =>
      schedule(at, phasesOf(quantity), { eventId, lifecycle: 'changed', fingerprint, previousFingerprint });
    // created with 15, then 12, then 11: of 8 more seats on the day, one is of the contract
    const facts = [updated('evt_a', '11', 'eleven', 'twelve'), updated('evt_b', '12', 'twelve', 'fifteen'), made];
    expect(movementsOf(...facts, subscription('2026-01-05', ten), subscription('2026-07-05', [seats('a', 18, 5000)]))).toEqual([
      '2026-01-05 new 600000',
      '2026-07-05 contracted-step 60000',
      '2026-07-05 expansion 420000',
    ]);
  });
});
