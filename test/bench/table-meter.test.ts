import { expect, it } from 'vitest';
import { openTableMeter } from '../../bench/table-meter.ts';
import type { ServiceRequest, ServiceResponse } from '../../local/service.ts';
import type { LocalStack } from '../../local/stack.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/local';
const text = (bytes: number): { readonly S: string } => ({ S: 'x'.repeat(bytes) });
const keys = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });

/** A stream that gets these records after the meter has started. */
const stackWith = (images: readonly Record<string, unknown>[]): LocalStack => {
  const records = images.map((NewImage, i) => ({
    eventName: 'INSERT',
    dynamodb: { SequenceNumber: String(i + 1), Keys: { pk: NewImage['pk'], sk: NewImage['sk'] }, NewImage },
  }));
  const streams = { shards: () => ['0'], latest: () => undefined, read: () => records };
  return {
    resources: { ofType: () => [{ properties: { EventSourceArn: STREAM } }] },
    services: { streams },
  } as unknown as LocalStack;
};

const call = (operation: string, input: unknown, output: unknown = {}): [ServiceRequest, ServiceResponse] => [
  { operation, method: 'POST', path: '/', headers: {}, body: Buffer.from(JSON.stringify(input)) },
  { status: 200, body: JSON.stringify(output) },
];

it('counts writes by kind with the mean size of the kind, twice in a transaction, and the copy in the index once', () => {
  const meter = openTableMeter();
  // pk 2 + 5 (ARR#a), sk 2 + 6 (MOVE#1), d 1: 16 bytes beside the text; gsi1pk 6 + 1
  const small = { ...keys('ARR#a', 'MOVE#1'), d: text(1_000), gsi1pk: { S: 'm' } }; // 1,023 bytes: 1 unit
  const large = { ...keys('ARR#a', 'MOVE#2'), d: text(2_000), gsi1pk: { S: 'm' } }; // 2,023 bytes: 2 units
  // pk 2 + 6 (OUT#00), sk 2 + 1, d 1: 12 bytes beside the text
  const outbox = { ...keys('OUT#00', '1'), d: text(488) }; // 500 bytes
  meter.start(stackWith([small, large, outbox]));
  meter.onCall(
    ...call('TransactWriteItems', { TransactItems: [{ Put: { Item: small } }, { Put: { Item: large } }, { Put: { Item: outbox } }] }),
  );
  meter.onCall(...call('UpdateItem', { Key: keys('ARR#a', 'MOVE#2') }));
  const { writes, outbox: published, storedBytes } = meter.read();
  expect(writes).toEqual([
    // mean 1.5 units: two in a transaction 1.5 × 2 × 2 = 6, one alone 1.5; the index 1.5 × 3 = 4.5
    { kind: 'ARR MOVE', writes: 3, transactional: 2, meanBytes: 1_523, units: 7.5, indexUnits: 4.5 },
    { kind: 'OUT', writes: 1, transactional: 1, meanBytes: 500, units: 2, indexUnits: 0 },
  ]);
  expect(published).toEqual({ units: 1, bytes: 500 });
  expect(storedBytes).toBe(3_246); // 1,023 + 2,023 + 2 × 100; outbox items are gone after a week
});

it('counts reads by item, by page of a query, and what is missing', () => {
  const meter = openTableMeter();
  meter.start(stackWith([]));
  const item = { ...keys('ARR#a', 'BOOK'), d: text(5_000) }; // above 4 KB: 2 units of 4 KB
  meter.onCall(...call('GetItem', { ConsistentRead: true }, { Item: item })); // 2
  meter.onCall(...call('Query', {}, { Items: [item, item] })); // 10,028 bytes: 3 × ½ = 1.5
  meter.onCall(...call('BatchGetItem', { RequestItems: { t: { Keys: [1, 2, 3] } } }, { Responses: { t: [item] } })); // 1 + 2 × ½ = 2
  expect(meter.read().readUnits).toBe(5.5);
});
