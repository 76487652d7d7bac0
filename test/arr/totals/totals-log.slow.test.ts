import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { foldLane, MAX_COUNTERS } from '../../../functions/arr/totals/base-store.ts';
import { laneOf, newestEntry, type Part } from '../../../functions/arr/totals/log-store.ts';
import { type Projected, project } from '../../../functions/arr/totals/projection.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { type Call, type Refusal, useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { itemsUnder } from '../../support/items.ts';
import { newReader, projectedOf, shardsOfLane, tallied, textOf } from '../projected.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);
beforeEach(() => table.another());

const LANE = '3';
const [A = '', B = '', ...OTHERS] = shardsOfLane(LANE, 8);
const [C = ''] = shardsOfLane('5', 1);

const VIEWS: readonly (readonly [Part, string])[] = [
  ['MAIN', '2030-01'],
  ['CUTS', '2030-01'],
  ['MAIN', '2030-03'],
  ['CUTS', '2030-03'],
];
type Reader = Awaited<ReturnType<typeof newReader>>;
const viewsOf = async (read: Reader): Promise<readonly string[]> =>
  Promise.all(VIEWS.map(async ([part, from]) => textOf(await read(part, from))));
const expected = (records: readonly Projected[]): readonly string[] => VIEWS.map(([part, from]) => tallied(records, part, from));
/** To a reader that knows nothing. */
const expectTotals = async (records: readonly Projected[]): Promise<void> => {
  expect(await viewsOf(await newReader())).toEqual(expected(records));
};

/** The n-th record: it moves ARR on one of 28 days in one of four months, in one of three segments. */
const nth = (n: number): Projected =>
  projectedOf(BigInt(n), {
    on: `2030-0${(n % 4) + 1}-${String((n % 28) + 1).padStart(2, '0')}`,
    minor: BigInt(n % 3 === 0 ? -(n % 7) - 1 : (n % 7) + 1),
    segment: `s${n % 3}`,
  });
const upTo = (from: number, to: number): readonly Projected[] => Array.from({ length: to - from + 1 }, (_, i) => nth(from + i));

const isPut =
  (prefix: string) =>
  ({ operation, input }: Call) =>
    operation === 'PutItem' && input.Item?.['sk']?.S?.startsWith(prefix) === true;
const CRASH: Refusal = { type: 'AccessDeniedException' };

describe('a batch of the stream', () => {
  const [a, b, c, d] = [1, 2, 3, 4].map(nth) as [Projected, Projected, Projected, Projected];

  it('becomes one entry of its lane, by one plain write', async () => {
    await project(A, [a, b, c]);
    expect(
      proxy.calls.filter(({ operation }) => operation !== 'Query').map(({ operation, input }) => [operation, input.Item?.['sk']?.S]),
    ).toEqual([['PutItem', 'LOG#000000000001']]);
    await expectTotals([a, b, c]);
  });

  it('adds nothing when it comes again whole', async () => {
    await project(A, [a, b]);
    await project(A, [a, b]);
    expect((await newestEntry(LANE)).position).toBe(1);
    await expectTotals([a, b]);
  });

  it('adds nothing when a part of it comes again', async () => {
    await project(A, [a, b, c]);
    await project(A, [b]);
    await project(A, [b, c]);
    expect((await newestEntry(LANE)).position).toBe(1);
    await expectTotals([a, b, c]);
  });

  it('adds what is new of it when it was cut anew', async () => {
    await project(A, [a]);
    await project(A, [a, b]);
    await project(A, [b, c, d]);
    await project(A, [a, b, c, d]);
    expect((await newestEntry(LANE)).position).toBe(3);
    await expectTotals([a, b, c, d]);
  });

  it('that nets to zero moves nothing but the checkpoint', async () => {
    const [up, down] = [projectedOf(5n, { on: '2030-01-05', minor: 5n }), projectedOf(6n, { on: '2030-01-05', minor: -5n })];
    await project(A, [up, down]);
    await project(A, [down]);
    expect((await itemsUnder(`TOT#${LANE}`)).map((item) => Object.keys(item).sort())).toEqual([['checkpoints', 'pk', 'sk']]);
    await expectTotals([]);
  });

  it('is compared by whole numbers: 21 digits lie beyond what a double tells apart [C19]', async () => {
    const large = 495_000_000_000_000_000_001n;
    const [first, second] = [projectedOf(large, { on: '2030-01-05', minor: 5n }), projectedOf(large + 1n, { on: '2030-01-05', minor: 1n })];
    await project(A, [first]);
    await project(A, [first, second]);
    await project(A, [second]);
    await expectTotals([first, second]);
  });

  it('is counted once where the answer to its writing was lost [D13]', async () => {
    let lost = false;
    proxy.before = async (call) => {
      if (!isPut('LOG#')(call) || lost) return undefined;
      lost = true;
      // It lands, nobody hears of it, and the same request comes again.
      await table.client.send(new PutItemCommand({ ...call.input, TableName: call.input.TableName, Item: call.input.Item }));
      return undefined;
    };
    await project(A, [a, b]);
    expect(lost).toBe(true);
    expect((await newestEntry(LANE)).position).toBe(1);
    await expectTotals([a, b]);
  });

  it('is thrown back where the table does not let it in, and counted when it comes again', async () => {
    proxy.before = (call) => (isPut('LOG#')(call) ? { type: 'TransactionConflictException' } : undefined);
    await expect(project(A, [a])).rejects.toThrow(`the totals of lane ${LANE} are busy; the batch comes again`);
    proxy.before = undefined;
    await project(A, [a]);
    await expectTotals([a]);
  });
});

