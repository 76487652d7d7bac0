import { expect, test } from 'vitest';
import { useDynamoDB } from '../../support/dynamodb.ts';
import { useDynamoDBProxy } from '../../support/dynamodb-proxy.ts';
import { useFakeAws } from '../fake-aws.ts';
import { sample } from '../samples.ts';
import { eventOf, plain, useCompany, useIntake } from './intake.ts';
import { itemsWith } from './table.ts';

const aws = useFakeAws();
const proxy = useDynamoDBProxy(useDynamoDB());
useCompany(aws);
const { take } = useIntake(aws);

/** What was written, by operation and family of key; items of the intake's watermark left out. */
const writes = (): readonly string[] =>
  proxy.calls
    .filter(({ operation }) => !/^(?:Get|BatchGet|Query|Scan)/.test(operation))
    .flatMap(({ operation, input }) =>
      operation === 'BatchExecuteStatement'
        ? [`${input.Statements?.length} inserts`]
        : [`${operation} ${String((input.Item ?? input.Key)?.['pk']?.S).split('#')[0]}`],
    )
    .filter((write) => !write.endsWith(' MARK'));

test('an event that is taken in is one plain write, with its fact on it; those of a batch share a request', async () => {
  const subscriptions = Array.from({ length: 4 }, (_, i) => eventOf(plain(`sub_one_${i}`)));
  const invoice = eventOf({ ...sample('objects/invoice.paid.json'), id: 'in_one' }, { type: 'invoice.paid' });
  expect(await take(...subscriptions, invoice)).toEqual([]);
  expect(writes()).toEqual(['5 inserts']);
  const showings = await itemsWith('SRC#');
  expect(showings.map(({ kind, event }) => [kind, (event as { type?: string } | undefined)?.type]).sort()).toEqual([
    ['invoice', undefined],
    ...Array.from({ length: 4 }, () => ['subscription', 'SubscriptionRecorded']),
  ]);
  expect(await itemsWith('OUT#')).toEqual([]);
});

test('a repetition fails on what is there, and the others of its batch are written', async () => {
  const [first, second] = [eventOf(plain('sub_again')), eventOf(plain('sub_again'))];
  await take(first);
  const before = await itemsWith('SRC#stripe#main#sub_again');
  expect(await take(first, second, first)).toEqual([]);
  const after = await itemsWith('SRC#stripe#main#sub_again');
  expect([before.length, after.length]).toEqual([1, 2]);
  // What went out before is as it was: nothing is published twice.
  expect(after.find(({ eventId }) => eventId === first['id'])).toEqual(before[0]);
});
