import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

/** The three services that the integrations call by themselves, on one port: what they were sent, and faults on request. */
export interface FakeAws {
  /** Entries of PutEvents, in order. */
  readonly events: { readonly EventBusName: string; readonly Source: string; readonly DetailType: string; readonly Detail: string }[];
  /** Bodies of SendMessage, by queue URL. */
  readonly messages: { readonly queueUrl: string; readonly body: string }[];
  /** Secret texts by id. */
  readonly secrets: Map<string, string>;
  /** Answers of the next calls of an operation instead of success. */
  readonly faults: { readonly operation: string; readonly status: number; readonly body: string }[];
  readonly calls: string[];
  url: string;
}

type Input = Readonly<Record<string, unknown>>;

const answerOf = (aws: FakeAws, operation: string, input: Input): { status: number; body: unknown } => {
  if (operation === 'PutEvents') {
    aws.events.push(...(input['Entries'] as FakeAws['events']));
    return { status: 200, body: { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] } };
  }
  if (operation === 'SendMessage') {
    aws.messages.push({ queueUrl: String(input['QueueUrl']), body: String(input['MessageBody']) });
    return { status: 200, body: { MessageId: 'm' } };
  }
  const text = aws.secrets.get(String(input['SecretId']));
  return text === undefined
    ? { status: 400, body: { __type: 'ResourceNotFoundException' } }
    : { status: 200, body: { SecretString: text } };
};

/** Call once at the top of a test file: sets the endpoints of the three services. */
export const useFakeAws = (): FakeAws => {
  const aws: FakeAws = { events: [], messages: [], secrets: new Map(), faults: [], calls: [], url: '' };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    aws.calls.push(operation);
    const fault = aws.faults.findIndex((one) => one.operation === operation);
    const [broken] = fault < 0 ? [] : aws.faults.splice(fault, 1);
    const answer = broken ?? answerOf(aws, operation, JSON.parse(Buffer.concat(chunks).toString('utf8')) as Input);
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    aws.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_EVENTBRIDGE: aws.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
      AWS_ENDPOINT_URL_SQS: aws.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return aws;
};
