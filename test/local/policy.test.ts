import { describe, expect, it } from 'vitest';
import { openPolicies } from '../../local/policy.ts';
import type { Resource, Resources } from '../../local/service.ts';

const ROLE = 'arn:aws:iam::000000000000:role/reader';
const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/ascent';

const made = (type: string, ref: string, arn: string, properties: Readonly<Record<string, unknown>>): Resource => ({
  type,
  logicalId: ref,
  stackName: 'Ascent-App',
  path: `Ascent/App/${ref}`,
  ref,
  arn,
  properties,
});

const policies = (...Statement: readonly unknown[]) => {
  const all = [
    made('AWS::IAM::Role', 'reader', ROLE, {}),
    made('AWS::IAM::Policy', 'policy', '', { Roles: ['reader'], PolicyDocument: { Version: '2012-10-17', Statement } }),
  ];
  const resources: Resources = {
    all,
    ofType: (type) => all.filter((one) => one.type === type),
    byArn: (arn) => all.find((one) => one.arn === arn),
  };
  return openPolicies(resources);
};
const decide = (statements: readonly unknown[], action: string, resource: string, context?: Readonly<Record<string, readonly string[]>>) =>
  policies(...statements).decide(ROLE, { action, resource, ...(context === undefined ? {} : { context }) });

describe("a role's policies", () => {
  it('allow what a statement lists, and nothing else', () => {
    const read = [{ Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:Query'], Resource: [TABLE, `${TABLE}/index/*`] }];
    expect(decide(read, 'dynamodb:Query', `${TABLE}/index/gsi1`)).toBe('allowed');
    expect(decide(read, 'dynamodb:PutItem', TABLE)).toBe('implicitly-denied');
    expect(decide(read, 'dynamodb:GetItem', `${TABLE}2`)).toBe('implicitly-denied');
  });

  it('know wildcards in actions, whatever their case, and in resources', () => {
    const statement = [{ Effect: 'Allow', Action: 'SQS:Send*', Resource: 'arn:aws:sqs:*:*:arr-fact?' }];
    expect(decide(statement, 'sqs:SendMessage', 'arn:aws:sqs:us-east-1:000000000000:arr-facts')).toBe('allowed');
    expect(decide(statement, 'sqs:SendMessage', 'arn:aws:sqs:us-east-1:000000000000:arr-fact')).toBe('implicitly-denied');
  });

  it('let a deny win over every allow', () => {
    const both = [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'dynamodb:DeleteItem', Resource: TABLE },
    ];
    expect(decide(both, 'dynamodb:DeleteItem', TABLE)).toBe('explicitly-denied');
    expect(decide(both, 'dynamodb:PutItem', TABLE)).toBe('allowed');
  });

  it('do not apply a deny for requests without TLS: loopback stands for it', () => {
    const secure = [
      { Effect: 'Allow', Action: 'sqs:*', Resource: '*' },
      { Effect: 'Deny', Action: 'sqs:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ];
    expect(decide(secure, 'sqs:SendMessage', 'arn:aws:sqs:us-east-1:000000000000:q')).toBe('allowed');
  });

  it('hold conditions against the request, and grant nothing where the request lacks the key', () => {
    const leading = [
      { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: TABLE, Condition: { StringLike: { 'dynamodb:LeadingKeys': 'ARR#*' } } },
    ];
    expect(decide(leading, 'dynamodb:PutItem', TABLE, { 'dynamodb:LeadingKeys': ['ARR#7'] })).toBe('allowed');
    expect(decide(leading, 'dynamodb:PutItem', TABLE, { 'dynamodb:LeadingKeys': ['SRC#1'] })).toBe('implicitly-denied');
    expect(decide(leading, 'dynamodb:PutItem', TABLE)).toBe('implicitly-denied');
  });

  it.each([
    [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }, 'Ascent/App/policy: NotAction in a policy is refused'],
    [
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      'Ascent/App/policy: the local stack does not know the condition operator IpAddress',
    ],
    [
      { Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::${aws:username}' },
      'Ascent/App/policy: the local stack does not know policy variables',
    ],
  ])('refuses %j by the construct', (statement, sentence) => {
    expect(() => policies(statement)).toThrow(sentence);
  });
});
