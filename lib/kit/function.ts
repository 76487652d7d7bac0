import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Effect, type Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  AssetCode,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AssetHashType, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { TABLE_INDEX } from '../table.ts';
import { alarmWhen } from './alarm.ts';
import { type CapabilityStack, type Platform, pascal } from './capability-stack.ts';
import { acknowledge } from './nag.ts';
import type { WorkQueue } from './queue.ts';

export interface FunctionProps {
  /** What it is for, as an operator reads it. */
  readonly purpose: string;
  readonly timeout?: Duration;
  readonly memoryMb?: number;
  /**
   * Fed by a queue or the stream. What is wrong is then told by the age of what waits and by dead letters, not by single errors; and a trace is
   * followed where it began at the door, not begun anew at each step.
   */
  readonly consumes?: true;
  /** Called so seldom that a call that fails is told by itself; of others, two periods of five minutes in a row. */
  readonly seldom?: true;
}

const READ_ACTIONS = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
const WRITE_ACTIONS = ['dynamodb:PutItem', 'dynamodb:PartiQLInsert', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'];

/** What every function needs of the platform; the data stack has it before it has a platform to give. */
export type FunctionPlatform = Pick<Platform, 'prefix' | 'bundles' | 'alarmTopic'>;

/** A Lambda function with our defaults, a role of its own that may do nothing but log and trace, and its own log group. */
export class PlainFunction extends Construct {
  readonly name: string;
  readonly lambda: LambdaFunction;
  /** All that it may do. */
  readonly policy: Policy;
  readonly timeout: Duration;

  /** `entry` is the source file under `functions/`, without its ending: `arr/on-fact`. */
  constructor(scope: Construct, platform: FunctionPlatform, entry: string, props: FunctionProps) {
    super(scope, pascal(entry));
    const { bundles, prefix } = platform;
    this.name = entry.replaceAll('/', '-');
    this.timeout = props.timeout ?? Duration.seconds(30);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `${prefix}-${this.name}: ${props.purpose}`,
    });
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${prefix}-${this.name}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: `${prefix}-${this.name}`,
      description: props.purpose,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: new AssetCode(bundles.folderOf(entry), { assetHashType: AssetHashType.SOURCE }),
      role,
      logGroup,
      // Duration and errors are metrics already: a start, end and report line for each call would be two thirds of all that is logged.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      tracing: props.consumes ? Tracing.PASS_THROUGH : Tracing.ACTIVE,
      timeout: this.timeout,
      memorySize: props.memoryMb ?? 512,
      environment: {
        POWERTOOLS_SERVICE_NAME: entry.split('/')[0] ?? entry,
        POWERTOOLS_METRICS_NAMESPACE: 'Ascent',
        LOG_LEVEL: 'INFO',
      },
    });
    this.policy = role.node.findChild('DefaultPolicy') as Policy;
    acknowledge(
      this.policy,
      'AwsSolutions-IAM5[Resource::*]',
      'X-Ray (PutTraceSegments, PutTelemetryRecords) knows no resources: AWS allows only "*" there.',
    );
    if (!props.consumes) {
      alarmWhen(this, 'Errors', platform, {
        name: `${this.name}-errors`,
        runbook: 'failing-function',
        meaning: `${this.name} fails (${props.purpose}). Read its log group; every line carries the request or event id.`,
        metric: this.lambda.metricErrors({ period: Duration.minutes(5) }),
        atLeast: 1,
        periods: props.seldom ? 1 : 2,
      });
    }
  }
}

/**
 * A capability's function: each `reads…`, `writes…`, `sends…` method grants exactly that and sets the environment variable by which the code
 * finds it.
 */
export class CapabilityFunction extends PlainFunction {
  readonly #stack: CapabilityStack;

  constructor(stack: CapabilityStack, entry: string, props: FunctionProps) {
    super(stack, stack.platform, entry, props);
    this.#stack = stack;
    stack.installed.functions.push(this.name);
  }

  /** Reads items by key and by index. */
  readsTable(): this {
    const { table } = this.#stack.platform;
    this.allow(READ_ACTIONS, table.tableArn, `${table.tableArn}/index/${TABLE_INDEX}`);
    return this.#env('TABLE_NAME', table.tableName);
  }

  /** Reads and writes items; transactions need no more than the actions they are made of. */
  writesTable(): this {
    this.readsTable();
    this.allow(WRITE_ACTIONS, this.#stack.platform.table.tableArn);
    return this;
  }

  /** Is given the company's configuration. */
  readsCompany(): this {
    return this.#env('ASCENT_CONFIG', JSON.stringify(this.#stack.platform.company));
  }

  /** Puts events on a bus. The revenue bus is no choice here: only the outbox pipe publishes domain events. */
  putsEventsOn(variable: string, bus: EventBus): this {
    this.allow(['events:PutEvents'], bus.eventBusArn);
    return this.#env(variable, bus.eventBusName);
  }

  sendsTo(variable: string, { queue }: WorkQueue): this {
    this.allow(['sqs:SendMessage'], queue.queueArn);
    return this.#env(variable, queue.queueUrl);
  }

  /** Reads secrets; the variable holds their ARNs as JSON, by instance. */
  readsSecrets(variable: string, secrets: Readonly<Record<string, Secret>>): this {
    const arns = Object.fromEntries(Object.entries(secrets).map(([instance, secret]) => [instance, secret.secretArn]));
    this.allow(['secretsmanager:GetSecretValue'], ...Object.values(arns));
    return this.#env(variable, Stack.of(this).toJsonString(arns));
  }

  /** The kit's own: a capability's file says what a function does by the methods above. */
  allow(actions: readonly string[], ...resources: readonly string[]): void {
    this.lambda.addToRolePolicy(new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] }));
  }

  #env(name: string, value: string): this {
    this.lambda.addEnvironment(name, value);
    return this;
  }
}
