import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Duration, Stage } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EventDeclaration } from '../../functions/platform/events.ts';
import { alarmWhen } from './alarm.ts';
import { type CapabilityStack, pascal } from './capability-stack.ts';
import type { CapabilityFunction } from './function.ts';
import { deadLetterQueueOf } from './queue.ts';
import { acknowledgeStreams, STREAM_ACTIONS, streamsOf } from './table-stream.ts';

export interface ProjectorProps {
  readonly handler: CapabilityFunction;
  /** Declared events that it reads, carried by the table's items. */
  readonly events: readonly EventDeclaration[];
}

/** A stream filter, as the service has it: inserted items that carry one of the events. */
export const projectedFilter = (events: readonly EventDeclaration[]) => ({
  eventName: FilterRule.isEqual('INSERT'),
  dynamodb: { NewImage: { event: { M: { type: { S: FilterRule.or(...events.map(({ name }) => name)) } } } } },
});

const BATCH_SIZE = 500;

/**
 * Lambda tells a function which shard a batch is from only where it reads the stream in windows, and sequence numbers compare only within a
 * shard. The length does not matter otherwise: each end costs one empty call, so it is the longest that there is.
 */
const WINDOW = Duration.minutes(15);

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
    const { table } = stack.platform;
    const streamArn = table.tableStreamArn;
    if (streamArn === undefined) throw new Error('the table has no stream');
    const dead = deadLetterQueueOf("a stream's poller", this, stack.platform, name, {
      meaning: `${name}: records of the stream were given up after a day and are not in the totals. The queue holds their positions, not them.`,
      runbook: 'totals-behind',
    });
    const { prefix } = stack.platform;
    handler.allow(STREAM_ACTIONS, streamsOf(this, prefix));
    acknowledgeStreams(handler.policy, prefix);
    handler.allow(['sqs:SendMessage'], dead.queueArn);
    new EventSourceMapping(this, 'Poller', {
      target: handler.lambda,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      tumblingWindow: WINDOW,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      filters: [FilterCriteria.filter(projectedFilter(events))],
      // CDK's own destination would also let the function read the queue's attributes.
      onFailure: { bind: () => ({ destination: dead.queueArn }) },
    });
    alarmWhen(this, 'Late', stack.platform, {
      name: `${name}-late`,
      runbook: 'totals-behind',
      meaning: `${name}: totals are behind the movements. Read ${handler.name}'s log: one batch is probably refused again and again.`,
      metric: handler.lambda.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
      atLeast: 60_000,
      periods: 3,
    });
  }
}
