import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import type { Platform } from './capability-stack.ts';

/** A page of `docs/runbooks/`. `test/house/runbooks.test.ts` holds that it exists and names the alarm. */
export type Runbook =
  | 'failing-api'
  | 'failing-function'
  | 'late-queue'
  | 'missed-schedule'
  | 'poisoned-message'
  | 'stopped-outbox'
  | 'stuck-source'
  | 'totals-behind';

/** What an alarm belongs to: its name begins with the prefix, and it rings the topic. */
export type AlarmPlatform = Pick<Platform, 'prefix' | 'alarmTopic'>;

/** What is wrong, and what the operator follows. */
export interface AlarmText {
  readonly meaning: string;
  readonly runbook: Runbook;
}

export interface AlarmWhen extends AlarmText {
  /** Its name behind the prefix, as the runbook calls it: `arr-facts-dead`. */
  readonly name: string;
  readonly metric: Metric;
  /** The alarm rings at this value or more … */
  readonly atLeast: number;
  /** … in so many periods in a row. */
  readonly periods: number;
}

/** Rings the alarm topic, and again when all is well. No data is good news: queues and functions that rest report nothing. */
export const alarmWhen = (
  scope: Construct,
  id: string,
  { prefix, alarmTopic }: AlarmPlatform,
  { name, meaning, runbook, metric, atLeast, periods }: AlarmWhen,
): Alarm => {
  const alarm = new Alarm(scope, id, {
    alarmName: `${prefix}-${name}`,
    alarmDescription: `${meaning} Runbook: docs/runbooks/${runbook}.md`,
    metric,
    threshold: atLeast,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(alarmTopic));
  alarm.addOkAction(new SnsAction(alarmTopic));
  return alarm;
};
