import { ServiceError, type ServiceName, signedPost } from './transport.ts';

/** The three AWS calls that receiving events needs beside the table's. */
const EVENTS: ServiceName = { host: 'events', variable: 'EVENTBRIDGE', protocol: 'application/x-amz-json-1.1' };
const SECRETS: ServiceName = { host: 'secretsmanager', variable: 'SECRETS_MANAGER', protocol: 'application/x-amz-json-1.1' };
const SQS: ServiceName = { host: 'sqs', variable: 'SQS', protocol: 'application/x-amz-json-1.0' };

/** One repetition covers a connection that went stale while the function was frozen; whoever waits for us (Stripe, a queue) repeats the whole. */
const MAX_ATTEMPTS = 2;

const call = async (service: ServiceName, target: string, input: object): Promise<Record<string, unknown>> => {
  const body = JSON.stringify(input);
  let failure = new ServiceError(`${target} was not called`);
  for (let tried = 0; tried < MAX_ATTEMPTS; tried += 1) {
    const answer = await signedPost(service, target, body);
    if (answer instanceof ServiceError) failure = answer;
    else if (answer.status === 200) return answer.text === '' ? {} : (JSON.parse(answer.text) as Record<string, unknown>);
    else {
      failure = new ServiceError(`${target} answered ${answer.status}`);
      if (answer.status < 500 && answer.status !== 429) break;
    }
  }
  throw failure;
};

export interface BusEntry {
  readonly busName: string;
  readonly source: string;
  readonly detailType: string;
  /** JSON text. */
  readonly detail: string;
  readonly timeMs: number;
}

/** Puts one event on a bus. EventBridge answers 200 for an entry that it did not take, so the entry's own verdict is read. */
export const putEvent = async ({ busName, source, detailType, detail, timeMs }: BusEntry): Promise<void> => {
  const entry = { EventBusName: busName, Source: source, DetailType: detailType, Detail: detail, Time: Math.floor(timeMs / 1000) };
  const answer = await call(EVENTS, 'AWSEvents.PutEvents', { Entries: [entry] });
  if (answer['FailedEntryCount'] !== 0) throw new ServiceError('AWSEvents.PutEvents did not take the entry');
};

export const secretText = async (secretId: string): Promise<string> => {
  const answer = await call(SECRETS, 'secretsmanager.GetSecretValue', { SecretId: secretId });
  const text = answer['SecretString'];
  if (typeof text !== 'string') throw new ServiceError('secretsmanager.GetSecretValue gave no text');
  return text;
};

export const sendMessage = async (queueUrl: string, body: string): Promise<void> => {
  await call(SQS, 'AmazonSQS.SendMessage', { QueueUrl: queueUrl, MessageBody: body });
};
