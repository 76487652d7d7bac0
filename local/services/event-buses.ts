import type { Resource, ServiceContext } from '../service.ts';
import type { Archives } from './archives.ts';
import type { AsyncInvoke } from './async-invoke.ts';
import type { BusEvent } from './event-envelope.ts';
import { type CompiledPattern, compilePattern } from './event-pattern.ts';
import { compileTarget, type Deliver } from './event-targets.ts';
import { checkProperties, lastPart, objectsAt, requiredText, textAt, unsupported } from './properties.ts';
import type { Queues } from './queues.ts';

const RULE_PLAYED = ['Name', 'EventBusName', 'EventPattern', 'State'].concat(
  ['Id', 'Arn', 'RoleArn', 'Input', 'InputPath'].map((name) => `Targets.*.${name}`),
);
// Retry policy and dead letters of a target speak of deliveries that fail; within one process none does.
const RULE_IGNORED = ['Description', 'Tags', 'Targets.*.DeadLetterConfig', 'Targets.*.RetryPolicy'];
const BUS_PLAYED = ['Name', 'EventSourceName'];
const BUS_IGNORED = ['Description', 'KmsKeyIdentifier', 'DeadLetterConfig', 'LogConfig', 'Policy', 'Tags'];
const MAXIMUM_TARGETS = 5;

interface Rule {
  readonly arn: string;
  readonly path: string;
  readonly pattern: CompiledPattern;
  readonly targets: readonly Deliver[];
}

interface Bus {
  readonly arn: string;
  readonly name: string;
  readonly partnerSource?: string;
  readonly rules: Rule[];
}

export interface EventBuses {
  /** By name or ARN; undefined where the template has no such bus. */
  readonly find: (nameOrArn: string) => { readonly arn: string; readonly name: string; readonly partnerSource?: string } | undefined;
  /** Archives the event and gives it to every target of every rule that it matches, within the transaction of the turn. */
  readonly accept: (busArn: string, event: BusEvent) => void;
  /** As `accept`, without the archive and for the named rules only (all where none is named). */
  readonly replay: (busArn: string, event: BusEvent, ruleArns: readonly string[]) => void;
  /** Rules that an event would go to, by construct path: for the check of wiring and for the pages. */
  readonly matching: (busArn: string, event: BusEvent) => readonly string[];
}

const readRule = (resource: Resource, compile: (target: Readonly<Record<string, unknown>>) => Deliver): Rule => {
  checkProperties(resource, RULE_PLAYED, RULE_IGNORED);
  const { properties } = resource;
  if (properties['EventPattern'] === undefined)
    throw unsupported(resource, 'it has no EventPattern; a schedule is an AWS::Scheduler::Schedule');
  const targets = objectsAt(resource, properties, 'Targets');
  if (targets.length > MAXIMUM_TARGETS) throw unsupported(resource, `${targets.length} targets, a rule has at most ${MAXIMUM_TARGETS}`);
  let pattern: CompiledPattern;
  try {
    pattern = compilePattern(properties['EventPattern']);
  } catch (error) {
    throw unsupported(resource, (error as Error).message);
  }
  return { arn: resource.arn, path: resource.path, pattern, targets: targets.map(compile) };
};

export const createEventBuses = (context: ServiceContext, queues: Queues, asyncInvoke: AsyncInvoke, archives: Archives): EventBuses => {
  const { resources, region, accountId } = context;
  const byArn = new Map<string, Bus>();
  const byName = new Map<string, Bus>();
  const add = (bus: Bus): void => {
    byArn.set(bus.arn, bus);
    byName.set(bus.name, bus);
  };
  add({ name: 'default', arn: `arn:aws:events:${region}:${accountId}:event-bus/default`, rules: [] });
  for (const resource of resources.ofType('AWS::Events::EventBus')) {
    checkProperties(resource, BUS_PLAYED, BUS_IGNORED);
    const partnerSource = textAt(resource, resource.properties, 'EventSourceName');
    const name = requiredText(resource, resource.properties, 'Name');
    if (partnerSource !== undefined && partnerSource !== name)
      throw unsupported(resource, `a partner bus bears the name of its source ${partnerSource}, this one is ${name}`);
    add({ name, arn: resource.arn, rules: [], ...(partnerSource === undefined ? {} : { partnerSource }) });
  }

  const find = (nameOrArn: string): Bus | undefined => byArn.get(nameOrArn) ?? byName.get(nameOrArn);
  const known = (arn: string): Bus => {
    const bus = byArn.get(arn);
    if (bus === undefined) throw new Error(`${arn} is not an event bus of the template.`);
    return bus;
  };

  const matchingRules = (bus: Bus, event: BusEvent): readonly Rule[] => {
    if (bus.rules.length === 0) return [];
    let plain: unknown;
    let withText: unknown;
    return bus.rules.filter(({ pattern }) => {
      if (pattern.needsNumberText) {
        withText ??= event.parsed(true);
        return pattern.matches(withText);
      }
      plain ??= event.parsed(false);
      return pattern.matches(plain);
    });
  };

  const accept = (busArn: string, event: BusEvent, hops: number): void => {
    const bus = known(busArn);
    const archivedId = archives.keep(busArn, event);
    for (const rule of matchingRules(bus, event)) for (const deliver of rule.targets) deliver(event, hops, archivedId);
  };

  const ports = { context, queues, asyncInvoke, forward: accept };
  for (const resource of resources.ofType('AWS::Events::Rule')) {
    if (resource.properties['State'] === 'DISABLED') continue;
    const busName = textAt(resource, resource.properties, 'EventBusName') ?? 'default';
    const bus = find(busName) ?? find(lastPart(busName));
    if (bus === undefined) throw unsupported(resource, `its event bus ${busName} is not in the template`);
    bus.rules.push(readRule(resource, (target) => compileTarget(resource, target, ports)));
  }

  return {
    find,
    accept: (busArn, event) => accept(busArn, event, 1),
    replay: (busArn, event, ruleArns) => {
      for (const rule of matchingRules(known(busArn), event)) {
        if (ruleArns.length > 0 && !ruleArns.includes(rule.arn)) continue;
        for (const deliver of rule.targets) deliver(event, 1, undefined);
      }
    },
    matching: (busArn, event) => matchingRules(known(busArn), event).map(({ path }) => path),
  };
};
