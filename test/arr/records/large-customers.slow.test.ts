import { expect, it } from 'vitest';
import { planRatesOf } from '../../../functions/arr/lines/plan-rates.ts';
import type { Context } from '../../../functions/arr/lines/values.ts';
import { recordAgain, recordFacts } from '../../../functions/arr/records/record.ts';
import { readMovements } from '../../../functions/arr/records/store.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { customer, seats, subscription, testContext } from '../facts.ts';

const proxy = useDynamoDBProxy(useDynamoDB());

/** A rate on the first of each month from January 2020 on. */
const monthlyRates = (months: number) =>
  Array.from({ length: months }, (_, i) => ({
    base: 'EUR',
    quote: 'USD',
    type: 'plan' as const,
    on: new Date(Date.UTC(2020, i, 1)).toISOString().slice(0, 10),
    rate: `1.${10 + (i % 7)}`,
    source: 'treasury',
  }));

it('decides 600 lines again under 60 monthly plan rates, in recordings of below 4 MB each', async () => {
  const lines = Array.from({ length: 200 }, (_, i) =>
    seats(`si_1Pabcdefghijklmnopqr${i}`, 10 + i, 1000, { productId: `prod_Qabcdefghijklm${i}` }),
  );
  const facts = [1, 2, 3].map((n) =>
    subscription('2020-01-01T00:00:00Z', lines, {
      customerId: 'cus_big',
      subscriptionId: `sub_1Pabcdefghijklmnopqr${n}`,
      lifecycle: 'created',
      startsOn: '2020-01-01',
      currency: 'EUR',
    }),
  );
  const before: Context = { ...testContext, rates: planRatesOf(monthlyRates(1), 'USD', 1) };
  const after: Context = { ...testContext, rates: planRatesOf(monthlyRates(60), 'USD', 2) };
  expect(await recordFacts(facts, async () => before, '2026-01-01T00:00:00.000Z')).toEqual(new Set());
  proxy.calls.length = 0;
  expect(await recordAgain('stripe.main.cus_big', async () => after, '2026-01-02T00:00:00.000Z')).toBe(true);
  const sizes = proxy.calls.filter(({ operation }) => operation === 'TransactWriteItems').map(({ input }) => JSON.stringify(input).length);
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThan(4 * 1024 * 1024);
  // Quantities 10 to 209 sum to 21,900: × $10.00 × 12 × three subscriptions = 788,400,000 minor units; the 60th rate is 1.13 (59 mod 7 = 3).
  const movements = await readMovements('stripe.main.cus_big');
  const sum = (of: 'deltaMinor' | 'planDeltaMinor'): bigint =>
    movements.reduce((total, { lines: own }) => own.reduce((all, line) => all + BigInt(line[of]), total), 0n);
  expect(sum('deltaMinor')).toBe(788_400_000n);
  expect(sum('planDeltaMinor')).toBe(890_892_000n);
}, 60_000);

it('moves 1,680 subscriptions to another segment on one day, by as many items as it takes', async () => {
  const now = async () => testContext;
  await recordFacts([customer('2026-01-01', { segment: 'a' }, { customerId: 'cus_many' })], now, '2026-01-01T00:00:00.000Z');
  for (let day = 2; day < 30; day += 1) {
    const on = `2026-01-${String(day).padStart(2, '0')}`;
    const facts = Array.from({ length: 60 }, (_, i) =>
      subscription(on, [seats(`si_1Pabcdefghijklmnopq${day}x${i}`, 10, 1000, { productId: 'prod_Qabcdefghijklm' })], {
        customerId: 'cus_many',
        subscriptionId: `sub_1Pabcdefghijklmnopqrs${day}x${i}`,
        lifecycle: 'created',
        startsOn: on,
      }),
    );
    expect(await recordFacts(facts, now, '2026-02-01T00:00:00.000Z')).toEqual(new Set());
  }
  const changed = customer('2026-03-01', { segment: 'b' }, { customerId: 'cus_many' });
  expect(await recordFacts([changed], now, '2026-03-01T00:00:00.000Z')).toEqual(new Set());
  const transfers = (await readMovements('stripe.main.cus_many')).filter(({ cause }) => cause === 'transfer');
  // 1,680 lines by 400 a movement.
  expect(transfers.map(({ lines }) => lines.length)).toEqual([400, 400, 400, 400, 80]);
  // 10 seats × $10.00 × 12 months = 120,000 each
  expect(transfers.reduce((total, { lines }) => lines.reduce((all, line) => all + BigInt(line.deltaMinor), total), 0n)).toBe(201_600_000n);
}, 120_000);
