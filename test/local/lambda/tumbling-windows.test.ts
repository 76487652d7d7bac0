import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openCheckpoints } from '../../../local/lambda/checkpoints.ts';
import type { Outcome } from '../../../local/lambda/instance.ts';
import { startStreamMapping } from '../../../local/lambda/stream-mapping.ts';
import { createTumblingWindows } from '../../../local/lambda/tumbling-windows.ts';
import type { StreamRecord } from '../../../local/service.ts';
import { newFolder } from '../assembly-fixture.ts';
import { FN, fakeQueues, mappingResource, partsFor } from './fakes.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/small/stream/1';

const record = (sequence: number): StreamRecord => ({
  eventID: `e${sequence}`,
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: String(sequence), Keys: { pk: { S: 'ARR#1' } } },
});

interface WindowedEvent {
  readonly Records: readonly StreamRecord[];
  readonly window: { readonly start: string; readonly end: string };
  readonly state: unknown;
  readonly shardId: string;
  readonly eventSourceARN: string;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
}

/** A function that answers by `answer`, and what it was called with. */
const windowsOf = (answer: (event: WindowedEvent, calls: number) => Outcome) => {
  const calls: WindowedEvent[] = [];
  const invoke = async (_arn: string, payload: unknown): Promise<Outcome> => {
    calls.push(payload as WindowedEvent);
    return answer(payload as WindowedEvent, calls.length);
  };
  return { calls, windows: createTumblingWindows(900, STREAM, FN.arn, { room: () => 1, invoke }) };
};
const done = (state: unknown): Outcome => ({ ok: true, payload: { state, batchItemFailures: [] } });

describe('a stream read in tumbling windows', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-05T10:07:00Z') });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells the function its shard, and the quarter of an hour that a batch belongs to', async () => {
    const { calls, windows } = windowsOf(() => done({}));
    expect(await windows.invoke('shard-a', [record(1)])).toMatchObject({ ok: true });
    expect(calls).toEqual([
      {
        Records: [record(1)],
        window: { start: '2026-11-05T10:00:00.000Z', end: '2026-11-05T10:15:00.000Z' },
        state: {},
        shardId: 'shard-a',
        eventSourceARN: STREAM,
        isFinalInvokeForWindow: false,
        isWindowTerminatedEarly: false,
      },
    ]);
  });

  it('hands the state of one batch on to the next of its shard, and of no other', async () => {
    const { calls, windows } = windowsOf((_event, count) => done({ after: count }));
    await windows.invoke('shard-a', [record(1)]);
    await windows.invoke('shard-b', [record(1)]);
    await windows.invoke('shard-a', [record(2)]);
    expect(calls.map(({ shardId, state }) => [shardId, state])).toEqual([
      ['shard-a', {}],
      ['shard-b', {}],
      ['shard-a', { after: 1 }],
    ]);
  });

  it('ends a window that is over with a call without records, and begins the next without state', async () => {
    const { calls, windows } = windowsOf((_event, count) => done({ after: count }));
    await windows.invoke('shard-a', [record(1)]);
    vi.setSystemTime(Date.parse('2026-11-05T10:15:00Z'));
    await windows.invoke('shard-a', [record(2)]);
    expect(
      calls.map(({ Records, window, state, isFinalInvokeForWindow }) => [Records.length, window.start, state, isFinalInvokeForWindow]),
    ).toEqual([
      [1, '2026-11-05T10:00:00.000Z', {}, false],
      [0, '2026-11-05T10:00:00.000Z', { after: 1 }, true],
      [1, '2026-11-05T10:15:00.000Z', {}, false],
    ]);
  });

  it('holds the next batch back until the end of the window before was taken', async () => {
    const { calls, windows } = windowsOf(({ isFinalInvokeForWindow }, count) =>
      isFinalInvokeForWindow && count < 3 ? { ok: false, error: 'Error: not now' } : done({}),
    );
    await windows.invoke('shard-a', [record(1)]);
    vi.setSystemTime(Date.parse('2026-11-05T10:20:00Z'));
    expect(await windows.invoke('shard-a', [record(2)])).toEqual({ ok: false, error: 'Error: not now' });
    expect(await windows.invoke('shard-a', [record(2)])).toMatchObject({ ok: true });
    expect(calls.map(({ Records }) => Records.length)).toEqual([1, 0, 0, 1]);
  });

  it.each([
    ['nothing', null],
    ['no state', { batchItemFailures: [] }],
    ['a state that is no object', { state: 'x' }],
  ])('takes an answer with %s for a failure, and keeps the state of before', async (_, payload) => {
    const { calls, windows } = windowsOf((_event, count) => (count === 2 ? { ok: true, payload } : done({ after: count })));
    await windows.invoke('shard-a', [record(1)]);
    expect(await windows.invoke('shard-a', [record(2)])).toEqual({
      ok: false,
      error: 'the answer has no state, which a stream read in tumbling windows asks for',
    });
    await windows.invoke('shard-a', [record(2)]);
    expect(calls.map(({ state }) => state)).toEqual([{}, { after: 1 }, { after: 1 }]);
  });
});

