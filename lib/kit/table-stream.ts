import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge } from './nag.ts';

/** What a reader of a table's stream may do. */
export const STREAM_ACTIONS = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'];

/**
 * Every stream that the table has, had or will have. A stream's name is the moment at which it was turned on, so a restored table has another
 * one: a grant of the exact stream would have to be rewritten by hand, in roles that CloudFormation believes to be as it made them.
 */
export const streamsOf = (scope: Construct, tableName: string): string =>
  Stack.of(scope).formatArn({
    service: 'dynamodb',
    resource: 'table',
    resourceName: `${tableName}/stream/*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });

/** Says of a reader's policy why it names all streams of the table. */
export const acknowledgeStreams = (policy: Construct, tableName: string): void =>
  acknowledge(
    policy,
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/${tableName}/stream/*]`,
    "A stream's name is the moment at which it was turned on: a restored table has another one. Streams of this one table are granted.",
  );
