import { Archive, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { EventDeclaration } from '../../functions/platform/events.ts';
import type { CapabilityStack } from './capability-stack.ts';
import type { WorkQueue } from './queue.ts';

/**
 * The only file that knows which kind of EventBridge bus we use: the classic one, with rules. (The newer custom event bus has retention and
 * start positions, but only L1 constructs.)
 */

/** An event pattern exactly as the template and the service have it, so that tests match samples against the very same object. */
export interface BusPattern {
  readonly source: readonly (string | { readonly prefix: string })[];
  readonly 'detail-type'?: readonly string[];
}

/** Of declared events of ours: their names, from the capabilities that publish them. */
export const eventsOf = (...declarations: readonly EventDeclaration[]): BusPattern => ({
  source: [...new Set(declarations.map(({ source }) => source))],
  'detail-type': declarations.map(({ name }) => name),
});

export const fromSources = (prefix: string): BusPattern => ({ source: [{ prefix }] });

export interface BusProps {
  readonly name: string;
  readonly description: string;
  readonly archiveDays: number;
  /** A vendor's partner event source: its bus must bear the same name. */
  readonly partnerEventSource?: string;
}

/** A bus with its archive, from which everything can be replayed to chosen rules. */
export const busWithArchive = (
  scope: Construct,
  id: string,
  { name, description, archiveDays, partnerEventSource }: BusProps,
): EventBus => {
  const bus = new EventBus(
    scope,
    id,
    partnerEventSource === undefined ? { eventBusName: name, description } : { eventSourceName: partnerEventSource, description },
  );
  new Archive(scope, `${id}Archive`, {
    sourceEventBus: bus,
    archiveName: `${name}-archive`,
    description: `Everything that passed: ${description}`,
    // Every event has version "0"; the service itself leaves out what a replay puts on the bus.
    eventPattern: { version: ['0'] },
    retention: Duration.days(archiveDays),
  });
  return bus;
};

/** Events of a bus that fit the pattern go to the queue; what cannot be delivered within a day goes to the queue's dead letters. */
export const routeToQueue = (
  stack: CapabilityStack,
  id: string,
  bus: EventBus,
  pattern: BusPattern,
  to: WorkQueue,
  description: string,
): Rule =>
  new Rule(stack, id, {
    eventBus: bus,
    description,
    // CDK's type knows only strings here; the object is passed on unchanged, matchers included.
    eventPattern: {
      source: pattern.source as readonly string[] as string[],
      ...(pattern['detail-type'] && { detailType: [...pattern['detail-type']] }),
    },
    targets: [new SqsQueue(to.queue, { deadLetterQueue: to.dead, retryAttempts: 185, maxEventAge: Duration.hours(24) })],
  });
