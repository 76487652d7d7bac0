import { beforeAll, describe, expect, it } from 'vitest';
import { company } from '../../ascent.config.ts';
import { ROLES, type Role } from '../../functions/access/roles.ts';
import { defineCompany } from '../../functions/platform/config.ts';
import { eventAttribute } from '../../functions/platform/outbox.ts';
import { expiresAtAttribute, gsi1Index, gsi1Pk, gsi1Sk, primaryPk, primarySk } from '../../functions/platform/table.ts';
import { INDEX_KEYS, TABLE_INDEX, TABLE_KEYS, TTL_ATTRIBUTE } from '../../lib/table.ts';
import { type Synthesised, synthesise } from './support/synthesised.ts';

let app: Synthesised;
beforeAll(() => {
  app = synthesise();
});

const only = (type: string) => {
  const found = app.all(type);
  expect(found).toHaveLength(1);
  return found[0]!;
};

describe('the table', () => {
  it('is on demand, encrypted with our key, streamed, restorable and protected against deletion', () => {
    const { stack, resource } = only('AWS::DynamoDB::Table');
    expect(stack).toBe('Data');
    expect(resource).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'gsi1',
            KeySchema: [
              { AttributeName: 'gsi1pk', KeyType: 'HASH' },
              { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      },
    });
  });

  it('has the keys, the index and the attributes by which the store of the functions finds its items', () => {
    expect([TABLE_INDEX, TTL_ATTRIBUTE]).toEqual([gsi1Index, expiresAtAttribute]);
    expect([TABLE_KEYS.partition, TABLE_KEYS.sort]).toEqual([primaryPk.field, primarySk.field]);
    expect([INDEX_KEYS.partition, INDEX_KEYS.sort]).toEqual([gsi1Pk.field, gsi1Sk.field]);
  });

  it('has a stream with exactly two readers: the outbox pipe and one projector', () => {
    const streamArn = /StreamArn/;
    const pollers = app
      .all('AWS::Lambda::EventSourceMapping')
      .filter(({ resource }) => streamArn.test(JSON.stringify(resource.Properties['EventSourceArn'])));
    const pipes = app.all('AWS::Pipes::Pipe').filter(({ resource }) => streamArn.test(JSON.stringify(resource.Properties['Source'])));
    expect([pipes.length, pollers.length]).toEqual([1, 1]);
  });
});

describe('keys and secrets', () => {
  it('rotates the key and keeps it', () => {
    expect(only('AWS::KMS::Key').resource).toMatchObject({ DeletionPolicy: 'Retain', Properties: { EnableKeyRotation: true } });
  });

  it('keeps two secrets per instance of Stripe and of Salesforce, made without usable values', () => {
    const secrets = app
      .all('AWS::SecretsManager::Secret')
      .map(({ resource }) => [resource.Properties['Name'], resource.Properties['SecretString'], resource.DeletionPolicy]);
    expect(secrets).toEqual([
      ['ascent/stripe/main/webhook-signing', '{"webhookSecrets":[]}', 'Retain'],
      ['ascent/stripe/main/api-key', '{"apiKey":""}', 'Retain'],
      ['ascent/salesforce/main/webhook-signing', '{"webhookSecrets":[]}', 'Retain'],
      ['ascent/salesforce/main/credentials', '{"clientId":"","clientSecret":""}', 'Retain'],
    ]);
  });
});

