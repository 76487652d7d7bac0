import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fact } from '../../functions/arr/facts.ts';
import { type Projected, projectionStep } from '../../functions/arr/projection.ts';
import { recordAgain, recordFacts } from '../../functions/arr/record.ts';
import { arrAt, EVERYTHING, stepsOf } from '../../functions/arr/series.ts';
import { readFacts, readMonth, readMovement, readMovements } from '../../functions/arr/store.ts';
import { readTotals } from '../../functions/arr/totals-store.ts';
import { fromEpochDay } from '../../functions/platform/calendar.ts';
import { bucketOf } from '../../functions/platform/outbox.ts';
import { batchCommit, commit, documentClient } from '../../functions/platform/table.ts';
import { useDynamoDB } from '../support/dynamodb.ts';
import { customer, seats, subscription, testContext } from './facts.ts';

const table = useDynamoDB();
const RECORDED_AT = '2026-11-05T12:00:00.000Z';

let id = 0;
let customerId = '';
beforeEach(() => {
  id += 1;
  customerId = `cus_${id}`;
});

const full = (): string => `stripe.main.${customerId}`;
const sub = (at: string, quantity: number, eventId: string): Fact =>
  subscription(at, [seats('a', quantity, 5000)], { customerId, subscriptionId: `sub_${id}`, eventId: `${eventId}_${id}` });
const record = (...facts: Fact[]): Promise<ReadonlySet<string>> => recordFacts(facts, testContext, RECORDED_AT);
const told = async (): Promise<string[]> =>
  (await readMovements(full())).map(
    (m) => `${m.effectiveOn} ${m.cause} ${m.lines.reduce((sum, line) => sum + BigInt(line.planDeltaMinor), 0n)}`,
  );

const outbox = async (): Promise<Record<string, unknown>[]> => {
  const answer = await documentClient().send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': `OUT#${bucketOf(full())}` },
    }),
  );
  return (answer.Items ?? []).filter((item) => item['subject'] === full());
};

describe('recording facts', () => {
  it('commits fact, book, movements and outbox item together', async () => {
    expect(await record(sub('2026-01-05', 10, 'evt_a'))).toEqual(new Set());
    expect(await told()).toEqual(['2026-01-05 new 600000']); // 10 × $50 × 12
    expect((await readFacts(full())).keys).toEqual(new Set([`main/evt_a_${id}/subscription`]));
    expect(await outbox()).toMatchObject([{ type: 'ArrMovementsRecorded', version: '1', source: 'ascent.arr' }]);
  });

  it('changes nothing for a fact that was recorded before, alone or beside a new one', async () => {
    await record(sub('2026-01-05', 10, 'evt_a'));
    expect(await record(sub('2026-01-05', 10, 'evt_a'))).toEqual(new Set());
    expect(await record(sub('2026-01-05', 10, 'evt_a'), sub('2026-02-05', 12, 'evt_b'))).toEqual(new Set());
    expect(await told()).toEqual(['2026-01-05 new 600000', '2026-02-05 expansion 120000']);
    expect(await outbox()).toHaveLength(2);
  });

  it('gives the same sums when ten facts arrive in one batch, reversed', async () => {
    const facts = Array.from({ length: 10 }, (_, i) => sub(fromEpochDay(20_500 + i), 10 + i, `evt_${i}`));
    expect(await record(...facts.reverse())).toEqual(new Set());
    // 10 seats, then nine times one more: 600,000 + 9 × 60,000
    const sum = (await readMovements(full())).reduce(
      (total, m) => total + m.lines.reduce((s, line) => s + BigInt(line.planDeltaMinor), 0n),
      0n,
    );
    expect(sum).toBe(1_140_000n);
  });

  it('lets many writers of one customer all succeed, each fact once', async () => {
    const facts = Array.from({ length: 6 }, (_, i) => sub(fromEpochDay(20_600 + i), 10 + i, `evt_${i}`));
    const failed = await Promise.all(facts.map((fact) => record(fact)));
    expect(failed.flatMap((set) => [...set])).toEqual([]);
    const sum = (await readMovements(full())).reduce(
      (total, m) => total + m.lines.reduce((s, line) => s + BigInt(line.planDeltaMinor), 0n),
      0n,
    );
    expect(sum).toBe(900_000n); // 15 seats
    expect((await readFacts(full())).keys.size).toBe(6);
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
    await record(
      subscription('2026-01-05', [seats('a', 10, 5000)], {
        customerId,
        subscriptionId: `sub_${id}`,
        currency: 'GBP',
        eventId: `evt_g_${id}`,
      }),
    );
    expect(await told()).toEqual(['2026-01-05 new 0']);
    const withPounds = {
      ...testContext,
      rates: { ...testContext.rates, version: 2, factor: () => ({ num: 13n, den: 10n }), changeDays: () => [] },
    };
    expect(await recordAgain(full(), [], withPounds, RECORDED_AT)).toBe(true);
    expect(await recordAgain(full(), [], withPounds, RECORDED_AT)).toBe(true);
    expect(await told()).toEqual(['2026-01-05 new 0', '2026-01-05 new 780000']);
  });

  it('finds a movement by its id and lists a month over all customers by pages', async () => {
    await record(sub('2031-03-05', 10, 'evt_a'), sub('2031-03-07', 11, 'evt_b'), sub('2031-03-09', 12, 'evt_c'));
    const first = await readMonth('2031-03', '2031-03-01', '2031-03-31', undefined, 2);
    const second = await readMonth('2031-03', '2031-03-01', '2031-03-31', first.next, 2);
    expect([...first.items, ...second.items].map((m) => m.effectiveOn)).toEqual(['2031-03-05', '2031-03-07', '2031-03-09']);
    expect(second.next).toBeUndefined();
    const movementId = first.items[0]?.movementId ?? '';
    expect(await readMovement(movementId)).toEqual(first.items[0]);
  });
});

