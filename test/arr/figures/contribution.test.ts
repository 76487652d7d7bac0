import { describe, expect, it } from 'vitest';
import type { Movement } from '../../../functions/arr/events.ts';
import { contributionOf } from '../../../functions/arr/figures/contribution.ts';
import { EVERYTHING } from '../../../functions/arr/totals/series.ts';

const line = (more: Partial<Movement['lines'][number]>): Movement['lines'][number] => ({
  lineKey: 'sub_1/a',
  productId: 'prod_a',
  legalEntity: 'acme-inc',
  currency: 'USD',
  cause: 'expansion',
  deltaMinor: '500',
  planDeltaMinor: '500',
  ...more,
});

const movement = (more: Partial<Movement>): Movement => ({
  movementId: 'stripe.main.cus_1~2026-03-05~2~0',
  customerId: 'stripe.main.cus_1',
  effectiveOn: '2026-03-05',
  recordedAt: '2026-03-05T12:00:00.000Z',
  cause: 'expansion',
  correction: false,
  attributes: { segment: 'Enterprise' },
  lines: [line({})],
  stock: ['0', '500', '0'],
  eventIds: ['evt_1'],
  ...more,
});

const part = (of: Movement, dimension?: string, value = '', cause?: Movement['cause']): bigint | undefined =>
  contributionOf(of, dimension === undefined ? EVERYTHING : { dimension, value }, cause, 'USD')?.planMinor;

describe('a movement’s part of a figure', () => {
  it('is the sum of its lines in total, by attribute and by entity', () => {
    const two = movement({ lines: [line({}), line({ lineKey: 'sub_1/b', deltaMinor: '-200', planDeltaMinor: '-200' })] });
    expect([part(two), part(two, 'segment', 'Enterprise'), part(two, 'entity', 'acme-inc')]).toEqual([300n, 300n, 300n]); // 500 − 200
    expect(part(two, 'segment', 'Starter')).toBeUndefined();
  });

  it('is of a product what its lines moved by, under the line’s own cause', () => {
    const swap = movement({
      lines: [
        line({ cause: 'new', deltaMinor: '900', planDeltaMinor: '900' }),
        line({ productId: 'prod_b', cause: 'churn', deltaMinor: '-400', planDeltaMinor: '-400' }),
      ],
    });
    expect([part(swap, 'product', 'prod_a'), part(swap, 'product', 'prod_b')]).toEqual([900n, -400n]);
    expect([part(swap, 'product', 'prod_a', 'new'), part(swap, 'product', 'prod_a', 'expansion')]).toEqual([900n, undefined]);
    expect([part(swap, undefined, '', 'expansion'), part(swap, undefined, '', 'new')]).toEqual([500n, undefined]); // 900 − 400
  });

  it('is told in each currency and at plan rates', () => {
    const euros = movement({ lines: [line({}), line({ currency: 'EUR', deltaMinor: '100', planDeltaMinor: '110' })] });
    expect(contributionOf(euros, EVERYTHING, undefined, 'USD')).toEqual({
      planMinor: 610n, // 500 + 110
      byCurrency: new Map([
        ['EUR', { amountMinor: 100n, planMinor: 110n }],
        ['USD', { amountMinor: 500n, planMinor: 500n }],
      ]),
    });
  });

  it('is of a change of attributes a loss here and a gain there, and nothing in total', () => {
    const moved = movement({
      cause: 'transfer',
      fromAttributes: { segment: 'Starter' },
      lines: [line({ cause: 'transfer' })],
      stock: ['0', '0', '0'],
    });
    expect([part(moved, 'segment', 'Starter'), part(moved, 'segment', 'Enterprise'), part(moved)]).toEqual([-500n, 500n, undefined]);
  });

  it('is of a renewal the ARR renewed, where that is asked for, and part of no sum', () => {
    const renewed = movement({
      cause: 'renewal',
      lines: [],
      stock: ['0', '0', '0'],
      renewed: [{ currency: 'EUR', amountMinor: '1000', planMinor: '1100' }],
    });
    expect([part(renewed, undefined, '', 'renewal'), part(renewed)]).toEqual([1_100n, undefined]);
  });

  it('is of an origin the change of its stock', () => {
    expect([part(movement({}), 'origin', 'expanded'), part(movement({}), 'origin', 'landed')]).toEqual([500n, undefined]);
  });
});