describe('two shards of the stream', () => {
  const five = projectedOf(7n, { on: '2030-01-05', minor: 5n });
  const six = projectedOf(7n, { on: '2030-01-05', minor: 6n });
  const more = projectedOf(8n, { on: '2030-02-05', minor: 1n });

  it.each([
    ['one lane', A, B],
    ['two lanes', A, C],
  ])('count on their own in %s, though their sequence numbers overlap', async (_, one, other) => {
    expect(laneOf(one) === laneOf(other)).toBe(other === B);
    await project(one, [five]);
    await project(other, [six]);
    await project(other, [six, more]);
    await project(one, [five]);
    await project(one, [five, more]);
    await expectTotals([five, six, more, more]);
  });

  it('that write to one lane at once both land, each once', async () => {
    let overtaken = false;
    proxy.before = async (call) => {
      if (!isPut('LOG#')(call) || overtaken) return undefined;
      overtaken = true;
      await project(B, [six]);
      return undefined;
    };
    await project(A, [five]);
    expect(overtaken).toBe(true);
    expect((await newestEntry(LANE)).position).toBe(2);
    proxy.before = undefined;
    await project(A, [five]);
    await project(B, [six]);
    await expectTotals([five, six]);
  });

  it('take turns, however many they are', async () => {
    const shards = [A, B, ...OTHERS];
    expect(shards).toHaveLength(8);
    await Promise.all(shards.flatMap((shardId) => [project(shardId, upTo(1, 3)), project(shardId, upTo(1, 3))]));
    await expectTotals(shards.flatMap(() => upTo(1, 3)));
  });

  it('give up where others are first throughout, so that the batch comes again', async () => {
    proxy.before = (call) => (isPut('LOG#')(call) ? { type: 'ConditionalCheckFailedException' } : undefined);
    await expect(project(A, [five])).rejects.toThrow(`other shards wrote to lane ${LANE} at each of 20 attempts; the batch comes again`);
  });
});

