import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type AlarmPlatform, type AlarmText, alarmWhen } from './alarm.ts';
import type { CapabilityStack } from './capability-stack.ts';
import { acknowledge } from './nag.ts';

/** Deliveries before a message is set aside: at least 5, so that a throttled poller does not bury good messages (SQS's own advice). */
const MAX_RECEIVES = 5;
const ONE_MINUTE = Duration.minutes(1);

export interface WorkQueueProps {
  readonly visibilityTimeout: Duration;
  /** Age of the oldest message at which somebody is told. */
  readonly lateAfter: Duration;
}

/** Where messages lie that nobody could handle; somebody is told about the first one. */
const deadLetterQueue = (scope: Construct, id: string, platform: AlarmPlatform, name: string, text: AlarmText): Queue => {
  const queue = new Queue(scope, id, {
    queueName: `${platform.prefix}-${name}-dead`,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // A message keeps its age when it is set aside, so this is longer than the queue's own retention.
    retentionPeriod: Duration.days(14),
  });
  const dead = queue.metricApproximateNumberOfMessagesVisible({ period: ONE_MINUTE, statistic: 'Maximum' });
  alarmWhen(scope, `${id}Depth`, platform, { ...text, name: `${name}-dead`, metric: dead, atLeast: 1, periods: 1 });
  return queue;
};

/** The same for what is not a queue: a pipe, a schedule, a stream's poller. Nothing in it can be redriven, so the text says what to do instead. */
export const deadLetterQueueOf = (what: string, scope: Construct, platform: AlarmPlatform, name: string, text: AlarmText): Queue => {
  const queue = deadLetterQueue(scope, 'Dead', platform, name, text);
  acknowledge(
    queue,
    'AwsSolutions-SQS3',
    `It is the dead-letter queue of ${what}, which the rule does not see: it looks at queues and functions only.`,
  );
  return queue;
};

/** A standard queue with its dead-letter queue and both alarms. */
export class WorkQueue extends Construct {
  readonly name: string;
  readonly queue: Queue;
  readonly dead: Queue;

  constructor(stack: CapabilityStack, id: string, name: string, { visibilityTimeout, lateAfter }: WorkQueueProps) {
    super(stack, id);
    const { prefix } = stack.platform;
    this.name = name;
    this.dead = deadLetterQueue(this, 'Dead', stack.platform, name, {
      meaning: `${name}: a message could not be handled. Read it in ${prefix}-${name}-dead, mend the cause, then redrive.`,
      runbook: 'poisoned-message',
    });
    this.queue = new Queue(this, 'Queue', {
      queueName: `${prefix}-${name}`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(7),
      visibilityTimeout,
      deadLetterQueue: { queue: this.dead, maxReceiveCount: MAX_RECEIVES },
      redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
    });
    const age = this.queue.metricApproximateAgeOfOldestMessage({ period: ONE_MINUTE, statistic: 'Maximum' });
    alarmWhen(this, 'Age', stack.platform, {
      name: `${name}-late`,
      meaning: `${name}: the oldest message waits for more than ${lateAfter.toSeconds()} s. Look at the consumer's errors and throttles.`,
      runbook: 'late-queue',
      metric: age,
      atLeast: lateAfter.toSeconds(),
      periods: 3,
    });
    stack.installed.queues.push(name);
  }
}
