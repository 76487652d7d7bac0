import { Entity } from 'electrodb';
import { describe, expect, test } from 'vitest';
import {
  batchCommit,
  commit,
  entityDefaults,
  gsi1Index,
  gsi1Pk,
  gsi1Sk,
  mustExist,
  mustNotExist,
  primaryPk,
  primarySk,
  queryRange,
  readAll,
  readPage,
  type Write,
} from '../../functions/platform/table.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { type Refusal, useDynamoDBProxy } from '../support/dynamodb-proxy.ts';
import { itemsUnder } from '../support/items.ts';

const proxy = useDynamoDBProxy(useDynamoDB());

const notes = new Entity(
  {
    model: { entity: 'note', version: '1', service: 'test' },
    attributes: {
      book: { type: 'string', required: true },
      page: { type: 'string', required: true },
      text: { type: 'string' },
      amount: { type: 'number' },
      shelf: { type: 'string' },
    },
    indexes: {
      byBook: {
        pk: { ...primaryPk, composite: ['book'], template: 'BOOK#${book}' },
        sk: { ...primarySk, composite: ['page'], template: 'PAGE#${page}' },
      },
      byShelf: {
        index: gsi1Index,
        pk: { ...gsi1Pk, composite: ['shelf'], template: 'SHELF#${shelf}' },
        sk: { ...gsi1Sk, composite: ['text'], template: '${text}' },
      },
    },
  } as const,
  entityDefaults,
);

/** Operations asked of the table since the test began or `calls` was emptied. */
const operations = (): readonly string[] => proxy.calls.map(({ operation }) => operation);

const create = (book: string, page: string, text = 'x'): Write => ({ put: notes.create({ book, page, text }).params() });
const overwrite = (book: string, page: string, text = 'x'): Write => ({ put: notes.put({ book, page, text }).params() });
const textOf = async (book: string, page: string): Promise<string | undefined> =>
  (await notes.get({ book, page }).go({ consistent: true })).data?.text;
const cancelled = (...codes: string[]): Refusal => ({
  type: 'TransactionCanceledException',
  body: { CancellationReasons: codes.map((Code) => ({ Code })) },
});
/** So many writes of fresh items. */
const pages = (book: string, count: number): Write[] =>
  Array.from({ length: count }, (_, index) => create(book, String(index).padStart(3, '0')));

