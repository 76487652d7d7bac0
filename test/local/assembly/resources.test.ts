import { describe, expect, it } from 'vitest';
import { loadAssembly } from '../../../local/assembly/load.ts';
import { resolveResources } from '../../../local/assembly/resources.ts';
import { resource, type Template, writeAssembly } from '../assembly-fixture.ts';

const PLACE = { region: 'us-east-1', accountId: '000000000000', endpoint: 'http://127.0.0.1:4100' };
const resolve = (templates: Readonly<Record<string, Template>>) => resolveResources(loadAssembly(writeAssembly(templates)), PLACE);

/** A function with one environment variable, the place where most intrinsics end up. */
const variable = (value: unknown, more: Template = {}): Template => ({
  Resources: { Fn: resource('Ascent/App/Fn', 'AWS::Lambda::Function', { Environment: { Variables: { VALUE: value } } }) },
  ...more,
});
const resolved = (value: unknown, more: Template = {}): unknown => {
  const fn = resolve({ App: variable(value, more) }).ofType('AWS::Lambda::Function')[0];
  const environment = fn?.properties['Environment'] as { readonly Variables: { readonly VALUE?: unknown } } | undefined;
  return environment?.Variables.VALUE;
};

describe('resources of an assembly', () => {
  it('get the names, ARNs and attributes that the deployed ones would have', () => {
    const resources = resolve({
      Data: {
        Resources: {
          Table: resource('Ascent/Data/Table', 'AWS::DynamoDB::Table', { TableName: 'ascent' }),
          Queue: resource('Ascent/Data/Queue', 'AWS::SQS::Queue'),
          Rule: resource('Ascent/Data/Rule', 'AWS::Events::Rule', { EventBusName: { Ref: 'Bus' }, Name: 'to-queue' }),
          Bus: resource('Ascent/Data/Bus', 'AWS::Events::EventBus', { Name: 'ascent-sources' }),
        },
      },
    });
    expect(resources.all.map(({ path, ref, arn }) => [path, ref, arn])).toEqual([
      ['Ascent/Data/Table', 'ascent', 'arn:aws:dynamodb:us-east-1:000000000000:table/ascent'],
      ['Ascent/Data/Queue', 'http://127.0.0.1:4100/000000000000/Ascent-Data-Queue', 'arn:aws:sqs:us-east-1:000000000000:Ascent-Data-Queue'],
      ['Ascent/Data/Rule', 'ascent-sources|to-queue', 'arn:aws:events:us-east-1:000000000000:rule/ascent-sources/to-queue'],
      ['Ascent/Data/Bus', 'ascent-sources', 'arn:aws:events:us-east-1:000000000000:event-bus/ascent-sources'],
    ]);
    expect(resources.byArn('arn:aws:sqs:us-east-1:000000000000:Ascent-Data-Queue')?.logicalId).toBe('Queue');
  });

  it('find exports of other stacks of the stage, whatever the order', () => {
    const resources = resolve({
      App: variable({ 'Fn::ImportValue': 'Ascent-Data:TableArn' }),
      Data: {
        Resources: { Table: resource('Ascent/Data/Table', 'AWS::DynamoDB::Table', { TableName: 'ascent' }) },
        Outputs: { Out: { Value: { 'Fn::GetAtt': ['Table', 'StreamArn'] }, Export: { Name: 'Ascent-Data:TableArn' } } },
      },
    });
    expect(JSON.stringify(resources.ofType('AWS::Lambda::Function')[0]?.properties)).toContain(
      'table/ascent/stream/2025-01-01T00:00:00.000',
    );
  });

  it.each([
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ 'Fn::Sub': '${AWS::AccountId}-${!Plain}' }, '000000000000-${Plain}'],
    [
      { 'Fn::Sub': ['${Fn.Arn}:${Alias}', { Alias: { Ref: 'Fn' } }] },
      'arn:aws:lambda:us-east-1:000000000000:function:Ascent-App-Fn:Ascent-App-Fn',
    ],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'AWS::Partition' }]] }, 'a/aws'],
    [{ 'Fn::Select': [1, { 'Fn::Split': [':', 'x:y:z'] }] }, 'y'],
    [{ 'Fn::If': ['Here', 'yes', 'no'] }, 'yes'],
    [{ 'Fn::If': ['Elsewhere', 'yes', { Ref: 'AWS::NoValue' }] }, undefined],
    [{ 'Fn::FindInMap': ['Sizes', { Ref: 'AWS::Region' }, 'small'] }, '1'],
  ])('resolve %j', (value, expected) => {
    const Conditions = {
      Here: { 'Fn::And': [{ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] }, { 'Fn::Not': [{ Condition: 'Elsewhere' }] }] },
      Elsewhere: { 'Fn::Or': [{ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] }] },
    };
    expect(resolved(value, { Conditions, Mappings: { Sizes: { 'us-east-1': { small: '1' } } } })).toBe(expected);
  });

  it('leave out what its condition leaves out', () => {
    const Resources = { Queue: { ...resource('Ascent/App/Queue', 'AWS::SQS::Queue'), Condition: 'Never' } };
    expect(resolve({ App: { Resources, Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } } }).all).toEqual([]);
  });

  it.each([
    [
      'an unsupported type',
      resource('Ascent/App/Cluster', 'AWS::ECS::Cluster'),
      'Ascent/App/Cluster: the local stack does not support the resource type AWS::ECS::Cluster',
    ],
    [
      'an unsupported property',
      resource('Ascent/App/Queue', 'AWS::SQS::Queue', { FifoQueue: true }),
      'Ascent/App/Queue: the local stack does not support the property FifoQueue of AWS::SQS::Queue',
    ],
    [
      'an unsupported intrinsic',
      resource('Ascent/App/Queue', 'AWS::SQS::Queue', { QueueName: { 'Fn::Base64': 'x' } }),
      'Ascent/App/Queue: the local stack does not know the intrinsic Fn::Base64',
    ],
    [
      'an unknown attribute',
      resource('Ascent/App/Queue', 'AWS::SQS::Queue', { Tags: [{ 'Fn::GetAtt': ['It', 'Colour'] }] }),
      'Ascent/App/Queue: the local stack does not know the attribute Colour',
    ],
    [
      'a reference to nothing',
      resource('Ascent/App/Queue', 'AWS::SQS::Queue', { QueueName: { Ref: 'Missing' } }),
      'Ascent/App/Queue: it refers to Missing, which stack Ascent/App does not contain',
    ],
    [
      'an import of nothing',
      resource('Ascent/App/Queue', 'AWS::SQS::Queue', { QueueName: { 'Fn::ImportValue': 'Nobody' } }),
      'Ascent/App/Queue: it imports Nobody, which no stack of the assembly exports',
    ],
    [
      'a name that depends on itself',
      resource('Ascent/App/Queue', 'AWS::SQS::Queue', { QueueName: { Ref: 'It' } }),
      'Ascent/App/Queue: its name depends on itself',
    ],
  ])('refuses %s by the construct', (_what, it_, sentence) => {
    expect(() => resolve({ App: { Resources: { It: it_ } } })).toThrow(sentence);
  });
});
