import { arnOf, digest, type Identity, name, own, type ResourceType, words } from './identity.ts';
import { webTypes } from './web-types.ts';

const secretArn = arnOf('secretsmanager', ({ name: secret }) => `secret:${secret}-${digest(secret, 6)}`);
const topicArn = arnOf('sns', name);
const roleArn = ({ accountId, name: role }: Identity): string => `arn:aws:iam::${accountId}:role/${role}`;
const managedPolicyArn = ({ accountId, name: policy }: Identity): string => `arn:aws:iam::${accountId}:policy/${policy}`;
const ruleName = (identity: Identity): string => {
  const bus = own(identity, 'EventBusName').split('/').at(-1) ?? '';
  return bus === '' || bus === 'default' ? identity.name : `${bus}/${identity.name}`;
};
const queueUrl = ({ endpoint, accountId, name: queue }: Identity): string => `${endpoint}/${accountId}/${queue}`;
const shortId = (identity: Identity): string => digest(identity.name, 10);
const userPoolId = (identity: Identity): string => `${identity.region}_${digest(identity.name, 9)}`;
const userPoolIssuer = (identity: Identity): string => `cognito-idp.${identity.region}.amazonaws.com/${userPoolId(identity)}`;
const tableArn = arnOf('dynamodb', ({ name: table }) => `table/${table}`);
const scheduleGroup = (identity: Identity): string => own(identity, 'GroupName') || 'default';

