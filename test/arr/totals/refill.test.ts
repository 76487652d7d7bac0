import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { customerIdOf, type Fact } from '../../../functions/arr/lines/facts.ts';
import { recordFacts } from '../../../functions/arr/records/record.ts';
import { readRecorded, shardOf } from '../../../functions/arr/records/store.ts';
import { openShard, readGenerations, refilledShard } from '../../../functions/arr/totals/generation-store.ts';
import { type Projected, project } from '../../../functions/arr/totals/projection.ts';
import { refillTotals } from '../../../functions/arr/totals/refill.ts';
import { isRefilled, newestPlaces } from '../../../functions/arr/totals/refilled.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { customer, seats, subscription, testContext } from '../facts.ts';
import { newReader, tallied, textOf } from '../projected.ts';

const table = useDynamoDB();
beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((() => true) as never);
});

const SHARDS = ['shardId-00000001-a', 'shardId-00000002-b'] as const;
const shardOfStream = ({ customerId }: Projected): string => SHARDS[customerId.length % 2] as string;

/** Records of the stream so far, in its order; and what of it has not been delivered yet. */
let stream: Projected[] = [];
let waiting: Projected[] = [];
beforeEach(async () => {
  await table.another();
  stream = [];
  waiting = [];
});

/** Records a fact, as on-fact does; what it moved joins the stream. */
const happens = async (fact: Fact): Promise<void> => {
  const customerId = customerIdOf(fact);
  const before = new Set((await readRecorded(customerId)).map(({ place }) => place));
  expect(await recordFacts([fact], async () => testContext, '2026-11-05T09:00:00.000Z')).toEqual(new Set());
  for (const { place, told } of await readRecorded(customerId)) {
    if (before.has(place) || told === undefined) continue;
    const record = { sequence: BigInt(stream.length + 1), customerId, place, ...told };
    stream.push(record);
    waiting.push(record);
  }
};

/** Delivers records to the projector, in the order of the stream, by its shards. */
const deliver = async (records: readonly Projected[] = waiting.splice(0)): Promise<void> => {
  for (const shard of SHARDS) {
    const own = records.filter((record) => shardOfStream(record) === shard);
    if (own.length > 0) await project(shard, own);
  }
};

const VIEWS = [
  ['MAIN', '2026-01'],
  ['CUTS', '2026-01'],
  ['MAIN', '2026-05'],
  ['CUTS', '2026-05'],
] as const;
const totals = async (): Promise<readonly string[]> => {
  const read = await newReader();
  return Promise.all(VIEWS.map(async ([part, from]) => textOf(await read(part, from))));
};
/** What the totals must say: the plain sum of all that was ever recorded. */
const expected = (records: readonly Projected[] = stream): readonly string[] => VIEWS.map(([part, from]) => tallied(records, part, from));

const wipe = async (): Promise<number> => {
  const client = DynamoDBDocumentClient.from(table.client);
  const { Items: items = [] } = await client.send(
    new ScanCommand({
      TableName: process.env['TABLE_NAME'],
      ConsistentRead: true,
      FilterExpression: 'begins_with(pk, :totals)',
      ExpressionAttributeValues: { ':totals': 'TOT#' },
    }),
  );
  for (const { pk, sk } of items) await client.send(new DeleteCommand({ TableName: process.env['TABLE_NAME'], Key: { pk, sk } }));
  return items.length;
};

const SEGMENTS = ['Enterprise', 'Starter', 'Growth'] as const;
/** The n-th fact about one of twelve customers: it lands, grows, shrinks, moves to another segment. */
const nth = (n: number): Fact => {
  const who = `c${n % 12}`.padEnd(2 + (n % 2), 'x');
  const on = `2026-0${1 + Math.floor(n / 12)}-${String(1 + (n % 28)).padStart(2, '0')}`;
  if (n % 5 === 4) return customer(on, { segment: SEGMENTS[n % 3] as string }, { customerId: who, eventId: `evt_customer_${n}` });
  return subscription(on, [seats('a', 10 + ((n * 7) % 13), 5_000)], {
    customerId: who,
    subscriptionId: `sub_${who}`,
    eventId: `evt_${n}`,
    currency: who.startsWith('c3') ? 'EUR' : 'USD',
  });
};
const history = async (from: number, to: number): Promise<void> => {
  for (let n = from; n < to; n += 1) await happens(nth(n));
};

