import { beforeEach, describe, expect, it } from 'vitest';
import { type Fact, factKeyOf } from '../../../functions/arr/lines/facts.ts';
import type { Context } from '../../../functions/arr/lines/values.ts';
import { recordAgain, recordFacts } from '../../../functions/arr/records/record.ts';
import { readBooks, readCustomerIds, readFacts, readMovement, readMovements, shards } from '../../../functions/arr/records/store.ts';
import { fromEpochDay } from '../../../functions/platform/calendar.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { eventsIn, itemsUnder } from '../../support/items.ts';
import { customer, schedule, seats, subscription, testContext } from '../facts.ts';
import { newLedgerReader } from '../ledger/reader.ts';

const proxy = useDynamoDBProxy(useDynamoDB());
const RECORDED_AT = '2026-11-05T12:00:00.000Z';

let id = 0;
let customerId = '';
beforeEach(() => {
  id += 1;
  customerId = `cus_${id}`;
});

const full = (): string => `stripe.main.${customerId}`;
const sub = (at: string, quantity: number, eventId: string, currency = 'USD'): Fact =>
  subscription(at, [seats('a', quantity, 5000)], { customerId, subscriptionId: `sub_${id}`, eventId: `${eventId}_${id}`, currency });
const now = async (): Promise<Context> => testContext;
/** Answers the keys of facts that were not recorded. */
const record = async (...facts: Fact[]): Promise<ReadonlySet<string>> =>
  new Set([...(await recordFacts(facts, now, RECORDED_AT))].map(factKeyOf));
/** The same profile under later plan rates: one pound is 1.30 dollars. */
const withPounds: Context = {
  ...testContext,
  rates: { ...testContext.rates, version: 2, factor: () => ({ num: 13n, den: 10n }), changeDays: () => [] },
};
const told = async (): Promise<string[]> =>
  (await readMovements(full())).map(
    (m) => `${m.effectiveOn} ${m.cause} ${m.lines.reduce((sum, line) => sum + BigInt(line.planDeltaMinor), 0n)}`,
  );
const planArr = async (): Promise<bigint> =>
  (await readMovements(full())).reduce((sum, m) => sum + m.lines.reduce((s, line) => s + BigInt(line.planDeltaMinor), 0n), 0n);

const events = () => eventsIn(`ARR#${full()}`);
const places = async (): Promise<string[]> => (await itemsUnder(`ARR#${full()}`)).map(({ sk }) => sk);
/** Writes asked of the table: operation and key. */
const writes = (): string[] =>
  proxy.calls.flatMap(({ operation, input }) => {
    if (operation === 'PutItem') return [`PutItem ${input.Item?.['pk']?.S} ${input.Item?.['sk']?.S}`];
    return operation === 'TransactWriteItems' ? [`TransactWriteItems of ${input.TransactItems?.length}`] : [];
  });