/** Everything that our templates may contain. A type that is missing here stops the start by name. */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    properties: words(`
      TableName AttributeDefinitions KeySchema BillingMode GlobalSecondaryIndexes LocalSecondaryIndexes StreamSpecification
      TimeToLiveSpecification PointInTimeRecoverySpecification SSESpecification DeletionProtectionEnabled OnDemandThroughput
      WarmThroughput ContributorInsightsSpecification TableClass Tags`),
    ref: name,
    arn: tableArn,
    attributes: { StreamArn: (identity) => `${tableArn(identity)}/stream/2025-01-01T00:00:00.000` },
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    properties: words(`
      FunctionName Runtime Handler Code Role Environment Timeout MemorySize Architectures TracingConfig LoggingConfig
      ReservedConcurrentExecutions Description RecursiveLoop KmsKeyArn Layers Tags`),
    ref: name,
    arn: arnOf('lambda', ({ name: fn }) => `function:${fn}`),
  },
  'AWS::Lambda::EventSourceMapping': {
    properties: words(`
      EventSourceArn FunctionName BatchSize MaximumBatchingWindowInSeconds TumblingWindowInSeconds ScalingConfig FunctionResponseTypes FilterCriteria
      StartingPosition BisectBatchOnFunctionError MaximumRetryAttempts MaximumRecordAgeInSeconds ParallelizationFactor
      DestinationConfig Enabled MetricsConfig Tags`),
    ref: name,
    attributes: { Id: name },
  },
  'AWS::Lambda::Permission': { properties: words('Action FunctionName Principal SourceArn SourceAccount'), ref: name },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    properties: words('Name EventSourceName Description KmsKeyIdentifier DeadLetterConfig LogConfig Tags'),
    ref: name,
    arn: arnOf('events', ({ name: bus }) => `event-bus/${bus}`),
    attributes: { Name: name },
  },
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    properties: words('Name Description EventBusName EventPattern State Targets'),
    ref: (identity) => ruleName(identity).replace('/', '|'),
    arn: arnOf('events', (identity) => `rule/${ruleName(identity)}`),
  },
  'AWS::Events::Archive': {
    nameProperty: 'ArchiveName',
    properties: words('ArchiveName Description EventPattern RetentionDays SourceArn KmsKeyIdentifier'),
    ref: name,
    arn: arnOf('events', ({ name: archive }) => `archive/${archive}`),
    attributes: { ArchiveName: name },
  },
  'AWS::Events::EventBusPolicy': {
    properties: words('EventBusName StatementId Statement Action Principal Condition'),
    ref: name,
  },
  'AWS::Pipes::Pipe': {
    nameProperty: 'Name',
    properties: words(
      'Name Description DesiredState RoleArn Source SourceParameters Target TargetParameters LogConfiguration KmsKeyIdentifier Tags',
    ),
    ref: name,
    arn: arnOf('pipes', ({ name: pipe }) => `pipe/${pipe}`),
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    properties: words(`
      QueueName VisibilityTimeout MessageRetentionPeriod DelaySeconds ReceiveMessageWaitTimeSeconds RedrivePolicy
      RedriveAllowPolicy KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled MaximumMessageSize Tags`),
    ref: queueUrl,
    arn: arnOf('sqs', name),
    attributes: { QueueName: name, QueueUrl: queueUrl },
  },
  'AWS::SQS::QueuePolicy': { properties: words('PolicyDocument Queues'), ref: name },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    properties: words('TopicName DisplayName KmsMasterKeyId TracingConfig Subscription Tags'),
    ref: topicArn,
    arn: topicArn,
    attributes: { TopicArn: topicArn, TopicName: name },
  },
  'AWS::SNS::TopicPolicy': { properties: words('PolicyDocument Topics'), ref: name },
  'AWS::ApiGatewayV2::Api': {
    properties: words('Name ProtocolType Description DisableExecuteApiEndpoint Tags'),
    ref: shortId,
    attributes: { ApiId: shortId, ApiEndpoint: (identity) => `https://${shortId(identity)}.execute-api.${identity.region}.amazonaws.com` },
  },
  'AWS::ApiGatewayV2::Route': {
    properties: words('ApiId RouteKey Target AuthorizationType AuthorizationScopes AuthorizerId OperationName'),
    ref: shortId,
    attributes: { RouteId: shortId },
  },
  'AWS::ApiGatewayV2::Integration': {
    properties: words('ApiId IntegrationType IntegrationUri IntegrationMethod PayloadFormatVersion TimeoutInMillis Description'),
    ref: shortId,
    attributes: { IntegrationId: shortId },
  },
  'AWS::ApiGatewayV2::Stage': {
    properties: words('ApiId StageName AutoDeploy AccessLogSettings DefaultRouteSettings RouteSettings Description Tags'),
    ref: (identity) => own(identity, 'StageName'),
  },
  'AWS::ApiGatewayV2::Authorizer': {
    properties: words('ApiId AuthorizerType IdentitySource JwtConfiguration Name'),
    ref: shortId,
    attributes: { AuthorizerId: shortId },
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    properties: words('LogGroupName RetentionInDays KmsKeyId LogGroupClass DeletionProtectionEnabled DataProtectionPolicy Tags'),
    ref: name,
    arn: arnOf('logs', ({ name: group }) => `log-group:${group}:*`),
  },
  'AWS::Logs::ResourcePolicy': { properties: words('PolicyName PolicyDocument'), ref: name },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    properties: words('RoleName AssumeRolePolicyDocument Policies ManagedPolicyArns Description MaxSessionDuration Path Tags'),
    ref: name,
    arn: roleArn,
    attributes: { RoleId: (identity) => `AROA${digest(identity.name, 16).toUpperCase()}` },
  },
  'AWS::IAM::Policy': { properties: words('PolicyName PolicyDocument Roles'), ref: name },
  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    properties: words('ManagedPolicyName PolicyDocument Roles Description Path'),
    ref: managedPolicyArn,
    arn: managedPolicyArn,
  },
  'AWS::KMS::Key': {
    properties: words('KeyPolicy Description EnableKeyRotation RotationPeriodInDays PendingWindowInDays KeySpec KeyUsage Enabled Tags'),
    ref: (identity) => digest(identity.name, 32),
    arn: arnOf('kms', (identity) => `key/${digest(identity.name, 32)}`),
    attributes: { KeyId: (identity) => digest(identity.name, 32) },
  },
  'AWS::KMS::Alias': { nameProperty: 'AliasName', properties: words('AliasName TargetKeyId'), ref: name },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    properties: words('Name Description GenerateSecretString SecretString KmsKeyId Tags'),
    ref: secretArn,
    arn: secretArn,
    attributes: { Id: secretArn },
  },
  'AWS::Cognito::UserPool': {
    nameProperty: 'UserPoolName',
    properties: words(`
      UserPoolName AccountRecoverySetting AdminCreateUserConfig AutoVerifiedAttributes DeletionProtection EmailVerificationMessage
      EmailVerificationSubject EnabledMfas MfaConfiguration Policies Schema SmsVerificationMessage UserPoolAddOns UserPoolTier
      UsernameAttributes UsernameConfiguration UserAttributeUpdateSettings VerificationMessageTemplate DeviceConfiguration
      UserPoolTags LambdaConfig`),
    ref: userPoolId,
    arn: arnOf('cognito-idp', (identity) => `userpool/${userPoolId(identity)}`),
    attributes: { UserPoolId: userPoolId, ProviderName: userPoolIssuer, ProviderURL: (identity) => `https://${userPoolIssuer(identity)}` },
  },
  'AWS::Cognito::UserPoolGroup': { nameProperty: 'GroupName', properties: words('GroupName Description UserPoolId Precedence'), ref: name },
  'AWS::Cognito::UserPoolClient': {
    properties: words(`
      ClientName UserPoolId AllowedOAuthFlows AllowedOAuthFlowsUserPoolClient AllowedOAuthScopes CallbackURLs LogoutURLs
      DefaultRedirectURI EnableTokenRevocation ExplicitAuthFlows GenerateSecret PreventUserExistenceErrors
      SupportedIdentityProviders AccessTokenValidity IdTokenValidity RefreshTokenValidity TokenValidityUnits ReadAttributes
      WriteAttributes AuthSessionValidity`),
    ref: (identity) => digest(identity.name, 26),
    attributes: { ClientId: (identity) => digest(identity.name, 26) },
  },
  'AWS::Cognito::UserPoolResourceServer': {
    properties: words('Identifier Name Scopes UserPoolId'),
    ref: (identity) => own(identity, 'Identifier'),
  },
  'AWS::Cognito::UserPoolDomain': {
    properties: words('Domain UserPoolId ManagedLoginVersion'),
    ref: (identity) => own(identity, 'Domain'),
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    properties: words(`
      Name Description GroupName ScheduleExpression ScheduleExpressionTimezone FlexibleTimeWindow State StartDate EndDate Target
      KmsKeyArn`),
    ref: name,
    arn: arnOf('scheduler', (identity) => `schedule/${scheduleGroup(identity)}/${identity.name}`),
  },
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    properties: words('Name Tags'),
    ref: name,
    arn: arnOf('scheduler', ({ name: group }) => `schedule-group/${group}`),
  },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    properties: words(`
      AlarmName AlarmDescription ActionsEnabled AlarmActions OKActions InsufficientDataActions ComparisonOperator DatapointsToAlarm
      Dimensions EvaluateLowSampleCountPercentile EvaluationPeriods ExtendedStatistic MetricName Metrics Namespace Period Statistic
      Threshold ThresholdMetricId TreatMissingData Unit Tags`),
    ref: name,
    arn: arnOf('cloudwatch', ({ name: alarm }) => `alarm:${alarm}`),
  },
  'AWS::CloudWatch::Dashboard': { nameProperty: 'DashboardName', properties: words('DashboardName DashboardBody'), ref: name },
  ...webTypes,
  'AWS::CDK::Metadata': { properties: words('Analytics'), ref: name },
};
