import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { failedItems } from '../../../local/lambda/batch-response.ts';
import { startQueueMapping } from '../../../local/lambda/queue-mapping.ts';
import { FN, fakeQueues, mappingResource, partsFor, QUEUE_ARN } from './fakes.ts';

interface SqsRecord {
  readonly messageId: string;
}

const run = (
  properties: Readonly<Record<string, unknown>> = {},
  answer: Parameters<typeof partsFor>[0] = () => ({ ok: true, payload: null }),
  durationMs = 1,
) => {
  const calls: (readonly string[])[] = [];
  const queues = fakeQueues();
  const parts = partsFor((payload) => {
    calls.push((payload as { readonly Records: readonly SqsRecord[] }).Records.map(({ messageId }) => messageId));
    return answer(payload);
  }, durationMs);
  const mapping = startQueueMapping(
    mappingResource({ EventSourceArn: QUEUE_ARN, FunctionResponseTypes: ['ReportBatchItemFailures'], ...properties }),
    FN,
    queues.port,
    parts,
  );
  const settled = async (): Promise<void> => {
    for (let looks = 0; looks < 400 && mapping.pending() > 0; looks += 1) await wait(2);
    expect(mapping.pending()).toBe(0);
  };
  return { calls, queues, parts, mapping, settled };
};

describe('a queue feeding a function', () => {
  it('hands over what was sent together as one batch of at most its size, and deletes what is done', async () => {
    const { calls, queues, settled } = run({ BatchSize: 3 });
    queues.add('a', 'b', 'c', 'd');
    await settled();
    expect(calls).toEqual([['a', 'b', 'c'], ['d']]);
    expect(queues.deleted).toEqual(['receipt-a', 'receipt-b', 'receipt-c', 'receipt-d']);
  });

  it('gives only the reported messages back, for the rest of the visibility timeout', async () => {
    const { queues, settled } = run({}, () => ({ ok: true, payload: { batchItemFailures: [{ itemIdentifier: 'b' }] } }));
    queues.add('a', 'b');
    await settled();
    expect(queues.deleted).toEqual(['receipt-a']);
    expect(queues.released).toHaveLength(1);
    expect(queues.released[0]?.receiptHandle).toBe('receipt-b');
    // 60 s of visibility, less the few milliseconds that the function took.
    expect(queues.released[0]?.afterMs).toBeGreaterThan(59_000);
  });

  it('runs no more batches at once than its MaximumConcurrency', async () => {
    const { parts, queues, settled } = run({ BatchSize: 1, ScalingConfig: { MaximumConcurrency: 1 } }, undefined, 5);
    queues.add('a', 'b', 'c');
    await settled();
    expect(parts.mostAtOnce()).toBe(1);
  });

  it('lets messages gather for its window, ended by a full batch or by somebody who waits', async () => {
    const { calls, queues, mapping, settled } = run({ BatchSize: 2, MaximumBatchingWindowInSeconds: 300 });
    queues.add('a');
    await wait(30);
    expect(calls).toEqual([]);
    queues.add('b');
    await settled();
    queues.add('c');
    await wait(30);
    mapping.flush();
    await settled();
    expect(calls).toEqual([['a', 'b'], ['c']]);
  });

  it('refuses a filter by its construct', () => {
    expect(() => run({ FilterCriteria: { Filters: [] } })).toThrow(
      'Ascent/App/Poller: the local stack does not support FilterCriteria on a queue',
    );
  });
});

describe('the answer of a batch', () => {
  const answered = (payload: unknown, partial = true): readonly string[] => [...failedItems({ ok: true, payload }, partial, ['a', 'b'])];

  it('counts an empty or missing list as success', () => {
    expect([answered(null), answered({}), answered({ batchItemFailures: [] }), answered({ batchItemFailures: null })]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('counts an error, an empty id or an unknown one as failure of the whole batch', () => {
    expect([...failedItems({ ok: false, error: 'x' }, true, ['a', 'b'])]).toEqual(['a', 'b']);
    expect(answered({ batchItemFailures: [{ itemIdentifier: '' }] })).toEqual(['a', 'b']);
    expect(answered({ batchItemFailures: [{ itemIdentifier: 'c' }] })).toEqual(['a', 'b']);
  });

  it('is not read where the mapping does not report item failures', () => {
    expect(answered({ batchItemFailures: [{ itemIdentifier: 'a' }] }, false)).toEqual([]);
  });
});
