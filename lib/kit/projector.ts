import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Duration, Stage } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EventDeclaration } from '../../functions/platform/events.ts';
import { OUTBOX_PREFIX } from '../table.ts';
import { alarmWhen } from './alarm.ts';
import { type CapabilityStack, pascal } from './capability-stack.ts';
import type { CapabilityFunction } from './function.ts';
import { deadLetterQueueOf } from './queue.ts';

export interface ProjectorProps {
  readonly handler: CapabilityFunction;
  /** Declared events whose outbox items it reads. */
  readonly events: readonly EventDeclaration[];
}

/** A stream filter, as the service has it. */
export const outboxFilter = (events: readonly EventDeclaration[]) => ({
  eventName: FilterRule.isEqual('INSERT'),
  dynamodb: {
    Keys: { pk: { S: FilterRule.beginsWith(OUTBOX_PREFIX) } },
    NewImage: { type: { S: FilterRule.or(...events.map(({ name }) => name)) } },
  },
});

const BATCH_SIZE = 500;

/**
 * The stream's second and last reader (the first is the outbox pipe): more than two are throttled by the service, so a second projector
 * stops the synthesis. It tries for as long as the stream keeps records, a day: totals that stand still are better than totals that lie,
 * and the age of what it reads rings long before.
 */
export class Projector extends Construct {
  constructor(stack: CapabilityStack, name: string, { handler, events }: ProjectorProps) {
    super(stack, `${pascal(name)}Projector`);
    const others = (Stage.of(this) ?? stack).node.findAll().filter((construct) => construct instanceof Projector && construct !== this);
    if (others.length > 0)
      throw new Error(
        `${this.node.path}: the table's stream has one projector already, ${others[0]?.node.path}; a third reader is throttled`,
      );
    const { table, alarmTopic } = stack.platform;
    const streamArn = table.tableStreamArn;
    if (streamArn === undefined) throw new Error('the table has no stream');
    const dead = deadLetterQueueOf("a stream's poller", this, stack.platform, name);
    handler.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'], streamArn);
    handler.allow(['sqs:SendMessage'], dead.queueArn);
    new EventSourceMapping(this, 'Poller', {
      target: handler.lambda,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      filters: [FilterCriteria.filter(outboxFilter(events))],
      // CDK's own destination would also let the function read the queue's attributes.
      onFailure: { bind: () => ({ destination: dead.queueArn }) },
    });
    alarmWhen(this, 'Late', alarmTopic, {
      meaning: `${name}: totals are behind the movements. Read ${handler.name}'s log: one batch is probably refused again and again.`,
      metric: handler.lambda.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
      atLeast: 60_000,
      periods: 3,
    });
  }
}