/** A refill that stops before its next shard once it has begun so many. */
const refill = (shards = Number.POSITIVE_INFINITY) => {
  let asked = 0;
  return refillTotals(() => {
    asked += 1;
    return asked <= shards;
  });
};

describe('totals that are made anew', () => {
  it('are the same as before, and go on with what comes', async () => {
    await history(0, 60);
    await deliver();
    const before = await totals();
    expect(before).toEqual(expected());
    expect(JSON.parse(before[0] ?? '').months.length).toBeGreaterThan(3);
    expect(await wipe()).toBeGreaterThan(0);
    expect(await totals()).not.toEqual(before);
    expect(await refill()).toMatchObject({ done: 32, of: 32, isDone: true });
    expect(await totals()).toEqual(before);
    await history(60, 72);
    await deliver();
    expect(await totals()).toEqual(expected());
    // Whatever is delivered again was counted, by the refill or by the projector.
    await deliver(stream);
    expect(await totals()).toEqual(expected());
  });

  it('replace totals that were wrong, which are read as they were until the last shard is done', async () => {
    await history(0, 36);
    await deliver(waiting.splice(0, 10)); // The others are lost.
    waiting = [];
    const wrong = await totals();
    expect(wrong).not.toEqual(expected());
    expect(await refill(20)).toMatchObject({ done: 20, isDone: false });
    expect(await totals()).toEqual(wrong);
    expect(await refill()).toMatchObject({ done: 32, isDone: true });
    expect(await totals()).toEqual(expected());
  });

  it('count once what is recorded and delivered meanwhile: before its shard is begun, after it, late, and again', async () => {
    await history(0, 36);
    await deliver(waiting.splice(0, 20)); // The projector is behind when it begins.
    await wipe();
    let n = 36;
    for (let calls = 0; ; calls += 1) {
      const { isDone } = await refill(3);
      await history(n, n + 3);
      n += 3;
      // Of three calls one delivers what waits, one a part of it, and one nothing.
      if (calls % 3 === 0) await deliver();
      if (calls % 3 === 1) await deliver(waiting.splice(0, 2));
      if (isDone) break;
      expect(calls).toBeLessThan(20);
    }
    expect(n).toBeGreaterThan(60);
    await deliver();
    expect(await totals()).toEqual(expected());
    await deliver(stream);
    expect(await totals()).toEqual(expected());
  });

  it('wait with what is delivered while its shard is read', async () => {
    await history(0, 12);
    await deliver();
    await refill(0);
    const { writing } = await readGenerations();
    const fact = subscription('2026-06-01', [seats('a', 99, 5_000)], {
      customerId: 'c0',
      subscriptionId: 'sub_c0',
      eventId: 'evt_meanwhile',
    });
    const shard = shardOf(customerIdOf(fact));
    expect(await openShard(writing, shard)).toBe(true);
    await happens(fact);
    let isDelivered = false;
    const delivery = deliver().then(() => {
      isDelivered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(isDelivered).toBe(false);
    expect(await refill()).toMatchObject({ isDone: true });
    await delivery;
    expect(await totals()).toEqual(expected());
    expect(await refilledShard(writing, shard)).toMatchObject({ isOpen: false });
  });

  it('are right where two make them at once, and made anew once more', async () => {
    await history(0, 36);
    await deliver();
    const both = await Promise.all([refill(), refill()]);
    expect(both.map(({ generation, isDone }) => [generation, isDone])).toEqual([
      [both[0].generation, true],
      [both[0].generation, true],
    ]);
    expect(await totals()).toEqual(expected());
    await history(36, 40);
    const { generation } = await refill();
    expect(generation).not.toBe(both[0].generation);
    await deliver();
    expect(await totals()).toEqual(expected());
  });
});

describe('what a refill has counted of a customer', () => {
  it('is all before its newest recording, and of that one the items that it saw', () => {
    const places = newestPlaces(['00000001~', '00000002#001', '00000002#002', '00000002~', '00000003#001']);
    expect(places).toEqual(['00000003#001']);
    const counted = { c: places };
    expect(['00000001~', '00000002#002', '00000003#001'].map((place) => isRefilled(counted, 'c', place))).toEqual([true, true, true]);
    // Of the same transaction, and not visible yet when the others were read.
    expect(['00000003#002', '00000003~', '00000004~'].map((place) => isRefilled(counted, 'c', place))).toEqual([false, false, false]);
    expect(isRefilled(counted, 'new', '00000001~')).toBe(false);
    expect(isRefilled(counted, 'constructor', '00000001~')).toBe(false);
  });
});