describe('the buses', () => {
  it('are a source bus and a revenue bus, each with an archive of 400 days', () => {
    expect(app.all('AWS::Events::EventBus').map(({ resource }) => resource.Properties['Name'])).toEqual([
      'ascent-sources',
      'ascent-revenue',
    ]);
    const archives = app.all('AWS::Events::Archive').map(({ resource }) => resource);
    expect(archives.map(({ Properties }) => [Properties['ArchiveName'], Properties['RetentionDays'], Properties['EventPattern']])).toEqual([
      ['ascent-sources-archive', 400, { version: ['0'] }],
      ['ascent-revenue-archive', 400, { version: ['0'] }],
    ]);
  });

  it('include a partner bus, with archive and rule, only where a source is configured', () => {
    const [main] = company.stripe;
    const partner = synthesise({
      company: defineCompany({ ...company, stripe: [{ ...main!, partnerEventSource: 'aws.partner/stripe.com/ed_test_61' }] }),
    });
    const bus = partner.all('AWS::Events::EventBus').map(({ resource }) => resource.Properties);
    expect(bus).toContainEqual(
      expect.objectContaining({ Name: 'aws.partner/stripe.com/ed_test_61', EventSourceName: 'aws.partner/stripe.com/ed_test_61' }),
    );
    expect(partner.all('AWS::Events::Archive')).toHaveLength(3);
    const patterns = partner.all('AWS::Events::Rule').map(({ resource }) => resource.Properties['EventPattern']);
    expect(patterns).toContainEqual({ source: [{ prefix: 'aws.partner/stripe.com/' }] });
    expect(app.all('AWS::Events::Rule').map(({ resource }) => resource.Properties['EventPattern'])).not.toContainEqual({
      source: [{ prefix: 'aws.partner/stripe.com/' }],
    });
  });
});

describe('the partner bus of a Salesforce org', () => {
  it('is there with archive and rule only where its relay is configured', () => {
    const source = 'aws.partner/salesforce.com/00DHs000000SMPLMAM/0YLHs0000000SMPAA0';
    const [main] = company.salesforce;
    const partner = synthesise({ company: defineCompany({ ...company, salesforce: [{ ...main!, partnerEventSource: source }] }) });
    const buses = partner.all('AWS::Events::EventBus').map(({ resource }) => resource.Properties);
    expect(buses).toContainEqual(expect.objectContaining({ Name: source, EventSourceName: source }));
    expect(partner.all('AWS::Events::Archive')).toHaveLength(3);
    const patterns = partner.all('AWS::Events::Rule').map(({ resource }) => resource.Properties['EventPattern']);
    expect(patterns).toContainEqual({ source: [{ prefix: 'aws.partner/salesforce.com/' }] });
  });
});

describe('the outbox pipe', () => {
  it('takes only new items that carry an event, and never gives up before the stream forgets them', () => {
    const parameters = only('AWS::Pipes::Pipe').resource.Properties['SourceParameters'];
    expect(parameters).toMatchObject({
      FilterCriteria: {
        Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"event":{"M":{"type":{"S":[{"exists":true}]}}}}}}' }],
      },
      DynamoDBStreamParameters: {
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: 10,
        OnPartialBatchItemFailure: 'AUTOMATIC_BISECT',
        MaximumRetryAttempts: -1,
      },
    });
  });

  it('names type and source from the event and passes its data on as a JSON string', () => {
    expect(only('AWS::Pipes::Pipe').resource.Properties['TargetParameters']).toEqual({
      EventBridgeEventBusParameters: {
        DetailType: '$.dynamodb.NewImage.event.M.type.S',
        Source: '$.dynamodb.NewImage.event.M.source.S',
      },
      InputTemplate: `{${['id', 'type', 'version', 'recordedAt', 'subject', 'data']
        .map((name) => `"${name}": <$.dynamodb.NewImage.event.M.${name}.S>`)
        .join(', ')}}`,
    });
  });

  it('copies no field that an item’s event does not have', () => {
    const { TargetParameters } = only('AWS::Pipes::Pipe').resource.Properties;
    const copied = [...JSON.stringify(TargetParameters).matchAll(/NewImage\.event\.M\.(\w+)\.S/g)].map(([, name]) => name);
    expect([...new Set(copied)].sort()).toEqual(Object.keys(eventAttribute.properties).sort());
  });

  it('may read the stream, put on the revenue bus and send to its dead letters, and nothing else', () => {
    const policy = app.all('AWS::IAM::Policy').find(({ stack, id }) => stack === 'Data' && id.startsWith('OutboxRole'))!;
    const { Statement } = policy.resource.Properties['PolicyDocument'] as { Statement: readonly { Action: unknown }[] };
    expect(Statement.map(({ Action }) => Action)).toEqual([
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      'events:PutEvents',
      'sqs:SendMessage',
    ]);
  });

  it('may read any stream of the one table, as the projector may: a restored table has another one', () => {
    const readers = app
      .all('AWS::IAM::Policy')
      .flatMap(
        ({ resource }) =>
          (resource.Properties['PolicyDocument'] as { Statement: readonly { Action: unknown; Resource: unknown }[] }).Statement,
      )
      .filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:GetRecords'));
    const parts = { partition: { Ref: 'AWS::Partition' }, region: { Ref: 'AWS::Region' }, account: { Ref: 'AWS::AccountId' } };
    const arn = ['arn:', parts.partition, ':dynamodb:', parts.region, ':', parts.account, ':table/ascent/stream/*'];
    expect(readers.map(({ Resource }) => Resource)).toEqual([{ 'Fn::Join': ['', arn] }, { 'Fn::Join': ['', arn] }]);
    expect(only('AWS::DynamoDB::Table').resource.Properties['TableName']).toBe('ascent');
  });
});

