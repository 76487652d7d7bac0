import { beforeEach, describe, expect, it } from 'vitest';
import type { Fact } from '../../../functions/arr/lines/facts.ts';
import { readCustomer, readLinks } from '../../../functions/arr/records/customer.ts';
import { readBooks, readMovements } from '../../../functions/arr/records/store.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { customer, seats } from '../facts.ts';
import { A, agreement, another, apart, billed, billers, oneOf, payerId, record, recordEach, standing } from './one-name.ts';

const proxy = useDynamoDBProxy(useDynamoDB());
let id = 0;
beforeEach(() => {
  id = another();
});

const orders: readonly [string, (facts: readonly Fact[]) => readonly Fact[]][] = [
  ['the agreement first', (own) => [agreement(), ...own]],
  ['those that bill it first', (own) => [...own, agreement()]],
  ['the agreement in between', (own) => [...own.slice(0, 20), agreement(), ...own.slice(20)]],
  ['the agreement last but one', (own) => [...own.slice(0, -1), agreement(), ...own.slice(-1)]],
];
// The account's agreement and 38, 39, 40 or 41 customers that bill it; $1,200,000 and $1,000 of each.
const results = [
  [39, { account: 123_800_000n, payers: 0n, moved: 38 }],
  [40, { account: 123_900_000n, payers: 0n, moved: 39 }],
  [41, { account: 120_000_000n, payers: 4_000_000n, moved: 0 }],
  [42, { account: 120_000_000n, payers: 4_100_000n, moved: 0 }],
] as const;
for (const [order, inOrder] of orders)
  for (const [count, expected] of results)
    it(`links ${count} customers up to forty and none beyond, ${order}`, async () => {
      await recordEach(inOrder(billers(0, count - 1)));
      expect(await standing(count - 1)).toEqual(expected);
      expect((await readBooks([A()])).get(A())?.place.members?.length ?? 0).toBe(expected.moved);
    });

describe('a name that far too many bear', () => {
  it('says nothing once the last of many arrive in one batch, beside others', async () => {
    await oneOf(38);
    expect(await record(...billers(38, 4), billed(99, { agreementId: 'another' }))).toBe(0);
    expect(await standing(42)).toEqual(apart(42));
  });

  it('says nothing where all come at the same time, far more than are told', async () => {
    expect(await record(...billers(0, 45), agreement(), ...billers(45, 45))).toBe(0);
    expect(await standing(90)).toEqual(apart(90));
  });

  it('reads nobody for a customer that bears a name of far too many, and not all of them', async () => {
    const asked = (): string[] =>
      proxy.calls.flatMap(({ operation, input }) => (operation === 'Query' ? [input.ExpressionAttributeValues?.[':pk']?.S ?? ''] : []));
    expect(await record(...billers(0, 100))).toBe(0);
    proxy.calls.length = 0;
    expect(await record(billed(100))).toBe(0);
    expect(new Set(asked().filter((key) => key.startsWith('ARR#')))).toEqual(new Set([`ARR#${payerId(100)}`]));
    const names = proxy.calls.filter(({ input }) => input.ExpressionAttributeValues?.[':pk']?.S === `CLAIM#agreement name-${id}`);
    expect(names.map(({ input }) => (input as { Limit?: number }).Limit)).toEqual([82, 82]);
  });
});

describe('a group whose name has become too common', () => {
  it('falls apart, with each one’s history on the days on which it moved', async () => {
    const raised = Array.from({ length: 39 }, (_, n) => {
      const on = `2026-0${(n % 5) + 3}-${String((n % 20) + 3).padStart(2, '0')}`;
      const lines = [seats(`si_${n}`, 2, 100_000, { productId: 'prod_other', interval: 'year' })];
      const { data } = billed(n, { lines, lifecycle: 'changed', eventId: `evt_up_${id}_${n}`, fingerprint: 'two' }, on);
      return { kind: 'subscription', data: { ...data, startsOn: '2026-02-03' } } as Fact;
    });
    expect(await record(...billers(0, 39), ...raised)).toBe(0);
    await recordEach([agreement()]);
    expect(await standing(39)).toEqual({ account: 127_800_000n, payers: 0n, moved: 39 }); // 1,200,000 + 39 × 2,000
    proxy.calls.length = 0;
    await recordEach([billed(39)]);
    expect(await standing(40)).toEqual({ account: 120_000_000n, payers: 7_900_000n, moved: 0 }); // 39 × 2,000 + 1,000
    const sums = new Map<string, bigint>();
    for (const { effectiveOn, cause, lines } of await readMovements(payerId(5)))
      for (const { planDeltaMinor } of lines)
        sums.set(`${effectiveOn} ${cause}`, (sums.get(`${effectiveOn} ${cause}`) ?? 0n) + BigInt(planDeltaMinor));
    expect(Object.fromEntries(sums)).toEqual({ '2026-02-08 new': 100_000n, '2026-03-08 expansion': 100_000n });
    // What the account's book loses goes first: 20 days of February and 20 later ones; then 40 books with two days each.
    const sizes = proxy.calls.flatMap(({ input: { TransactItems } }) => (TransactItems === undefined ? [] : [TransactItems.length]));
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  });

  it('falls apart when the fact comes again after which nobody could look', async () => {
    await oneOf(39);
    const last = billed(39);
    proxy.before = ({ operation, input }) => {
      const isAsked = operation === 'Query' && input.ExpressionAttributeValues?.[':pk']?.S === `CLAIM#agreement name-${id}`;
      return isAsked && proxy.calls.some((call) => call.operation !== 'Query') ? { type: 'ValidationException' } : undefined;
    };
    proxy.calls.length = 0;
    expect(await record(last)).toBe(1);
    proxy.before = undefined;
    expect((await standing(40)).moved).toBe(39);
    await recordEach([last]);
    expect(await standing(40)).toEqual(apart(40));
  });

  it('stays one where something else says so, and does not name what says nothing', async () => {
    const sameAs = [{ system: 'salesforce', instance: 'main', customerId: `001A${id}` } as const];
    const named = customer('2026-01-20', {}, { customerId: `cus_${id}_0`, eventId: `evt_named_${id}`, sameAs });
    await oneOf(39);
    await recordEach([named]);
    const linked = async () => {
      const known = await readCustomer(A());
      return known === undefined ? [] : (await readLinks(known)).map(({ by }) => by);
    };
    expect((await linked()).filter((by) => by === 'agreement')).toHaveLength(39);
    await recordEach([billed(39)]);
    expect(await linked()).toEqual(['customer']);
    // The account's own, and $1,000 of the one that names it; 39 others.
    expect(await standing(40)).toEqual({ account: 120_100_000n, payers: 3_900_000n, moved: 1 });
    const unnamed = customer('2026-03-20', {}, { customerId: `cus_${id}_0`, eventId: `evt_unnamed_${id}` });
    await recordEach([unnamed]);
    expect(await standing(40)).toEqual(apart(40));
  });
});