describe('projecting movements to totals', () => {
  const projected = (sequence: bigint, quantity: string): Projected => ({
    sequence,
    planCurrency: 'USD',
    movements: [
      {
        movementId: `c~2030-01-05~${sequence}~0`,
        customerId: 'c',
        effectiveOn: '2030-01-05',
        recordedAt: RECORDED_AT,
        cause: 'new',
        correction: false,
        attributes: { segment: 'Starter' },
        lines: [
          {
            lineKey: 's/a',
            productId: 'p',
            legalEntity: 'e',
            currency: 'USD',
            cause: 'new',
            deltaMinor: quantity,
            planDeltaMinor: quantity,
          },
        ],
        stock: [quantity, '0', '0'],
        eventIds: ['evt'],
      },
    ],
  });
  const project = async (bucket: string, ...records: Projected[]): Promise<void> => {
    for (let left = records; left.length > 0; ) {
      const { writes, taken } = await projectionStep(bucket, left);
      if (writes.length > 0) expect((await commit(writes)).ok).toBe(true);
      left = left.slice(taken);
    }
  };
  const totalOf = async (...partitions: string[]): Promise<bigint> =>
    arrAt(stepsOf(await readTotals('MAIN', '2030-01', partitions), EVERYTHING, 'USD'), '2030-01-31');

  it('adds a record once, however often and in whatever batches it is delivered', async () => {
    const [a, b, c] = [projected(100n, '10'), projected(200n, '20'), projected(300n, '40')];
    await project('001', a, b);
    await project('001', a, b);
    await project('001', b, c);
    expect(await totalOf('01')).toBe(70n);
  });

  it('never compares sequence numbers of two buckets: two shards count on their own', async () => {
    const large = 495_000_000_000_000_000_000_001n;
    await project('002', projected(large, '5'));
    await project('003', projected(7n, '6'));
    await project('003', projected(7n, '6'));
    await project('002', projected(large + 1n, '1'), projected(large + 1n, '1'));
    expect(await totalOf('02', '03')).toBe(5n + 6n + 1n + 1n);
  });

  it('lets only one of two projectors count a batch', async () => {
    const both = await Promise.all([projectionStep('004', [projected(9n, '3')]), projectionStep('004', [projected(9n, '3')])]);
    const results = [...(await batchCommit([both[0].writes])), ...(await batchCommit([both[1].writes]))];
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(await totalOf('04')).toBe(3n);
  });
});

describe('large batches of movements', () => {
  it('go to the totals in steps, each within the limits of one transaction and one expression', async () => {
    const many = (sequence: bigint, days: number): Projected => ({
      sequence,
      planCurrency: 'USD',
      movements: Array.from({ length: days }, (_, i) => ({
        movementId: `c~${sequence}~${i}`,
        customerId: 'c',
        effectiveOn: fromEpochDay(22_000 + i),
        recordedAt: RECORDED_AT,
        cause: 'expansion',
        correction: false,
        attributes: Object.fromEntries(Array.from({ length: 8 }, (_unused, n) => [`attribute${n}`, `value ${n} ${i}`])),
        lines: [
          {
            lineKey: 's/a',
            productId: `p${i}`,
            legalEntity: 'e',
            currency: 'EUR',
            cause: 'expansion',
            deltaMinor: '10',
            planDeltaMinor: '11',
          },
        ],
        stock: ['11', '0', '0'],
        eventIds: ['evt'],
      })),
    });
    let left: readonly Projected[] = Array.from({ length: 6 }, (_, i) => many(BigInt(i + 1), 40));
    let steps = 0;
    while (left.length > 0) {
      const { writes, taken } = await projectionStep('063', left);
      expect(writes.length).toBeLessThanOrEqual(100);
      expect((await commit(writes)).ok).toBe(true);
      left = left.slice(taken);
      steps += 1;
    }
    expect(steps).toBe(6);
    // six records × 40 movements × 11
    expect(arrAt(stepsOf(await readTotals('MAIN', '2030-01', ['63']), EVERYTHING, 'USD'), '2031-12-31')).toBe(2_640n);
    const cuts = await readTotals('CUTS', '2030-01', ['63']);
    expect(arrAt(stepsOf(cuts, { dimension: 'product', value: 'p7' }, 'USD'), '2031-12-31')).toBe(66n); // six × 11
  });
});
