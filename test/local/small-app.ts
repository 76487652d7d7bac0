import { resource, type Template, writeAssembly } from './assembly-fixture.ts';

/**
 * A small application with one of each part: HTTP route → bus → rule → queue → function → table → stream → function.
 * Each function is a few lines of plain JavaScript that calls the services as an SDK would, signature aside.
 */
const CALL = `
const call = async (service, target, version, input) => {
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-' + version,
      'x-amz-target': target,
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/' + service + '/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.message ?? answer.Message), { name: answer.__type });
  return answer;
};
const clock = () => Number(globalThis[Symbol.for('ascent.test-clock')][0]);
`;

const INGEST = `${CALL}
export const handler = async (event, context) => {
  console.log(JSON.stringify({ level: 'INFO', message: 'ingest', function: context.functionName }));
  if (event.rawPath === '/slow') await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (event.rawPath === '/echo') return event;
  await call('events', 'AWSEvents.PutEvents', '1.1', { Entries: [{ EventBusName: process.env.BUS_NAME, Source: 'ascent.test', DetailType: 'Posted', Detail: event.body }] });
  return { statusCode: 202, body: 'accepted' };
};`;

const CONSUMER = `${CALL}
export const handler = async ({ Records }) => {
  const batchItemFailures = [];
  for (const { body, messageId } of Records) {
    const { id, fail } = JSON.parse(body).detail;
    if (fail === true || clock() < fail) { batchItemFailures.push({ itemIdentifier: messageId }); continue; }
    await call('dynamodb', 'DynamoDB_20120810.PutItem', '1.0', { TableName: process.env.TABLE_NAME, Item: { pk: { S: 'POST#' + id }, sk: { S: 'POST' }, at: { N: String(clock()) } } });
  }
  return { batchItemFailures };
};`;

const PROJECTOR = `${CALL}
export const handler = async ({ Records }) => {
  for (const { dynamodb } of Records) {
    await call('dynamodb', 'DynamoDB_20120810.UpdateItem', '1.0', { TableName: process.env.TABLE_NAME, Key: { pk: { S: 'TOTAL' }, sk: { S: 'TOTAL' } }, UpdateExpression: 'ADD posts :one', ExpressionAttributeValues: { ':one': { N: '1' } } });
  }
};`;

export const arn = (id: string): unknown => ({ 'Fn::GetAtt': [id, 'Arn'] });
const stream = { 'Fn::GetAtt': ['Table', 'StreamArn'] };

export const role = (name: string, Statement: readonly unknown[]): Template => ({
  [`${name}Role`]: resource(`Ascent/App/${name}/Role`, 'AWS::IAM::Role', { AssumeRolePolicyDocument: {} }),
  [`${name}Policy`]: resource(`Ascent/App/${name}/Policy`, 'AWS::IAM::Policy', {
    PolicyName: name,
    Roles: [{ Ref: `${name}Role` }],
    PolicyDocument: { Version: '2012-10-17', Statement },
  }),
});

export const fn = (name: string, variables: Template, timeoutSeconds = 10): Template => ({
  [name]: resource(`Ascent/App/${name}`, 'AWS::Lambda::Function', {
    FunctionName: name.toLowerCase(),
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { S3Bucket: 'assets', S3Key: `${name.toLowerCase()}.zip` },
    Role: arn(`${name}Role`),
    Timeout: timeoutSeconds,
    MemorySize: 256,
    Environment: { Variables: variables },
  }),
});

const route = (name: string, routeKey: string, authorization: Template = {}): Template => ({
  [name]: resource(`Ascent/App/${name}`, 'AWS::ApiGatewayV2::Route', {
    ApiId: { Ref: 'Api' },
    RouteKey: routeKey,
    Target: { 'Fn::Sub': 'integrations/${Integration}' },
    ...authorization,
  }),
});

const JWT = { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'Authorizer' }, AuthorizationScopes: ['arr/read'] };
const allow = (Action: readonly string[], Resource: unknown): unknown => ({ Effect: 'Allow', Action, Resource });