describe('people', () => {
  it('are invited, use a second factor and are kept', () => {
    expect(only('AWS::Cognito::UserPool').resource).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        MfaConfiguration: 'ON',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
        DeletionProtection: 'ACTIVE',
        UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
      },
    });
  });

  it('are in groups, one for each role of people, that say what it is for', () => {
    const groups = app.all('AWS::Cognito::UserPoolGroup').map(({ resource }) => resource.Properties);
    expect(groups.map((group) => [group['GroupName'], group['Description']])).toEqual(
      Object.entries<Role>(ROLES)
        .filter(([, { holder }]) => holder === 'person')
        .map(([name, { purpose }]) => [name, purpose]),
    );
    expect(groups.map((group) => group['GroupName'])).toEqual(['executive', 'finance', 'sales-manager', 'rep', 'revops', 'auditor']);
  });

  it('get the scopes of their groups by a function that is asked before their access token is signed', () => {
    const { LambdaConfig, UserPoolTier } = only('AWS::Cognito::UserPool').resource.Properties;
    expect(LambdaConfig).toEqual({
      PreTokenGenerationConfig: { LambdaArn: { 'Fn::GetAtt': [expect.stringMatching(/^AccessOnToken/), 'Arn'] }, LambdaVersion: 'V2_0' },
    });
    // Version 2 needs Essentials or Plus.
    expect(UserPoolTier).toBe('PLUS');
    const asked = app
      .all('AWS::Lambda::Function')
      .find(({ resource }) => resource.Properties['FunctionName'] === 'ascent-access-on-token')!;
    // Cognito waits for five seconds.
    expect([asked.stack, asked.resource.Properties['Timeout']]).toEqual(['Data', 5]);
  });

  it('can ask for no scope of the API by the browser, and programs get exactly those of their role', () => {
    const clients = app.all('AWS::Cognito::UserPoolClient').map(({ resource }) => resource.Properties);
    const scopes = (client: Readonly<Record<string, unknown>>) =>
      (client['AllowedOAuthScopes'] as readonly unknown[]).map((scope) =>
        typeof scope === 'string' ? scope : (scope as { 'Fn::Join': [string, readonly unknown[]] })['Fn::Join'][1].at(-1),
      );
    expect(clients.map((client) => [client['ClientName'], client['AllowedOAuthFlows'], scopes(client)])).toEqual([
      ['browser', ['code'], ['openid', 'email']],
      ['service', ['client_credentials'], ['/read', '/read', '/write', '/read', '/read', '/read', '/write', '/read']],
    ]);
  });
});
