import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface AlarmWhen {
  /** What is wrong and what the operator does first. */
  readonly meaning: string;
  readonly metric: Metric;
  /** The alarm rings at this value or more … */
  readonly atLeast: number;
  /** … in so many periods in a row. */
  readonly periods: number;
}

/** Rings the alarm topic, and again when all is well. No data is good news: queues and functions that rest report nothing. */
export const alarmWhen = (scope: Construct, id: string, topic: Topic, { meaning, metric, atLeast, periods }: AlarmWhen): Alarm => {
  const alarm = new Alarm(scope, id, {
    alarmDescription: meaning,
    metric,
    threshold: atLeast,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(topic));
  alarm.addOkAction(new SnsAction(topic));
  return alarm;
};
