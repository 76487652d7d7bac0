import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { type Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { alarmWhen } from './alarm.ts';
import { deadLetterQueueOf } from './queue.ts';
import { acknowledgeStreams, STREAM_ACTIONS, streamsOf } from './table-stream.ts';

export interface OutboxPipeProps {
  readonly table: Table;
  readonly bus: EventBus;
  readonly alarmTopic: Topic;
  readonly prefix: string;
}

/** New items that carry an event, and nothing else of the table's stream. */
export const outboxPattern = {
  eventName: ['INSERT'],
  dynamodb: { NewImage: { event: { M: { type: { S: [{ exists: true }] } } } } },
} as const;

/**
 * Makes the event's detail. A placeholder without quotes becomes a JSON value: a DynamoDB string stays a JSON string, escaped, so `data`
 * arrives as JSON text within the detail and the functions' envelope adapter opens it. (Within quotes it would be pasted unescaped.)
 */
const EVENT = '$.dynamodb.NewImage.event.M';
const DETAIL_FIELDS = ['id', 'type', 'version', 'recordedAt', 'subject', 'data'];
export const inputTemplate = `{${DETAIL_FIELDS.map((name) => `"${name}": <${EVENT}.${name}.S>`).join(', ')}}`;

export const pipeMetric = (prefix: string, metricName: 'Invocations' | 'ExecutionFailed' | 'ExecutionTimeout'): Metric =>
  new Metric({
    namespace: 'AWS/EventBridge/Pipes',
    metricName,
    dimensionsMap: { PipeName: `${prefix}-outbox` },
    statistic: 'Sum',
    period: Duration.minutes(1),
    label: metricName,
  });

/**
 * The table's stream → the revenue bus: the only publisher of domain events, so that no event exists without its state, and no state
 * without its event. Order is kept within a partition key.
 */
export class OutboxPipe extends Construct {
  constructor(scope: Construct, id: string, { prefix, table, bus, alarmTopic }: OutboxPipeProps) {
    super(scope, id);
    const streamArn = table.tableStreamArn;
    if (streamArn === undefined) throw new Error('the table has no stream');
    // Holds the positions of records, not the records, that could not be published for a day.
    const dead = deadLetterQueueOf('a pipe', this, { prefix, alarmTopic }, 'outbox', {
      meaning:
        'outbox: records could not be published for a day and were given up. The queue holds their positions in the stream, not them.',
      runbook: 'stopped-outbox',
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('pipes.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: 'Publishes domain events from the table',
    });
    role.addToPolicy(new PolicyStatement({ actions: [...STREAM_ACTIONS], resources: [streamsOf(this, prefix)] }));
    role.addToPolicy(new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [dead.queueArn] }));
    acknowledgeStreams(role.node.findChild('DefaultPolicy') as Policy, prefix);
    const pipe = new CfnPipe(this, 'Pipe', {
      name: `${prefix}-outbox`,
      description: 'Events that items of the table carry become domain events on the revenue bus',
      roleArn: role.roleArn,
      source: streamArn,
      sourceParameters: {
        filterCriteria: { filters: [{ pattern: JSON.stringify(outboxPattern) }] },
        dynamoDbStreamParameters: {
          // From the oldest record on: a new pipe may publish twice what an old one published, and never leaves a gap.
          startingPosition: 'TRIM_HORIZON',
          // One PutEvents call takes ten entries.
          batchSize: 10,
          // Ten batches at once from each shard; a partition key, which is a customer or an object of a source, stays in order.
          parallelizationFactor: 10,
          onPartialBatchItemFailure: 'AUTOMATIC_BISECT',
          maximumRetryAttempts: -1,
          deadLetterConfig: { arn: dead.queueArn },
        },
      },
      target: bus.eventBusArn,
      targetParameters: {
        eventBridgeEventBusParameters: { detailType: `${EVENT}.type.S`, source: `${EVENT}.source.S` },
        inputTemplate,
      },
    });
    pipe.node.addDependency(role);
    alarmWhen(
      this,
      'Fails',
      { prefix, alarmTopic },
      {
        name: 'outbox-fails',
        runbook: 'stopped-outbox',
        meaning:
          'The outbox pipe cannot publish: state is committed, but nobody hears of it. Check the role and the bus; it goes on by itself.',
        metric: pipeMetric(prefix, 'ExecutionFailed'),
        atLeast: 1,
        periods: 3,
      },
    );
  }
}
