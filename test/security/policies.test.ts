import { beforeAll, expect, it } from 'vitest';
import { many, type Synthesised, synthesise } from '../lib/support/synthesised.ts';

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** One asterisk that a policy of the templates allows something by. */
interface Wildcard {
  /** Type of the resource that has the policy, and its statement's actions. */
  readonly statement: string;
  /** `action kms:*`, `resource *`, `principal *` */
  readonly what: string;
}

const KEY_ITSELF = 'In the policy of a key, "*" is the key that has the policy, and no other.';
const BOTH_FORMS = 'The services call it with and without a plain copy; there are these two forms, and the key is this one.';

const of = (statement: string, reasons: Readonly<Record<string, string>>): readonly (Wildcard & { readonly reason: string })[] =>
  Object.entries(reasons).map(([what, reason]) => ({ statement, what, reason }));

const CDK_READS =
  "The CDK's own function, which fills the bucket of the web application, reads the assets of this deployment in families of actions.";
const CDK_WRITES =
  "The CDK's own function, which fills the bucket of the web application, is granted families of actions on this one bucket.";

/** All that is allowed, each with why nothing narrower will do. */
const ALLOWED: readonly (Wildcard & { readonly reason: string })[] = [
  {
    statement: 'AWS::IAM::Policy xray:PutTelemetryRecords xray:PutTraceSegments',
    what: 'resource *',
    reason: 'X-Ray knows no resources: AWS allows only "*" there.',
  },
  ...of('AWS::IAM::Policy dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams', {
    'resource :table/ascent/stream/*':
      'The two readers of the stream. Its name is the moment at which it was turned on: a restored table has another one, and this is the one table.',
  }),
  ...of('AWS::KMS::Key kms:*', {
    'action kms:*': "The account's own administrators keep the key: without this statement nobody could ever change its policy again.",
    'resource *': KEY_ITSELF,
  }),
  ...of('AWS::KMS::Key kms:CreateGrant kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey* kms:ReEncrypt*', {
    'action kms:GenerateDataKey*': BOTH_FORMS,
    'action kms:ReEncrypt*': BOTH_FORMS,
    'resource *': KEY_ITSELF,
    'principal *': 'Who it is decides the role: the statement holds through DynamoDB and Secrets Manager, and for this account, only.',
  }),
  ...of('AWS::KMS::Key kms:Decrypt kms:GenerateDataKey*', {
    'action kms:GenerateDataKey*': BOTH_FORMS,
    'resource *': KEY_ITSELF,
  }),
  ...of('AWS::S3::BucketPolicy s3:GetObject', {
    'resource /*': 'The distribution reads every file of the web application, and the statement holds for this one distribution only.',
  }),
  ...of('AWS::IAM::Policy s3:GetBucket* s3:GetObject* s3:List*', {
    'action s3:GetBucket*': CDK_READS,
    'action s3:GetObject*': CDK_READS,
    'action s3:List*': CDK_READS,
    'resource /*': CDK_READS,
  }),
  ...of(
    'AWS::IAM::Policy s3:Abort* s3:DeleteObject* s3:GetBucket* s3:GetObject* s3:List* s3:PutObject s3:PutObjectLegalHold s3:PutObjectRetention s3:PutObjectTagging s3:PutObjectVersionTagging',
    {
      'action s3:Abort*': CDK_WRITES,
      'action s3:DeleteObject*': CDK_WRITES,
      'action s3:GetBucket*': CDK_WRITES,
      'action s3:GetObject*': CDK_WRITES,
      'action s3:List*': CDK_WRITES,
      'resource /*': CDK_WRITES,
    },
  ),
];

/** Texts in a value that hold an asterisk; what CloudFormation puts together (`Fn::Join`) is looked through to its parts. */
const starred = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.includes('*') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(starred) : [];
};

const isStatement = (value: object): value is Statement => 'Effect' in value && ('Action' in value || 'NotAction' in value);

/** Every statement anywhere below a value: of roles, keys, queues, topics, buses, secrets, whatever comes. */
const statementsIn = (value: unknown): readonly Statement[] => {
  if (typeof value !== 'object' || value === null) return [];
  return isStatement(value) ? [value] : Object.values(value).flatMap(statementsIn);
};

