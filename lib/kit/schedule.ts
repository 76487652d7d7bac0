import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type CapabilityStack, pascal } from './capability-stack.ts';
import type { CapabilityFunction } from './function.ts';
import { deadLetterQueueOf } from './queue.ts';

export interface ScheduleProps {
  /** `rate(5 minutes)` or `cron(…)`, in the company's zone. */
  readonly expression: string;
  readonly why: string;
  readonly handler: CapabilityFunction;
}

/**
 * Wakes a function by EventBridge Scheduler, with the scheduled time as its input. An invocation that cannot be delivered for an hour is
 * set aside. The L1 construct: the L2 target would also allow every version of the function (`<arn>:*`).
 */
export class Schedule extends Construct {
  constructor(stack: CapabilityStack, name: string, { expression, why, handler }: ScheduleProps) {
    super(stack, `${pascal(name)}Schedule`);
    const { prefix, company } = stack.platform;
    const dead = deadLetterQueueOf('a schedule', this, stack.platform, `${name}-schedule`, {
      meaning: `${name}: a scheduled call could not be delivered for an hour. The next one makes up for it.`,
      runbook: 'missed-schedule',
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: `${prefix}: ${why}`,
    });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [handler.lambda.functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [dead.queueArn] }));
    const schedule = new CfnSchedule(this, 'Schedule', {
      name: `${prefix}-${name}`,
      description: why,
      scheduleExpression: expression,
      scheduleExpressionTimezone: company.zone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: handler.lambda.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ scheduledAt: '<aws.scheduler.scheduled-time>' }),
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
        deadLetterConfig: { arn: dead.queueArn },
      },
    });
    schedule.node.addDependency(role);
  }
}
