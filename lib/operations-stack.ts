import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { CfnStage, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { pathOfAnEvent } from './dashboard.ts';
import { alarmWhen } from './kit/alarm.ts';
import type { CapabilityStack, Platform } from './kit/capability-stack.ts';

/** Enough for who called what, how it ended and how long it took; no address, path or parameter, which could be personal data. */
const ACCESS_LOG_FIELDS = {
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  route: '$context.routeKey',
  status: '$context.status',
  subject: '$context.authorizer.claims.sub',
  client: '$context.authorizer.claims.client_id',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  integrationError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
  error: '$context.error.message',
  responseBytes: '$context.responseLength',
};

/**
 * What can only exist after every capability does: the API's stage (a throttle of a route that does not exist yet fails the deployment) and
 * the dashboard over all functions and queues.
 */
export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, platform: Platform, capabilities: readonly CapabilityStack[]) {
    super(scope, id, { description: 'Ascent: the HTTP API goes live here; dashboard' });
    for (const capability of capabilities) this.addStackDependency(capability);
    const installed = capabilities.map((capability) => capability.installed);
    this.#stage(
      platform,
      installed.flatMap(({ routes }) => routes),
    );
    pathOfAnEvent(this, platform, installed);
  }

  #stage(platform: Platform, routes: CapabilityStack['installed']['routes']): void {
    const { httpApi, prefix } = platform;
    const accessLog = new LogGroup(this, 'AccessLog', {
      // Log deliveries to other names outgrow the account's resource policy for logs.
      logGroupName: `/aws/vendedlogs/${prefix}-api`,
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: 100, burstLimit: 200 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FIELDS)),
      },
    });
    const resource = stage.node.defaultChild;
    if (!(resource instanceof CfnStage)) throw new Error('the stage of the HTTP API is not the resource that carries the throttles');
    resource.routeSettings = Object.fromEntries(
      routes.map(({ routeKey, throttle }) => [
        routeKey,
        { ThrottlingRateLimit: throttle.ratePerSecond, ThrottlingBurstLimit: throttle.burst, DetailedMetricsEnabled: true },
      ]),
    );
    alarmWhen(this, 'ServerErrors', platform, {
      name: 'api-5xx',
      runbook: 'failing-api',
      meaning: 'The HTTP API answers 5xx: webhooks will be sent again, people see errors. Access log: status >= 500, by route.',
      metric: httpApi.metricServerError({ statistic: 'Sum', period: Duration.minutes(1) }),
      atLeast: 5,
      periods: 3,
    });
  }
}