const wildcardsOf = (type: string, statement: Statement): readonly Wildcard[] => {
  if (statement.Effect !== 'Allow') return [];
  const actions = many(statement.Action ?? []);
  const name = `${type} ${[...actions].sort().join(' ')}`;
  const found = [
    ...starred(actions).map((text) => `action ${text}`),
    ...starred(statement.Resource).map((text) => `resource ${text}`),
    ...starred(statement.Principal).map((text) => `principal ${text}`),
    ...('NotAction' in statement ? ['action all but some'] : []),
    ...('NotResource' in statement ? ['resource all but some'] : []),
  ];
  return found.map((what) => ({ statement: name, what }));
};

interface TypedResource {
  readonly Type: string;
  readonly Properties?: unknown;
}

const wildcardsIn = (resources: Iterable<TypedResource>): readonly Wildcard[] =>
  [...resources].flatMap(({ Type, Properties }) => statementsIn(Properties).flatMap((statement) => wildcardsOf(Type, statement)));

const keyOf = ({ statement, what }: Wildcard): string => `${statement}: ${what}`;

let app: Synthesised;
beforeAll(() => {
  app = synthesise();
});

const resources = (): readonly TypedResource[] => [...app.stacks.values()].flatMap((stack) => [...stack.resources.values()]);

it('no statement allows by a wildcard, in action, resource or principal, except those listed with a reason', () => {
  const statements = resources().flatMap(({ Properties }) => statementsIn(Properties));
  // 12 functions with three statements and more each, 13 queues, keys, buses, topic, pipe and schedule.
  expect(statements.length).toBeGreaterThan(80);
  const found = new Set(wildcardsIn(resources()).map(keyOf));
  expect([...found].filter((key) => !ALLOWED.some((one) => keyOf(one) === key))).toEqual([]);
});

it('every listed wildcard is in use, once, and has its reason', () => {
  const found = new Set(wildcardsIn(resources()).map(keyOf));
  expect(ALLOWED.map(keyOf).filter((key) => !found.has(key))).toEqual([]);
  expect(new Set(ALLOWED.map(keyOf)).size).toBe(ALLOWED.length);
  for (const { reason } of ALLOWED) expect(reason.length).toBeGreaterThan(40);
});

it('whoever may be anybody is held to a condition on the account', () => {
  const open = resources().flatMap(({ Properties }) =>
    statementsIn(Properties).filter(({ Effect, Principal }) => Effect === 'Allow' && starred(Principal).length > 0),
  );
  expect(open).toHaveLength(1);
  for (const { Condition } of open)
    expect(Condition).toEqual({
      StringEquals: { 'kms:CallerAccount': { Ref: 'AWS::AccountId' }, 'kms:ViaService': [expect.anything(), expect.anything()] },
    });
});

it('a function may be called by a named service for a named source only', () => {
  const permissions = app.all('AWS::Lambda::Permission');
  expect(permissions.length).toBeGreaterThanOrEqual(5);
  for (const { resource } of permissions) {
    const { Principal, SourceArn, Action } = resource.Properties;
    expect(Action).toBe('lambda:InvokeFunction');
    expect(['apigateway.amazonaws.com', 'cognito-idp.amazonaws.com']).toContain(Principal);
    // `/*/*` are stage and route of this one API: its id stands before them. The user pool is named whole.
    const text = JSON.stringify(SourceArn);
    expect(text).toMatch(/Fn::ImportValue|Ref|Fn::GetAtt/);
    expect(text.replace(/(?:\/\*)+"/, '"')).not.toContain('*');
  }
});

it('finds a wildcard in an action, a resource, a principal and an exception, in whatever kind of policy', () => {
  const statement = (more: object) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::one/key', ...more });
  const seeded = [
    { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: { Statement: [statement({ Action: ['s3:*'] })] } }] } },
    { Type: 'AWS::SQS::QueuePolicy', Properties: { PolicyDocument: { Statement: [statement({ Principal: { AWS: '*' } })] } } },
    {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyDocument: { Statement: [statement({ Resource: { 'Fn::Join': ['', [{ Ref: 'X' }, '/*']] } })] } },
    },
    {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', NotAction: 'iam:PassRole', Resource: 'arn' }] } },
    },
    {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyDocument: { Statement: [statement({}), statement({ Effect: 'Deny', Resource: '*' })] } },
    },
  ];
  expect(wildcardsIn(seeded).map(keyOf)).toEqual([
    'AWS::IAM::Role s3:*: action s3:*',
    'AWS::SQS::QueuePolicy s3:GetObject: principal *',
    'AWS::IAM::Policy s3:GetObject: resource /*',
    'AWS::IAM::Policy : action all but some',
  ]);
});
