import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { arrMovementsRecorded, type Projected, projectionWrites } from '../arr/index.ts';
import { assert } from '../platform/bug.ts';
import { fromOutboxImage, type ImageAttribute, outboxBucketOf } from '../platform/envelope.ts';
import { handlerOf } from '../platform/handler.ts';
import { batchCommit } from '../platform/table.ts';

/** Attempts at the buckets whose checkpoint another invocation moved meanwhile. */
const MAX_ATTEMPTS = 5;

/**
 * The table stream's projector, its only reader beside the pipe: outbox items of ARR movements become totals. A batch is taken whole or
 * thrown back whole; what of it was counted already is known by each bucket's checkpoint.
 */
export const handler = handlerOf<DynamoDBStreamEvent, DynamoDBBatchResponse>('coordinator-on-commit', async (event) => {
  let buckets = byBucket(event.Records);
  for (let attempt = 0; buckets.size > 0; attempt += 1) {
    assert(attempt < MAX_ATTEMPTS, 'the totals of a bucket were written by others at every attempt');
    const entries = [...buckets];
    const writes = await Promise.all(entries.map(([bucket, records]) => projectionWrites(bucket, records)));
    const results = await batchCommit(writes);
    buckets = new Map(entries.filter((_, i) => results[i]?.ok !== true));
  }
  return { batchItemFailures: [] };
});

const byBucket = (records: readonly DynamoDBRecord[]): Map<string, Projected[]> => {
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
