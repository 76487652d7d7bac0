import type { TimeLeft } from '../time-left.ts';
import { ServiceError, type ServiceName, signedPost } from './transport.ts';

/** The three AWS calls that receiving events needs beside the table's. */
const EVENTS: ServiceName = { host: 'events', variable: 'EVENTBRIDGE', protocol: 'application/x-amz-json-1.1' };
const SECRETS: ServiceName = { host: 'secretsmanager', variable: 'SECRETS_MANAGER', protocol: 'application/x-amz-json-1.1' };
const SQS: ServiceName = { host: 'sqs', variable: 'SQS', protocol: 'application/x-amz-json-1.0' };

/** One repetition covers a connection that went stale while the function was frozen; whoever waits for us (Stripe, a queue) repeats the whole. */
const MAX_ATTEMPTS = 2;

/** With less time than this an attempt would fail by our own impatience. */
const SHORTEST_ATTEMPT_MS = 50;

/** Each attempt gets its part of the time that is left for all of them. */
const call = async (service: ServiceName, target: string, input: object, timeLeft: TimeLeft): Promise<Record<string, unknown>> => {
  const body = JSON.stringify(input);
  let failure = new ServiceError(`${target} was not called: no time was left for it`);
  for (let attempts = MAX_ATTEMPTS; attempts > 0; attempts -= 1) {
    const atMostMs = timeLeft() / attempts;
    if (atMostMs < SHORTEST_ATTEMPT_MS) break;
    const answer = await signedPost(service, target, body, atMostMs);
    if (answer instanceof ServiceError) failure = answer;
    else if (answer.status === 200) return answer.text === '' ? {} : (JSON.parse(answer.text) as Record<string, unknown>);
    else {
      failure = new ServiceError(`${target} answered ${answer.status}`);
      if (answer.status < 500 && answer.status !== 429) break;
    }
  }
  throw failure;
};

/** For those who have time for every attempt: 8 s. */
const UNBOUNDED: TimeLeft = () => Number.POSITIVE_INFINITY;

export interface BusEntry {
  readonly busName: string;
  readonly source: string;
  readonly detailType: string;
  /** JSON text. */
  readonly detail: string;
  readonly timeMs: number;
}

/** Puts one event on a bus. EventBridge answers 200 for an entry that it did not take, so the entry's own verdict is read. */
export const putEvent = async (
  { busName, source, detailType, detail, timeMs }: BusEntry,
  timeLeft: TimeLeft = UNBOUNDED,
): Promise<void> => {
  const entry = { EventBusName: busName, Source: source, DetailType: detailType, Detail: detail, Time: Math.floor(timeMs / 1000) };
  const answer = await call(EVENTS, 'AWSEvents.PutEvents', { Entries: [entry] }, timeLeft);
  if (answer['FailedEntryCount'] !== 0) throw new ServiceError('AWSEvents.PutEvents did not take the entry');
};

export const secretText = async (secretId: string, timeLeft: TimeLeft = UNBOUNDED): Promise<string> => {
  const answer = await call(SECRETS, 'secretsmanager.GetSecretValue', { SecretId: secretId }, timeLeft);
  const text = answer['SecretString'];
  if (typeof text !== 'string') throw new ServiceError('secretsmanager.GetSecretValue gave no text');
  return text;
};

export const sendMessage = async (queueUrl: string, body: string): Promise<void> => {
  await call(SQS, 'AmazonSQS.SendMessage', { QueueUrl: queueUrl, MessageBody: body }, UNBOUNDED);
};
