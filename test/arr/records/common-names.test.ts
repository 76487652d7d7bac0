import { beforeEach, describe, expect, it } from 'vitest';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import { recordAgain } from '../../../functions/arr/records/record.ts';
import { readBooks } from '../../../functions/arr/records/store.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { itemsUnder } from '../../support/items.ts';
import { seats, subscription } from '../facts.ts';
import { A, agreement, another, apart, billed, billers, deliver, now, oneOf, payerId, record, recordEach, standing } from './one-name.ts';

const proxy = useDynamoDBProxy(useDynamoDB());
let id = 0;
beforeEach(() => {
  id = another();
});

describe('a name that an agreement and what bills it bear', () => {
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

  it('asks nothing for those who bear the name of an agreement that arrives, and stay as they are', async () => {
    const shared = `shared-${id}`;
    const other = (letter: string): Fact =>
      agreement({
        customerId: `001${letter}${id}`,
        subscriptionId: `80${letter}${id}`,
        agreementId: `80${letter}${id}`,
        agreementIds: [shared],
      });
    await recordEach([agreement({ agreementIds: [`name-${id}`, shared] }), billed(0), other('B')]);
    proxy.calls.length = 0;
    await recordEach([other('C')]);
    // Before it is recorded, and afterwards.
    expect(asked().filter((key) => key.startsWith('CLAIM#agreement'))).toEqual([
      `CLAIM#agreement ${shared}`,
      `CLAIM#agreement 80C${id}`,
      `CLAIM#agreement ${shared}`,
      `CLAIM#agreement 80C${id}`,
    ]);
    expect((await standing(1)).moved).toBe(1);
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
