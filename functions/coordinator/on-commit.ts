import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { arrMovementsRecorded, type Projected, project } from '../arr/index.ts';
import { assert } from '../platform/bug.ts';
import { carriedTypeOf, fromImage, type Image } from '../platform/envelope.ts';
import { handlerOf } from '../platform/handler.ts';

/** A batch of a stream that is read in windows: only then does Lambda say which shard it is from, and it wants a state back. */
interface WindowedStreamEvent extends DynamoDBStreamEvent {
  readonly shardId: string;
}
interface WindowedResponse extends DynamoDBBatchResponse {
  readonly state: Readonly<Record<string, never>>;
}

/**
 * The table stream's projector, its only reader beside the pipe: recorded ARR movements become totals. A batch is taken whole or thrown back
 * whole; what of it was counted already is known by the shard's checkpoint. The windows' own state is not used: it would be lost with a shard.
 */
export const handler = handlerOf<WindowedStreamEvent, WindowedResponse>('coordinator-on-commit', async ({ shardId, Records: records }) => {
  assert(shardId !== undefined, "the event says no shard: this function's mapping is to read the stream in tumbling windows");
  const projected = records.flatMap(projectedOf);
  if (projected.length > 0) await project(shardId, projected);
  return { state: {}, batchItemFailures: [] };
});

/** Before the place of an item among a customer's recordings, in its sort key. */
const RECORDING = 'REC#';

const projectedOf = ({ eventName, dynamodb }: DynamoDBRecord): readonly Projected[] => {
  const image = dynamodb?.NewImage as Image | undefined;
  if (image === undefined || eventName !== 'INSERT' || carriedTypeOf(image) !== arrMovementsRecorded.name) return [];
  const event = fromImage(image, [arrMovementsRecorded]);
  assert(event.ok, 'an event was valid when an item took it up');
  const { customerId, planCurrency, movements } = event.value.data;
  const place = (image['sk']?.S ?? '').slice(RECORDING.length);
  return [{ sequence: BigInt(dynamodb?.SequenceNumber ?? '0'), customerId, place, planCurrency, movements }];
};
