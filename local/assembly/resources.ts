import { createHash } from 'node:crypto';
import type { Resource, Resources } from '../service.ts';
import type { Identity, ResourceType } from './identity.ts';
import { conditionHolds, NO_VALUE, resolveValue, type Scope } from './intrinsics.ts';
import { AssemblyError, type RawResource, type StackTemplate } from './load.ts';
import { resourceTypes } from './resource-types.ts';

export interface Place {
  readonly region: string;
  readonly accountId: string;
  /** Base of the internal port, `http://127.0.0.1:41234`. */
  readonly endpoint: string;
}

interface Entry {
  readonly stack: StackTemplate;
  readonly logicalId: string;
  readonly raw: RawResource;
  readonly type: ResourceType;
  readonly path: string;
  identity?: Identity;
  resolving?: boolean;
}

/** Longest physical name that every service of ours accepts (Lambda, rules, roles: 64). */
const MAX_NAME_LENGTH = 64;

const constructPath = (stack: StackTemplate, logicalId: string, raw: RawResource): string => {
  const path = raw.Metadata?.['aws:cdk:path'];
  return typeof path === 'string' ? path.replace(/\/Resource$/, '') : `${stack.path}/${logicalId}`;
};

/** CloudFormation's own way with a random suffix would give other names after each `--fresh`; these stay the same. */
const generatedName = (stackName: string, logicalId: string): string => {
  const whole = `${stackName}-${logicalId}`;
  return whole.length <= MAX_NAME_LENGTH
    ? whole
    : `${whole.slice(0, MAX_NAME_LENGTH - 9)}-${createHash('sha256').update(whole).digest('hex').slice(0, 8)}`;
};

const checkSupported = (stack: StackTemplate, logicalId: string, raw: RawResource): Entry => {
  const path = constructPath(stack, logicalId, raw);
  const type = resourceTypes[raw.Type];
  if (type === undefined) throw new AssemblyError(path, `the local stack does not support the resource type ${raw.Type}`);
  const unknown = Object.keys(raw.Properties ?? {}).find((property) => !type.properties.includes(property));
  if (unknown !== undefined) throw new AssemblyError(path, `the local stack does not support the property ${unknown} of ${raw.Type}`);
  return { stack, logicalId, raw, type, path };
};

/** Resolves every resource of the stage's stacks: names first, then attributes, then all other properties, each when it is asked for. */
export const resolveResources = (stacks: readonly StackTemplate[], place: Place): Resources => {
  const entries = new Map<string, Entry>();
  const exports = new Map<string, { readonly stack: StackTemplate; readonly value: unknown }>();
  const pseudo = (stack: StackTemplate): Readonly<Record<string, unknown>> => ({
    'AWS::Region': place.region,
    'AWS::AccountId': place.accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${stack.stackName}/local`,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': NO_VALUE,
  });

  const scopeOf = (stack: StackTemplate, construct: string): Scope => ({
    stack,
    construct,
    ref: (id) => {
      const known = pseudo(stack);
      if (Object.hasOwn(known, id)) return known[id];
      const parameter = stack.template.Parameters?.[id];
      if (parameter !== undefined) {
        if (parameter.Default === undefined) throw new AssemblyError(construct, `the template's parameter ${id} has no default`);
        return parameter.Default;
      }
      const entry = find(stack, id, construct);
      return entry.type.ref(identityOf(entry));
    },
    getAtt: (id, attribute) => {
      const entry = find(stack, id, construct);
      const value = attribute === 'Arn' ? entry.type.arn : entry.type.attributes?.[attribute];
      if (value === undefined)
        throw new AssemblyError(construct, `the local stack does not know the attribute ${attribute} of ${entry.raw.Type} (${entry.path})`);
      return value(identityOf(entry));
    },
    importValue: (name) => {
      const exported = exports.get(name);
      if (exported === undefined) throw new AssemblyError(construct, `it imports ${name}, which no stack of the assembly exports`);
      return resolveValue(exported.value, scopeOf(exported.stack, construct));
    },
  });

  const find = (stack: StackTemplate, id: string, construct: string): Entry => {
    const entry = entries.get(`${stack.stackName}/${id}`);
    if (entry === undefined) throw new AssemblyError(construct, `it refers to ${id}, which stack ${stack.path} does not contain`);
    return entry;
  };

  /** Names depend on a few own properties only (a rule's on its bus), so a circle here is an error in the template. */
  const identityOf = (entry: Entry): Identity => {
    if (entry.identity !== undefined) return entry.identity;
    if (entry.resolving === true) throw new AssemblyError(entry.path, 'its name depends on itself');
    entry.resolving = true;
    const scope = scopeOf(entry.stack, entry.path);
    const properties: Record<string, unknown> = {};
    for (const property of ['EventBusName', 'GroupName', 'StageName', 'Identifier', 'Domain', entry.type.nameProperty]) {
      const value = property === undefined ? undefined : entry.raw.Properties?.[property];
      if (property !== undefined && value !== undefined) properties[property] = resolveValue(value, scope);
    }
    const chosen = entry.type.nameProperty === undefined ? undefined : properties[entry.type.nameProperty];
    const name = typeof chosen === 'string' ? chosen : generatedName(entry.stack.stackName, entry.logicalId);
    entry.identity = { ...place, name, properties };
    return entry.identity;
  };

  const resolveEntry = (entry: Entry): Resource => {
    const identity = identityOf(entry);
    return {
      type: entry.raw.Type,
      logicalId: entry.logicalId,
      stackName: entry.stack.stackName,
      path: entry.path,
      ref: entry.type.ref(identity),
      arn: entry.type.arn?.(identity) ?? '',
      properties: resolveValue(entry.raw.Properties ?? {}, scopeOf(entry.stack, entry.path)) as Readonly<Record<string, unknown>>,
    };
  };

  for (const stack of stacks) {
    const wanted = (condition: string | undefined): boolean =>
      condition === undefined || conditionHolds(condition, scopeOf(stack, stack.path));
    for (const [logicalId, raw] of Object.entries(stack.template.Resources ?? {})) {
      if (wanted(raw.Condition)) entries.set(`${stack.stackName}/${logicalId}`, checkSupported(stack, logicalId, raw));
    }
    for (const output of Object.values(stack.template.Outputs ?? {})) {
      if (output.Export === undefined || !wanted(output.Condition)) continue;
      exports.set(String(resolveValue(output.Export.Name, scopeOf(stack, stack.path))), { stack, value: output.Value });
    }
  }
  const all = [...entries.values()].map(resolveEntry);
  const arns = new Map(all.filter(({ arn }) => arn !== '').map((resource) => [resource.arn, resource]));
  const types = Map.groupBy(all, ({ type }) => type);
  return { all, ofType: (type) => types.get(type) ?? [], byArn: (arn) => arns.get(arn) };
};