describe('the checkpoint of a shard', () => {
  const clock = new BigInt64Array([1_900_000_000_000n, 0n]);
  const HOUR = 3_600_000n;
  beforeEach(() => {
    clock[0] = 1_900_000_000_000n;
    Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: clock });
    return () => Object.assign(globalThis, { [Symbol.for('ascent.test-clock')]: undefined });
  });

  it('is handed on by the other shards of its lane for two days, longer than the stream keeps a record', async () => {
    await project(A, [nth(1)]);
    clock[0] = 1_900_000_000_000n + 47n * HOUR;
    await project(B, [nth(2)]);
    await project(A, [nth(1)]);
    expect(Object.keys((await newestEntry(LANE)).checkpoints).sort()).toEqual([A, B].sort());
    await expectTotals([nth(1), nth(2)]);
  });

  it('is then left out, so that an entry does not grow with the shards that ever were', async () => {
    await project(A, [nth(1)]);
    clock[0] = 1_900_000_000_000n + 49n * HOUR;
    await project(B, [nth(2)]);
    expect(Object.keys((await newestEntry(LANE)).checkpoints)).toEqual([B]);
  });
});

describe('folding', () => {
  const deliver = async (from: number, to: number): Promise<void> => {
    for (const record of upTo(from, to)) await project(A, [record]);
  };

  it('comes with each hundredth entry, and changes nothing for any reader', async () => {
    const fromTheStart = await newReader();
    const sinceTen = await newReader();
    const sinceHundredAndOne = await newReader();
    await viewsOf(fromTheStart);
    await deliver(1, 10);
    expect(await viewsOf(sinceTen)).toEqual(expected(upTo(1, 10)));
    await deliver(11, 99);
    expect((await itemsUnder(`TOT#${LANE}`)).map(({ sk }) => sk).filter((sk) => !sk.startsWith('LOG#'))).toEqual([]);
    await deliver(100, 100);
    expect((await itemsUnder(`TOT#${LANE}`)).filter(({ sk }) => !sk.startsWith('LOG#')).map(({ sk, position }) => [sk, position])).toEqual([
      ...['CUTS', 'MAIN'].flatMap((part) =>
        ['2030-01', '2030-02', '2030-03', '2030-04', 'NET'].map((place) => [`BASE#${part}#${place}`, 100]),
      ),
      ['HEAD', 100],
    ]);
    const hundred = expected(upTo(1, 100));
    for (const read of [fromTheStart, sinceTen, await newReader()]) expect(await viewsOf(read)).toEqual(hundred);
    await deliver(101, 101);
    expect(await viewsOf(sinceHundredAndOne)).toEqual(expected(upTo(1, 101)));
    await deliver(102, 230);
    const all = expected(upTo(1, 230));
    // The first is 130 entries behind, the second 129; one that knows nothing reads bases of 200 and 30 entries.
    for (const read of [fromTheStart, sinceTen, sinceHundredAndOne, await newReader()]) expect(await viewsOf(read)).toEqual(all);
  });

  it('lets a reader that is far behind begin anew', async () => {
    const read = await newReader();
    await deliver(1, 5);
    await viewsOf(read);
    await deliver(6, 206);
    // 201 entries behind, more than one request of 200 brings: it reads the bases, and 6 entries.
    proxy.calls.length = 0;
    expect(textOf(await read('MAIN', '2030-01'))).toBe(tallied(upTo(1, 206), 'MAIN', '2030-01'));
    expect(
      proxy.calls.some(
        ({ operation, input }) => operation === 'Query' && input.ExpressionAttributeValues?.[':from']?.S === 'BASE#MAIN#2030-01',
      ),
    ).toBe(true);
    expect(await viewsOf(read)).toEqual(expected(upTo(1, 206)));
  });

  it('leaves a base alone in which nothing has moved', async () => {
    const january = projectedOf(1n, { on: '2030-01-05', minor: 5n });
    const march = projectedOf(2n, { on: '2030-03-05', minor: 7n });
    await project(A, [january]);
    await foldLane(LANE);
    await project(A, [march]);
    await foldLane(LANE);
    const positions = Object.fromEntries((await itemsUnder(`TOT#${LANE}`)).map(({ sk, position }) => [sk, position]));
    expect(positions).toMatchObject({ 'BASE#MAIN#2030-01': 1, 'BASE#MAIN#2030-03': 2, 'BASE#MAIN#NET': 2, HEAD: 2 });
    await expectTotals([january, march]);
  });

  it('may die after any of its writes: what it has written counts once, and the next folding makes good', async () => {
    await deliver(1, 20);
    const warm = await newReader();
    await viewsOf(warm);
    // Four records touch four months: with a net, in two parts, that makes ten bases, then the head.
    for (let survived = 0; survived <= 10; survived += 1) {
      const last = 20 + 4 * (survived + 1);
      await deliver(last - 3, last);
      let puts = 0;
      proxy.before = (call) => {
        if (!isPut('BASE#')(call) && !isPut('HEAD')(call)) return undefined;
        puts += 1;
        return puts > survived ? CRASH : undefined;
      };
      await expect(foldLane(LANE)).rejects.toThrow();
      proxy.before = undefined;
      const wanted = expected(upTo(1, last));
      expect(await viewsOf(await newReader())).toEqual(wanted);
      expect(await viewsOf(warm)).toEqual(wanted);
      // Every third time the folding is done again whole, so that the next one begins behind a head.
      if (survived % 3 === 2) await foldLane(LANE);
      expect(await viewsOf(await newReader())).toEqual(wanted);
    }
    await foldLane(LANE);
    expect((await itemsUnder(`TOT#${LANE}`)).find(({ sk }) => sk === 'HEAD')).toMatchObject({ position: 64 }); // 20 + 4 × 11
    await expectTotals(upTo(1, 64));
  });

  it('that dies throws the batch back, which is counted already', async () => {
    await deliver(1, 99);
    proxy.before = (call) => (isPut('HEAD')(call) ? CRASH : undefined);
    await expect(project(A, [nth(100)])).rejects.toThrow();
    proxy.before = undefined;
    await project(A, [nth(100)]);
    expect((await newestEntry(LANE)).position).toBe(100);
    await expectTotals(upTo(1, 100));
  });

  it('by several at once lets the one that is furthest stand', async () => {
    await deliver(1, 12);
    let overtaken = false;
    proxy.before = async (call) => {
      if (!isPut('BASE#CUTS#2030-02')(call) || overtaken) return undefined;
      overtaken = true;
      await deliver(13, 17);
      await foldLane(LANE);
      return undefined;
    };
    await foldLane(LANE);
    expect(overtaken).toBe(true);
    expect((await itemsUnder(`TOT#${LANE}`)).find(({ sk }) => sk === 'HEAD')).toMatchObject({ position: 17 });
    await expectTotals(upTo(1, 17));
    await Promise.all([foldLane(LANE), deliver(18, 22), foldLane(LANE)]);
    await Promise.all([foldLane(LANE), foldLane(LANE)]);
    await expectTotals(upTo(1, 22));
  });

  it('is seen whole or not at all by one who reads meanwhile, wherever the reading stands', async () => {
    await deliver(1, 8);
    await foldLane(LANE);
    await deliver(9, 16);
    for (const moment of ['HEAD', 'BASE#', 'LOG#']) {
      let folded = false;
      proxy.before = async ({ operation, input }) => {
        const from =
          operation === 'Query'
            ? input.ExpressionAttributeValues?.[':from']?.S
            : input.RequestItems?.[process.env['TABLE_NAME'] ?? '']?.Keys?.[0]?.['sk']?.S;
        if (folded || from?.startsWith(moment) !== true) return undefined;
        folded = true;
        await foldLane(LANE);
        await deliver(17, 17);
        return undefined;
      };
      const text = textOf(await (await newReader())('MAIN', '2030-01'));
      proxy.before = undefined;
      expect(folded).toBe(true);
      expect([tallied(upTo(1, 16), 'MAIN', '2030-01'), tallied(upTo(1, 17), 'MAIN', '2030-01')]).toContain(text);
    }
    await expectTotals(upTo(1, 17));
  });
});

