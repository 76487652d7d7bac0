import { beforeEach, describe, expect, it } from 'vitest';
import type { Movement } from '../../../functions/arr/events.ts';
import type { Fact, SubscriptionFact } from '../../../functions/arr/lines/facts.ts';
import type { Context } from '../../../functions/arr/lines/values.ts';
import { readCustomer } from '../../../functions/arr/records/customer.ts';
import { recordAgain } from '../../../functions/arr/records/record.ts';
import { readBooks, readCustomerIds, readFacts, readMovements, shards } from '../../../functions/arr/records/store.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { itemsUnder } from '../../support/items.ts';
import { customer, org, seats, subscription, testContext } from '../facts.ts';
import { A, agreement, another, id, RECORDED_AT, record } from './one-name.ts';

const proxy = useDynamoDBProxy(useDynamoDB());

beforeEach(() => {
  another();
  proxy.before = undefined;
});
const M = (): string => `stripe.main.cus_${id}`;
const N = (): string => `stripe.main.cus_n${id}`;

const billed = (more: Partial<SubscriptionFact> & { eventId?: string } = {}, dollars = 1_200_000): Fact =>
  subscription('2026-02-03', [seats('si_1', 1, dollars * 100, { interval: 'year' })], {
    customerId: `cus_${id}`,
    subscriptionId: `sub_${id}`,
    startsOn: '2026-02-03',
    lifecycle: 'created',
    eventId: `evt_bill_${id}`,
    ...more,
  });
const payer = (more: Parameters<typeof customer>[2] = {}, attributes: Record<string, string> = {}): Fact =>
  customer('2026-01-20', attributes, { customerId: `cus_${id}`, eventId: `evt_payer_${id}`, name: 'Acme GmbH', ...more });
const account = (more: Parameters<typeof customer>[2] = {}, attributes: Record<string, string> = {}): Fact =>
  org(customer('2026-01-10', attributes, { customerId: `001A${id}`, eventId: `read-acc-${id}`, name: 'Acme', ...more }));
/** The same, shown on another day. */
const at = (fact: Fact, day: string): Fact =>
  ({
    ...fact,
    data: { ...fact.data, observedOn: day, provenance: { ...fact.data.provenance, observedAt: Date.parse(day) / 1000 } },
  }) as Fact;
const word = (isSame: boolean, day: string): Fact => ({
  kind: 'link',
  data: {
    provenance: { system: 'manual', instance: 'ascent', eventId: `word-${day}`, eventType: 'stated', observedAt: Date.parse(day) / 1000 },
    customerId: A(),
    otherId: M(),
    isSame,
    observedOn: day,
    byHand: { reason: 'seen in the order form', proposedBy: 'ann', approvedBy: 'bob' },
  },
});

/** Movements until the end of 2028: the agreement's term is over afterwards. */
const movementsOf = async (customerId: string): Promise<readonly Movement[]> =>
  (await readMovements(customerId)).filter(({ effectiveOn }) => effectiveOn < '2029-01-01');
const arrOf = (movements: readonly Movement[]): bigint =>
  movements.reduce((sum, { lines }) => sum + lines.reduce((own, line) => own + BigInt(line.planDeltaMinor), 0n), 0n);
/** ARR in plan minor units that each customer's own movements come to. */
const held = async (): Promise<Record<string, bigint>> => ({
  account: arrOf(await movementsOf(A())),
  payer: arrOf(await movementsOf(M())),
});
/** What moved in total, by day and cause, over the books of both. */
const moved = async (): Promise<string[]> => {
  const sums = new Map<string, bigint>();
  for (const movement of [...(await movementsOf(A())), ...(await movementsOf(M()))]) {
    const name = `${movement.effectiveOn} ${movement.cause}`;
    sums.set(name, (sums.get(name) ?? 0n) + arrOf([movement]));
  }
  return [...sums].flatMap(([name, sum]) => (sum === 0n ? [] : [`${name} ${sum}`])).toSorted();
};
const placeOf = async (customerId: string) => (await readBooks([customerId])).get(customerId)?.place;

