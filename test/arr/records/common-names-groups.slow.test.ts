import { beforeEach, describe, expect, it } from 'vitest';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { readBooks } from '../../../functions/arr/records/store.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { customer } from '../facts.ts';
import { A, agreement, another, apart, billed, billers, payerId, record, recordEach, standing } from './one-name.ts';

useDynamoDB();
let id = 0;
beforeEach(() => {
  id = another();
});

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const accountId = (n: number): string => `salesforce.main.001Z${id}_${n}`;
/** An agreement of another account, of an id of its own, which bears further names. */
const bearing = (n: number, names: readonly string[], more: Partial<SubscriptionFact> & { eventId?: string } = {}): Fact => {
  const own = `80Z${id}_${n}`;
  const agreementIds = [own, ...names];
  return agreement({
    customerId: `001Z${id}_${n}`,
    subscriptionId: own,
    agreementId: own,
    agreementIds,
    eventId: `read-${id}-${n}`,
    ...more,
  });
};
const observedLater = (fact: Fact): Fact => {
  const { data } = fact as { data: SubscriptionFact };
  const observedAt = data.provenance.observedAt + 86_400;
  return { kind: 'subscription', data: { ...data, provenance: { ...data.provenance, observedAt } } };
};
/** A Stripe customer that says which customer it is. */
const saying = (name: string, system: 'salesforce' | 'stripe', other: string): Fact =>
  customer('2026-01-20', {}, { customerId: name, eventId: `evt_${name}`, sameAs: [{ system, instance: 'main', customerId: other }] });
const membersOf = async (customerIds: readonly string[]): Promise<readonly number[]> => {
  const books = await readBooks(customerIds);
  return customerIds.map((customerId) => books.get(customerId)?.place.members?.length ?? 0);
};

describe('a name that many agreements bear, each of an account that is one with two who pay', () => {
  const na = (): string => `na-${id}`;
  const both = (n: number): Fact[] => [0, 1].map((k) => saying(`cus_${id}_${n}_${k}`, 'salesforce', `001Z${id}_${n}`));
  const said: readonly [string, () => Fact[]][] = [
    ['the agreement first', () => numbers(45).flatMap((n) => [bearing(n, [na()]), ...both(n)])],
    ['those who pay first', () => numbers(45).flatMap((n) => [...both(n), bearing(n, [na()])])],
    ['all who pay, then all agreements', () => [...numbers(45).flatMap(both), ...numbers(45).map((n) => bearing(n, [na()]))]],
  ];
  for (const [order, facts] of said)
    it(`is recorded of each: ${order}`, async () => {
      await recordEach(facts());
      expect(await membersOf(numbers(45).map(accountId))).toEqual(numbers(45).map(() => 2));
    });

  it('can come again, and can be let go, while thirty bear it', async () => {
    await recordEach(numbers(30).flatMap((n) => [...both(n), bearing(n, [na()])]));
    await recordEach([bearing(0, [na()]), observedLater(bearing(0, [], { eventId: `later-${id}-0` }))]);
    expect(await membersOf([accountId(0), accountId(29)])).toEqual([2, 2]);
  });

  it('is one account’s once all others let it go', async () => {
    await recordEach([billed(0, { agreementId: na() }), ...numbers(4).flatMap((n) => [...both(n), bearing(n, [na()])])]);
    expect(await membersOf(numbers(4).map(accountId))).toEqual([2, 2, 2, 2]);
    await recordEach(numbers(3).map((n) => observedLater(bearing(n, [], { eventId: `later-${id}-${n}` }))));
    expect(await membersOf(numbers(4).map(accountId))).toEqual([2, 2, 2, 3]);
  });
});

it('records an agreement that bears three names of thirty others each', async () => {
  const names = numbers(3).map((k) => `name-${id}-${k}`);
  await recordEach(numbers(90).map((n) => bearing(n, [names[n % 3] ?? ''])));
  await recordEach([bearing(90, names)]);
  expect(await membersOf([accountId(90)])).toEqual([0]);
});

it('records an agreement by whose three names three groups of 36 fall apart', async () => {
  const names = numbers(3).map((k) => `name-${id}-${k}`);
  expect(await record(...numbers(105).map((n) => billed(n, { agreementId: names[n % 3] ?? '' })))).toBe(0);
  await recordEach(names.map((name, n) => bearing(n, [name])));
  expect(await membersOf(numbers(3).map(accountId))).toEqual([35, 35, 35]);
  await recordEach([bearing(3, names)]);
  expect(await membersOf(numbers(4).map(accountId))).toEqual([0, 0, 0, 0]);
  // 105 × $1,000; the account of `standing` has nothing.
  expect(await standing(105)).toEqual({ account: 0n, payers: 10_500_000n, moved: 0 });
});

