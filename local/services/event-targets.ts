import type { Resource, ServiceContext } from '../service.ts';
import type { AsyncInvoke } from './async-invoke.ts';
import type { BusEvent } from './event-envelope.ts';
import { mayServiceInvoke, mayServiceSend } from './grants.ts';
import { readPath } from './input-template.ts';
import type { JsonObject } from './json-protocol.ts';
import { requiredText, textAt, unsupported } from './properties.ts';
import type { Queues } from './queues.ts';

/** `hops` counts the buses that an event went through, `archivedId` is the archive's row that holds its text. */
export type Deliver = (event: BusEvent, hops: number, archivedId: number | undefined) => void;

export interface TargetPorts {
  readonly context: ServiceContext;
  readonly queues: Queues;
  readonly asyncInvoke: AsyncInvoke;
  /** Puts an event on another bus of the template. */
  readonly forward: (busArn: string, event: BusEvent, hops: number) => void;
}

const EVENTS_PRINCIPAL = 'events.amazonaws.com';
/** The service stops an event that goes round between buses; so does this. */
const MAXIMUM_HOPS = 5;

/** What a target gets: the whole event, a constant, or a part of it. */
const readInput = (rule: Resource, target: JsonObject): ((event: BusEvent) => string) => {
  const input = textAt(rule, target, 'Input');
  if (input !== undefined) return () => input;
  const path = textAt(rule, target, 'InputPath');
  if (path === undefined || path === '$') return ({ json }) => json;
  return (event) => JSON.stringify(readPath(path, event.parsed(false)) ?? {});
};

/** Compiles a rule's target. Refuses one that it cannot reach, or that the deployed rule would not be allowed to reach. */
export const compileTarget = (rule: Resource, target: JsonObject, ports: TargetPorts): Deliver => {
  const { context, queues, asyncInvoke, forward } = ports;
  const arn = requiredText(rule, target, 'Arn');
  const inputOf = readInput(rule, target);
  const resource = context.resources.byArn(arn);
  if (resource === undefined) throw unsupported(rule, `its target ${arn} is not in the template`);
  switch (resource.type) {
    case 'AWS::SQS::Queue':
      if (!mayServiceSend(context.resources, resource, EVENTS_PRINCIPAL, rule.arn)) {
        throw unsupported(rule, `no queue policy lets ${EVENTS_PRINCIPAL} send to ${resource.path} for this rule`);
      }
      return (event, _hops, archivedId) => {
        const body = inputOf(event);
        queues.enqueue(arn, body, body === event.json ? { archivedId } : {});
      };
    case 'AWS::Lambda::Function':
      if (!mayServiceInvoke(context.resources, resource, EVENTS_PRINCIPAL, rule.arn)) {
        throw unsupported(rule, `no Lambda permission lets ${EVENTS_PRINCIPAL} invoke ${resource.path} for this rule`);
      }
      return (event) => asyncInvoke.invokeLater(arn, inputOf(event));
    case 'AWS::Events::EventBus': {
      const roleArn = requiredText(rule, target, 'RoleArn');
      if (!context.allowed(roleArn, { action: 'events:PutEvents', resource: arn }))
        throw unsupported(rule, `role ${roleArn} does not allow events:PutEvents on ${arn}`);
      return (event, hops) => {
        if (hops >= MAXIMUM_HOPS)
          context.log('error', rule.path, `Event ${event.id} was dropped after ${MAXIMUM_HOPS} buses: its rules send it in a circle.`);
        else forward(arn, event, hops + 1);
      };
    }
    default:
      throw unsupported(rule, `a target of type ${resource.type} is not played by the local stack`);
  }
};
