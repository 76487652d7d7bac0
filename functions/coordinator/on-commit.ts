import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { arrMovementsRecorded, type Projected, projectionStep } from '../arr/index.ts';
import { assert } from '../platform/bug.ts';
import { fromOutboxImage, type ImageAttribute, outboxBucketOf } from '../platform/envelope.ts';
import { handlerOf } from '../platform/handler.ts';
import { batchCommit } from '../platform/table.ts';

/** Rounds in which no bucket gets further because another invocation moved its checkpoint meanwhile. */
const MAX_IDLE_ROUNDS = 5;

/**
 * The table stream's projector, its only reader beside the pipe: outbox items of ARR movements become totals. A batch is taken whole or
 * thrown back whole; what of it was counted already is known by each bucket's checkpoint.
 */
export const handler = handlerOf<DynamoDBStreamEvent, DynamoDBBatchResponse>('coordinator-on-commit', async (event) => {
  let buckets: Buckets = byBucket(event.Records);
  for (let idle = 0; buckets.size > 0; ) {
    assert(idle < MAX_IDLE_ROUNDS, 'the totals of a bucket were written by others at every attempt');
    const left = await round(buckets);
    idle = sizeOf(left) < sizeOf(buckets) ? 0 : idle + 1;
    buckets = left;
  }
  return { batchItemFailures: [] };
});

type Buckets = ReadonlyMap<string, readonly Projected[]>;

const sizeOf = (buckets: Buckets): number => [...buckets.values()].reduce((sum, records) => sum + records.length, 0);

/** Takes each bucket one step further; answers what is left. */
const round = async (buckets: Buckets): Promise<Buckets> => {
  const steps = await Promise.all(
    [...buckets].map(async ([bucket, records]) => ({ bucket, records, ...(await projectionStep(bucket, records)) })),
  );
  const results = await batchCommit(steps.map((step) => step.writes));
  return new Map(
    steps.flatMap(({ bucket, records, taken }, i) => {
      const rest = results[i]?.ok === true ? records.slice(taken) : records;
      return rest.length === 0 ? [] : [[bucket, rest] as const];
    }),
  );
};

const byBucket = (records: readonly DynamoDBRecord[]): Buckets => {
  const buckets = new Map<string, Projected[]>();
  for (const record of records) {
    const image = record.dynamodb?.NewImage as Readonly<Record<string, ImageAttribute>> | undefined;
    const bucket = image === undefined ? undefined : outboxBucketOf(image);
    if (image === undefined || bucket === undefined || record.eventName !== 'INSERT' || image['type']?.S !== arrMovementsRecorded.name)
      continue;
    const event = fromOutboxImage(image, [arrMovementsRecorded]);
    assert(event.ok, 'an outbox item was valid when it was written');
    const own = buckets.get(bucket) ?? [];
    own.push({
      sequence: BigInt(record.dynamodb?.SequenceNumber ?? '0'),
      planCurrency: event.value.data.planCurrency,
      movements: event.value.data.movements,
    });
    buckets.set(bucket, own);
  }
  return buckets;
};
