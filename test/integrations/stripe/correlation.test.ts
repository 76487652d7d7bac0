import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { useFakeAws } from '../fake-aws.ts';
import { sample, textOf } from '../samples.ts';
import { consume, eventOf, onBus, plain, post, useCompany, useIntake } from './intake.ts';

/** An event has no trace context: its own id leads through the log, from the door to whatever becomes of it. */
const aws = useFakeAws();
const proxy = useDynamoDBProxy(useDynamoDB());
useCompany(aws);
const { load, take } = useIntake(aws);
beforeAll(() => {
  process.env['POWERTOOLS_LOG_LEVEL'] = 'INFO';
});

let written: string[];
beforeEach(() => {
  written = [];
  const keep = (chunk: unknown): boolean => {
    written.push(String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep as never);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep as never);
});
afterEach(() => vi.restoreAllMocks());

type Line = Readonly<Record<string, unknown>>;
const lines = (): readonly Line[] =>
  written
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('{') && !line.includes('"_aws"'))
    .map((line) => JSON.parse(line) as Line);

test('of a webhook that could not be stored, once its event is known [D19]', async () => {
  const { handler } = await import('../../../functions/integrations/stripe/ingest.ts');
  aws.faults.push({ operation: 'PutEvents', status: 500, body: '' }, { operation: 'PutEvents', status: 500, body: '' });
  const event = eventOf(plain('sub_unstored'));
  expect((await post(handler, JSON.stringify(event))).statusCode).toBe(503);
  expect(lines().find(({ message }) => message === 'a webhook could not be stored')).toMatchObject({ correlation_id: event['id'] });
  written.length = 0;
  // The next request of the same function is not taken for that event's.
  expect((await post(handler, '{}', { 'stripe-signature': 't=1,v1=0' })).statusCode).toBe(400);
  expect(lines().find(({ message }) => message === 'a webhook was refused')).not.toHaveProperty('correlation_id');
});

test('of an event of the partner bus that was parked [D19]', async () => {
  expect(await consume((await load()).onEvent, [textOf('eventbridge/livemode_on_test_bus.reject.json')])).toEqual([]);
  const { detail } = sample<{ detail: { id: string } }>('eventbridge/livemode_on_test_bus.reject.json');
  expect(lines().find(({ message }) => message === 'an event was parked')).toMatchObject({ eventId: detail.id });
});

test('of an event that could not be written and comes again [D19]', async () => {
  proxy.before = ({ operation }) =>
    operation === 'PutItem' || operation === 'BatchExecuteStatement' ? { type: 'ProvisionedThroughputExceededException' } : undefined;
  const event = eventOf(plain('sub_unwritten'));
  expect(await take(event)).toEqual([onBus(event)]);
  expect(lines().find(({ message }) => message === 'an event was not taken in and comes again')).toMatchObject({ eventId: event['id'] });
});
