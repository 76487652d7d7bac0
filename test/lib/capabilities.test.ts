import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { company } from '../../ascent.config.ts';
import { consumed as onFactConsumes } from '../../functions/arr/on-fact.ts';
import { consumed as onRatesConsumes } from '../../functions/arr/on-rates.ts';
import { defineCompany } from '../../functions/platform/config.ts';
import { arrFacts, arrRates } from '../../lib/arr.ts';
import { bundle, entries } from '../../lib/bundles.ts';
import { eventsOf } from '../../lib/kit/event-bus.ts';
import { environmentOf, many, type Statement, type Synthesised, statementsByFunction, synthesise } from './support/synthesised.ts';

let app: Synthesised;
let statements: ReadonlyMap<string, readonly Statement[]>;
beforeAll(() => {
  app = synthesise();
  statements = statementsByFunction(app);
});

const READ = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
/** Nothing is ever deleted: what expires, the table deletes itself. */
const WRITE = ['dynamodb:ConditionCheckItem', 'dynamodb:PartiQLInsert', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
const POLL_QUEUE = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const POLL_STREAM = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];
/** Every function's: its own log group, and traces. */
const OWN = ['logs:CreateLogStream', 'logs:PutLogEvents', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

/** Variables that Lambda, Node or a library's own defaults provide. */
const GIVEN_BY_RUNTIME =
  /^(AWS_.*|_X_AMZN_TRACE_ID|LAMBDA_.*|_HANDLER|NODE_.*|POWERTOOLS_.*|LOG_LEVEL|TZ|PATH|HOME|HOMEPATH|HOMEDRIVE|USERPROFILE|DEBUG|ELECTRODB_.*|SMITHY_.*)$/;

const GRANTS: Readonly<Record<string, readonly string[]>> = {
  'integrations-stripe-ingest': ['events:PutEvents', 'secretsmanager:GetSecretValue'],
  'integrations-stripe-on-event': [...READ, ...WRITE, ...POLL_QUEUE, 'sqs:SendMessage'],
  'integrations-stripe-on-incomplete': [...READ, ...WRITE, ...POLL_QUEUE, 'secretsmanager:GetSecretValue'],
  'integrations-stripe-task-sync': [...READ, ...WRITE, 'events:PutEvents', 'secretsmanager:GetSecretValue'],
  'integrations-salesforce-ingest': ['events:PutEvents', 'secretsmanager:GetSecretValue'],
  'integrations-salesforce-on-change': [...READ, ...WRITE, ...POLL_QUEUE, 'secretsmanager:GetSecretValue'],
  'integrations-salesforce-on-sync': [...READ, ...WRITE, ...POLL_QUEUE, 'secretsmanager:GetSecretValue'],
  'integrations-salesforce-task-sync': [...READ, ...WRITE, 'secretsmanager:GetSecretValue', 'sqs:SendMessage'],
  'integrations-api': [...READ, ...WRITE, 'events:PutEvents'],
  'access-on-token': [],
  'company-api': [...READ, ...WRITE],
  'arr-on-fact': [...READ, ...WRITE, ...POLL_QUEUE],
  'arr-on-rates': [...READ, ...WRITE, ...POLL_QUEUE, 'sqs:SendMessage'],
  'arr-task-lapses': [...READ, ...WRITE],
  'arr-task-standings': [...READ, ...WRITE],
  'arr-task-decide-ledgers': [...READ, ...WRITE],
  'arr-api': [...READ, ...WRITE],
  'coordinator-on-commit': [...READ, ...WRITE, ...POLL_STREAM, 'sqs:SendMessage'],
  'coordinator-on-change': [...READ, ...WRITE, ...POLL_QUEUE],
  'coordinator-task-refresh-dashboard': [...READ, ...WRITE],
  'arr-task-ledger': [...READ, ...WRITE],
  'arr-task-rebuild-ledger': [...READ, ...WRITE],
  'coordinator-task-refill-totals': [...READ, ...WRITE],
  'coordinator-api': READ,
  'revops-api': [],
  'revops-ledger-api': [...READ, ...WRITE],
};

describe('grants', () => {
  it('are known for every function', () => {
    expect([...statements.keys()].sort()).toEqual(Object.keys(GRANTS).sort());
  });

  it.each(Object.entries(GRANTS))('of %s are exactly these actions', (name, actions) => {
    const granted = statements.get(name)!.flatMap(({ Action }) => many(Action));
    expect([...new Set(granted)].sort()).toEqual([...OWN, ...actions].sort());
  });

  it('name a resource each, except for traces, where the service knows none, and the streams of the table', () => {
    const wide = app
      .ours('AWS::IAM::Policy')
      .flatMap(({ resource }) =>
        (resource.Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement.filter(({ Resource }) =>
          many(Resource).some((one) => JSON.stringify(one).replace(':table/ascent/stream/*', '').includes('*')),
        ),
      );
    const actions = new Set(wide.flatMap(({ Action }) => many(Action)));
    expect([...actions].sort()).toEqual(['xray:PutTelemetryRecords', 'xray:PutTraceSegments']);
  });

  it('hand out no managed policy and no action with an asterisk', () => {
    for (const { resource } of app.ours('AWS::IAM::Role')) expect(resource.Properties).not.toHaveProperty('ManagedPolicyArns');
    const actions = app
      .ours('AWS::IAM::Policy')
      .flatMap(({ resource }) => (resource.Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement)
      .flatMap(({ Action }) => many(Action));
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });
});

describe('functions', () => {
  it('are all those, and only those, that stand in functions/', () => {
    expect([...statements.keys()].sort()).toEqual(
      entries()
        .map((entry) => entry.replaceAll('/', '-'))
        .sort(),
    );
  });

  it('run Node 24 on ARM and log to a group of their own that forgets after 90 days', () => {
    for (const { stack, resource } of app.ours('AWS::Lambda::Function')) {
      expect(resource.Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      // A start, end and report line for each call would be most of what is logged.
      expect(resource.Properties['LoggingConfig']).toMatchObject({
        LogFormat: 'JSON',
        SystemLogLevel: 'WARN',
        ApplicationLogLevel: 'INFO',
      });
      const { LogGroup } = resource.Properties['LoggingConfig'] as { LogGroup: { Ref: string } };
      expect(app.stack(stack).resources.get(LogGroup.Ref)).toMatchObject({
        Properties: { LogGroupName: `/aws/lambda/${String(resource.Properties['FunctionName'])}`, RetentionInDays: 90 },
      });
    }
  });

  it('begin a trace at the doors, and follow it where they are fed by a queue or the stream', () => {
    const fed = (name: string): boolean =>
      [...POLL_QUEUE, ...POLL_STREAM].some((action) => statements.get(name)!.some(({ Action }) => many(Action).includes(action)));
    const modes = app.ours('AWS::Lambda::Function').map(({ resource }) => {
      const name = String(resource.Properties['FunctionName']).replace(/^ascent-/, '');
      return [name, (resource.Properties['TracingConfig'] as { readonly Mode: string }).Mode];
    });
    expect(Object.fromEntries(modes)).toEqual(
      Object.fromEntries(Object.keys(GRANTS).map((name) => [name, fed(name) ? 'PassThrough' : 'Active'])),
    );
    expect(modes.filter(([, mode]) => mode === 'PassThrough')).toHaveLength(8);
  });

  it('find the table, the buses, the secrets and the queues by these variables', () => {
    const variables = (name: string) =>
      Object.keys(environmentOf(app, name))
        .filter((variable) => !/^(POWERTOOLS_.*|LOG_LEVEL)$/.test(variable))
        .sort();
    expect(variables('integrations-stripe-ingest')).toEqual(['SOURCE_BUS_NAME', 'STRIPE_WEBHOOK_SECRET_IDS']);
    expect(variables('integrations-stripe-on-event')).toEqual(['ASCENT_CONFIG', 'STRIPE_INCOMPLETE_QUEUE_URL', 'TABLE_NAME']);
    expect(variables('integrations-stripe-on-incomplete')).toEqual(['ASCENT_CONFIG', 'STRIPE_API_KEY_SECRET_IDS', 'TABLE_NAME']);
    expect(variables('integrations-salesforce-ingest')).toEqual(['ASCENT_CONFIG', 'SALESFORCE_WEBHOOK_SECRET_IDS', 'SOURCE_BUS_NAME']);
    for (const name of ['on-change', 'on-sync'])
      expect(variables(`integrations-salesforce-${name}`)).toEqual(['ASCENT_CONFIG', 'SALESFORCE_CREDENTIALS_SECRET_IDS', 'TABLE_NAME']);
    expect(variables('integrations-salesforce-task-sync')).toEqual([
      'ASCENT_CONFIG',
      'SALESFORCE_CREDENTIALS_SECRET_IDS',
      'SALESFORCE_SYNC_QUEUE_URL',
      'TABLE_NAME',
    ]);
    expect(variables('arr-on-rates')).toEqual(['ARR_RATES_QUEUE_URL', 'ASCENT_CONFIG', 'TABLE_NAME']);
    expect(variables('arr-api')).toEqual(['ASCENT_CONFIG', 'TABLE_NAME']);
  });

  it('are given every variable that their code reads', () => {
    const bundles = bundle();
    const missing = entries().flatMap((entry) => {
      const code = readFileSync(join(bundles.folderOf(entry), 'index.cjs'), 'utf8');
      const read = [...code.matchAll(/process\.env(?:\.([A-Z_]+)|\[\s*["'`]([A-Z_]+)["'`]\s*\])/g)].map(
        (match) => match[1] ?? match[2] ?? '',
      );
      const given = environmentOf(app, entry.replaceAll('/', '-'));
      return [...new Set(read)].filter((name) => !GIVEN_BY_RUNTIME.test(name) && !(name in given)).map((name) => `${entry}: ${name}`);
    });
    expect(missing).toEqual([]);
  });

  it('have room in the 4 KB that all variables of a function share', () => {
    for (const { resource } of app.ours('AWS::Lambda::Function')) {
      const { Variables } = resource.Properties['Environment'] as { Variables: Record<string, unknown> };
      // References are counted as written in the template, which is longer than what they become.
      expect(Buffer.byteLength(JSON.stringify(Variables))).toBeLessThan(3500);
    }
  });
});

describe('queues', () => {
  const byName = () => new Map(app.all('AWS::SQS::Queue').map((queue) => [String(queue.resource.Properties['QueueName']), queue]));

  it('are these, each with its dead letters', () => {
    expect([...byName().keys()].sort()).toEqual([
      'ascent-arr-facts',
      'ascent-arr-facts-dead',
      'ascent-arr-rates',
      'ascent-arr-rates-dead',
      'ascent-coordinator-changes',
      'ascent-coordinator-changes-dead',
      'ascent-decide-ledgers-schedule-dead',
      'ascent-lapses-schedule-dead',
      'ascent-ledger-schedule-dead',
      'ascent-outbox-dead',
      'ascent-refresh-dashboard-schedule-dead',
      'ascent-salesforce-changes',
      'ascent-salesforce-changes-dead',
      'ascent-salesforce-sync',
      'ascent-salesforce-sync-dead',
      'ascent-salesforce-sync-schedule-dead',
      'ascent-standings-schedule-dead',
      'ascent-stripe-events',
      'ascent-stripe-events-dead',
      'ascent-stripe-incomplete',
      'ascent-stripe-incomplete-dead',
      'ascent-stripe-sync-schedule-dead',
      'ascent-totals-dead',
    ]);
  });

  it('set a message aside after five deliveries and keep it for 14 days', () => {
    for (const [name, { resource }] of byName()) {
      if (name.endsWith('-dead'))
        expect(resource.Properties['MessageRetentionPeriod']).toBe(1_209_600); // 14 × 86,400 s
      else expect(resource.Properties['RedrivePolicy']).toMatchObject({ maxReceiveCount: 5 });
    }
  });

  it('are encrypted and refuse plain connections', () => {
    expect(app.all('AWS::SQS::QueuePolicy')).toHaveLength(byName().size);
    for (const { resource } of byName().values()) expect(resource.Properties['SqsManagedSseEnabled']).toBe(true);
    for (const { resource } of app.all('AWS::SQS::QueuePolicy'))
      expect(JSON.stringify(resource)).toContain('"aws:SecureTransport":"false"');
  });

  it('hide a message for six times its function’s time-out', () => {
    const seconds = (name: string) => byName().get(`ascent-${name}`)?.resource.Properties['VisibilityTimeout'];
    expect(seconds('stripe-events')).toBe(180); // 6 × 30
    expect(seconds('stripe-incomplete')).toBe(360); // 6 × 60
    expect(seconds('salesforce-changes')).toBe(725); // 6 × 120 + 5 of the batching window
    expect(seconds('salesforce-sync')).toBe(1800); // 6 × 300
    expect(seconds('coordinator-changes')).toBe(185); // 6 × 30 + 5 of the batching window
  });

  it('are watched: age of the oldest message for each, and the first dead letter of each', () => {
    const watched = (metric: string) =>
      app.all('AWS::CloudWatch::Alarm').filter(({ resource }) => resource.Properties['MetricName'] === metric);
    expect(watched('ApproximateAgeOfOldestMessage')).toHaveLength(7);
    const depth = watched('ApproximateNumberOfMessagesVisible');
    expect(depth).toHaveLength(16);
    for (const { resource } of depth) expect(resource.Properties).toMatchObject({ Threshold: 1, EvaluationPeriods: 1 });
  });
});

describe('pollers', () => {
  it('take batches of ten from queues, report failures one by one, and are bounded where something is protected', () => {
    const pollers = app
      .all('AWS::Lambda::EventSourceMapping')
      .filter(({ resource }) => !JSON.stringify(resource.Properties['EventSourceArn']).includes('StreamArn'));
    const settings = Object.fromEntries(
      pollers.map(({ id, resource }) => [
        id.replace(/Poller.*/, ''),
        [resource.Properties['BatchSize'], resource.Properties['FunctionResponseTypes'], resource.Properties['ScalingConfig']],
      ]),
    );
    expect(settings).toEqual({
      StripeEvents: [10, ['ReportBatchItemFailures'], undefined],
      StripeIncomplete: [10, ['ReportBatchItemFailures'], { MaximumConcurrency: 2 }],
      SalesforceChanges: [100, ['ReportBatchItemFailures'], { MaximumConcurrency: 2 }],
      SalesforceSync: [10, ['ReportBatchItemFailures'], { MaximumConcurrency: 2 }],
      ArrFacts: [10, ['ReportBatchItemFailures'], undefined],
      ArrRates: [10, ['ReportBatchItemFailures'], { MaximumConcurrency: 2 }],
      CoordinatorChanges: [1000, ['ReportBatchItemFailures'], { MaximumConcurrency: 2 }],
    });
  });

  it('read of the stream only new items that carry movements or a journal, and are told the shard of each batch', () => {
    const projector = app.all('AWS::Lambda::EventSourceMapping').find(({ id }) => id.startsWith('TotalsProjector'))!;
    expect(projector.resource.Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      // Only in windows does Lambda's event carry `shardId`; 15 minutes is the longest.
      TumblingWindowInSeconds: 900,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      FilterCriteria: {
        Filters: [
          {
            Pattern:
              '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"event":{"M":{"type":{"S":["ArrMovementsRecorded","JournalPosted"]}}}}}}',
          },
        ],
      },
    });
    // Windows go with one batch of a shard at a time only.
    expect(projector.resource.Properties['ParallelizationFactor'] ?? 1).toBe(1);
  });
});

describe('rules and schedules', () => {
  it('are these patterns', () => {
    const patterns = Object.fromEntries(
      app.all('AWS::Events::Rule').map(({ id, resource }) => [id.replace(/Rule[0-9A-F]{8}$/, ''), resource.Properties['EventPattern']]),
    );
    expect(patterns).toEqual({
      StripeEvents: { source: [{ prefix: 'ascent.stripe/' }] },
      StripeIncomplete: { source: ['ascent.arr'], 'detail-type': ['SubscriptionTieFound'] },
      SalesforceChanges: { source: [{ prefix: 'ascent.salesforce/' }] },
      ArrFacts: {
        source: ['ascent.integrations', 'ascent.arr'],
        'detail-type': ['SubscriptionRecorded', 'SubscriptionScheduleRecorded', 'CustomerRecorded', 'UsageBilled', 'ArrRulingMade'],
      },
      ArrRates: { source: ['ascent.company'], 'detail-type': ['FxRatesLoaded'] },
      CoordinatorChanges: {
        source: ['ascent.arr', 'ascent.company', 'ascent.integrations'],
        'detail-type': ['ArrMovementsRecorded', 'PlanChanged', 'FxRatesLoaded', 'OpportunityRecorded'],
      },
    });
  });

  it('bring a consumer exactly the events that it says it consumes', () => {
    expect(arrFacts).toEqual(eventsOf(...onFactConsumes));
    expect(arrRates).toEqual(eventsOf(...onRatesConsumes));
  });

  it('try for a day and then set the event aside in the queue’s dead letters', () => {
    for (const { resource } of app.all('AWS::Events::Rule')) {
      expect(resource.Properties['Targets']).toEqual([
        expect.objectContaining({
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: expect.anything() },
        }),
      ]);
    }
  });

  it('refresh the dashboard and how customers stand, fill the ledger and ask Salesforce every five minutes, decide ledgers that are asked for every minute, ask Stripe twice an hour, and state lapses early in the day, in the company’s zone', () => {
    const schedules = app.all('AWS::Scheduler::Schedule').map(({ resource }) => resource.Properties);
    expect(Object.fromEntries(schedules.map((schedule) => [schedule['Name'], schedule['ScheduleExpression']]))).toEqual({
      'ascent-refresh-dashboard': 'rate(5 minutes)',
      'ascent-salesforce-sync': 'rate(5 minutes)',
      'ascent-stripe-sync': 'rate(30 minutes)',
      'ascent-lapses': 'cron(15 1-4 * * ? *)',
      'ascent-standings': 'rate(5 minutes)',
      'ascent-ledger': 'rate(5 minutes)',
      'ascent-decide-ledgers': 'rate(1 minute)',
    });
    for (const schedule of schedules)
      expect(schedule).toMatchObject({ ScheduleExpressionTimezone: 'UTC', FlexibleTimeWindow: { Mode: 'OFF' } });
  });

  it('that come seldom have a function whose single failure is told; of others, two periods in a row', () => {
    const periods = app
      .all('AWS::CloudWatch::Alarm')
      .filter(({ resource }) => resource.Properties['MetricName'] === 'Errors')
      .map(({ resource }) => [resource.Properties['AlarmName'], resource.Properties['EvaluationPeriods']] as const);
    expect(periods.filter(([, count]) => count !== 2)).toEqual([
      ['ascent-arr-task-lapses-errors', 1],
      ['ascent-integrations-stripe-task-sync-errors', 1],
    ]);
    expect(periods.length).toBeGreaterThan(8);
  });

  it('of Salesforce are not there where no org is configured', () => {
    const without = synthesise({ company: defineCompany({ ...company, salesforce: [] }) });
    const names = without.all('AWS::Lambda::Function').map(({ resource }) => String(resource.Properties['FunctionName']));
    expect(names.filter((name) => name.includes('salesforce'))).toEqual([]);
    expect(without.all('AWS::Scheduler::Schedule')).toHaveLength(6);
    expect(without.all('AWS::SecretsManager::Secret')).toHaveLength(2);
  });
});
