import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/**
 * CloudWatch metrics in embedded format: one log line an invocation, no call. Dimension is the function (`service`), and
 * nothing else: each further dimension value is a metric that is paid for.
 */
export type CountName = 'Handled' | 'Failed' | 'Parked' | 'Dropped' | 'Refused' | 'Lapsed' | 'Missed' | 'LedgerLate';

const metrics = new Metrics({ namespace: 'Ascent' });

export const count = (name: CountName, value: number): void => {
  if (value > 0) metrics.addMetric(name, MetricUnit.Count, value);
};

export const duration = (milliseconds: number): void => {
  metrics.addMetric('Duration', MetricUnit.Milliseconds, milliseconds);
};

/** How long the most silent of the sources has not been heard. */
export const silence = (seconds: number): void => {
  metrics.addMetric('SilentSeconds', MetricUnit.Seconds, seconds);
};

/** Writes what was counted since the last call. */
export const publishMetrics = (): void => {
  metrics.publishStoredMetrics();
};