describe('more than eighty customers', () => {
  it('are not one: the last is refused, and what was recorded can come again and be undone', async () => {
    const paying = numbers(3).map((k) => saying(`cus_${id}_${80 + k}`, 'salesforce', `001A${id}`));
    const joined = saying(`cus_${id}_0`, 'salesforce', `001A${id}`);
    // 1 + 38 of one name, 1 + 38 of another, two that are said to be the same: 80.
    expect(await record(...billers(0, 38), ...numbers(38).map((n) => billed(38 + n, { agreementId: `other-${id}` })))).toBe(0);
    await recordEach([agreement(), bearing(0, [`other-${id}`])]);
    expect(await membersOf([A(), accountId(0)])).toEqual([38, 38]);
    await recordEach([saying(`cus_${id}_38`, 'salesforce', `001A${id}`), ...paying.slice(0, 2)]);
    expect(await membersOf([A()])).toEqual([79]);
    expect(await record(...paying.slice(2))).toBe(1);
    const undone = customer('2026-03-20', {}, { customerId: `cus_${id}_81`, eventId: `evt_undone_${id}` });
    await recordEach([joined, agreement(), billed(5), undone]);
    expect(await membersOf([A()])).toEqual([78]);
    await recordEach(paying.slice(2));
    expect(await membersOf([A()])).toEqual([79]);
  });

  it('are refused by a name until so many have borne it that it says nothing; all can be recorded then', async () => {
    // Each that bills is one with two others: 1 + 26 × 3 = 79 are one, and 82 would be.
    const groups = numbers(40).flatMap((n) => [0, 1].map((k) => saying(`cus_${id}_${n}_${k}`, 'stripe', `cus_${id}_${n}`)));
    expect(await record(...groups, ...billers(0, 26))).toBe(0);
    await recordEach([agreement()]);
    expect(await membersOf([A()])).toEqual([78]);
    const refused: Fact[] = [];
    for (const bill of billers(26, 14)) if ((await record(bill)) > 0) refused.push(bill);
    // The fortieth is the forty-first customer that bears the name.
    expect(refused).toEqual(billers(26, 13));
    expect(await membersOf([A()])).toEqual([0]);
    await recordEach(refused);
    const { account, payers } = await standing(40);
    expect([account, await membersOf([A(), payerId(0), payerId(39)])]).toEqual([120_000_000n, [0, 2, 2]]);
    expect(payers).toBe(4_000_000n);
  });
});

describe('a subscription that so many agreements have named that its id says nothing', () => {
  const named = (): SubscriptionFact['billedBy'] => [{ system: 'stripe', instance: 'main', subscriptionId: `sub_${id}_0` }];
  const own = (): Fact => agreement({ agreementIds: [`800${id}`], billedBy: named() });
  const biller = (): Fact => billed(0, { agreementId: `none-${id}` });
  // Each named it once, and does not by its newest reading, whichever of the two comes first.
  const older = (n: number): Fact => bearing(n, [], { eventId: `older-${id}-${n}`, billedBy: named() });
  const newest = (n: number): Fact => observedLater(bearing(n, []));

  const readings: readonly [string, (n: number) => readonly Fact[]][] = [
    ['the older reading last', (n) => [newest(n), older(n)]],
    ['the newest reading last', (n) => [older(n), newest(n)]],
  ];

  it('links nobody any more who were one by it, the older readings last', async () => {
    await recordEach([own(), biller(), ...numbers(39).flatMap((n) => [newest(n), older(n)])]);
    expect((await standing(1)).moved).toBe(1);
    await recordEach([newest(39), older(39)]);
    expect(await standing(1)).toEqual(apart(1));
  });

  for (const [order, one] of readings)
    it(`links nobody by it, ${order}, the two first or last`, async () => {
      await recordEach([own(), biller(), ...numbers(42).flatMap(one)]);
      expect(await standing(1)).toEqual(apart(1));
      id = another();
      await recordEach([...numbers(42).flatMap(one), own(), biller()]);
      expect(await standing(1)).toEqual(apart(1));
    });
});
