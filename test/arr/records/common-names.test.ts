import { beforeEach, describe, expect, it } from 'vitest';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { readCustomer, readLinks } from '../../../functions/arr/records/customer.ts';
import { recordAgain } from '../../../functions/arr/records/record.ts';
import { readBooks, readMovements } from '../../../functions/arr/records/store.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { itemsUnder } from '../../support/items.ts';
import { customer, seats, subscription } from '../facts.ts';
import { A, agreement, another, apart, billed, billers, deliver, now, oneOf, payerId, record, recordEach, standing } from './one-name.ts';

const proxy = useDynamoDBProxy(useDynamoDB());
let id = 0;
beforeEach(() => {
  id = another();
});

describe('a name that an agreement and what bills it bear', () => {
  it('says nothing once the last of many arrive in one batch, beside others', async () => {
    await oneOf(38);
    expect(await record(...billers(38, 4), billed(99, { agreementId: 'another' }))).toBe(0);
    expect(await standing(42)).toEqual(apart(42));
  });

  it('links ten that arrive in one batch, none of which is to be delivered again', async () => {
    await recordEach([agreement()]);
    expect(await record(...billers(0, 10))).toBe(0);
    expect(await standing(10)).toEqual({ account: 121_000_000n, payers: 0n, moved: 10 }); // 1,200,000 + 10 × 1,000
  });

  it('says nothing where the fortieth and the forty-first customer come at the same time', async () => {
    await oneOf(38);
    await Promise.all(billers(38, 2).map(deliver));
    expect(await standing(40)).toEqual(apart(40));
  });

  it('says nothing where the agreement and the last that bill it come at the same time', async () => {
    expect(await record(...billers(0, 37))).toBe(0);
    await Promise.all([agreement(), ...billers(37, 4)].map(deliver));
    expect(await standing(41)).toEqual(apart(41));
  });

  it('says nothing where all come at the same time, far more than are told', async () => {
    expect(await record(...billers(0, 45), agreement(), ...billers(45, 45))).toBe(0);
    expect(await standing(90)).toEqual(apart(90));
  });

  it('says nothing any more where a customer lets it go that others take up: what was claimed stays claimed', async () => {
    await oneOf(40);
    const freed = billed(0, { agreementId: 'none', lifecycle: 'changed', eventId: `evt_freed_${id}` }, '2026-06-01');
    await recordEach([freed, billed(1, { lifecycle: 'changed', eventId: `evt_next_${id}` }, '2026-06-02')]);
    expect(await standing(40)).toEqual(apart(40));
  });

  it('counts a customer once that bears it on both sides', async () => {
    const both = (n: number): Fact[] => {
      const lines = [seats('own', 1, 100, { startsOn: '2026-02-01', endsOn: '2029-02-01' })];
      const more = {
        customerId: `cus_${id}_${n}`,
        subscriptionId: `quote_${id}_${n}`,
        agreementId: `name-${id}`,
        evidence: 'signed',
      } as const;
      return [billed(n), subscription('2026-01-15', lines, { ...more, startsOn: '2026-02-01', eventId: `evt_q_${id}_${n}` })];
    };
    // One customer bears it in an agreement and in what bills it, 39 others in what bills it.
    expect(await record(...billers(1, 39))).toBe(0);
    await recordEach(both(0));
    expect((await readBooks([payerId(0)])).get(payerId(0))?.place.members).toHaveLength(39);
    await recordEach([billed(40)]);
    expect((await readBooks([payerId(0)])).get(payerId(0))?.place).toEqual({});
  });
});

it('links nobody for a moment by a name that the last one makes too common', async () => {
  await oneOf(40);
  expect(await itemsUnder(`ARR#${payerId(0)}`)).toHaveLength(1);
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

  it('is left as it is by whatever decides it again', async () => {
    await oneOf(40);
    const versions = async (): Promise<number> => (await itemsUnder(`ARR#${A()}`)).length;
    const before = await versions();
    for (const customerId of [A(), payerId(0)]) expect(await recordAgain(customerId, now, '2026-11-06T12:00:00.000Z')).toBe(true);
    expect([await versions(), await standing(40)]).toEqual([before, apart(40)]);
  });
});

describe('asking for names', () => {
  const asked = (): string[] =>
    proxy.calls.flatMap(({ operation, input }) => (operation === 'Query' ? [input.ExpressionAttributeValues?.[':pk']?.S ?? ''] : []));

  it('reads nobody for a customer that bears a name of far too many, and not all of them', async () => {
    expect(await record(...billers(0, 100))).toBe(0);
    proxy.calls.length = 0;
    expect(await record(billed(100))).toBe(0);
    expect(new Set(asked().filter((key) => key.startsWith('ARR#')))).toEqual(new Set([`ARR#${payerId(100)}`]));
    const names = proxy.calls.filter(({ input }) => input.ExpressionAttributeValues?.[':pk']?.S === `CLAIM#agreement name-${id}`);
    expect(names.map(({ input }) => (input as { Limit?: number }).Limit)).toEqual([82, 82]);
  });

  it('asks nothing for a customer without names, in order or late', async () => {
    const plain = (day: string): Fact => {
      const { data } = billed(0, { lifecycle: 'changed', eventId: `evt_${day}_${id}` }, day) as { data: SubscriptionFact };
      const { agreementId: _, ...rest } = data;
      return { kind: 'subscription', data: { ...rest, fingerprint: day } };
    };
    await recordEach([plain('2026-02-03')]);
    proxy.calls.length = 0;
    await recordEach([plain('2026-04-01'), plain('2026-03-01')]);
    expect(asked().filter((key) => key.startsWith('CLAIM#'))).toEqual([]);
  });

  it('asks once for the name by which two are one where neither bears anything new', async () => {
    await recordEach([agreement(), billed(0)]);
    proxy.calls.length = 0;
    await recordEach([billed(0, { lifecycle: 'changed', eventId: `evt_next_${id}` }, '2026-04-01')]);
    expect(asked().filter((key) => key.startsWith('CLAIM#'))).toEqual([`CLAIM#agreement name-${id}`]);
  });

  it('finds every agreement that bears a name, also one that nobody has looked at', async () => {
    // The account's agreement and another's bear the name: it says nothing, though two agreements of the two are looked at for another reason.
    const other = agreement({ customerId: `001B${id}`, subscriptionId: `801${id}`, agreementId: `801${id}`, agreementIds: [`name-${id}`] });
    const shared = `shared-${id}`;
    const third = agreement({ customerId: `001C${id}`, subscriptionId: `802${id}`, agreementId: `802${id}`, agreementIds: [shared] });
    const both = agreement({ agreementIds: [`name-${id}`, shared] });
    await recordEach([both, other, third, billed(0)]);
    expect((await standing(1)).moved).toBe(0);
    await recordEach([billed(0, { subscriptionId: `sub_b_${id}`, agreementId: shared, eventId: `evt_b_${id}` }, '2026-03-01')]);
    expect((await standing(1)).moved).toBe(0);
  });
});
