import { describe, expect, it } from 'vitest';
import { dealOf, type Opportunity, sizeOf, waitingSentence, wonOf } from '../../../functions/arr/alerts/deal-won.ts';
import { digestOf, type ReachedStatus, reachedOf } from '../../../functions/arr/alerts/milestone.ts';
import { listName, listNewsOf } from '../../../functions/arr/alerts/strategic-customer.ts';
import type { Movement } from '../../../functions/arr/events.ts';

const PLAN = { startsOn: '2026-01-01', targetOn: '2026-12-31' };

describe('a deal', () => {
  const opportunity = (change: Partial<Opportunity> = {}): Opportunity => ({
    provenance: { system: 'salesforce', instance: 'main', eventId: 'read:1' },
    opportunityId: '006A',
    customerId: '001A',
    currency: 'USD',
    amountMinor: '500000001',
    isClosed: true,
    isWon: true,
    deleted: false,
    closesOn: '2026-10-31',
    ...change,
  });
  const DOLLAR = () => ({ num: 1n, den: 1n });
  const size = (one: Opportunity, factor: Parameters<typeof sizeOf>[2] = DOLLAR) => {
    const won = wonOf(one, PLAN.startsOn);
    return won === undefined ? undefined : sizeOf(won, '500000000', factor);
  };

  it('is large above $5M, to the cent', () => {
    expect(size(opportunity())).toEqual({ isTold: true, isLarge: true, planMinor: 500_000_001n });
    expect(size(opportunity({ amountMinor: '500000000' }))).toEqual({ isTold: true, isLarge: false, planMinor: 500_000_000n });
  });

  it('in another currency is compared at plan rate, exactly', () => {
    // €4,545,454.55 × 1.10 = $5,000,000.005
    const euros = opportunity({ currency: 'EUR', amountMinor: '454545455' });
    expect(size(euros, () => ({ num: 11n, den: 10n }))).toEqual({ isTold: true, isLarge: true, planMinor: 500_000_001n });
    expect(size(euros, () => undefined)).toEqual({ isTold: false });
  });

  it.each([
    ['lost', { isWon: false }],
    ['still open', { isClosed: false }],
    ['deleted', { deleted: true }],
    ['closed before the plan began', { closesOn: '2025-12-31' }],
    ['without an amount', { amountMinor: undefined }],
  ])('that is %s is none that was won', (_, change) => {
    expect(wonOf(opportunity(change), PLAN.startsOn)).toBeUndefined();
  });

  it('is known by its source, whatever is amended', () => {
    expect(dealOf(opportunity())).toBe('salesforce.main.006A');
    expect(dealOf(opportunity({ amountMinor: '900000000', closesOn: '2026-11-30' }))).toBe('salesforce.main.006A');
  });

  it('that waits says for which rate', () => {
    const waits = { currency: 'EUR', amountMinor: '1', closesOn: '2026-10-31', eventId: 'read:1' };
    expect(waitingSentence([], 'USD')).toBeUndefined();
    expect(waitingSentence([waits, { ...waits, currency: 'GBP', closesOn: '2026-11-30' }], 'USD')).toBe(
      'Whether 2 won deals are large cannot be told: There is no plan rate EUR/USD on 2026-10-31: load one of that day or earlier by PUT /api/v1/fx/rates.',
    );
  });
});

