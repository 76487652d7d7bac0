import { Queue } from 'aws-cdk-lib/aws-sqs';
import { App, Stack } from 'aws-cdk-lib/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { acknowledge, acknowledgements, checkWithNag } from '../../lib/kit/nag.ts';
import { outdir, type Synthesised, synthesise } from './support/synthesised.ts';

let app: Synthesised;
beforeAll(() => {
  // The one test file that also holds the templates against CloudFormation's resource schemas.
  app = synthesise({ againstSchemas: true });
});

/** A service limit is 500 resources a stack; beyond this a capability is split. */
const MAX_RESOURCES_A_STACK = 400;

describe('the stacks', () => {
  it('are the ground, one per capability, and what comes after all of them', () => {
    expect([...app.stacks.keys()].sort()).toEqual(['Arr', 'Company', 'Coordinator', 'Data', 'Integrations', 'Operations', 'Revops', 'Web']);
    for (const capability of ['Arr', 'Company', 'Coordinator', 'Integrations', 'Revops', 'Web'])
      expect(app.stack(capability).after).toEqual(['Data']);
    expect(app.stack('Data').after).toEqual([]);
    expect(app.stack('Operations').after).toEqual(['Arr', 'Company', 'Coordinator', 'Data', 'Integrations', 'Revops']);
  });

  it('import from the ground only', () => {
    for (const { name, text } of app.stacks.values()) {
      const imports = [...text.matchAll(/"Fn::ImportValue":"Ascent-(\w+):/g)].map((match) => match[1]);
      expect([...new Set(imports)]).toEqual(name === 'Data' ? [] : ['Data']);
    }
  });

  it('stay well below the service’s limit of resources', () => {
    for (const { resources } of app.stacks.values()) expect(resources.size).toBeLessThan(MAX_RESOURCES_A_STACK);
  });

  it('contain no custom resource but the one that fills a bucket, and look nothing up', () => {
    for (const { resources, text } of app.stacks.values()) {
      const custom = [...resources.values()].filter(({ Type }) => Type.startsWith('Custom::') || Type.includes('CustomResource'));
      expect(custom.filter(({ Type }) => Type !== 'Custom::CDKBucketDeployment')).toEqual([]);
      expect(text).not.toMatch(/\{\{resolve:ssm|dummy-value-for/);
    }
  });

  it('keep what holds data when a stack goes', () => {
    const kept = ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret', 'AWS::Cognito::UserPool', 'AWS::S3::Bucket'];
    for (const { resource } of kept.flatMap(app.all))
      expect([resource.DeletionPolicy, resource.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });

  it('send every alarm, and its end, to the one encrypted topic', () => {
    const alarms = app.all('AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(20);
    for (const { resource } of alarms) {
      expect(JSON.stringify(resource.Properties['AlarmActions'])).toContain('Alarms');
      expect(JSON.stringify(resource.Properties['OKActions'])).toContain('Alarms');
      expect(resource.Properties['TreatMissingData']).toBe('notBreaching');
    }
    expect(app.all('AWS::SNS::Topic').map(({ resource }) => resource.Properties['KmsMasterKeyId'])).toEqual([expect.anything()]);
  });

  it('let CloudWatch publish to that topic, which its own policy would otherwise forbid', () => {
    const { Statement } = app.all('AWS::SNS::TopicPolicy')[0]!.resource.Properties['PolicyDocument'] as { Statement: readonly unknown[] };
    expect(Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
    );
  });

  it('show every function and queue on the dashboard', () => {
    const body = JSON.stringify(app.all('AWS::CloudWatch::Dashboard')[0]!.resource.Properties);
    for (const name of [
      'integrations-stripe-ingest',
      'arr-on-fact',
      'coordinator-on-commit',
      'stripe-events',
      'arr-facts',
      'coordinator-changes',
    ]) {
      expect(body).toContain(name);
    }
  });
});

describe('cdk-nag', () => {
  it('finds nothing but what is acknowledged, which is counted here', () => {
    const byRule = new Map<string, number>();
    for (const { rule } of acknowledgements(app.app)) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
    expect(Object.fromEntries(byRule)).toEqual({
      'AwsSolutions-IAM5[Resource::*]': 26, // traces: one a function
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/ascent/stream/*]': 2, // its readers
      'AwsSolutions-SQS3': 9, // dead letters of the pipe, the projector and the seven schedules
      'AwsSolutions-SMG4': 4, // two secrets an instance of Stripe and of Salesforce
      'AwsSolutions-APIG4': 6, // three webhook routes, health, the API's description as JSON and as a page
      'AwsSolutions-S1': 1, // the web application's files
      // The front door: no region is shut out, no firewall bought, no address logged, no domain of the company's own.
      'AwsSolutions-CFR1': 1,
      'AwsSolutions-CFR2': 1,
      'AwsSolutions-CFR3': 1,
      'AwsSolutions-CFR4': 1,
      // The CDK's own function that fills a bucket.
      'AwsSolutions-L1': 1,
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]': 1,
      'AwsSolutions-IAM5[Action::s3:GetBucket*]': 1,
      'AwsSolutions-IAM5[Action::s3:GetObject*]': 1,
      'AwsSolutions-IAM5[Action::s3:List*]': 1,
      'AwsSolutions-IAM5[Action::s3:Abort*]': 1,
      'AwsSolutions-IAM5[Action::s3:DeleteObject*]': 1,
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*]': 1,
      'AwsSolutions-IAM5[Resource::Ascent-Data:ExportsOutputFnGetAttWebFilesA54B85CDArnFBB99685/*]': 1,
    });
  });

  it('has a reason for each, on a construct of its own', () => {
    const list = acknowledgements(app.app);
    for (const { reason } of list) expect(reason.length).toBeGreaterThan(40);
    expect(new Set(list.map(({ path, rule }) => `${path} ${rule}`)).size).toBe(list.length);
  });

  it('refuses to acknowledge a finding for a whole stack', () => {
    const stack = new Stack(new App(), 'Whole');
    expect(() => acknowledge(stack, 'AwsSolutions-SQS4', 'everything in here is fine, trust me on that')).toThrow('not on a whole stack');
  });

  it('refuses the synthesis of a finding that nobody acknowledged', () => {
    const seeded = new App({ outdir: outdir() });
    new Queue(new Stack(seeded, 'Seeded'), 'Plain');
    checkWithNag(seeded);
    expect(() => seeded.synth()).toThrow(/AwsSolutions-SQS4/);
  });
});
