import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { openAccount, recordFact } from '../../../functions/arr/movements/account.ts';
import { fromEpochDay } from '../../../functions/platform/calendar.ts';
import { canceled, schedule, seats, subscription, testContext } from '../facts.ts';

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

  it('was so as it is stated anew in the end: what it inherits of its customer was learnt after it was read', () => {
    const trial = subscription('2026-01-01', ten, { ...created, status: 'trialing', trialEndsOn: '2026-01-15' });
    const read = { startsOn: '2026-01-15', trialEndsOn: '2026-01-15', lifecycle: 'observed', fingerprint: 'as read' } as const;
    const tenth = { discountId: 'di_1', kind: 'percent', value: '10', duration: 'forever', startsOn: '2026-01-10' } as const;
    const first = subscription('2026-02-20T09:00:00Z', ten, { ...read, eventId: 'refetch:sub_1:1:evt_1' });
    const anew = subscription('2026-02-20T09:00:00Z', ten, { ...read, eventId: 'refetch:sub_1:1:evt_1.0002', discounts: [tenth] });
    // 600,000 less a tenth, since the trial's end and not since the reading: as a correction, or at once
    expect(movementsOf(trial, first, anew)).toEqual(['2026-01-15 new 600000', '2026-01-15 new -60000']);
    expect(movementsOf(trial, anew)).toEqual(['2026-01-15 new 540000']);
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

  /** The customer stays, whatever becomes of the subscription with the schedule: $1,200 a year. */
  const other = subscription('2026-01-02', [seats('o', 1, 10_000)], { subscriptionId: 'sub_other' });
  const dearer = phasesOf('10', { priceId: 'price_5500' });

  it('takes no end, no beginning and no return of service', () => {
    // canceled on the phase's day: 10 × 5,000 × 12 less
    expect(movementsOf(other, schedule('2026-01-05', dearer), subscription('2026-01-05', ten), canceled('2026-07-05')).at(-1)).toBe(
      '2026-07-05 contraction -600000',
    );
    // in service for the first time on the day of the phase
    const trial = { status: 'trialing', startsOn: '2026-07-05', lifecycle: 'created' } as const;
    expect(
      movementsOf(
        other,
        schedule('2026-01-05', phasesOf('10')),
        subscription('2026-01-05', ten, trial),
        subscription('2026-07-05', ten, { startsOn: '2026-07-05' }),
      ).at(-1),
    ).toBe('2026-07-05 expansion 600000');
    expect(
      movementsOf(
        other,
        schedule('2026-01-05', phasesOf('10')),
        subscription('2026-01-05', ten),
        subscription('2026-05-05', ten, { status: 'unpaid' }),
        subscription('2026-07-05', ten),
      ).at(-1),
    ).toBe('2026-07-05 expansion 600000');
  });

  it('is no step where it is the first of a schedule that was put off before it began', () => {
    const from = (startsOn: string) => [{ startsOn, items: [{ priceId: 'price_5000', quantity: '10' }] }];
    expect(
      movementsOf(
        other,
        schedule('2026-01-05', from('2026-03-01'), { status: 'not-started', lifecycle: 'created' }),
        schedule('2026-01-10', from('2026-04-01'), { status: 'not-started', lifecycle: 'changed' }),
        subscription('2026-04-01', ten),
      ).at(-1),
    ).toBe('2026-04-01 expansion 600000');
  });

  it('that is told of on its own day is an amendment, not a step', () => {
    const [first] = phasesOf('10');
    const now = { startsOn: '2026-06-10', items: [{ priceId: 'price_5000', quantity: '15' }] };
    expect(
      movementsOf(
        subscription('2026-01-05', ten),
        schedule('2026-06-10T09:00:00Z', [first as NonNullable<typeof first>], { lifecycle: 'created' }),
        schedule('2026-06-10T09:00:05Z', [first as NonNullable<typeof first>, now], { lifecycle: 'changed' }),
        subscription('2026-06-10T09:00:06Z', [seats('a', 15, 5000)]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-06-10 expansion 300000']);
  });

  it('is an escalator or a step by what it fixed, not by what the customer made of it', () => {
    // fixed: 10 at $55, 60,000 more; two more seats taken: 2 × 5,500 × 12 = 132,000
    expect(
      movementsOf(schedule('2026-01-05', dearer), subscription('2026-01-05', ten), subscription('2026-07-05', [seats('a', 12, 5500)])),
    ).toEqual(['2026-01-05 new 600000', '2026-07-05 price-escalator 60000', '2026-07-05 expansion 132000']);
    // fixed: 15 at $55 = 990,000, 390,000 more; ten kept: 5 × 5,500 × 12 = 330,000 less
    expect(
      movementsOf(
        schedule('2026-01-05', phasesOf('15', { priceId: 'price_5500' })),
        subscription('2026-01-05', ten),
        subscription('2026-07-05', [seats('a', 10, 5500)]),
      ),
    ).toEqual(['2026-01-05 new 600000', '2026-07-05 contracted-step 390000', '2026-07-05 contraction -330000']);
  });

  it('leaves a renewal’s uplift where it fixed nothing of the change', () => {
    const yearly = { termMonths: 12 } as const;
    expect(
      movementsOf(
        schedule('2026-01-05', [
          ...phasesOf('10').slice(0, 1),
          { startsOn: '2027-01-05', items: [{ priceId: 'price_5000', quantity: '10' }] },
        ]),
        subscription('2026-01-05', ten, { ...yearly, termStartsOn: '2026-01-05' }),
        // 10 × (5,500 − 5,000) × 12
        subscription('2027-01-05', [seats('a', 10, 5500)], { ...yearly, termStartsOn: '2027-01-05' }),
      ),
    ).toEqual(['2026-01-05 new 600000', '2027-01-05 renewal-uplift 60000', '2027-01-05 renewal 0']);
  });
});

describe('a start that is stated', () => {
  it('is no renewal, though it lies behind the beginning of the billing period', () => {
    const year = (startsOn: string, more: object = {}) => ({ startsOn, ...more }) as const;
    const billed = [seats('a', 1, 60_000, { interval: 'year', periodStartsOn: '2026-01-20' })];
    expect(
      movementsOf(
        subscription('2026-01-20', billed, year('2026-01-20', { lifecycle: 'created' })),
        subscription('2026-06-10', billed, year('2026-02-01', { startsOnStated: true })),
      ),
    ).toEqual(['2026-01-20 new 60000', '2026-01-20 new -60000', '2026-02-01 new 60000']);
  });

  it('says nothing of the earlier terms where it is a later term’s', () => {
    expect(
      movementsOf(
        subscription('2026-01-20', ten, { startsOn: '2026-01-20', lifecycle: 'created' }),
        subscription('2027-01-20', ten, { startsOn: '2027-01-20', startsOnStated: true }),
      ),
    ).toEqual(['2026-01-20 new 600000']);
  });

  it('holds in a trial too, whether or not another event comes within it', () => {
    const stated = { status: 'trialing', startsOn: '2026-01-05', startsOnStated: true, trialEndsOn: '2026-02-01' } as const;
    const created = subscription('2026-01-05', ten, { ...stated, lifecycle: 'created' });
    expect(movementsOf(created)).toEqual(['2026-01-05 new 600000']);
    expect(movementsOf(created, subscription('2026-01-20', ten, stated))).toEqual(['2026-01-05 new 600000']);
  });
});

describe('items that were made anew', () => {
  it('belong together by quantity, whatever their order', () => {
    const yearly = { termMonths: 12 } as const;
    expect(
      movementsOf(
        subscription('2026-01-05', [seats('a', 10, 1200), seats('b', 3, 600)], { ...yearly, termStartsOn: '2026-01-05' }),
        // 10 × 120 × 12 + 3 × 60 × 12 = 16,560
        subscription('2027-01-05', [seats('c', 3, 660), seats('d', 10, 1320)], { ...yearly, termStartsOn: '2027-01-05' }),
      ),
    ).toEqual(['2026-01-05 new 165600', '2027-01-05 renewal-uplift 16560', '2027-01-05 renewal 0']);
  });

  it('share no discount of before with an item that is new', () => {
    const yearly = { termMonths: 12 } as const;
    const off = { discountId: 'di_1', kind: 'amount', value: '1000', duration: 'forever' } as const;
    expect(
      movementsOf(
        // (10 × 500 − 1,000) × 12 = 48,000
        subscription('2026-01-05', [seats('a', 10, 500)], { ...yearly, termStartsOn: '2026-01-05', discounts: [off] }),
        // (2 × 10 × 500 − 1,000) × 12 = 108,000: nothing costs more than before
        subscription('2027-01-05', [seats('a', 10, 500), seats('b', 10, 500)], { ...yearly, termStartsOn: '2027-01-05', discounts: [off] }),
      ),
    ).toEqual(['2026-01-05 new 48000', '2027-01-05 expansion 60000', '2027-01-05 renewal 0']);
  });
});