describe('a poller of a stream', () => {
  const run = (properties: Readonly<Record<string, unknown>>, answer: (calls: number) => unknown) => {
    const calls: Partial<WindowedEvent>[] = [];
    const records = [record(1), record(2)];
    const mapping = startStreamMapping(mappingResource({ EventSourceArn: STREAM, StartingPosition: 'TRIM_HORIZON', ...properties }), FN, {
      ...partsFor((payload) => {
        calls.push(payload as WindowedEvent);
        return { ok: true, payload: answer(calls.length) };
      }),
      streams: {
        shards: () => ['shard-a'],
        read: (_arn, _shardId, after) => records.filter(({ dynamodb }) => Number(dynamodb.SequenceNumber) > Number(after ?? 0)),
        latest: () => '2',
        onWrite: () => () => undefined,
      },
      queues: fakeQueues().port,
      checkpoints: openCheckpoints(join(newFolder(), 'checkpoints.sqlite')),
      matcher: () => () => true,
    });
    const settled = async (): Promise<void> => {
      for (let looks = 0; looks < 400 && mapping.pending() > 0; looks += 1) await wait(5);
      expect(mapping.pending()).toBe(0);
      mapping.stop();
    };
    return { calls, settled };
  };
  const sequences = ({ Records = [] }: Partial<WindowedEvent>): readonly string[] => Records.map(({ dynamodb }) => dynamodb.SequenceNumber);

  it('with windows says the shard, and tries again where the answer has no state', async () => {
    const { calls, settled } = run({ TumblingWindowInSeconds: 900, FunctionResponseTypes: ['ReportBatchItemFailures'] }, (count) =>
      count === 1 ? { batchItemFailures: [] } : { state: {}, batchItemFailures: [] },
    );
    await settled();
    expect(calls.map(sequences)).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
    expect(calls.map(({ shardId }) => shardId)).toEqual(['shard-a', 'shard-a']);
  });

  it('with windows goes on behind what the answer reports as failed', async () => {
    const { calls, settled } = run({ TumblingWindowInSeconds: 900, FunctionResponseTypes: ['ReportBatchItemFailures'] }, (count) => ({
      state: {},
      batchItemFailures: count === 1 ? [{ itemIdentifier: '2' }] : [],
    }));
    await settled();
    expect(calls.map(sequences)).toEqual([['1', '2'], ['2']]);
  });

  it('without windows says no shard, and asks for no state', async () => {
    const { calls, settled } = run({}, () => null);
    await settled();
    expect(calls.map((call) => [Object.keys(call), sequences(call)])).toEqual([[['Records'], ['1', '2']]]);
  });
});
