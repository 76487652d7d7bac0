import { beforeAll, describe, expect, it } from 'vitest';
import type { Movement } from '../../../functions/arr/events.ts';
import { emptyBook } from '../../../functions/arr/movements/decide.ts';
import { recordingWrites } from '../../../functions/arr/records/store.ts';
import { commit } from '../../../functions/platform/table.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { testContext } from '../facts.ts';
import { newLedgerReader } from './reader.ts';

const proxy = useDynamoDBProxy(useDynamoDB());
const RECORDED_AT = '2026-11-05T12:00:00.000Z';

const CAUSES = ['fx', 'expansion', 'renewal'] as const;

const movement = (customerId: string, version: number, effectiveOn: string, index: number): Movement => ({
  movementId: `${customerId}~${effectiveOn}~${version}~${index}`,
  customerId,
  effectiveOn,
  recordedAt: RECORDED_AT,
  cause: CAUSES[index % 3] ?? 'new',
  correction: false,
  attributes: {},
  lines: [{ lineKey: 'line', productId: 'prod', legalEntity: 'inc', currency: 'USD', cause: 'new', deltaMinor: '1', planDeltaMinor: '1' }],
  stock: ['0', '0', '0'],
  eventIds: ['evt'],
});

/** One recording with so many movements on each of some days. */
const record = async (customerId: string, version: number, days: Readonly<Record<string, number>>): Promise<void> => {
  let index = 0;
  const movements: Movement[] = [];
  for (const [day, count] of Object.entries(days)) {
    for (let i = 0; i < count; i += 1) {
      movements.push(movement(customerId, version, day, index));
      index += 1;
    }
  }
  const writes = recordingWrites(
    { customerId, recordedAt: RECORDED_AT, version },
    { name: '', place: {}, book: emptyBook(testContext), facts: [], movements, planCurrency: 'USD', profile: 'enterprise' },
  );
  expect((await commit(writes)).ok).toBe(true);
};

/** In the order in which they are to be listed: by day, then customer, then recording; those of one item in their own order. */
const EXPECTED = [
  'a~2026-03-01~1~0',
  'a~2026-03-01~1~1',
  'a~2026-03-01~1~2',
  'b~2026-03-01~1~0',
  'a~2026-03-07~1~3',
  'a~2026-03-07~2~1',
  'a~2026-03-07~2~2',
  'b~2026-03-07~2~0',
  'b~2026-03-07~2~1',
  'c~2026-03-07~1~0',
  'c~2026-03-31~1~1',
  'c~2026-03-31~1~2',
  'c~2026-03-31~1~3',
  'c~2026-03-31~1~4',
];

let readMonth: Awaited<ReturnType<typeof newLedgerReader>>['readMonth'];
beforeAll(async () => {
  ({ readMonth } = await newLedgerReader());
  await record('a', 1, { '2026-03-01': 3, '2026-03-07': 1, '2026-04-01': 2 });
  await record('a', 2, { '2026-02-28': 1, '2026-03-07': 2 });
  await record('b', 1, { '2026-03-01': 1 });
  await record('b', 2, { '2026-03-07': 2 });
  await record('c', 1, { '2026-03-07': 1, '2026-03-31': 4 });
  // A recording without movements is listed nowhere.
  await record('c', 2, {});
});

/** All pages of a period, with the longest of them. */
const walk = async (limit: number, from = '2026-03-01', to = '2026-03-31'): Promise<{ ids: string[]; longest: number }> => {
  const ids: string[] = [];
  let longest = 0;
  let after: string | undefined;
  do {
    const page = await readMonth(from, to, after, limit);
    ids.push(...page.items.map(({ movementId }) => movementId));
    longest = Math.max(longest, page.items.length);
    after = page.next;
  } while (after !== undefined);
  return { ids, longest };
};

describe("a month's movements over all customers", () => {
  it('come in one page where it holds them all, in order', async () => {
    expect((await walk(100)).ids).toEqual(EXPECTED);
  });

  it.each([1, 2, 3, 4, 5, 7, 13])('come by pages of %d, in order, none twice and none left out', async (limit) => {
    const { ids, longest } = await walk(limit);
    expect(ids).toEqual(EXPECTED);
    expect(longest).toBe(limit);
  });

  it('end without a further page where the last one is just full', async () => {
    const page = await readMonth('2026-03-01', '2026-03-31', undefined, 14);
    expect([page.items.length, page.next]).toEqual([14, undefined]);
  });

  it('come from the days of a period only, both included', async () => {
    const ofSeventh = EXPECTED.filter((id) => id.includes('03-07'));
    expect((await walk(100, '2026-03-07', '2026-03-07')).ids).toEqual(ofSeventh);
    expect((await walk(1, '2026-03-02', '2026-03-30')).ids).toEqual(ofSeventh);
    expect((await walk(100, '2026-03-08', '2026-03-30')).ids).toEqual([]);
  });

  it('are found by their keys, and read from the table in one request a page', async () => {
    proxy.calls.length = 0;
    await walk(2);
    const asked = proxy.calls.flatMap(({ operation, input }) =>
      operation === 'BatchGetItem' ? [input.RequestItems?.['ascent-test']?.Keys ?? []] : [],
    );
    const pages = asked.filter((keys) => keys.some(({ pk }) => pk?.S?.startsWith('LEDGER#') !== true));
    expect(pages).toHaveLength(7); // 14 movements by pages of two
    for (const keys of pages) expect(keys.length).toBeLessThanOrEqual(2);
  });
});
