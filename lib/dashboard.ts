import { Dashboard, GraphWidget, type IMetric, Metric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Installed, Platform } from './kit/capability-stack.ts';
import { pipeMetric } from './kit/outbox-pipe.ts';

const MINUTE = { period: Duration.minutes(1) };

const graph = (title: string, left: readonly IMetric[]): GraphWidget => new GraphWidget({ title, left: [...left], width: 12, height: 6 });

const named = (namespace: string, dimension: string, value: string, metricName: string, statistic: string, label: string): Metric =>
  new Metric({ namespace, metricName, dimensionsMap: { [dimension]: value }, statistic, ...MINUTE, label });

/** The way of an event from the front door to the totals, one row a station. */
export const pathOfAnEvent = (scope: Construct, platform: Platform, installed: readonly Installed[]): Dashboard => {
  const { httpApi, table, prefix, company } = platform;
  const functions = installed.flatMap((one) => one.functions);
  const queues = installed.flatMap((one) => one.queues);
  const perFunction = (metricName: string, statistic: string): Metric[] =>
    functions.map((name) => named('AWS/Lambda', 'FunctionName', `${prefix}-${name}`, metricName, statistic, name));
  const perQueue = (ending: string, metricName: string): Metric[] =>
    queues.map((name) => named('AWS/SQS', 'QueueName', `${prefix}-${name}${ending}`, metricName, 'Maximum', name));
  const ofTable = (metricName: string): Metric => named('AWS/DynamoDB', 'TableName', table.tableName, metricName, 'Sum', metricName);
  const markdown = `# ${company.name}: Ascent\nFrom the front door to the totals, in the order in which an event passes.`;
  const dashboard = new Dashboard(scope, 'Dashboard', { dashboardName: prefix });
  const rows: readonly (readonly [string, readonly IMetric[]])[] = [
    ['HTTP API: requests and errors', [httpApi.metricCount(MINUTE), httpApi.metricClientError(MINUTE), httpApi.metricServerError(MINUTE)]],
    ['HTTP API: latency, ms', ['p50', 'p99'].map((statistic) => httpApi.metricLatency({ ...MINUTE, statistic, label: statistic }))],
    ['Queues: age of the oldest message, s', perQueue('', 'ApproximateAgeOfOldestMessage')],
    ['Dead letters', perQueue('-dead', 'ApproximateNumberOfMessagesVisible')],
    ['Functions: errors', perFunction('Errors', 'Sum')],
    ['Functions: p99 duration, ms', perFunction('Duration', 'p99')],
    ['Functions: at once', perFunction('ConcurrentExecutions', 'Maximum')],
    ['Outbox pipe', [pipeMetric(prefix, 'Invocations'), pipeMetric(prefix, 'ExecutionFailed'), pipeMetric(prefix, 'ExecutionTimeout')]],
    ['Table: consumed units', [ofTable('ConsumedReadCapacityUnits'), ofTable('ConsumedWriteCapacityUnits')]],
    ['Table: refused', [ofTable('WriteThrottleEvents'), ofTable('ReadThrottleEvents'), ofTable('TransactionConflict')]],
  ];
  dashboard.addWidgets(new TextWidget({ markdown, width: 24, height: 2 }));
  for (let row = 0; row < rows.length; row += 2)
    dashboard.addWidgets(...rows.slice(row, row + 2).map(([title, metrics]) => graph(title, metrics)));
  return dashboard;
};
