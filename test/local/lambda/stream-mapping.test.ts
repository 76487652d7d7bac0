import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Checkpoints, openCheckpoints } from '../../../local/lambda/checkpoints.ts';
import { startStreamMapping } from '../../../local/lambda/stream-mapping.ts';
import type { StreamRecord } from '../../../local/service.ts';
import { compilePattern } from '../../../local/services/event-pattern.ts';
import { newFolder } from '../assembly-fixture.ts';
import { FN, fakeQueues, mappingResource, partsFor } from './fakes.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/small/stream/1';

const record = (sequence: number, eventName: StreamRecord['eventName'] = 'INSERT'): StreamRecord => ({
  eventID: `e${sequence}`,
  eventName,
  dynamodb: { SequenceNumber: String(sequence), Keys: { pk: { S: `ARR#${sequence}` } } },
});

/** Shards of records, to which a test adds. Sequence numbers compare only within a shard. */
const fakeStreams = (shards: Record<string, StreamRecord[]>) => {
  const listeners: (() => void)[] = [];
  return {
    port: {
      shards: () => Object.keys(shards),
      read: (_arn: string, shardId: string, after: string | undefined, limit: number) =>
        (shards[shardId] ?? [])
          .filter(({ dynamodb }) => after === undefined || BigInt(dynamodb.SequenceNumber) > BigInt(after))
          .slice(0, limit),
      latest: (_arn: string, shardId: string) => shards[shardId]?.at(-1)?.dynamodb.SequenceNumber,
      onWrite: (_arn: string, listener: () => void) => {
        listeners.push(listener);
        return () => undefined;
      },
    },
    add: (shardId: string, ...records: readonly StreamRecord[]) => {
      shards[shardId] = [...(shards[shardId] ?? []), ...records];
      for (const listener of listeners) listener();
    },
  };
};

type Invoke = (
  sequences: readonly string[],
) => { readonly ok: true; readonly payload: unknown } | { readonly ok: false; readonly error: string };

const run = (
  shards: Record<string, StreamRecord[]>,
  properties: Readonly<Record<string, unknown>> = {},
  invoke: Invoke = () => ({ ok: true, payload: null }),
  checkpoints?: Checkpoints,
) => {
  const calls: (readonly string[])[] = [];
  const streams = fakeStreams(shards);
  const queues = fakeQueues();
  const parts = partsFor((payload) => {
    const sequences = (payload as { readonly Records: readonly StreamRecord[] }).Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    calls.push(sequences);
    return invoke(sequences);
  });
  const mapping = startStreamMapping(mappingResource({ EventSourceArn: STREAM, StartingPosition: 'TRIM_HORIZON', ...properties }), FN, {
    ...parts,
    streams: streams.port,
    queues: queues.port,
    checkpoints: checkpoints ?? openCheckpoints(join(newFolder(), 'checkpoints.sqlite')),
    matcher: (pattern) => compilePattern(pattern).matches,
  });
  const settled = async (): Promise<void> => {
    for (let looks = 0; looks < 400 && mapping.pending() > 0; looks += 1) await wait(5);
    expect(mapping.pending()).toBe(0);
  };
  return { calls, streams, queues, mapping, settled };
};

describe('a stream feeding a function', () => {
  it('reads two shards, each in its own order', async () => {
    const { calls, settled } = run({ a: [record(10), record(11)], b: [record(2), record(3)] });
    await settled();
    expect(calls.map((call) => call.join(' ')).sort()).toEqual(['10 11', '2 3']);
  });

  it('passes only what fits its filter, and moves past the rest', async () => {
    const { calls, settled, streams } = run(
      { a: [record(1, 'MODIFY'), record(2), record(3, 'REMOVE')] },
      { FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] } },
    );
    await settled();
    streams.add('a', record(4, 'MODIFY'));
    await settled();
    expect(calls).toEqual([['2']]);
  });

  it('keeps to the batch size', async () => {
    const { calls, settled } = run({ a: [1, 2, 3, 4, 5].map((sequence) => record(sequence)) }, { BatchSize: 2 });
    await settled();
    expect(calls).toEqual([['1', '2'], ['3', '4'], ['5']]);
  });

  it('starts at the newest record with LATEST, once and for all', async () => {
    const checkpoints = openCheckpoints(join(newFolder(), 'checkpoints.sqlite'));
    const first = run({ a: [record(1)] }, { StartingPosition: 'LATEST' }, undefined, checkpoints);
    await first.settled();
    first.mapping.stop();
    // Written while nobody read: the next start must not skip it.
    const second = run({ a: [record(1), record(2)] }, { StartingPosition: 'LATEST' }, undefined, checkpoints);
    await second.settled();
    expect([first.calls, second.calls]).toEqual([[], [['2']]]);
  });

  it('tries a failing batch again from the record that is reported', async () => {
    let failures = 1;
    const { calls, settled } = run({ a: [record(1), record(2), record(3)] }, { FunctionResponseTypes: ['ReportBatchItemFailures'] }, () => {
      failures -= 1;
      return { ok: true, payload: failures >= 0 ? { batchItemFailures: [{ itemIdentifier: '2' }] } : { batchItemFailures: [] } };
    });
    await settled();
    expect(calls).toEqual([
      ['1', '2', '3'],
      ['2', '3'],
    ]);
  });

  it('halves a failing batch until the bad record is alone, and gives that one up to the dead letters', async () => {
    const { calls, settled, queues } = run(
      { a: [1, 2, 3, 4].map((sequence) => record(sequence)) },
      { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 2, DestinationConfig: { OnFailure: { Destination: 'arn:dead' } } },
      (sequences) => (sequences.includes('3') ? { ok: false, error: 'Error: bad record' } : { ok: true, payload: null }),
    );
    await settled();
    // 4 fail, their first half passes, the other two fail, the bad one fails alone until its two retries are over, the last passes.
    expect(calls.at(-1)).toEqual(['4']);
    expect(calls.slice(0, 3)).toEqual([
      ['1', '2', '3', '4'],
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(queues.sent.map(({ queueArn, body }) => [queueArn, JSON.parse(body).DDBStreamBatchInfo.startSequenceNumber])).toEqual([
      ['arn:dead', '3'],
    ]);
  });

  it('waits for its window, unless somebody waits for the stack to be idle', async () => {
    const { calls, mapping, settled } = run({ a: [record(1)] }, { MaximumBatchingWindowInSeconds: 300 });
    await wait(30);
    expect(calls).toEqual([]);
    mapping.flush();
    await settled();
    expect(calls).toEqual([['1']]);
  });
});