describe('the plan’s list of strategic customers', () => {
  const MARK = { attribute: 'fortune500', value: 'yes' };
  const movement = (change: Partial<Movement> = {}): Movement => ({
    movementId: 'salesforce.main.001A~2026-03-01~1~0',
    customerId: 'salesforce.main.001A',
    effectiveOn: '2026-03-01',
    recordedAt: '2026-03-01T00:00:00.000Z',
    cause: 'new',
    correction: false,
    attributes: { fortune500: 'yes' },
    lines: [
      { lineKey: 'l', productId: 'p', legalEntity: 'acme-inc', currency: 'EUR', cause: 'new', deltaMinor: '100', planDeltaMinor: '110' },
    ],
    stock: ['110', '0', '0'],
    eventIds: ['evt_1'],
    ...change,
  });
  const what = (change: Partial<Movement>) => listNewsOf(movement(change), MARK, PLAN)?.what;

  it('gains a customer that begins within the plan', () => {
    expect(listNewsOf(movement(), MARK, PLAN)).toEqual({
      what: 'added',
      customerId: 'salesforce.main.001A',
      on: '2026-03-01',
      movementId: 'salesforce.main.001A~2026-03-01~1~0',
      planMinor: 110n,
    });
    expect(what({ effectiveOn: '2026-01-01' })).toBe('added');
    expect(what({ effectiveOn: '2026-12-31' })).toBe('added');
  });

  it('knows one that began outside the plan, and tells nothing of it', () => {
    expect(what({ effectiveOn: '2025-12-31' })).toBe('known');
    expect(what({ effectiveOn: '2027-01-01' })).toBe('known');
  });

  it('says nothing of who is not on it, comes back, expands, or is taken back', () => {
    expect(what({ attributes: { fortune500: 'no' } })).toBeUndefined();
    expect(what({ cause: 'reactivation' })).toBeUndefined();
    expect(what({ cause: 'expansion' })).toBeUndefined();
    const [line] = movement().lines as [Movement['lines'][number]];
    expect(what({ lines: [{ ...line, deltaMinor: '-100', planDeltaMinor: '-110' }], correction: true })).toBeUndefined();
  });

  it('tells apart who comes onto it or leaves it', () => {
    const transfer = (from: string, to: string, effectiveOn = '2026-03-01') =>
      what({ cause: 'transfer', effectiveOn, fromAttributes: { fortune500: from }, attributes: { fortune500: to } });
    expect([transfer('no', 'yes'), transfer('yes', 'no'), transfer('yes', 'yes')]).toEqual(['listed', 'unlisted', undefined]);
    expect([transfer('no', 'yes', '2025-03-01'), transfer('yes', 'no', '2025-03-01')]).toEqual(['known', undefined]);
  });

  it('is of the year that the plan names, or in which it begins', () => {
    expect(listName({ startsOn: '2026-01-01', strategicCustomers: { list: 'Fortune 500' } })).toBe('Fortune 500 of 2026');
    expect(listName({ startsOn: '2026-01-01', strategicCustomers: { list: 'Fortune 500', listYear: 2025 } })).toBe('Fortune 500 of 2025');
  });
});

describe('milestones', () => {
  const status = (change: Partial<ReachedStatus> = {}): ReachedStatus => ({
    on: '2026-11-05',
    planVersion: 1,
    planCurrency: 'USD',
    arrMinor: '940',
    milestone: {
      targetMinor: '1000',
      targetOn: '2026-12-31',
      progressBps: 9_400,
      thresholds: [
        { thresholdBps: 9_000, amountMinor: '900', reachedOn: '2026-08-27' },
        { thresholdBps: 9_500, amountMinor: '950' },
      ],
    },
    ...change,
  });

  it('are reached where the status says so, and none while ARR cannot be told', () => {
    expect(reachedOf(status())).toEqual([{ thresholdBps: 9_000, amountMinor: '900', reachedOn: '2026-08-27' }]);
    expect(reachedOf(status({ arrMinor: undefined }))).toEqual([]);
  });

  it('have a digest from the day after the first until the target day', () => {
    // 950 − 940 = 10 remain to the next
    expect(digestOf(status())).toEqual({
      planVersion: 1,
      on: '2026-11-05',
      currency: 'USD',
      arrMinor: '940',
      targetMinor: '1000',
      progressBps: 9_400,
      past: [{ thresholdBps: 9_000, amountMinor: '900', reachedOn: '2026-08-27', isAbove: true }],
      next: { thresholdBps: 9_500, amountMinor: '950', remainingMinor: '10' },
    });
    expect(digestOf(status({ on: '2026-08-27' }))).toBeUndefined();
    expect(digestOf(status({ on: '2026-08-28' }))).toBeDefined();
    expect(digestOf(status({ on: '2026-12-31' }))).toBeDefined();
    expect(digestOf(status({ on: '2027-01-01' }))).toBeUndefined();
    expect(digestOf(status({ arrMinor: undefined }))).toBeUndefined();
  });

  it('say in the digest which ARR has fallen below again', () => {
    expect(digestOf(status({ arrMinor: '899' }))?.past[0]?.isAbove).toBe(false);
  });
});
