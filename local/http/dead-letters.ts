import * as z from 'zod/mini';
import type { QueuePort, Resource, Resources } from '../service.ts';
import { BadRequest, parseBody } from './operator-request.ts';

/** Queues as the pages under `/local` show them, and what an operator does with dead letters. */
export interface DeadLetters {
  readonly queues: () => readonly unknown[];
  /** Dead-letter queues that hold something, each with its messages, at most `limit`. */
  readonly list: (limit: number) => readonly unknown[];
  /** Sends a queue's dead letters back to where they came from. */
  readonly redrive: (body: Buffer) => { readonly redriven: number };
  /** Takes one message away for good, by its id. */
  readonly discard: (body: Buffer) => { readonly discarded: string };
}

const redriveSchema = z.object({ queue: z.string() });
const discardSchema = z.object({ queue: z.string(), messageId: z.string() });

/** Dead-letter queues are those that another queue, a rule, a schedule or a mapping names as the place for what failed. */
const deadLetterArns = (resources: Resources): ReadonlySet<string> => {
  const arns = new Set<string>();
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (key === 'deadLetterTargetArn' || key === 'Arn' || key === 'Destination') arns.add(value);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) visit(part, Array.isArray(value) ? key : name);
    }
  };
  for (const { properties } of resources.all) {
    for (const [name, value] of Object.entries(properties)) {
      if (name === 'RedrivePolicy' || name === 'DestinationConfig' || name === 'DeadLetterConfig') visit(value, name);
      else visit(deepDeadLetters(value), 'DeadLetterConfig');
    }
  }
  return arns;
};

/** The `DeadLetterConfig`s below a value: targets of rules and schedules carry their own. */
const deepDeadLetters = (value: unknown): readonly unknown[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => (name === 'DeadLetterConfig' ? [part] : deepDeadLetters(part)));
};

const nameOf = ({ arn }: Resource): string => arn.split(':').at(-1) ?? arn;

export const createDeadLetters = (resources: Resources, port: QueuePort): DeadLetters => {
  const all = resources.ofType('AWS::SQS::Queue');
  const deadArns = deadLetterArns(resources);
  const dead = all.filter(({ arn }) => deadArns.has(arn));
  const statusOf = (queue: Resource) => ({
    name: nameOf(queue),
    construct: queue.path,
    deadLetters: deadArns.has(queue.arn),
    ...port.counts(queue.arn),
  });
  const deadNamed = (wanted: string): Resource => {
    const queue = dead.find((candidate) => nameOf(candidate) === wanted);
    if (queue === undefined) throw new BadRequest(`${wanted} is not a dead-letter queue; there are: ${dead.map(nameOf).join(', ')}`);
    return queue;
  };

  return {
    queues: () => all.map(statusOf),
    list: (limit) =>
      dead.map((queue) => ({ ...statusOf(queue), messages: port.peek(queue.arn, limit) })).filter(({ messages }) => messages.length > 0),
    redrive: (body) => {
      const { queue } = parseBody(redriveSchema, body, '{"queue": "ascent-stripe-events-dead"}');
      return { redriven: port.redrive(deadNamed(queue).arn) };
    },
    discard: (body) => {
      const { queue, messageId } = parseBody(discardSchema, body, '{"queue": "ascent-stripe-events-dead", "messageId": "…"}');
      if (!port.discard(deadNamed(queue).arn, messageId))
        throw new BadRequest(`${queue} holds no message ${messageId}; npm run local -- dead-letters lists what it holds`);
      return { discarded: messageId };
    },
  };
};