describe('recording facts', () => {
  it('puts fact, book, movements and their event as one item', async () => {
    expect(await record(sub('2026-01-05', 10, 'evt_a'))).toEqual(new Set());
    expect(await told()).toEqual(['2026-01-05 new 600000']); // 10 × $50 × 12
    expect((await readFacts(full())).keys).toEqual(new Set([`stripe/main/evt_a_${id}/subscription`]));
    expect((await readBooks([full()])).get(full())).toMatchObject({ version: 1, name: '' });
    expect(await events()).toMatchObject([
      {
        id: `arr:${full()}:1`,
        type: 'ArrMovementsRecorded',
        version: '1',
        source: 'ascent.arr',
        subject: full(),
        data: { customerId: full(), planCurrency: 'USD', profile: 'enterprise', movements: [{ effectiveOn: '2026-01-05', cause: 'new' }] },
      },
    ]);
    expect(await places()).toEqual(['REC#00000001~']);
  });

  it('costs one plain write, and one more for a customer that is new', async () => {
    await record(sub('2026-01-05', 10, 'evt_a'));
    expect(writes()).toEqual([expect.stringMatching(/^PutItem BOOKS#\d\d stripe\.main\.cus_\d+$/), `PutItem ARR#${full()} REC#00000001~`]);
    proxy.calls.length = 0;
    await record(sub('2026-02-05', 12, 'evt_b'));
    expect(writes()).toEqual([`PutItem ARR#${full()} REC#00000002~`]);
  });

  it('keeps a fact that moves nothing, and tells nobody', async () => {
    await record(sub('2026-01-05', 10, 'evt_a'));
    await record(sub('2026-02-05', 10, 'evt_b'));
    expect((await readFacts(full())).keys.size).toBe(2);
    expect(await places()).toEqual(['REC#00000001~', 'REC#00000002~']);
    expect(await events()).toHaveLength(1);
  });

  it('changes nothing for a fact that was recorded before, alone or beside a new one', async () => {
    await record(sub('2026-01-05', 10, 'evt_a'));
    expect(await record(sub('2026-01-05', 10, 'evt_a'))).toEqual(new Set());
    expect(await record(sub('2026-01-05', 10, 'evt_a'), sub('2026-02-05', 12, 'evt_b'))).toEqual(new Set());
    expect(await told()).toEqual(['2026-01-05 new 600000', '2026-02-05 expansion 120000']);
    expect(await events()).toHaveLength(2);
  });

  it.each(['customer', 'schedule'] as const)('changes nothing for a %s that was recorded before', async (kind) => {
    const fact: Fact =
      kind === 'customer'
        ? customer('2026-01-04', { segment: 'Enterprise' }, { customerId, eventId: `evt_k_${id}` })
        : { ...schedule('2026-01-04', []), data: { ...schedule('2026-01-04', []).data, customerId } as never };
    await record(fact);
    expect(await record(fact)).toEqual(new Set());
    expect(await record(fact, sub('2026-01-05', 10, 'evt_a'))).toEqual(new Set());
    expect((await readFacts(full())).facts).toHaveLength(2);
    expect(await places()).toHaveLength(2);
  });

  it('gives the same sums when ten facts arrive in one batch, reversed', async () => {
    const facts = Array.from({ length: 10 }, (_, i) => sub(fromEpochDay(20_500 + i), 10 + i, `evt_${i}`));
    expect(await record(...facts.reverse())).toEqual(new Set());
    // 10 seats, then nine times one more: 600,000 + 9 × 60,000
    expect(await planArr()).toBe(1_140_000n);
  });

  it('lets many writers of one customer all succeed, each fact once', async () => {
    const facts = Array.from({ length: 6 }, (_, i) => sub(fromEpochDay(20_600 + i), 10 + i, `evt_${i}`));
    const failed = await Promise.all(facts.map((fact) => record(fact)));
    expect(failed.flatMap((set) => [...set])).toEqual([]);
    expect(await planArr()).toBe(900_000n); // 15 seats × $50 × 12
    expect((await readFacts(full())).facts).toHaveLength(6);
  });

  it('finishes a restatement that is larger than one transaction', async () => {
    const facts = Array.from({ length: 100 }, (_, i) => sub(fromEpochDay(20_600 + i), 10 + i, `evt_${String(i).padStart(3, '0')}`));
    for (let i = 0; i < 100; i += 10) await record(...facts.slice(i, i + 10));
    // The attributes of the beginning arrive last: each of the 100 movements is taken back and made again under them.
    expect(await record(customer('2026-01-01', { segment: 'Enterprise' }, { customerId, eventId: `evt_c_${id}` }))).toEqual(new Set());
    const movements = await readMovements(full());
    expect(movements.filter((m) => m.attributes['segment'] === 'Enterprise')).toHaveLength(100);
    const bySegment = new Map<string, bigint>();
    for (const m of movements) {
      const segment = m.attributes['segment'] ?? 'none';
      bySegment.set(segment, (bySegment.get(segment) ?? 0n) + m.lines.reduce((s, line) => s + BigInt(line.planDeltaMinor), 0n));
    }
    expect(bySegment).toEqual(
      new Map([
        ['none', 0n],
        ['Enterprise', 6_540_000n],
      ]),
    ); // 109 seats × 60,000
  });

  it('decides again under other plan rates, and only then', async () => {
    await record(sub('2026-01-05', 10, 'evt_g', 'GBP'));
    expect(await told()).toEqual(['2026-01-05 new 0']);
    expect(await recordAgain(full(), async () => withPounds, RECORDED_AT)).toBe(true);
    expect(await recordAgain(full(), async () => withPounds, RECORDED_AT)).toBe(true);
    expect(await told()).toEqual(['2026-01-05 new 0', '2026-01-05 new 780000']); // 10 × £50 × 12 × 1.30
    expect(await places()).toHaveLength(2);
  });

  it('finds a movement by its id and lists a month over all customers by pages', async () => {
    await record(sub('2031-03-05', 10, 'evt_a'), sub('2031-03-07', 11, 'evt_b'), sub('2031-03-09', 12, 'evt_c'));
    const { readMonth } = await newLedgerReader();
    const first = await readMonth('2031-03-01', '2031-03-31', undefined, 2);
    const second = await readMonth('2031-03-01', '2031-03-31', first.next, 2);
    expect([...first.items, ...second.items].map((m) => m.effectiveOn)).toEqual(['2031-03-05', '2031-03-07', '2031-03-09']);
    expect(second.next).toBeUndefined();
    for (const movement of [...first.items, ...second.items]) expect(await readMovement(movement.movementId)).toEqual(movement);
    expect(await readMovement(`${full()}~2031-03-05~1~9`)).toBeUndefined();
    expect(await readMovement('no movement')).toBeUndefined();
  });

  it('fails a customer whose facts no item can hold, and no other of the batch', async () => {
    const many = Array.from({ length: 40 }, (_, i) => seats(`line_${i}`, 1, 100 + i, { priceId: `price_${i}_${noise(i + 1, 20_000)}` }));
    const huge = subscription('2026-01-05', many, { customerId: `${customerId}_huge`, eventId: `evt_huge_${id}` });
    expect(await record(huge, sub('2026-01-05', 10, 'evt_a'))).toEqual(new Set([`stripe/main/evt_huge_${id}/subscription`]));
    expect(await told()).toEqual(['2026-01-05 new 600000']);
  });

  it('fails a customer of whom no transaction holds what is to be written at once, and no other of the batch', async () => {
    // 101 subscriptions, each shown twice in one second with nothing to tell which is newer: a recording and 101 ties.
    const tied = Array.from({ length: 101 }, (_, i) =>
      [1, 2].map((quantity) =>
        subscription('2026-01-05', [seats('a', quantity, 5000)], {
          customerId: `${customerId}_tied`,
          subscriptionId: `sub_${id}_${i}`,
          eventId: `evt_${quantity}_${id}_${i}`,
        }),
      ),
    ).flat();
    const failed = await record(...tied, sub('2026-01-05', 10, 'evt_a'));
    expect(failed).toEqual(new Set(tied.map(factKeyOf)));
    expect(await told()).toEqual(['2026-01-05 new 600000']);
    expect(await itemsUnder(`ARR#stripe.main.${customerId}_tied`)).toEqual([]);
    // Ninety-nine of them fit, with the recording.
    expect(await record(...tied.slice(0, 2 * 99))).toEqual(new Set());
    expect(writes().at(-1)).toBe('TransactWriteItems of 100');
  });
});

/** Text that deflate can hardly shorten, the same at each run. */
const noise = (seed: number, characters: number): string => {
  let state = seed;
  return Array.from({ length: characters }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
};

describe('a recording over several days', () => {
  const threeDays = () => [sub('2032-05-30', 10, 'evt_a'), sub('2032-06-02', 12, 'evt_b'), sub('2032-06-05', 11, 'evt_c')];

  it('is one transaction of an item a day, the last with facts and book, and tells each day by an event of its own', async () => {
    expect(await record(...threeDays())).toEqual(new Set());
    expect(writes().at(-1)).toBe('TransactWriteItems of 3');
    const items = await itemsUnder(`ARR#${full()}`);
    expect(items.map(({ sk, packed }) => [sk, packed !== undefined])).toEqual([
      ['REC#00000001#001', false],
      ['REC#00000001#002', false],
      ['REC#00000001~', true],
    ]);
    expect(
      (await events()).map((event) => [event.id, (event.data['movements'] as { effectiveOn: string }[]).map((m) => m.effectiveOn)]),
    ).toEqual([
      [`arr:${full()}:1:1`, ['2032-05-30']],
      [`arr:${full()}:1:2`, ['2032-06-02']],
      [`arr:${full()}:1`, ['2032-06-05']],
    ]);
    expect(await told()).toEqual(['2032-05-30 new 600000', '2032-06-02 expansion 120000', '2032-06-05 contraction -60000']);
  });

  it('is listed by the days of its movements, each in its month', async () => {
    await record(...threeDays());
    const { readMonth } = await newLedgerReader();
    const listed = async (from: string, to: string): Promise<string[]> =>
      (await readMonth(from, to, undefined, 100)).items.filter((m) => m.customerId === full()).map((m) => m.effectiveOn);
    expect(await listed('2032-05-01', '2032-05-31')).toEqual(['2032-05-30']);
    expect(await listed('2032-06-01', '2032-06-30')).toEqual(['2032-06-02', '2032-06-05']);
    expect(await listed('2032-06-03', '2032-06-04')).toEqual([]);
  });

  it('is written whole or not at all', async () => {
    await record(sub('2032-05-20', 9, 'evt_0'));
    // Another writer takes the version between the reading of the book and the transaction.
    let taken = false;
    proxy.before = async ({ operation }) => {
      if (operation !== 'TransactWriteItems' || taken) return undefined;
      taken = true;
      await record(sub('2032-05-25', 8, 'evt_1'));
      return undefined;
    };
    expect(await record(...threeDays())).toEqual(new Set());
    expect(taken).toBe(true);
    expect(await told()).toEqual([
      '2032-05-20 new 540000', // 9 × 60,000
      '2032-05-25 contraction -60000', // 8
      '2032-05-30 expansion 120000', // 10
      '2032-06-02 expansion 120000', // 12
      '2032-06-05 contraction -60000', // 11
    ]);
    expect((await readFacts(full())).facts).toHaveLength(5);
    expect((await events()).map(({ id: eventId }) => eventId.split(':').slice(2).join(':'))).toEqual(['1', '2', '3:1', '3:2', '3']);
  });
});

describe('two writers of one customer', () => {
  it('take one version each: the second decides again on what the first has written [B8]', async () => {
    await record(sub('2026-01-05', 10, 'evt_a'));
    let overtaken = false;
    proxy.before = async ({ operation }) => {
      if (operation !== 'PutItem' || overtaken) return undefined;
      overtaken = true;
      expect(await record(sub('2026-02-05', 12, 'evt_b'))).toEqual(new Set());
      return undefined;
    };
    expect(await record(sub('2026-03-05', 15, 'evt_c'))).toEqual(new Set());
    // 12 − 10 seats, then 15 − 12, each × 60,000: the second never saw 10.
    expect(await told()).toEqual(['2026-01-05 new 600000', '2026-02-05 expansion 120000', '2026-03-05 expansion 180000']);
    expect(await places()).toEqual(['REC#00000001~', 'REC#00000002~', 'REC#00000003~']);
  });

  it('record one fact once, though both bring it', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => record(sub('2026-01-05', 10, 'evt_a'))));
    expect(results.flatMap((failed) => [...failed])).toEqual([]);
    expect(await told()).toEqual(['2026-01-05 new 600000']);
    expect((await readFacts(full())).facts).toHaveLength(1);
    expect(await events()).toHaveLength(1);
  });

  it('answer the facts as failed where others are in the way throughout, so that they come again', async () => {
    await record(sub('2026-01-05', 10, 'evt_a'));
    proxy.before = ({ operation }) => (operation === 'PutItem' ? { type: 'ConditionalCheckFailedException' } : undefined);
    expect(await record(sub('2026-02-05', 12, 'evt_b'))).toEqual(new Set([`stripe/main/evt_b_${id}/subscription`]));
    proxy.before = undefined;
    expect(await record(sub('2026-02-05', 12, 'evt_b'))).toEqual(new Set());
    expect(await told()).toEqual(['2026-01-05 new 600000', '2026-02-05 expansion 120000']);
  });
});

describe('plan rates that are loaded meanwhile', () => {
  /** What happened, in order: each request for the customer by its operation, and each question for the rates. */
  const steps = async (fact: Fact): Promise<string[]> => {
    const seen: string[] = [];
    proxy.before = ({ operation, input }) => {
      const pk = String(input.Item?.['pk']?.S ?? input.ExpressionAttributeValues?.[':pk']?.S ?? '');
      seen.push(`${operation} ${pk.split('#')[0]}`);
      return undefined;
    };
    await recordFacts(
      [fact],
      async () => {
        seen.push('rates');
        return testContext;
      },
      RECORDED_AT,
    );
    proxy.before = undefined;
    return seen;
  };

  it('are asked for after the book was read, and after a new customer was listed', async () => {
    // At last, of a subscription that is new: does an agreement name it?
    expect(await steps(sub('2026-01-05', 10, 'evt_a'))).toEqual(['Query ARR', 'PutItem BOOKS', 'rates', 'PutItem ARR', 'Query CLAIM']);
    expect(await steps(sub('2026-02-05', 12, 'evt_b'))).toEqual(['Query ARR', 'rates', 'PutItem ARR']);
  });

  it('hold for a fact whose book was read before them', async () => {
    await record(sub('2026-01-05', 10, 'evt_a', 'GBP'));
    const late = sub('2026-02-05', 12, 'evt_b', 'GBP');
    // The rates change hands between the reading of the book and its writing: the customer is decided again at once.
    let asked = 0;
    const contextNow = async (): Promise<Context> => {
      asked += 1;
      if (asked > 1) return withPounds;
      expect(await recordAgain(full(), async () => withPounds, RECORDED_AT)).toBe(true);
      return testContext;
    };
    expect(await recordFacts([late], contextNow, RECORDED_AT)).toEqual(new Set());
    expect((await readBooks([full()])).get(full())?.book?.ratesVersion).toBe(2);
    expect(await planArr()).toBe(936_000n); // 12 × £50 × 12 × 1.30
  });

  it('find a customer that was listed before its first book, and leave it to its fact', async () => {
    const fact = sub('2026-01-05', 10, 'evt_a', 'GBP');
    const listed: (readonly string[])[] = [];
    const decidedAgain: boolean[] = [];
    const contextNow = async (): Promise<Context> => {
      // The rates are loaded now: the list has the customer, there is nothing to decide yet, and the fact is decided under the old rates.
      listed.push(await allCustomers());
      decidedAgain.push(await recordAgain(full(), async () => withPounds, RECORDED_AT));
      return testContext;
    };
    expect(await recordFacts([fact], contextNow, RECORDED_AT)).toEqual(new Set());
    expect(listed[0]).toContain(full());
    const lists = proxy.calls.filter(({ input }) => String(input.ExpressionAttributeValues?.[':pk']?.S).startsWith('BOOKS#'));
    expect(lists).toHaveLength(32);
    // A list that is read as it was a moment ago could lack the customer.
    for (const { input } of lists) expect(input.ConsistentRead).toBe(true);
    // The message to decide it again is answered as failed, and comes again.
    expect(decidedAgain).toEqual([false]);
    expect(await planArr()).toBe(0n);
    expect(await recordAgain(full(), async () => withPounds, RECORDED_AT)).toBe(true);
    expect(await planArr()).toBe(780_000n); // 10 × £50 × 12 × 1.30
  });

  it('do not find a customer that could not be listed: its facts come again', async () => {
    proxy.before = ({ operation, input }) =>
      operation === 'PutItem' && String(input.Item?.['pk']?.S).startsWith('BOOKS#') ? { type: 'TransactionConflictException' } : undefined;
    expect(await record(sub('2026-01-05', 10, 'evt_a'))).toEqual(new Set([`stripe/main/evt_a_${id}/subscription`]));
    proxy.before = undefined;
    expect(await places()).toEqual([]);
    expect(await record(sub('2026-01-05', 10, 'evt_a'))).toEqual(new Set());
    expect(await allCustomers()).toContain(full());
  });
});

const allCustomers = async (): Promise<readonly string[]> => (await Promise.all(shards.map(readCustomerIds))).flat();
