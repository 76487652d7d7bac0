import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type Harness, queue, queueArn, queueUrl, START_MS, startServices } from './support.ts';

const RESOURCES = [
  queue('orders', { VisibilityTimeout: 60, RedrivePolicy: { deadLetterTargetArn: queueArn('orders-dlq'), maxReceiveCount: 2 } }),
  queue('orders-dlq', { MessageRetentionPeriod: 1_209_600 }),
];
const QueueUrl = queueUrl('orders');
const DeadLetterUrl = queueUrl('orders-dlq');

describe('SQS', () => {
  let stack: Harness;
  beforeEach(async () => {
    stack = await startServices(RESOURCES);
  });
  afterEach(() => stack.stop());

  const receive = async (url = QueueUrl, max = 10) =>
    (
      await stack.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: max,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      )
    ).Messages ?? [];

  it('gives a message with its body and attributes back to an SDK client, which checks both digests', async () => {
    const MessageAttributes = {
      colour: { DataType: 'String', StringValue: 'blue' },
      blob: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
    };
    const sent = await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'früh', MessageAttributes }));
    const [message] = await receive();
    expect(message?.MessageId).toBe(sent.MessageId);
    expect(message?.Body).toBe('früh');
    expect(message?.MessageAttributes?.['colour']?.StringValue).toBe('blue');
    expect([...(message?.MessageAttributes?.['blob']?.BinaryValue ?? [])]).toEqual([1, 2]);
    expect(message?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(message?.Attributes).toMatchObject({ ApproximateReceiveCount: '1', SentTimestamp: String(START_MS) });
  });

  it('hides a received message until its visibility timeout is over on the test clock', async () => {
    await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    expect(await receive()).toHaveLength(1);
    stack.clock.moveTo(START_MS + 59_999);
    expect(await receive()).toHaveLength(0);
    stack.clock.moveTo(START_MS + 60_000);
    const [again] = await receive();
    expect(again?.Attributes?.['ApproximateReceiveCount']).toBe('2');
    expect(again?.Attributes?.['ApproximateFirstReceiveTimestamp']).toBe(String(START_MS));
  });

  it('moves a message that was received as often as allowed to the dead-letter queue, and back with a move task', async () => {
    await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
    for (const minute of [0, 1]) {
      stack.clock.moveTo(START_MS + minute * 60_000);
      expect(await receive()).toHaveLength(1);
    }
    stack.clock.moveTo(START_MS + 120_000);
    expect(await receive()).toHaveLength(0);
    const [dead] = await receive(DeadLetterUrl);
    expect(dead?.Body).toBe('poison');
    expect(dead?.Attributes?.['DeadLetterQueueSourceArn']).toBe(queueArn('orders'));
    stack.clock.moveTo(START_MS + 180_000);
    await stack.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: queueArn('orders-dlq') }));
    const [back] = await receive();
    expect(back?.Body).toBe('poison');
    expect(back?.Attributes?.['ApproximateReceiveCount']).toBe('1');
    expect(await receive(DeadLetterUrl)).toHaveLength(0);
  });

  it('deletes by the latest receipt handle, and by no earlier one', async () => {
    await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const [first] = await receive();
    stack.clock.moveTo(START_MS + 60_000);
    const [second] = await receive();
    await stack.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(stack.services.queues.counts(queueArn('orders'))).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    await stack.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second?.ReceiptHandle }));
    expect(stack.services.queues.counts(queueArn('orders'))).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('changes the visibility of a message in flight', async () => {
    await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const [message] = await receive();
    await stack.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 }));
    expect(await receive()).toHaveLength(1);
  });

  it('delays a message on the test clock', async () => {
    await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 30 }));
    expect(await receive()).toHaveLength(0);
    expect(stack.services.queues.counts(queueArn('orders'))).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
    stack.clock.moveTo(START_MS + 30_000);
    expect(await receive()).toHaveLength(1);
  });

  it('wakes a long poll when a message arrives', async () => {
    const startedMs = Date.now();
    const polling = stack.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    setTimeout(() => stack.services.queues.send(queueArn('orders'), 'now'), 20);
    expect((await polling).Messages?.[0]?.Body).toBe('now');
    expect(Date.now() - startedMs).toBeLessThan(5_000);
  });

  it('answers each entry of a batch by itself', async () => {
    const sent = await stack.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: '1', MessageBody: 'a' },
          { Id: '2', MessageBody: 'b', DelaySeconds: 901 },
          { Id: '3', MessageBody: 'bell \u0007' },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['1']);
    expect(sent.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
      ['2', 'InvalidParameterValue'],
      ['3', 'InvalidMessageContents'],
    ]);
    const messages = await receive();
    const deleted = await stack.sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl, Entries: messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle })) }),
    );
    expect(deleted.Successful).toHaveLength(1);
  });

  it('tells what it knows of its queues', async () => {
    await stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const { Attributes } = await stack.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ QueueArn: queueArn('orders'), ApproximateNumberOfMessages: '1', VisibilityTimeout: '60' });
    expect((await stack.sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }))).QueueUrl).toBe(QueueUrl);
    expect((await stack.sqs.send(new ListQueuesCommand({}))).QueueUrls).toEqual([QueueUrl, DeadLetterUrl]);
    await stack.sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await receive()).toHaveLength(0);
  });

  it('refuses a message of more than 1,048,576 bytes, an eleventh entry, and a queue that does not exist', async () => {
    const tooLong = stack.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1_048_577) }));
    await expect(tooLong).rejects.toThrow('Message must be shorter than 1048576 bytes');
    const Entries = Array.from({ length: 11 }, (_, at) => ({ Id: String(at), MessageBody: 'a' }));
    await expect(stack.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequest',
    });
    await expect(stack.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl('nowhere'), MessageBody: 'a' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
  });

  it('keeps a held message invisible however far the clock moves, until it is released', () => {
    const { queues } = stack.services;
    const arn = queueArn('orders');
    queues.send(arn, 'a');
    const [message] = queues.receive(arn, { max: 10, hold: true });
    stack.clock.moveTo(START_MS + 86_400_000);
    expect(queues.receive(arn, { max: 10, hold: true })).toEqual([]);
    queues.release(arn, [message?.receiptHandle ?? ''], 5_000);
    expect(queues.receive(arn, { max: 10 })).toEqual([]);
    let woken = 0;
    queues.onVisible(arn, () => {
      woken += 1;
    });
    stack.clock.moveTo(START_MS + 86_400_000 + 5_000);
    expect(woken).toBe(1);
    expect(queues.receive(arn, { max: 10 })[0]?.attributes['ApproximateReceiveCount']).toBe('2');
  });

  it('refuses a property that it does not play, by name', async () => {
    await expect(startServices([queue('fifo', { FifoQueue: true })])).rejects.toThrow(
      'Ascent/Test/fifo (AWS::SQS::Queue): property FifoQueue is not played by the local stack',
    );
  });
});