const orders = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, i) => orders([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));

describe('an agreement and what bills it', () => {
  const evidence: readonly [string, () => Fact[]][] = [
    ['the subscription carries the agreement’s id', () => [agreement(), billed({ agreementId: `name-${id}` })]],
    [
      'the agreement names the subscription, which its source has shown',
      () => [
        agreement({ billedBy: [{ system: 'stripe', instance: 'main', subscriptionId: `sub_${id}` }] }),
        billed({ agreementId: `name-${id}` }),
      ],
    ],
    [
      'the customer names the account',
      () => [agreement(), billed(), payer({ sameAs: [{ system: 'salesforce', instance: 'main', customerId: `001A${id}` }] })],
    ],
    [
      'the account names the customer',
      () => [agreement(), billed(), account({ sameAs: [{ system: 'stripe', instance: 'main', customerId: `cus_${id}` }] })],
    ],
    ['two people say so', () => [agreement(), billed(), word(true, '2026-03-01')]],
  ];
  for (const [what, make] of evidence)
    it(`are one line of one customer in every order, where ${what}`, async () => {
      for (const order of orders(make().map((_, i) => i))) {
        another();
        const facts = make();
        for (const at of order) expect(await record(facts[at] as Fact)).toBe(0);
        expect(await moved()).toEqual(['2026-02-01 new 120000000']);
        expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
        expect(await placeOf(A())).toEqual({ members: [M()] });
        expect(await placeOf(M())).toEqual({ movedTo: A() });
      }
    });

  it('move nothing where the subscription comes second: its own book is never written with ARR', async () => {
    await record(agreement());
    await record(billed({ agreementId: `800${id}` }));
    expect(await readMovements(M())).toEqual([]);
    expect((await movementsOf(A())).map(({ effectiveOn, cause }) => `${effectiveOn} ${cause}`)).toEqual(['2026-02-01 new']);
  });

  it('are one in one batch, with duplicates of both', async () => {
    const facts = [agreement(), billed({ agreementId: `800${id}` })];
    expect(await record(...facts, ...facts)).toBe(0);
    expect(await record(...facts)).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
    expect((await readCustomer(M()))?.facts).toHaveLength(2);
  });

  it('are one when they arrive at the same time', async () => {
    for (let round = 0; round < 10; round += 1) {
      another();
      const failed = await Promise.all([record(agreement()), record(billed({ agreementId: `800${id}` }))]);
      expect(failed).toEqual([0, 0]);
      expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
    }
  });

  it('are one again as soon as one of two customers that name the same lets it go, whoever tells it first', async () => {
    const withB = () => agreement({ customerId: `001B${id}`, eventId: `read-b-${id}` });
    const withA = () => at(agreement({ eventId: `read-a-${id}` }), '2026-03-01');
    const left = (): Fact => {
      const { agreementIds: _, ...data } = (at(withB(), '2026-03-01') as { data: SubscriptionFact }).data;
      const provenance = { ...data.provenance, eventId: `read-a-${id}:left` };
      return { kind: 'subscription', data: { ...data, provenance, status: 'canceled', lines: [], fingerprint: 'left' } };
    };
    for (const [first, second] of [[withA, left] as const, [left, withA] as const]) {
      another();
      for (const fact of [withB(), billed({ agreementId: `name-${id}` }), first(), second()]) expect(await record(fact)).toBe(0);
      expect(await placeOf(A())).toEqual({ members: [M()] });
      expect([await held(), arrOf(await movementsOf(`salesforce.main.001B${id}`))]).toEqual([{ account: 120_000_000n, payer: 0n }, 0n]);
    }
  });

  it('are one again where either takes up a name that it had let go, and the other came meanwhile', async () => {
    const bills = (agreementId: string, day: string): Fact =>
      at(billed({ agreementId, lifecycle: 'changed', eventId: `evt_${day}_${id}` }), day);
    for (const fact of [bills(`800${id}`, '2026-02-03'), bills('another', '2026-02-04'), agreement()]) expect(await record(fact)).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 120_000_000n });
    expect(await record(bills(`800${id}`, '2026-02-05'))).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });

    another();
    const reads = (agreementIds: string[], day: string): Fact => at(agreement({ agreementIds, eventId: `read-${day}-${id}` }), day);
    const named = [`800${id}`, `our-${id}`];
    for (const fact of [reads(named, '2026-01-15'), reads([`800${id}`], '2026-01-16'), billed({ agreementId: `our-${id}` })])
      expect(await record(fact)).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 120_000_000n });
    expect(await record(reads(named, '2026-01-17'))).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
  });

  it('are one where two customers bear the same name and are one, in every order', async () => {
    const make = (): Fact[] => {
      const order = agreement({
        customerId: `001B${id}`,
        subscriptionId: `801${id}`,
        agreementIds: [`name-${id}`],
        eventId: `read-b-${id}`,
      });
      const lines = [seats('other', 1, 100, { productId: 'prod_other', interval: 'year', startsOn: '2026-02-01', endsOn: '2029-02-01' })];
      const one = word(true, '2026-03-01');
      const linked = { ...one, data: { ...one.data, otherId: `salesforce.main.001B${id}` } } as Fact;
      const small = { ...order, data: { ...order.data, lines } } as Fact;
      return [agreement(), small, billed({ agreementId: `name-${id}` }), linked];
    };
    for (const order of orders([0, 1, 2, 3])) {
      another();
      const facts = make();
      for (const i of order) expect(await record(facts[i] as Fact)).toBe(0);
      expect(await held()).toEqual({ account: 120_000_100n, payer: 0n });
    }
  });

  it('are one when both take up the same name at once, each having seen the other without it', async () => {
    const bills = (agreementId: string, day: string): Fact =>
      at(billed({ agreementId, lifecycle: 'changed', eventId: `evt_${day}_${id}` }), day);
    const reads = (ours: string, day: string): Fact => at(agreement({ agreementIds: [ours], eventId: `read-${day}-${id}` }), day);
    const ours = `our-${id}`;
    const first = [bills(ours, '2026-02-03'), bills('another', '2026-02-04'), reads(ours, '2026-01-15'), reads('none', '2026-01-16')];
    for (const fact of first) expect(await record(fact)).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 120_000_000n });
    // The first two writes wait for each other.
    const waiting: (() => void)[] = [];
    let writes = 0;
    proxy.before = async ({ operation }) => {
      if (operation === 'Query' || writes === 2) return undefined;
      writes += 1;
      if (writes === 1) await new Promise<void>((resolve) => waiting.push(resolve));
      for (const go of waiting) go();
      return undefined;
    };
    expect(await Promise.all([record(bills(ours, '2026-02-05')), record(reads(ours, '2026-01-17'))])).toEqual([0, 0]);
    expect(writes).toBe(2);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
  });

  it('are one once the agreement’s fact comes again, where it was recorded as the subscription was, and cut short before it asked', async () => {
    let isRecorded = false;
    proxy.before = async ({ operation, input }) => {
      const keys = [input.Item, ...(input.TransactItems ?? []).map(({ Put }) => Put?.Item)].map((item) => item?.['pk']?.S);
      if (!isRecorded && keys.includes(`ARR#${A()}`)) {
        isRecorded = true;
        // Neither has seen the other when the agreement is written.
        expect(await record(billed({ agreementId: `800${id}` }))).toBe(0);
      } else if (isRecorded && operation === 'Query' && input.ExpressionAttributeValues?.[':pk']?.S === `CLAIM#agreement name-${id}`)
        return { type: 'ValidationException' };
      return undefined;
    };
    expect(await record(agreement())).toBe(1);
    proxy.before = undefined;
    expect(await held()).toEqual({ account: 120_000_000n, payer: 120_000_000n });
    expect(await record(agreement())).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
  });

  it('stay two, and each counts, where nothing links them', async () => {
    await record(agreement());
    await record(billed());
    expect(await held()).toEqual({ account: 120_000_000n, payer: 120_000_000n });
    expect(await placeOf(A())).toEqual({});
  });
});

