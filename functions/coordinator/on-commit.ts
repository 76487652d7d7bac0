import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { arrMovementsRecorded, type Projected, project } from '../arr/index.ts';
import { assert } from '../platform/bug.ts';
import { carriedTypeOf, fromImage, type Image } from '../platform/envelope.ts';
import { handlerOf } from '../platform/handler.ts';
import { journalPosted, type ProjectedJournal, projectJournals } from '../revops/index.ts';

/** A batch of a stream that is read in windows: only then does Lambda say which shard it is from, and it wants a state back. */
interface WindowedStreamEvent extends DynamoDBStreamEvent {
  readonly shardId: string;
}
interface WindowedResponse extends DynamoDBBatchResponse {
  readonly state: Readonly<Record<string, never>>;
}

/**
 * The table stream's projector, its only reader beside the pipe: recorded ARR movements become totals, journals become
 * balances. A batch is taken whole or thrown back whole; what of it was counted already is known by the shard's checkpoints, one with the totals and
 * one with the balances. The windows' own state is not used: it would be lost with a shard.
 */
export const handler = handlerOf<WindowedStreamEvent, WindowedResponse>('coordinator-on-commit', async ({ shardId, Records: records }) => {
  assert(shardId !== undefined, "the event says no shard: this function's mapping is to read the stream in tumbling windows");
  const projected = records.flatMap(projectedOf);
  if (projected.length > 0) await project(shardId, projected);
  const journals = records.flatMap(journalOf);
  if (journals.length > 0) await projectJournals(shardId, journals);
  return { state: {}, batchItemFailures: [] };
});

/** Before the place of an item among a customer's recordings, in its sort key. */
const RECORDING = 'REC#';

/** The new image of an inserted item that carries such an event. */
const insertedWith = (type: string, { eventName, dynamodb }: DynamoDBRecord): Image | undefined => {
  const image = dynamodb?.NewImage as Image | undefined;
  return eventName === 'INSERT' && carriedTypeOf(image) === type ? image : undefined;
};

const sequenceOf = ({ dynamodb }: DynamoDBRecord): bigint => BigInt(dynamodb?.SequenceNumber ?? '0');

const journalOf = (record: DynamoDBRecord): readonly ProjectedJournal[] => {
  const image = insertedWith(journalPosted.name, record);
  if (image === undefined) return [];
  const event = fromImage(image, [journalPosted]);
  assert(event.ok, 'an event was valid when an item took it up');
  return [{ sequence: sequenceOf(record), event: event.value }];
};

const projectedOf = (record: DynamoDBRecord): readonly Projected[] => {
  const image = insertedWith(arrMovementsRecorded.name, record);
  if (image === undefined) return [];
  const event = fromImage(image, [arrMovementsRecorded]);
  assert(event.ok, 'an event was valid when an item took it up');
  const { customerId, planCurrency, movements } = event.value.data;
  const place = (image['sk']?.S ?? '').slice(RECORDING.length);
  return [{ sequence: sequenceOf(record), customerId, place, planCurrency, movements }];
};