describe('SQS after a restart', () => {
  it('has every message that it answered for, and makes held ones visible again', async () => {
    const first = await startServices(RESOURCES);
    await first.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    await first.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b' }));
    expect(first.services.queues.receive(queueArn('orders'), { max: 1, hold: true })).toHaveLength(1);
    await first.stop('keep');
    const second = await startServices(RESOURCES, { dataDir: first.dataDir, clock: first.clock });
    const { queues } = second.services;
    expect(queues.receive(queueArn('orders'), { max: 10, hold: true }).map(({ body }) => body)).toEqual(['a', 'b']);
    await second.stop();
  });

  it('does not count a receive that a restart cut short: nobody failed at the message, and it is no dead letter', async () => {
    const clock = createTestClock();
    let stack = await startServices(RESOURCES, { clock });
    stack.services.queues.send(queueArn('orders'), 'a');
    // Two failures make a dead letter here; it was in somebody's hands three times when the stack went.
    for (let cut = 0; cut < 3; cut += 1) {
      expect(stack.services.queues.receive(queueArn('orders'), { max: 1, hold: true })).toHaveLength(1);
      await stack.stop('keep');
      stack = await startServices(RESOURCES, { dataDir: stack.dataDir, clock });
    }
    const [message] = stack.services.queues.receive(queueArn('orders'), { max: 1, hold: true });
    expect(message?.attributes['ApproximateReceiveCount']).toBe('1');
    expect(stack.services.queues.counts(queueArn('orders-dlq'))).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await stack.stop();
  });
});