describe('a group', () => {
  it('takes what arrives of any of its customers, and each keeps its own facts', async () => {
    await record(agreement(), billed({ agreementId: `800${id}` }));
    // Ten seats at $1,000 a month that the contract does not know.
    const more = subscription('2026-04-01', [seats('si_2', 10, 100_000, { productId: 'prod_addon' })], {
      customerId: `cus_${id}`,
      subscriptionId: `sub_more_${id}`,
      startsOn: '2026-04-01',
      eventId: `evt_more_${id}`,
    });
    expect(await record(more)).toBe(0);
    expect(await moved()).toEqual(['2026-02-01 new 120000000', '2026-04-01 expansion 12000000']);
    expect(await held()).toEqual({ account: 132_000_000n, payer: 0n });
    expect((await readCustomer(M()))?.facts).toHaveLength(3);
  });

  it('that nothing was signed with costs one plain write for what is billed, and no history is read', async () => {
    const sameAs = [{ system: 'salesforce', instance: 'main', customerId: `001A${id}` } as const];
    await record(payer({ sameAs }), billed());
    proxy.calls.length = 0;
    expect(await record(at(billed({ lifecycle: 'changed', eventId: `evt_next_${id}` }, 1_260_000), '2026-04-01'))).toBe(0);
    const asked = proxy.calls.map(({ operation, input }) => {
      const values = input.ExpressionAttributeValues;
      return `${operation} ${input.Item?.['pk']?.S ?? values?.[':pk']?.S}`;
    });
    expect(asked).toEqual([`Query ARR#${M()}`, `Query ARR#${A()}`, `PutItem ARR#${A()}`]);
    expect(await held()).toEqual({ account: 126_000_000n, payer: 0n });
    expect((await readCustomer(A()))?.facts).toHaveLength(3);
  });

  it('keeps what arrives late, in one book as in two', async () => {
    const sameAs = [{ system: 'salesforce', instance: 'main', customerId: `001A${id}` } as const];
    const late = at(billed({ lifecycle: 'changed', eventId: `evt_late_${id}` }, 1_000_000), '2026-03-01');
    await record(payer({ sameAs }), billed());
    await record(at(billed({ lifecycle: 'changed', eventId: `evt_next_${id}` }, 1_260_000), '2026-04-01'));
    expect(await record(late, late)).toBe(0);
    expect(await record(late)).toBe(0);
    expect(await moved()).toEqual(['2026-02-03 new 120000000', '2026-03-01 contraction -20000000', '2026-04-01 expansion 26000000']);
    expect(await record(word(false, '2026-05-01'))).toBe(0);
    expect(await moved()).toEqual(['2026-02-03 new 120000000', '2026-03-01 contraction -20000000', '2026-04-01 expansion 26000000']);
    expect(await held()).toEqual({ account: 0n, payer: 126_000_000n });
    // What was recorded with the account stands with the customer again, and is known there.
    expect(await record(late)).toBe(0);
    expect((await readCustomer(M()))?.facts).toHaveLength(4);
  });

  it('that is undone between the reading of one book and of the next gets nothing of whom it lost', async () => {
    const sameAs = [{ system: 'salesforce', instance: 'main', customerId: `001A${id}` } as const];
    await record(payer({ sameAs }), billed());
    let isUndone = false;
    proxy.before = async ({ operation, input }) => {
      if (!isUndone && operation === 'Query' && input.ExpressionAttributeValues?.[':pk']?.S === `ARR#${A()}`) {
        isUndone = true;
        expect(await record(word(false, '2026-03-01'))).toBe(0);
      }
      return undefined;
    };
    expect(await record(at(billed({ lifecycle: 'changed', eventId: `evt_next_${id}` }, 1_260_000), '2026-04-01'))).toBe(0);
    expect(isUndone).toBe(true);
    expect(await held()).toEqual({ account: 0n, payer: 126_000_000n });
    expect((await readCustomer(M()))?.facts).toHaveLength(3);
  });

  it('has the attributes of the account, and those of the others where it has none', async () => {
    await record(account({ sameAs: [{ system: 'stripe', instance: 'main', customerId: `cus_${id}` }] }, { segment: 'Enterprise' }));
    await record(payer({}, { segment: 'Mid-Market', region: 'EMEA' }));
    await record(billed());
    const [movement] = await readMovements(A());
    expect(movement).toMatchObject({ cause: 'new', attributes: { segment: 'Enterprise', region: 'EMEA' } });
    expect((await readCustomer(M()))?.members).toEqual([
      { customerId: A(), name: 'Acme' },
      { customerId: M(), name: 'Acme GmbH' },
    ]);
  });

  it('is undone by a word of two people and made again by the next, with what arrived meanwhile', async () => {
    await record(agreement());
    await record(billed({ agreementId: `800${id}` }, 1_140_000));
    expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
    expect(await record(word(false, '2026-03-01'))).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 114_000_000n });
    expect([await placeOf(A()), await placeOf(M())]).toEqual([{}, {}]);
    const raised = billed({ agreementId: `800${id}`, lifecycle: 'changed', eventId: `evt_raised_${id}` }, 1_260_000);
    expect(await record(at(raised, '2026-04-01'))).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 126_000_000n });
    expect(await record(word(true, '2026-05-01'))).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
    expect(await moved()).toEqual(['2026-02-01 new 120000000']);
  });

  it('keeps an agreement that goes from one of its customers to another', async () => {
    for (const order of orders([0, 1, 2])) {
      another();
      const sameAs = [{ system: 'stripe', instance: 'main', customerId: `cus_${id}` } as const];
      expect(await record(account({ sameAs }), account({ sameAs, customerId: `001B${id}`, eventId: `read-acc-b-${id}` }))).toBe(0);
      const before = agreement({ customerId: `001B${id}`, eventId: `read:800${id}:1768478400000:0000000b` });
      const after = at(agreement({ eventId: `read:800${id}:1772323200000:0000000a` }), '2026-03-01');
      const left = at(
        agreement({ customerId: `001B${id}`, eventId: `read:800${id}:1772323200000:left:001B${id}`, status: 'canceled', lines: [] }),
        '2026-03-01',
      );
      for (const i of order) expect(await record([before, after, left][i] as Fact)).toBe(0);
      expect([await moved(), await held()]).toEqual([['2026-02-01 new 120000000'], { account: 120_000_000n, payer: 0n }]);
    }
  });

  it('keeps what two people said of an agreement, whoever has it later', async () => {
    const gone = agreement({ status: 'canceled', lines: [], eventId: `left-${id}` });
    const pair: Fact = {
      kind: 'pair',
      data: {
        ...(word(false, '2026-03-01') as Extract<Fact, { kind: 'link' }>).data,
        agreementId: `800${id}`,
        subscriptionId: `sub_${id}`,
      } as Extract<Fact, { kind: 'pair' }>['data'],
    };
    await record(agreement(), billed({ agreementId: `800${id}` }), pair);
    expect(await held()).toEqual({ account: 240_000_000n, payer: 0n });
    // The contract goes to another account, with all that bills it.
    const other = at(agreement({ customerId: `001B${id}`, eventId: `read-b-${id}` }), '2026-04-01');
    expect(await record(other)).toBe(0);
    expect(await record(at(gone, '2026-04-01'))).toBe(0);
    expect(await record(at(billed({ agreementId: `800${id}`, lifecycle: 'changed', eventId: `evt_more_${id}` }), '2026-05-01'))).toBe(0);
    const now = arrOf(await movementsOf(`salesforce.main.001B${id}`));
    expect([await held(), now]).toEqual([{ account: 0n, payer: 0n }, 240_000_000n]);
  });

  it('loses whom its source does not name any more', async () => {
    const sameAs = [{ system: 'salesforce', instance: 'main', customerId: `001A${id}` } as const];
    await record(agreement(), billed(), payer({ sameAs }));
    expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
    const corrected = customer('2026-06-01', {}, { customerId: `cus_${id}`, eventId: `evt_corrected_${id}` });
    expect(await record(corrected)).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 120_000_000n });
  });

  it('loses whose billing lets go of an agreement that was never signed', async () => {
    const claimed = agreement({ evidence: 'claimed' });
    const left = at(billed({ lifecycle: 'changed', eventId: `evt_left_${id}` }), '2026-04-01');
    for (const fact of [claimed, billed({ agreementId: `800${id}` })]) expect(await record(fact)).toBe(0);
    expect([await held(), await placeOf(M())]).toEqual([{ account: 120_000_000n, payer: 0n }, { movedTo: A() }]);
    expect(await record(left)).toBe(0);
    expect([await held(), await placeOf(M())]).toEqual([{ account: 0n, payer: 120_000_000n }, {}]);
  });

  it('is entered in the list of customers with all of its own, and is decided again once, under other rates', async () => {
    const sameAs = [{ system: 'salesforce', instance: 'main', customerId: `001A${id}` } as const];
    await record(billed({ currency: 'GBP' }), payer({ sameAs }));
    const listed = (await Promise.all(shards.map(readCustomerIds))).flat();
    expect(listed).toEqual(expect.arrayContaining([A(), M()]));
    const pounds: Context = {
      ...testContext,
      rates: { ...testContext.rates, version: 2, factor: () => ({ num: 13n, den: 10n }), changeDays: () => [] },
    };
    for (const customerId of [M(), A()]) expect(await recordAgain(customerId, async () => pounds, RECORDED_AT)).toBe(true);
    expect(await held()).toEqual({ account: 156_000_000n, payer: 0n }); // £1,200,000 × 1.30
    const versions = async (customerId: string): Promise<number> => (await itemsUnder(`ARR#${customerId}`)).length;
    const before = [await versions(A()), await versions(M())];
    for (const customerId of [M(), A()]) expect(await recordAgain(customerId, async () => pounds, RECORDED_AT)).toBe(true);
    expect([await versions(A()), await versions(M())]).toEqual(before);
  });

  it('holds customers of a billing system without an account, the first by its id leading', async () => {
    const sameAs = [{ system: 'stripe', instance: 'main', customerId: `cus_n${id}` } as const];
    await record(billed(), payer({ sameAs }));
    expect(await placeOf(M())).toEqual({ members: [N()] });
    expect(await held()).toEqual({ account: 0n, payer: 120_000_000n });
  });

  it('moves a history that is larger than one transaction, in portions', async () => {
    const daily = Array.from({ length: 120 }, (_, i) => {
      const day = new Date(Date.UTC(2026, 1, 3 + i)).toISOString().slice(0, 10);
      return subscription(day, [seats('si_1', 10 + i, 5000)], {
        customerId: `cus_${id}`,
        subscriptionId: `sub_${id}`,
        startsOn: '2026-02-03',
        eventId: `evt_${String(i).padStart(3, '0')}_${id}`,
      });
    });
    for (let i = 0; i < daily.length; i += 10) expect(await record(...daily.slice(i, i + 10))).toBe(0);
    expect(await held()).toEqual({ account: 0n, payer: 7_740_000n }); // 129 seats × $50 × 12
    const before = await moved();
    expect(before).toHaveLength(120);
    expect(await record(account({ sameAs: [{ system: 'stripe', instance: 'main', customerId: `cus_${id}` }] }))).toBe(0);
    expect(await held()).toEqual({ account: 7_740_000n, payer: 0n });
    expect(await moved()).toEqual(before);
    expect([await placeOf(A()), await placeOf(M())]).toEqual([{ members: [M()] }, { movedTo: A() }]);
    expect((await readFacts(A())).facts).toHaveLength(1);
  });

  it('is made in a few writes where its agreements bear more names than one transaction holds', async () => {
    const sameAs = [{ system: 'stripe', instance: 'main', customerId: `cus_${id}` } as const];
    const named = ['x', 'y', 'z'].map((one) => {
      const agreementIds = Array.from({ length: 39 }, (_, i) => `${one}-${i}-${id}`);
      return agreement({ subscriptionId: `${one}-${id}`, agreementId: `${one}-${id}`, agreementIds, eventId: `read-${one}-${id}` });
    });
    await record(payer());
    let writes = 0;
    proxy.before = ({ operation }) => {
      if (operation !== 'Query') writes += 1;
      return writes > 20 ? { type: 'ValidationException' } : undefined;
    };
    // 3 × 40 names.
    expect(await record(account({ sameAs }), ...named)).toBe(0);
    proxy.before = undefined;
    expect(await placeOf(A())).toEqual({ members: [M()] });
    for (const one of ['x', 'y', 'z']) {
      const customerId = `cus_${one}_${id}`;
      const bills = billed({ customerId, subscriptionId: `sub_${one}_${id}`, agreementId: `${one}-38-${id}`, eventId: `evt_${one}_${id}` });
      expect(await record(bills)).toBe(0);
      expect(await placeOf(`stripe.main.${customerId}`)).toEqual({ movedTo: A() });
    }
    expect(await held()).toEqual({ account: 360_000_000n, payer: 0n });
  });

  it('falls apart where it is of more customers than one transaction holds with what is to be looked at again of each', async () => {
    const others = Array.from({ length: 59 }, (_, i) => `001B${id}${String(i).padStart(2, '0')}`);
    const sameAs = others.map((customerId) => ({ system: 'salesforce', instance: 'main', customerId }) as const);
    const signed = ['', ...others].map((other, i) => {
      const own =
        other === '' ? {} : { customerId: other, subscriptionId: `8${other}`, agreementId: `8${other}`, agreementIds: [`8${other}`] };
      return agreement({ ...own, eventId: `read-${i}-${id}` });
    });
    expect(await record(...signed)).toBe(0);
    expect(await record(account({ sameAs }))).toBe(0);
    expect(await held()).toEqual({ account: 7_200_000_000n, payer: 0n }); // 60 × $1,200,000
    proxy.calls.length = 0;
    expect(await record(at(account({ eventId: `read-none-${id}` }), '2026-04-01'))).toBe(0);
    expect(await held()).toEqual({ account: 120_000_000n, payer: 0n });
    expect(arrOf(await movementsOf(`salesforce.main.${others[58]}`))).toBe(120_000_000n);
    expect(await placeOf(`salesforce.main.${others[58]}`)).toEqual({});
    const sizes = proxy.calls.flatMap(({ input: { TransactItems } }) => (TransactItems === undefined ? [] : [TransactItems.length]));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  });

  it('of far too many customers is refused, with its facts to be delivered again', async () => {
    const sameAs = Array.from({ length: 90 }, (_, i) => ({ system: 'stripe', instance: 'main', customerId: `cus_${id}_${i}` }) as const);
    expect(await record(account({ sameAs }))).toBe(1);
    expect(await record(billed())).toBe(0);
    expect(await held()).toEqual({ account: 0n, payer: 120_000_000n });
  });
});
