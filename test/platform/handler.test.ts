import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Bug } from '../../functions/platform/bug.ts';
import { queueConsumer, taskHandler } from '../../functions/platform/handler.ts';
import { errorFields, log, safeFields } from '../../functions/platform/log.ts';

const context = {
  awsRequestId: 'request-1',
  functionName: 'test-function',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:1:function:test-function',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 30_000,
} as unknown as Context;

const batch = (...ids: string[]): SQSEvent =>
  ({
    Records: ids.map((messageId) => ({ messageId, body: '{"email":"jane@example.com"}', attributes: { ApproximateReceiveCount: '2' } })),
  }) as unknown as SQSEvent;

let lines: string[];
beforeEach(() => {
  lines = [];
  const keep = (chunk: unknown): boolean => {
    lines.push(String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep as never);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep as never);
});
afterEach(() => vi.restoreAllMocks());

const logged = (): string => lines.join('');
const records = (): Record<string, unknown>[] =>
  logged()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a queue consumer', () => {
  test('gets the batch, and reports the messages that failed [B4]', async () => {
    const seen: unknown[] = [];
    const handler = queueConsumer('test', async (messages, invocation) => {
      seen.push(
        messages.map(({ messageId, receiveCount }) => [messageId, receiveCount]),
        invocation.requestId,
        invocation.remainingMs(),
      );
      return ['b'];
    });
    expect(await handler(batch('a', 'b', 'c'), context)).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
    expect(seen).toEqual([
      [
        ['a', 2],
        ['b', 2],
        ['c', 2],
      ],
      'request-1',
      30_000,
    ]);
    const metric = records().find((record) => '_aws' in record);
    expect(metric).toMatchObject({ Handled: 2, Failed: 1 });
  });

  test('has the whole batch delivered again when it throws, and counts that [B4]', async () => {
    const handler = queueConsumer('test', () => Promise.reject(new Bug('the book does not balance')));
    await expect(handler(batch('a'), context)).rejects.toThrow('the book does not balance');
    expect(records().find(({ level }) => level === 'ERROR')).toMatchObject({
      message: 'the invocation failed',
      errorName: 'Bug',
      errorMessage: 'the book does not balance',
    });
    expect(records().find((record) => '_aws' in record)).toMatchObject({ Failed: 1 });
  });

  test('refuses to report a message that is not in the batch: SQS would deliver all again', async () => {
    const handler = queueConsumer('test', async () => ['unknown']);
    await expect(handler(batch('a'), context)).rejects.toThrow('reports a message as failed that is not in the batch');
  });

  test('ties its log lines to the request and to the first message', async () => {
    const handler = queueConsumer('test', async () => {
      log.info('looked', { count: 1 });
      return [];
    });
    await handler(batch('message-7'), context);
    expect(records().find(({ message }) => message === 'looked')).toMatchObject({
      level: 'INFO',
      function_request_id: 'request-1',
      correlation_id: 'message-7',
      count: 1,
    });
  });
});

describe('a task', () => {
  test('answers what it did', async () => {
    const handler = taskHandler<{ id: string }, string>('test', async ({ id }) => `did ${id}`);
    expect(await handler({ id: 'x' }, context)).toBe('did x');
  });
});

describe('the log', () => {
  test('drops every field that is not listed, and every value that is not a short scalar', () => {
    expect(
      safeFields({
        eventId: 'evt_1',
        body: '{}',
        headers: {},
        name: 'Jane',
        email: 'j@example.com',
        token: 't',
        reason: { deep: 1 },
        count: 2,
      }),
    ).toEqual({ eventId: 'evt_1', count: 2 });
    expect(safeFields({ reason: 'x'.repeat(500) })['reason']).toHaveLength(300);
  });

  // Made of parts, so that no scanner takes them for real ones.
  const secrets = [
    'jane.doe@example.com',
    `Bearer ${'abc'}`,
    `${'sk'}_live_4242`,
    `${'whsec'}_x`,
    `${'ey'}JhbGciOiJIUzI1NiJ9.x.y`,
    `${'AKIA'}ABCDEFGHIJKLMNOP`,
  ];
  test.each(secrets)('hides the value %s even in a listed field', (secret) => {
    log.warn('refused', { reason: `because of ${secret}` });
    expect(logged()).toContain('"reason":"[redacted]"');
    expect(logged()).not.toContain(secret);
  });

  test('never shows bodies, headers, tokens, names or addresses of a failing invocation', async () => {
    const handler = queueConsumer('test', async ([message]) => {
      log.info('opened', { eventId: 'evt_1', ...({ body: message?.body, customer: 'Jane Doe' } as object) });
      JSON.parse(`${message?.body} jane@example.com`);
      return [];
    });
    await expect(handler(batch('a'), context)).rejects.toThrow();
    expect(logged()).toContain('evt_1');
    expect(logged()).toContain('SyntaxError');
    for (const leak of ['jane', 'Jane', 'email', 'example.com']) expect(logged()).not.toContain(leak);
  });

  test('shows the places of a foreign error without its message', () => {
    const fields = errorFields(new TypeError('cannot read jane@example.com'));
    expect(fields.errorName).toBe('TypeError');
    expect(fields.errorStack).toMatch(/^ {4}at /);
    expect(JSON.stringify(fields)).not.toContain('jane');
    expect(errorFields('text')).toEqual({ errorName: 'string' });
  });
});
