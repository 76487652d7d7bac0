import { describe, expect, it } from 'vitest';
import { openTableMeter } from '../../bench/table-meter.ts';
import type { ServiceRequest, ServiceResponse } from '../../local/service.ts';
import type { LocalStack } from '../../local/stack.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/local';
const text = (bytes: number): { readonly S: string } => ({ S: 'x'.repeat(bytes) });
const keys = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });

/** A stream that gets these records after the meter has started. */
const stackWith = (images: readonly Record<string, unknown>[], eventName = 'INSERT'): LocalStack => {
  const records = images.map((NewImage, i) => ({
    eventName,
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

it('counts writes by kind with the mean size of the kind, twice in a transaction, and entries of the index as they landed', () => {
  const meter = openTableMeter();
  // pk 2 + 5 (ARR#a), sk 2 + 5 (REC#1), d 1, gsi1pk 6 + 1, gsi1sk 6 + 1: 29 bytes beside the text; 28 of them are keys
  const listed = { gsi1pk: { S: 'm' }, gsi1sk: { S: 'n' } };
  const small = { ...keys('ARR#a', 'REC#1'), d: text(990), ...listed }; // 1,019 bytes: 1 unit
  const large = { ...keys('ARR#a', 'REC#2'), d: text(2_000), ...listed }; // 2,029 bytes: 2 units
  // pk 2 + 6 (SRC#00), sk 2 + 1, d 1: 12 bytes beside the text
  const shown = { ...keys('SRC#00', '1'), d: text(488) }; // 500 bytes
  meter.start(stackWith([small, large, shown]));
  meter.onCall(...call('TransactWriteItems', { TransactItems: [{ Put: { Item: small } }, { Put: { Item: large } }] }));
  // Refused: the version is taken.
  meter.onCall(...call('PutItem', { Item: large }));
  meter.onCall(...call('PutItem', { Item: shown }));
  const { writes, storedBytes } = meter.read();
  expect(writes).toEqual([
    // mean 1.5 units: two in a transaction 1.5 × 2 × 2 = 6, one alone 1.5; two entries of 28 bytes in the index, one unit each
    { kind: 'ARR REC', writes: 3, transactional: 2, meanBytes: 1_524, units: 7.5, indexUnits: 2 },
    { kind: 'SRC', writes: 1, transactional: 0, meanBytes: 500, units: 1, indexUnits: 0 },
  ]);
  expect(storedBytes).toBe(4_104); // 1,019 + 2,029 + 500, two entries of 28, and 5 × 100
});

it('counts what PartiQL inserts as plain writes', () => {
  const meter = openTableMeter();
  const [one, two] = [
    { ...keys('SRC#00', '1'), d: text(488) },
    { ...keys('SRC#00', '2'), d: text(488) },
  ];
  meter.start(stackWith([one, two]));
  const statements = [one, two].map(({ pk, sk, d }) => ({
    Statement: `INSERT INTO "t" VALUE {'pk':?,'sk':?,'d':?}`,
    Parameters: [pk, sk, d],
  }));
  meter.onCall(...call('BatchExecuteStatement', { Statements: statements }));
  expect(meter.read().writes).toEqual([{ kind: 'SRC', writes: 2, transactional: 0, meanBytes: 500, units: 2, indexUnits: 0 }]);
});

it('tells the items of totals apart, and the others by what their keys begin with', () => {
  const meter = openTableMeter();
  const images = [
    keys('TOT#3', 'LOG#000000000001'),
    keys('TOT#3', 'BASE#MAIN#2026-01'),
    keys('TOT#3', 'BASE#MAIN#NET'),
    keys('TOT#3', 'HEAD'),
    keys('OUT#fx', '2026-11-05T10:00:00.000Z#fx-rate-set-1'),
    keys('BOOKS#07', 'stripe.main.cus_1'),
    keys('EVT#stripe#main#evt_1', 'PARKED'),
    keys('COMPANY#FX', 'RATESET'),
  ];
  meter.start(stackWith(images));
  for (const Item of images) meter.onCall(...call('PutItem', { Item }));
  expect(
    meter
      .read()
      .writes.map(({ kind, writes }) => `${kind} ${writes}`)
      .sort(),
  ).toEqual(['BOOKS 1', 'COMPANY 1', 'EVT PARKED 1', 'OUT 1', 'TOT BASE 2', 'TOT HEAD 1', 'TOT LOG 1']);
});

describe('what items carry to the bus', () => {
  const carrying = (pk: string, data: string, more: object = {}) => ({
    ...keys(pk, '1'),
    event: {
      M: {
        id: { S: 'i' },
        type: { S: 'T' },
        version: { S: '1' },
        source: { S: 's' },
        subject: { S: 'u' },
        recordedAt: { S: 'r' },
        data: { S: data },
      },
    },
    ...more,
  });

  it('is counted from every new item with an event, on whatever item it lies', () => {
    const meter = openTableMeter();
    const parked = { ...keys('EVT#a', 'PARKED'), event: { S: 'H4sI' } };
    meter.start(stackWith([carrying('ARR#a', '{"a":1}'), carrying('SRC#a', '{}'), carrying('OUT#a', '{}'), parked, keys('ARR#b', '1')]));
    // {"id":"i","type":"T","version":"1","recordedAt":"r","subject":"u","data":"{}"} has 78 bytes; type and source two more.
    // {"a":1} instead of {} is five bytes more, and two backslashes.
    expect(meter.read().published).toEqual({ units: 3, bytes: 80 + 7 + 80 + 80, pipeRequests: 3 });
  });

  it('takes a pipe request for each 64 KB of the whole item, and a unit of the bus for each 64 KB of its event', () => {
    const meter = openTableMeter();
    // 60,000 bytes in base64 are 80,000 characters.
    const packed = { B: Buffer.alloc(60_000, 1).toString('base64') };
    meter.start(stackWith([carrying('ARR#a', 'x'.repeat(10_000), { packed })]));
    const { published, storedBytes } = meter.read();
    // 60,000 + 10,000 bytes and a few are two steps of 65,536; the event alone is one.
    expect([published.units, published.pipeRequests]).toEqual([1, 2]);
    // event 5 and its own names 40, six values of 1, 10,000 of data, 3 + 7 of the map; pk 2 + 5, sk 2 + 1; packed 6 + 60,000; 100 of DynamoDB
    expect(storedBytes).toBe(70_177);
  });

  it('is not counted again where an item is replaced', () => {
    const meter = openTableMeter();
    meter.start(stackWith([carrying('ARR#a', '{}')], 'MODIFY'));
    expect(meter.read().published).toEqual({ units: 0, bytes: 0, pipeRequests: 0 });
  });
});

it('counts reads by item, by page of a query, and what is missing', () => {
  const meter = openTableMeter();
  meter.start(stackWith([]));
  const item = { ...keys('ARR#a', 'REC#'), d: text(5_000) }; // above 4 KB: 2 units of 4 KB
  meter.onCall(...call('GetItem', { ConsistentRead: true }, { Item: item })); // 2
  meter.onCall(...call('Query', {}, { Items: [item, item] })); // 10,028 bytes: 3 × ½ = 1.5
  meter.onCall(...call('BatchGetItem', { RequestItems: { t: { Keys: [1, 2, 3] } } }, { Responses: { t: [item] } })); // 1 + 2 × ½ = 2
  expect(meter.read().readUnits).toBe(5.5);
});
