import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldLane } from '../../../functions/arr/totals/base-store.ts';
import { laneOf, type Part } from '../../../functions/arr/totals/log-store.ts';
import { type Projected, project } from '../../../functions/arr/totals/projection.ts';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { newReader, projectedOf, shardsOfLane, type Told, tallied, textOf } from '../projected.ts';

const table = useDynamoDB();
const proxy = useDynamoDBProxy(table);

/** Two shards of the stream share a lane, the third has another. */
const SHARDS = [...shardsOfLane('2', 2), ...shardsOfLane('6', 1)];
const READERS = 3;

const told: fc.Arbitrary<Told> = fc
  .record({
    month: fc.constantFrom('2029-11', '2029-12', '2030-01', '2030-02'),
    day: fc.integer({ min: 1, max: 3 }),
    minor: fc.bigInt({ min: -3n, max: 3n }),
    planMinor: fc.bigInt({ min: -3n, max: 3n }),
    cause: fc.constantFrom('new', 'expansion', 'churn', 'transfer'),
    currency: fc.constantFrom('USD', 'EUR'),
    segment: fc.constantFrom('a', 'b'),
    fromSegment: fc.option(fc.constantFrom('a', 'b'), { nil: undefined, freq: 4 }),
    renewedMinor: fc.option(fc.bigInt({ min: 0n, max: 9n }), { nil: undefined, freq: 4 }),
  })
  .map(({ month, day, currency, minor, planMinor, ...rest }) => ({
    ...rest,
    on: `${month}-0${day}`,
    currency,
    minor,
    planMinor: currency === 'USD' ? minor : planMinor,
  })) as fc.Arbitrary<Told>;

type Step =
  /** The next records of a shard, from some that were delivered before on. */
  | { readonly kind: 'deliver'; readonly shard: number; readonly again: number; readonly records: readonly (readonly Told[])[] }
  /** The same shard and another one, at once. */
  | { readonly kind: 'race'; readonly records: readonly (readonly Told[])[] }
  | { readonly kind: 'fold'; readonly shard: number }
  /** A folding that dies after some of its writes. */
  | { readonly kind: 'crash'; readonly shard: number; readonly survived: number }
  | { readonly kind: 'read'; readonly reader: number; readonly part: Part; readonly from: string };

const shard = fc.integer({ min: 0, max: SHARDS.length - 1 });
const records = fc.array(fc.array(told, { minLength: 1, maxLength: 3 }), { maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver' as const), shard, again: fc.integer({ min: 0, max: 4 }), records }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('race' as const), records }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fold' as const), shard }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), shard, survived: fc.integer({ min: 0, max: 9 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      reader: fc.integer({ min: 0, max: READERS - 1 }),
      part: fc.constantFrom('MAIN' as const, 'CUTS' as const),
      from: fc.constantFrom('2029-01', '2030-01'),
    }),
  },
);

/** Everything that was told by the stream: of each shard its records in order. */
const streams = () => {
  const all: Projected[][] = SHARDS.map(() => []);
  return {
    all: () => all.flat(),
    /** Appends records to a shard; answers them with the last `again` before them. */
    add: (index: number, again: number, added: readonly (readonly Told[])[]): readonly Projected[] => {
      const own = all[index] as Projected[];
      const first = Math.max(0, own.length - again);
      // Numbers of different shards overlap.
      for (const movements of added) own.push(projectedOf(BigInt(10 * (own.length + 1) + index), ...movements));
      return own.slice(first);
    },
  };
};

const fold = async (index: number, survived: number): Promise<void> => {
  let puts = 0;
  proxy.before = ({ operation, input }) => {
    if (!/^(?:Put|TransactWrite)/.test(operation) || input.Item?.['sk']?.S?.startsWith('LOG#')) return undefined;
    puts += 1;
    return puts > survived ? { type: 'AccessDeniedException' } : undefined;
  };
  const died = await foldLane(laneOf(SHARDS[index] ?? '')).then(
    () => false,
    () => true,
  );
  proxy.before = undefined;
  expect(died).toBe(puts > survived);
};

it('totals equal the plain tally of all movements, whatever the batches, repetitions, foldings and the age of the reader', async () => {
  const warm = await Promise.all(Array.from({ length: READERS }, newReader));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
      await table.another();
      const stream = streams();
      const asked = new Set<string>();
      const check = async (reader: number, part: Part, from: string): Promise<void> => {
        asked.add(`${reader} ${part} ${from}`);
        expect(textOf(await (warm[reader] as (typeof warm)[number])(part, from))).toBe(tallied(stream.all(), part, from));
      };
      for (const one of steps) {
        if (one.kind === 'deliver') await project(SHARDS[one.shard] ?? '', stream.add(one.shard, one.again, one.records));
        else if (one.kind === 'race') {
          const batches = SHARDS.map((shardId, index) => [shardId, stream.add(index, 1, one.records)] as const);
          await Promise.all(batches.map(([shardId, batch]) => project(shardId, batch)));
        } else if (one.kind === 'fold') await fold(one.shard, Number.POSITIVE_INFINITY);
        else if (one.kind === 'crash') await fold(one.shard, one.survived);
        else await check(one.reader, one.part, one.from);
      }
      for (const question of asked) {
        const [reader, part, from] = question.split(' ');
        await check(Number(reader), part as Part, from ?? '');
      }
      const cold = await newReader();
      for (const part of ['MAIN', 'CUTS'] as const)
        expect(textOf(await cold(part, '2030-01'))).toBe(tallied(stream.all(), part, '2030-01'));
    }),
    { numRuns: 25 },
  );
}, 120_000);
