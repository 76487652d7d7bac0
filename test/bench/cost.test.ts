import { describe, expect, it } from 'vitest';
import { billedMsOf, costOf, type Usage } from '../../bench/cost.ts';
import type { Prices } from '../../bench/prices.ts';
import { eventUnitsOf, indexEntryBytes, itemBytes, readUnitsOf, writeUnitsOf } from '../../bench/units.ts';

/** Round prices, so that a person can follow. */
const prices: Prices = {
  asOf: '2026-11',
  httpApiPerMillion: 1,
  eventsPerMillion: 1,
  archivePerGb: 0.1,
  pipePerMillion: 0.4,
  queuePerMillion: 0.4,
  lambdaPerMillion: 0.2,
  lambdaPerGbSecond: 0.00001,
  writeUnitsPerMillion: 0.5,
  readUnitsPerMillion: 0.1,
  storagePerGbMonth: 0.25,
  logsPerGb: 0.5,
  tracesPerMillion: 5,
};

const GB = 1_073_741_824;

const usage: Usage = {
  webhooks: 1_000,
  httpRequests: 1_000,
  eventUnits: 1_500,
  archivedBytes: GB / 1_000,
  pipeRequests: 500,
  queueSends: 1_500,
  queueReceives: 150,
  queueDeletes: 150,
  functions: [
    { name: 'ingest', memoryMb: 512, invocations: 1_000, billedMs: 20_000 },
    { name: 'on-event', memoryMb: 1024, invocations: 100, billedMs: 5_000 },
  ],
  writeUnits: 4_000,
  indexWriteUnits: 500,
  readUnits: 1_000,
  storedBytes: GB / 500,
  logBytes: GB / 2_000,
  traces: 55,
};

describe('cost of a million accepted webhooks', () => {
  it('is units per webhook times the price of a million units, summed over the services', () => {
    const { lines, dollarsPerMillion, storageDollarsPerMonth } = costOf(usage, prices);
    expect(lines.map(({ what, dollars }) => [what, Number(dollars.toFixed(6))])).toEqual([
      ['requests', 1], // 1 × $1
      ['events on both buses, 64 KB units', 1.5], // 1.5 × $1
      ['bytes archived', 0.1], // 1 GB/1,000 for 1,000 webhooks → 1 GB for a million × $0.10
      ['pipe requests', 0.2], // 0.5 × $0.40
      ['messages sent', 0.6], // 1.5 × $0.40
      ['receive requests', 0.06], // 0.15 × $0.40
      ['delete requests', 0.06],
      ['invocations', 0.22], // 1,100 ÷ 1,000 × $0.20
      ['GB-seconds', 0.15], // 20 s × ½ GB + 5 s × 1 GB = 15 GB-s ÷ 1,000 × 1,000,000 × $0.00001
      ['write units of the table', 2], // 4 × $0.50
      ['write units of the index', 0.25], // 0.5 × $0.50
      ['read units', 0.1], // 1 × $0.10
      ['bytes logged', 0.25], // ½ GB × $0.50
      ['traces recorded', 0.275], // 0.055 × $5
    ]);
    // 1 + 1.5 + 0.1 + 0.2 + 0.6 + 0.06 + 0.06 + 0.22 + 0.15 + 2 + 0.25 + 0.1 + 0.25 + 0.275 = 6.765
    expect(dollarsPerMillion).toBeCloseTo(6.765, 9);
    // 2 GB × $0.25
    expect(storageDollarsPerMonth).toBeCloseTo(0.5, 9);
  });

  it('bills the CPU time on the share of a core that the memory buys, plus waits, in whole milliseconds an invocation', () => {
    // 100 ms of CPU at a quarter of a core: 400 ms; with 50 ms of waits 450 ms over 4 invocations = 112.5 → 113 each
    expect(billedMsOf({ cpuMs: 100, invocations: 4, memoryMb: 500 }, 50, 2_000)).toBe(452);
    // More memory than one core needs does not make one thread faster: 100 + 50 = 150 ÷ 4 = 37.5 → 38 each
    expect(billedMsOf({ cpuMs: 100, invocations: 4, memoryMb: 4_000 }, 50, 2_000)).toBe(152);
    expect(billedMsOf({ cpuMs: 0, invocations: 0, memoryMb: 512 }, 0, 1_769)).toBe(0);
  });
});

describe('units of DynamoDB and EventBridge', () => {
  it('sizes an item by its names and values', () => {
    // pk 2 + ARR#c1 6; sk 2 + BOOK 4 = 14
    expect(itemBytes({ pk: { S: 'ARR#c1' }, sk: { S: 'BOOK' } })).toBe(14);
    // n 1 + four digits in 2 bytes + 1 = 4; é takes 2 bytes: t 1 + 2 = 3
    expect(itemBytes({ n: { N: '1234' }, t: { S: 'é' } })).toBe(7);
    // n 1 + one digit that counts in 1 byte + 1 + sign 1 = 4
    expect(itemBytes({ n: { N: '-5000' } })).toBe(4);
    // m 1 + 3 + (a 1 + x 1) + 1 = 7; l 1 + 3 + 2 × (1 + 1) = 8; b 1 + 1 = 2
    expect(itemBytes({ m: { M: { a: { S: 'x' } } }, l: { L: [{ S: 'x' }, { BOOL: true }] }, b: { BOOL: true } })).toBe(17);
  });

  it('sizes bytes by what they are, not by the base64 that they travel in', () => {
    // packed 6 + 1,000 bytes, which are 1,336 characters
    expect(itemBytes({ packed: { B: Buffer.alloc(1_000, 7).toString('base64') } })).toBe(1_006);
  });

  it('sizes an entry of the index by its keys alone, and none where an item is in no list', () => {
    const keys = { pk: { S: 'ARR#c1' }, sk: { S: 'REC#1' } };
    const listed = { gsi1pk: { S: 'MOVES#1' }, gsi1sk: { S: '2026' } };
    // pk 2 + 6, sk 2 + 5, gsi1pk 6 + 7, gsi1sk 6 + 4 = 38
    expect(indexEntryBytes({ ...keys, ...listed, packed: { S: 'x'.repeat(5_000) } })).toBe(38);
    expect(indexEntryBytes(keys)).toBeUndefined();
  });

  it.each([
    [1, 1],
    [1_024, 1],
    [1_025, 2],
    [10_000, 10], // 9.77 KB
  ])('writes %d bytes for %d units', (bytes, units) => {
    expect(writeUnitsOf(bytes)).toBe(units);
  });

  it('reads by 4 KB: half a unit where eventual, two in a transaction, and nothing found costs like the least item', () => {
    expect(readUnitsOf(0, 'eventual')).toBe(0.5);
    expect(readUnitsOf(4_097, 'eventual')).toBe(1);
    expect(readUnitsOf(4_097, 'strong')).toBe(2);
    expect(readUnitsOf(100, 'transaction')).toBe(2);
  });

  it('counts an event of 65 KB as two', () => {
    expect([eventUnitsOf(100), eventUnitsOf(65_536), eventUnitsOf(65_537)]).toEqual([1, 1, 2]);
  });
});