describe('a commit', () => {
  test('writes all items in one transaction', async () => {
    expect(await commit([create('a', '1'), create('a', '2')])).toEqual({ ok: true, value: undefined });
    expect(operations()).toEqual(['TransactWriteItems']);
    expect([await textOf('a', '1'), await textOf('a', '2')]).toEqual(['x', 'x']);
  });

  test('sends a single write as a plain write, which costs half', async () => {
    expect((await commit([create('single', '1')])).ok).toBe(true);
    expect((await commit([{ update: notes.patch({ book: 'single', page: '1' }).set({ text: 'y' }).params() }])).ok).toBe(true);
    expect(operations()).toEqual(['PutItem', 'UpdateItem']);
  });

  test('takes up to a hundred writes', async () => {
    expect((await commit(pages('hundred', 100))).ok).toBe(true);
    expect(await readAll(notes.query.byBook({ book: 'hundred' }), { consistent: true })).toHaveLength(100);
  });

  test('refuses more than a hundred writes, none, and the same item twice: those are bugs', async () => {
    await expect(commit(pages('many', 101))).rejects.toThrow('a commit has 1 to 100 writes, not 101');
    await expect(commit([])).rejects.toThrow('a commit has 1 to 100 writes, not 0');
    await expect(commit([create('twice', '1'), overwrite('twice', '1')])).rejects.toThrow('a commit names each item once');
    expect(operations()).toEqual([]);
  });

  test('answers a failed condition as a value that names the write, at once, and writes nothing', async () => {
    await commit([create('b', '2', 'first')]);
    proxy.calls.length = 0;
    const result = await commit([create('b', '1'), create('b', '2', 'second'), create('b', '3')]);
    expect(result).toEqual({
      ok: false,
      problem: { code: 'conflict', detail: 'the condition of write 2 of 3 does not hold', reasons: ['none', 'condition-failed', 'none'] },
    });
    expect(operations()).toEqual(['TransactWriteItems']);
    expect([await textOf('b', '1'), await textOf('b', '2')]).toEqual([undefined, 'first']);
  });

  test('answers a failed condition of a single plain write alike', async () => {
    await commit([create('c', '1')]);
    expect(await commit([create('c', '1')])).toMatchObject({ ok: false, problem: { code: 'conflict', reasons: ['condition-failed'] } });
  });

  test('checks items that it does not write', async () => {
    await commit([create('d', '1')]);
    const present = notes.get({ book: 'd', page: '1' }).params();
    expect((await commit([mustExist(present), create('d', '2')])).ok).toBe(true);
    expect(await commit([mustNotExist(present), create('d', '3')])).toMatchObject({ problem: { reasons: ['condition-failed', 'none'] } });
  });

  test('does nothing when it is repeated with its token, however long the token is', async () => {
    const token = 'a token that is longer than the thirty-six characters that DynamoDB takes';
    expect((await commit([create('e', '1')], token)).ok).toBe(true);
    expect((await commit([create('e', '1')], token)).ok).toBe(true);
    expect((await commit([create('e', '1')], 'another')).ok).toBe(false);
  });

  test('refuses other writes under a token that was used, and makes one of its own for each commit without [D14]', async () => {
    expect((await commit([create('token', '1')], 'once')).ok).toBe(true);
    await expect(commit([create('token', '2')], 'once')).rejects.toThrow();
    expect(await textOf('token', '2')).toBeUndefined();
    proxy.calls.length = 0;
    for (const page of ['3', '5']) expect((await commit([create('token', page), create('token', `${page}b`)])).ok).toBe(true);
    expect(new Set(proxy.calls.map(({ input }) => input.ClientRequestToken)).size).toBe(2);
  });

  test('tries again when another transaction was in the way', async () => {
    proxy.refusals.push(
      cancelled('None', 'TransactionConflict'),
      { type: 'TransactionInProgressException' },
      cancelled('TransactionConflict', 'None'),
    );
    expect((await commit([create('f', '1'), create('f', '2')])).ok).toBe(true);
    expect(operations().length).toBeGreaterThanOrEqual(4);
    expect(await textOf('f', '2')).toBe('x');
  });

  test('tries again when a single write met a transaction', async () => {
    proxy.refusals.push({ type: 'TransactionConflictException' });
    expect((await commit([create('g', '1')])).ok).toBe(true);
    expect(operations()).toEqual(['PutItem', 'PutItem']);
  });

  test('tries again when it was throttled', async () => {
    proxy.refusals.push(cancelled('ThrottlingError', 'None'), cancelled('None', 'ProvisionedThroughputExceeded'));
    expect((await commit([create('h', '1'), create('h', '2')])).ok).toBe(true);
    expect(operations()).toHaveLength(3);
  });

  test('answers busy after six attempts, with the reasons', async () => {
    proxy.refusals.push(...Array.from({ length: 6 }, () => cancelled('TransactionConflict', 'ThrottlingError')));
    expect(await commit([create('i', '1'), create('i', '2')])).toEqual({
      ok: false,
      problem: { code: 'busy', detail: 'other writes were in the way for 6 attempts', reasons: ['conflict', 'throttled'] },
    });
    expect(operations()).toHaveLength(6);
  });

  test('throws what is none of these: it is a bug or a missing permission', async () => {
    proxy.refusals.push({ type: 'AccessDeniedException' });
    await expect(commit([create('j', '1'), create('j', '2')])).rejects.toThrow();
    proxy.refusals.push(cancelled('ValidationError', 'None'));
    await expect(commit([create('j', '1'), create('j', '2')])).rejects.toThrow();
  });

  test('gives real contenders for one counter exactly one winner a round', async () => {
    await commit([overwrite('race', '1', '0')]);
    const from = (text: string): Write => ({
      update: notes
        .patch({ book: 'race', page: '1' })
        .set({ text: `${text}+` })
        .where((attributes, { eq }) => eq(attributes.text, text))
        .params(),
    });
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => commit([from('0'), create('race', `by-${index}`)])));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await textOf('race', '1')).toBe('0+');
  });
});

