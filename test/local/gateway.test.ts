import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, OPERATOR_ACCESS_KEY_ID, openGateway } from '../../local/gateway.ts';
import type { Service, ServiceRequest } from '../../local/service.ts';

const ROLE = 'arn:aws:iam::000000000000:role/reader';
const seen: { readonly service: string; readonly request: ServiceRequest }[] = [];
const logged: string[] = [];

/** A service that needs one grant for every call and answers with nothing. */
const service = (signingName: string, action: string): Service => ({
  signingName,
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  access: () => [{ action, resource: 'arn:it' }],
  handle: async (request) => {
    seen.push({ service: signingName, request });
    return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' };
  },
});

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway();
  gateway.attach({
    services: [
      service('dynamodb', 'dynamodb:PutItem'),
      service('sqs', 'sqs:SendMessage'),
      service('events', 'events:PutEvents'),
      service('secretsmanager', 'secretsmanager:GetSecretValue'),
    ],
    callers: new Map([
      ['LOCALREADER', { name: 'reader', construct: 'Ascent/App/Reader', roleArn: ROLE }],
      [OPERATOR_ACCESS_KEY_ID, { name: 'operator', construct: 'operator', roleArn: undefined }],
    ]),
    policies: { decide: () => 'implicitly-denied' },
    accountId: '000000000000',
    log: (_level, construct, message) => logged.push(`${construct}: ${message}`),
  });
});
afterAll(() => gateway.stop());

const client = (accessKeyId: string) => ({
  endpoint: gateway.endpoint,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'local' },
});
const putItem = (accessKeyId: string) =>
  new DynamoDBClient(client(accessKeyId)).send(new PutItemCommand({ TableName: 't', Item: { pk: { S: 'a' } } }));

describe('the gateway', () => {
  it('finds the service in the credential scope and the operation in the target', async () => {
    await putItem(OPERATOR_ACCESS_KEY_ID);
    expect(seen.at(-1)).toMatchObject({ service: 'dynamodb', request: { operation: 'PutItem', method: 'POST' } });
    expect(JSON.parse(seen.at(-1)?.request.body.toString('utf8') ?? '')).toMatchObject({ TableName: 't' });
  });

  it("refuses what the role does not allow before the service sees it, in the words of each client's own error", async () => {
    const before = seen.length;
    const message =
      'User: arn:aws:sts::000000000000:assumed-role/reader/reader is not authorized to perform: dynamodb:PutItem on resource: arn:it because no identity-based policy allows the dynamodb:PutItem action';
    await expect(putItem('LOCALREADER')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message,
      $metadata: { httpStatusCode: 400 },
    });
    const queueUrl = `${gateway.endpoint}/000000000000/facts`;
    await expect(
      new SQSClient(client('LOCALREADER')).send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x' })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(
      new EventBridgeClient(client('LOCALREADER')).send(
        new PutEventsCommand({ Entries: [{ Source: 's', DetailType: 'd', Detail: '{}' }] }),
      ),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(new SecretsManagerClient(client('LOCALREADER')).send(new GetSecretValueCommand({ SecretId: 's' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(seen.length).toBe(before);
  });

  it('logs a missing grant once, with the construct, and counts the calls', async () => {
    await expect(putItem('LOCALREADER')).rejects.toThrow();
    expect(gateway.denied().find(({ action }) => action === 'dynamodb:PutItem')).toMatchObject({
      construct: 'Ascent/App/Reader',
      resource: 'arn:it',
      count: 2,
    });
    expect(logged.filter((line) => line.includes('dynamodb:PutItem'))).toEqual([
      'Ascent/App/Reader: its role lacks a grant: dynamodb:PutItem on arn:it (implicitly-denied)',
    ]);
  });

  it('refuses an unknown caller', async () => {
    await expect(putItem('AKIASTRANGER')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });

  it('refuses a service that the local stack does not play, by the caller', async () => {
    const headers = {
      authorization: 'AWS4-HMAC-SHA256 Credential=LOCALREADER/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
    };
    expect((await fetch(gateway.endpoint, { method: 'POST', headers, body: '{}' })).status).toBe(501);
    expect(logged).toContain('Ascent/App/Reader: it calls the service s3, which the local stack does not play');
  });
});