const resources: Template = {
  Table: resource('Ascent/App/Table', 'AWS::DynamoDB::Table', {
    TableName: 'small',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  }),
  Bus: resource('Ascent/App/Bus', 'AWS::Events::EventBus', { Name: 'small-bus' }),
  Dead: resource('Ascent/App/Dead', 'AWS::SQS::Queue', { QueueName: 'posts-dead' }),
  Queue: resource('Ascent/App/Queue', 'AWS::SQS::Queue', {
    QueueName: 'posts',
    VisibilityTimeout: 60,
    RedrivePolicy: { deadLetterTargetArn: arn('Dead'), maxReceiveCount: 2 },
  }),
  QueuePolicy: resource('Ascent/App/QueuePolicy', 'AWS::SQS::QueuePolicy', {
    Queues: [{ Ref: 'Queue' }],
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Resource: arn('Queue'),
          Condition: { ArnEquals: { 'aws:SourceArn': arn('Rule') } },
        },
      ],
    },
  }),
  Rule: resource('Ascent/App/Rule', 'AWS::Events::Rule', {
    EventBusName: { Ref: 'Bus' },
    EventPattern: { 'detail-type': ['Posted'] },
    State: 'ENABLED',
    Targets: [{ Id: 'queue', Arn: arn('Queue') }],
  }),
  ...role('Ingest', [allow(['events:PutEvents'], arn('Bus'))]),
  ...fn('Ingest', { BUS_NAME: { Ref: 'Bus' } }, 1),
  ...role('Consumer', [
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], arn('Queue')),
    allow(['dynamodb:PutItem'], arn('Table')),
  ]),
  ...fn('Consumer', { TABLE_NAME: { Ref: 'Table' } }),
  ConsumerPoller: resource('Ascent/App/Consumer/Poller', 'AWS::Lambda::EventSourceMapping', {
    EventSourceArn: arn('Queue'),
    FunctionName: { Ref: 'Consumer' },
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  }),
  ...role('Projector', [
    allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], stream),
    allow(['dynamodb:UpdateItem'], arn('Table')),
  ]),
  ...fn('Projector', { TABLE_NAME: { Ref: 'Table' } }),
  ProjectorPoller: resource('Ascent/App/Projector/Poller', 'AWS::Lambda::EventSourceMapping', {
    EventSourceArn: stream,
    FunctionName: { Ref: 'Projector' },
    StartingPosition: 'TRIM_HORIZON',
    FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"POST#"}]}}}}' }] },
  }),
  Api: resource('Ascent/App/Api', 'AWS::ApiGatewayV2::Api', { Name: 'small', ProtocolType: 'HTTP' }),
  Stage: resource('Ascent/App/Stage', 'AWS::ApiGatewayV2::Stage', { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true }),
  Integration: resource('Ascent/App/Integration', 'AWS::ApiGatewayV2::Integration', {
    ApiId: { Ref: 'Api' },
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: arn('Ingest'),
    PayloadFormatVersion: '2.0',
  }),
  Authorizer: resource('Ascent/App/Authorizer', 'AWS::ApiGatewayV2::Authorizer', {
    ApiId: { Ref: 'Api' },
    AuthorizerType: 'JWT',
    Name: 'people',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://people.example', Audience: ['browser'] },
  }),
  Permission: resource('Ascent/App/Permission', 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: arn('Ingest'),
    Principal: 'apigateway.amazonaws.com',
    SourceArn: { 'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/*' },
  }),
  ...route('PostRoute', 'POST /posts'),
  ...route('SlowRoute', 'GET /slow'),
  ...route('EchoRoute', 'ANY /echo', JWT),
};

/** `change` alters a resource of the template by its logical id, to seed a mistake; `more` are further ones, `code` that of their functions. */
export const smallApp = (
  change: Readonly<Record<string, (given: { readonly Properties: Template }) => unknown>> = {},
  code: Readonly<Record<string, string>> = {},
  more: Template = {},
): string => {
  const changed = Object.entries({ ...resources, ...more }).map(([id, given]) => [
    id,
    change[id]?.(given as { readonly Properties: Template }) ?? given,
  ]);
  return writeAssembly(
    { App: { Resources: Object.fromEntries(changed) } },
    { ingest: INGEST, consumer: CONSUMER, projector: PROJECTOR, ...code },
  );
};

/** What the small application puts on its bus. */
export const postedSample = { version: '0', source: 'ascent.test', 'detail-type': 'Posted', detail: { id: '1' } };
