import { PutItemCommand, TransactWriteItemsCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../local/service.ts';
import { bus, busArn, type HarnessOptions, pipe, queue, queueArn, rule, startServices, streamArn, table } from './support.ts';

const EVENT = '$.dynamodb.NewImage.event.M';
const TEMPLATE = `{${['id', 'type', 'version', 'subject', 'data'].map((name) => `"${name}": <${EVENT}.${name}.S>`).join(', ')}}`;

const outbox = (template: string | undefined = TEMPLATE, stream: Readonly<Record<string, unknown>> = {}): readonly Resource[] => [
  table('Ascent'),
  bus('revenue'),
  queue('facts'),
  queue('given-up'),
  ...rule('revenue', 'facts', { source: [{ prefix: 'ascent.' }] }, queueArn('facts')),
  pipe('outbox', {
    RoleArn: 'arn:aws:iam::000000000000:role/pipe',
    Source: streamArn('Ascent'),
    SourceParameters: {
      DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON', BatchSize: 10, ...stream },
      FilterCriteria: {
        Filters: [
          {
            Pattern: JSON.stringify({
              eventName: ['INSERT'],
              dynamodb: { NewImage: { event: { M: { type: { S: [{ exists: true }] } } } } },
            }),
          },
        ],
      },
    },
    Target: busArn('revenue'),
    TargetParameters: {
      EventBridgeEventBusParameters: { DetailType: `${EVENT}.type.S`, Source: `${EVENT}.source.S` },
      ...(template === undefined ? {} : { InputTemplate: template }),
    },
  }),
];

/** State with the event that it carries. */
const carrying = (id: string, data = '{"mrr":"12.50","note":"a \\"quoted\\" word"}') => ({
  pk: { S: 'ARR#cus_1' },
  sk: { S: `REC#${id}` },
  state: { S: 'live' },
  event: {
    M: {
      id: { S: id },
      type: { S: 'ArrMovementsRecorded' },
      source: { S: 'ascent.arr' },
      version: { S: '1' },
      subject: { S: 'cus_1' },
      data: { S: data },
    },
  },
});

const put = (Item: ReturnType<typeof carrying>) => new PutItemCommand({ TableName: 'Ascent', Item });

const started = async (resources: readonly Resource[], options: HarnessOptions = {}) => {
  const stack = await startServices(resources, options);
  const details = (): readonly Record<string, unknown>[] =>
    stack.services.queues
      .peek(queueArn('facts'), 1_000)
      .map(({ body }) => (JSON.parse(body) as { detail: Record<string, unknown> }).detail);
  return { ...stack, details };
};

describe('a pipe from the table to the bus', () => {
  it('publishes the events of new items, and leaves a string a string though it holds JSON', async () => {
    const stack = await started(outbox());
    await stack.dynamodb.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: 'Ascent', Item: { pk: { S: 'SUB#1' }, sk: { S: 'state' } } } },
          { Put: { TableName: 'Ascent', Item: carrying('evt-1') } },
        ],
      }),
    );
    await stack.idle();
    const [message] = stack.services.queues.peek(queueArn('facts'), 10);
    expect(JSON.parse(message?.body ?? '')).toMatchObject({ source: 'ascent.arr', 'detail-type': 'ArrMovementsRecorded', resources: [] });
    expect(stack.details()).toEqual([
      { id: 'evt-1', type: 'ArrMovementsRecorded', version: '1', subject: 'cus_1', data: '{"mrr":"12.50","note":"a \\"quoted\\" word"}' },
    ]);
    await stack.stop();
  });

  it('lets changes of an item, other items and a text that is called event pass by', async () => {
    const stack = await started(outbox());
    await stack.dynamodb.send(put(carrying('evt-1')));
    const { pk, sk } = carrying('evt-1');
    await stack.dynamodb.send(
      new UpdateItemCommand({
        TableName: 'Ascent',
        Key: { pk, sk },
        UpdateExpression: 'SET #state = :s',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':s': { S: 'x' } },
      }),
    );
    const parked = { pk: { S: 'EVT#1' }, sk: { S: 'PARKED' }, event: { S: '{"type":"ArrMovementsRecorded"}' } };
    await stack.dynamodb.send(new PutItemCommand({ TableName: 'Ascent', Item: parked }));
    await stack.idle();
    expect(stack.details()).toHaveLength(1);
    await stack.stop();
  });

  it('keeps the order of the stream over more than one chunk', async () => {
    const stack = await started(outbox());
    const ids = Array.from({ length: 250 }, (_, at) => `evt-${at}`);
    for (let at = 0; at < ids.length; at += 50) {
      const TransactItems = ids.slice(at, at + 50).map((id) => ({ Put: { TableName: 'Ascent', Item: carrying(id) } }));
      await stack.dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));
    }
    await stack.idle();
    expect(stack.details().map(({ id }) => id)).toEqual(ids);
    await stack.stop();
  });

  it('goes on after a restart where it stopped', async () => {
    const first = await started(outbox());
    await first.dynamodb.send(put(carrying('evt-1')));
    await first.idle();
    await first.stop('keep');
    const second = await started(outbox(), { dataDir: first.dataDir });
    await second.dynamodb.send(put(carrying('evt-2')));
    await second.idle();
    expect(second.details().map(({ id }) => id)).toEqual(['evt-1', 'evt-2']);
    await second.stop();
  });

  it('stays before a record that it cannot publish, so that nothing overtakes it, and says so', async () => {
    const stack = await started(outbox(`{"id": "<${EVENT}.data.S>"}`));
    await stack.dynamodb.send(put(carrying('evt-1')));
    await stack.dynamodb.send(put(carrying('evt-2', 'plain')));
    await expect.poll(() => stack.logged.length).toBeGreaterThan(0);
    expect(stack.logged[0]).toContain('Ascent/Test/outbox: Record 1');
    expect(stack.logged[0]).toContain('holds the pipe up, attempt 1: <$.dynamodb.NewImage.event.M.data.S> holds a quote');
    expect(stack.details()).toEqual([]);
    expect(stack.services.busy.find(({ name }) => name === 'pipes')?.pending()).toBe(1);
    await stack.stop();
  });

  it('gives a record up after the retries of the template, keeps where it was in the dead-letter queue, and goes on', async () => {
    const stack = await started(
      outbox(`{"id": "<${EVENT}.data.S>"}`, { MaximumRetryAttempts: 0, DeadLetterConfig: { Arn: queueArn('given-up') } }),
    );
    await stack.dynamodb.send(put(carrying('evt-1')));
    await stack.dynamodb.send(put(carrying('evt-2', 'plain')));
    await stack.idle();
    expect(stack.details()).toEqual([{ id: 'plain' }]);
    expect(JSON.parse(stack.services.queues.peek(queueArn('given-up'), 1)[0]?.body ?? '')).toMatchObject({
      streamBatchInfo: { startSequenceNumber: '1' },
    });
    await stack.stop();
  });

  it('refuses a role that may not put events, a template that is no JSON, and a filter outside the grammar', async () => {
    await expect(started(outbox(), { allowed: (_role, { action }) => action !== 'events:PutEvents' })).rejects.toThrow(
      'Ascent/Test/outbox (AWS::Pipes::Pipe): its role does not allow events:PutEvents on arn:aws:events:us-east-1:000000000000:event-bus/revenue',
    );
    await expect(started(outbox('{"id": <$.a> <$.b>}'))).rejects.toThrow('the input template is not JSON');
    await expect(started(outbox('{"id": <aws.pipes.unknown>}'))).rejects.toThrow('<aws.pipes.unknown> is not a variable');
  });
});