describe('a base of more counters than one item holds', () => {
  /** Movements of as many products on one day; each product is a counter of its own. */
  const products = (sequence: bigint, from: number, to: number, minor: bigint): Projected =>
    projectedOf(
      sequence,
      ...Array.from({ length: to - from }, (_, i) => ({ on: '2030-01-05', minor, productId: `p${String(from + i).padStart(5, '0')}` })),
    );
  const bases = async () => (await itemsUnder(`TOT#${LANE}`)).filter(({ sk }) => sk.startsWith('BASE#CUTS#2030-01'));
  const half = products(1n, 0, 3_000, 1n);
  const other = products(2n, 3_000, 6_000, 2n);
  const gone = products(3n, 500, 6_000, -1n);
  const all = products(4n, 500, 6_000, -1n);

  it('takes several items, in one transaction, and fewer again when counters net to zero', async () => {
    const warm = await newReader();
    await project(A, [half]);
    await foldLane(LANE);
    // 3,000 products, one segment, one entity
    expect((await bases()).map(({ sk, items }) => [sk, items])).toEqual([['BASE#CUTS#2030-01', 1]]);
    expect(await viewsOf(warm)).toEqual(expected([half]));
    await project(A, [other]);
    await foldLane(LANE);
    // 6,002 counters: 5,000 and 1,002
    expect(MAX_COUNTERS).toBe(5_000);
    expect((await bases()).map(({ sk, items, position }) => [sk, items, position])).toEqual([
      ['BASE#CUTS#2030-01', 2, 2],
      ['BASE#CUTS#2030-01#001', undefined, 2],
    ]);
    await expectTotals([half, other]);
    expect(await viewsOf(warm)).toEqual(expected([half, other]));
    await project(A, [gone]);
    await project(A, [all]);
    await foldLane(LANE);
    // Products 0 to 499 are left with 1, products 500 to 2,999 with 1 − 1 − 1: 3,000 counters and two. The second item of before is left behind.
    expect((await bases()).map(({ sk, items, position }) => [sk, items, position])).toEqual([
      ['BASE#CUTS#2030-01', 1, 4],
      ['BASE#CUTS#2030-01#001', undefined, 2],
    ]);
    const everything = [half, other, gone, all];
    await expectTotals(everything);
    expect(await viewsOf(warm)).toEqual(expected(everything));
    const back = products(5n, 3_000, 6_000, 9n);
    await project(A, [back]);
    await foldLane(LANE);
    await expectTotals([...everything, back]);
    expect(await viewsOf(warm)).toEqual(expected([...everything, back]));
  });

  it('is read again where a query saw only some of its items replaced', async () => {
    await project(A, [half, other]);
    await foldLane(LANE);
    const [, second] = await bases();
    await project(A, [products(5n, 0, 6_000, 5n)]);
    await foldLane(LANE);
    const [, newer] = await bases();
    const put = async (item: typeof second): Promise<void> => {
      const { DynamoDBDocumentClient, PutCommand } = await import('@aws-sdk/lib-dynamodb');
      await DynamoDBDocumentClient.from(table.client).send(new PutCommand({ TableName: process.env['TABLE_NAME'], Item: item as never }));
    };
    // As a reader sees it while the transaction lands: the first item is new, the second old.
    await put(second);
    let reads = 0;
    proxy.before = async ({ operation, input }) => {
      if (operation !== 'Query' || input.ExpressionAttributeValues?.[':from']?.S !== 'BASE#CUTS#2030-01') return undefined;
      reads += 1;
      if (input.ExpressionAttributeValues?.[':pk']?.S === `TOT#${LANE}` && reads === 3) await put(newer);
      return undefined;
    };
    expect(textOf(await (await newReader())('CUTS', '2030-01'))).toBe(
      tallied([half, other, products(5n, 0, 6_000, 5n)], 'CUTS', '2030-01'),
    );
    expect(reads).toBeGreaterThanOrEqual(3);
    await put(second);
    proxy.before = undefined;
    await expect((await newReader())('CUTS', '2030-01')).rejects.toThrow(
      `the bases of lane ${LANE} were being replaced at each of 8 readings`,
    );
  });
});