describe('a batch', () => {
  test('commits groups of several writes in one transaction where they fit', async () => {
    const results = await batchCommit([pages('k1', 3), [], pages('k2', 3)]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(operations()).toEqual(['TransactWriteItems']);
  });

  test('creates items of groups of one write in one request, at the price of plain writes, each with its own verdict', async () => {
    await commit([create('single-groups', '2')]);
    proxy.calls.length = 0;
    const results = await batchCommit([1, 2, 3].map((page) => [create('single-groups', String(page))]));
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ problem: { code: 'conflict', reasons: ['condition-failed'] } });
    expect(operations()).toEqual(['BatchExecuteStatement']);
    expect(await textOf('single-groups', '3')).toBe('x');
  });

  test('creates at most 25 items in a request', async () => {
    const results = await batchCommit(pages('many', 60).map((write) => [write]));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(proxy.calls.map(({ operation, input }) => [operation, input.Statements?.length])).toEqual([
      ['BatchExecuteStatement', 25],
      ['BatchExecuteStatement', 25],
      ['BatchExecuteStatement', 10],
    ]);
    expect(await textOf('many', '059')).toBe('x');
  });

  test('overwrites and changes beside the items that it creates, each by itself', async () => {
    await commit([create('beside', '1')]);
    proxy.calls.length = 0;
    const changed: Write = { update: notes.patch({ book: 'beside', page: '1' }).set({ text: 'y' }).params() };
    const results = await batchCommit([[create('beside', '2')], [changed], [create('beside', '3')], [overwrite('beside', '4')]]);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect([...operations()].sort()).toEqual(['BatchExecuteStatement', 'PutItem', 'UpdateItem']);
    expect(await textOf('beside', '1')).toBe('y');
  });

  test('stores every kind of value that an item may hold, as a put does', async () => {
    const item = (sk: string) => ({
      pk: 'KINDS#1',
      sk,
      text: 'ä"\'',
      none: null,
      yes: true,
      big: 2n ** 60n,
      list: [1, { a: 'b' }],
      bytes: Buffer.from([0, 255]),
      left: undefined,
    });
    const results = await batchCommit(
      ['a', 'b'].map((sk) => [{ put: { Item: item(sk), ConditionExpression: 'attribute_not_exists(pk)' } }]),
    );
    expect(results.every(({ ok }) => ok)).toBe(true);
    await commit([{ put: { Item: item('c') } }]);
    const [a, b, c] = await itemsUnder('KINDS#1');
    expect({ ...a, sk: 'c' }).toEqual(c);
    expect({ ...b, sk: 'c' }).toEqual(c);
    expect(c).toMatchObject({ text: 'ä"\'', none: null, yes: true, big: 2n ** 60n, list: [1, { a: 'b' }] });
  });

  test('tries by itself what was throttled within a request', async () => {
    const throttled = { Responses: [{}, { Error: { Code: 'ThrottlingError', Message: 'slow down' } }] };
    proxy.answers.push(throttled);
    const results = await batchCommit([[create('slow', '1')], [create('slow', '2')]]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect(operations()).toEqual(['BatchExecuteStatement', 'PutItem']);
    expect(await textOf('slow', '2')).toBe('x');
  });

  test('answers refused for what can never be stored, and stores the others', async () => {
    const results = await batchCommit([[create('huge', '1')], [create('huge', '2', 'x'.repeat(420_000))], [create('huge', '3')]]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ problem: { code: 'refused', detail: expect.stringContaining('size') } });
    expect([await textOf('huge', '1'), await textOf('huge', '2'), await textOf('huge', '3')]).toEqual(['x', undefined, 'x']);
  });

  test('writes one by one where the service takes no such request now', async () => {
    proxy.refusals.push(...Array.from({ length: 4 }, () => ({ type: 'RequestLimitExceeded' })));
    const results = await batchCommit([[create('limited', '1')], [create('limited', '2')]]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect(operations().filter((operation) => operation === 'PutItem')).toHaveLength(2);
  });

  test('throws where the request as a whole is refused', async () => {
    proxy.refusals.push({ type: 'AccessDeniedException' });
    await expect(batchCommit([[create('denied', '1')], [create('denied', '2')]])).rejects.toThrow();
  });

  test('takes one of two groups of one write that create the same item', async () => {
    const results = await batchCommit([[create('same-item', '1', 'a')], [create('same-item', '1', 'b')]]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await textOf('same-item', '1')).toBe(results[0]?.ok ? 'a' : 'b');
  });

  test('commits a single write beside a transaction of the others', async () => {
    const results = await batchCommit([pages('mixed', 2), [create('mixed-alone', '1')]]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect([...operations()].sort()).toEqual(['PutItem', 'TransactWriteItems']);
  });

  test('answers the group whose condition failed, and commits the others without it', async () => {
    await commit([create('l', 'marker')]);
    proxy.calls.length = 0;
    const results = await batchCommit([pages('l1', 2), [create('l2', '1'), create('l', 'marker')], pages('l3', 2)]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ problem: { code: 'conflict', reasons: ['none', 'condition-failed'] } });
    expect(operations()).toEqual(['TransactWriteItems', 'TransactWriteItems']);
    expect(await textOf('l2', '1')).toBeUndefined();
    expect(await textOf('l3', '001')).toBe('x');
  });

  test('commits one by one where others stay in the way', async () => {
    proxy.refusals.push(...Array.from({ length: 6 }, () => cancelled('TransactionConflict', 'None', 'None', 'None')));
    const results = await batchCommit([pages('m1', 2), pages('m2', 2)]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect(operations()).toHaveLength(6 + 2);
  });

  test('commits one by one where a group can never be stored, and answers refused for that', async () => {
    const huge = (book: string): Write[] => [create(book, '1'), create(book, '2', 'x'.repeat(420_000))];
    const results = await batchCommit([pages('s1', 2), huge('s2'), pages('s3', 2)]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(results[1]).toMatchObject({ problem: { code: 'refused' } });
    expect([await textOf('s1', '001'), await textOf('s2', '1'), await textOf('s3', '001')]).toEqual(['x', undefined, 'x']);
    // As a reason among those of a cancelled transaction, at first of both groups and then of the first alone.
    proxy.refusals.push(cancelled('None', 'ValidationError', 'None', 'None'), cancelled('None', 'ValidationError'));
    const others = await batchCommit([pages('s4', 2), pages('s5', 2)]);
    expect(others.map((result) => (result.ok ? 'ok' : result.problem.code))).toEqual(['refused', 'ok']);
  });

  test('splits what does not fit into a hundred writes', async () => {
    const results = await batchCommit([pages('n1', 60), pages('n2', 40), pages('n3', 2)]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
    // 60 + 40 = 100 in the first transaction; the third group is beyond it
    expect(operations()).toEqual(['TransactWriteItems', 'TransactWriteItems']);
  });

  test('commits groups that touch the same item one after the other, in their order', async () => {
    const results = await batchCommit([
      [create('o', '1', 'first'), create('o', '2')],
      [create('o', '1', 'second'), create('o', '3')],
      [create('o', '4')],
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(await textOf('o', '1')).toBe('first');
    expect(await textOf('o', '4')).toBe('x');
  });
});

describe('reading', () => {
  test('a range of keys that ends before it begins holds nothing', async () => {
    expect(await queryRange({ pk: 'any', from: '0', to: "' OR 1=1 --" })).toEqual([]);
  });

  test('pages with the wanted length until the end', async () => {
    await commit(pages('p', 7));
    const query = () => notes.query.byBook({ book: 'p' });
    const first = await readPage(query(), 3);
    const second = await readPage(query(), 3, { cursor: first.next ?? undefined });
    const third = await readPage(query(), 3, { cursor: second.next ?? undefined });
    expect([first, second, third].map(({ items }) => items.map(({ page }) => page))).toEqual([
      ['000', '001', '002'],
      ['003', '004', '005'],
      ['006'],
    ]);
    expect(third.next).toBeNull();
  });

  const shelved = (shelf: string, count: number, textOf: (index: number) => string): Write[] =>
    Array.from({ length: count }, (_, index) => ({
      put: notes.put({ book: `${shelf}${index}`, page: '1', shelf, text: textOf(index), amount: index }).params(),
    }));
  /** Whole items of a shelf, page by page, by the index that holds their keys only. */
  const walk = async (shelf: string, limit: number): Promise<readonly (readonly (number | undefined)[])[]> => {
    const walked: (readonly (number | undefined)[])[] = [];
    let cursor: string | undefined;
    do {
      const page = await readPage(notes.query.byShelf({ shelf }), limit, { cursor, hydrate: true });
      walked.push(page.items.map(({ amount }) => amount));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return walked;
  };

  test('brings whole items in the order of the index, though it holds only their keys', async () => {
    // Written in another order than that of their texts: 3 × index modulo 7 is 0, 3, 6, 2, 5, 1, 4.
    await commit(shelved('order', 7, (index) => String((index * 3) % 7)));
    expect(await walk('order', 3)).toEqual([[0, 5, 3], [1, 6, 4], [2]]);
  });

  test('pages along the index, also where many items share its sort key', async () => {
    await commit(shelved('same', 5, () => 'same'));
    expect((await walk('same', 2)).flat().sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test('goes on behind the last key of the index, though its item has moved to another shelf meanwhile', async () => {
    await commit(shelved('left', 4, (index) => String(index)));
    // Between the reading of the keys and the reading of the items.
    proxy.before = async ({ operation }) => {
      if (operation !== 'BatchGetItem') return undefined;
      proxy.before = undefined;
      await commit([{ put: notes.put({ book: 'left1', page: '1', shelf: 'right', text: '9', amount: 1 }).params() }]);
      return undefined;
    };
    expect((await walk('left', 2)).flat()).toEqual([0, 1, 2, 3]);
    expect((await walk('left', 2)).flat()).toEqual([0, 2, 3]);
  });

  test('refuses to read more than the named limit', async () => {
    await commit(pages('q', 4));
    await expect(readAll(notes.query.byBook({ book: 'q' }), { atMost: 3 })).rejects.toThrow('a query found more than 3 items');
  });

  test('brings numbers beyond 2^53 back as bigint, digit by digit', async () => {
    const amount = 12_345_678_901_234_567_890n;
    await commit([{ put: { Item: { pk: 'BOOK#r', sk: 'PAGE#1', amount, __edb_e__: 'note', __edb_v__: '1' } } }]);
    const { data } = await notes.query.byBook({ book: 'r' }).go({ data: 'raw' });
    const items = (data as unknown as { Items: { amount: unknown }[] }).Items;
    expect(items[0]?.amount).toBe(12_345_678_901_234_567_890n);
  });

  test('reads and writes in batches under the real name of the table', async () => {
    await commit(pages('s', 2));
    const { data } = await notes
      .get([
        { book: 's', page: '000' },
        { book: 's', page: '001' },
      ])
      .go();
    expect(data).toHaveLength(2);
  });
});
