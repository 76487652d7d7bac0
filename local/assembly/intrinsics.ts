import { AssemblyError, type StackTemplate } from './load.ts';

/** Where an intrinsic is evaluated, and what it may look up. */
export interface Scope {
  readonly stack: StackTemplate;
  /** Construct path for the sentence when something is not supported. */
  readonly construct: string;
  readonly ref: (logicalId: string) => unknown;
  readonly getAtt: (logicalId: string, attribute: string) => unknown;
  readonly importValue: (exportName: string) => unknown;
}

type Args = readonly unknown[];

const list = (scope: Scope, name: string, args: unknown): Args => {
  if (Array.isArray(args)) return args;
  throw new AssemblyError(scope.construct, `${name} needs a list, and the template gives ${JSON.stringify(args)}`);
};

const text = (scope: Scope, name: string, value: unknown): string => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new AssemblyError(scope.construct, `${name} needs text, and got ${JSON.stringify(value)}`);
};

const texts = (scope: Scope, name: string, value: unknown): readonly string[] => {
  const resolved = resolveValue(value, scope);
  return list(scope, name, resolved).map((part) => text(scope, name, resolveValue(part, scope)));
};

/** `${Name}`, `${Name.Attribute}`, `${!Literal}`; the second form of Fn::Sub brings names of its own. */
const substitute = (scope: Scope, args: unknown): string => {
  const [pattern, own] = Array.isArray(args) ? [args[0], args[1] as Record<string, unknown>] : [args, {}];
  return text(scope, 'Fn::Sub', pattern).replaceAll(/\$\{(!?)([^}]+)\}/g, (_all, literal: string, name: string) => {
    if (literal === '!') return `\${${name}}`;
    if (own !== undefined && Object.hasOwn(own, name)) return text(scope, 'Fn::Sub', resolveValue(own[name], scope));
    const dot = name.indexOf('.');
    const value = dot < 0 ? scope.ref(name) : scope.getAtt(name.slice(0, dot), name.slice(dot + 1));
    return text(scope, 'Fn::Sub', value);
  });
};

const getAtt = (scope: Scope, args: unknown): unknown => {
  const [logicalId, attribute] = typeof args === 'string' ? args.split(/\.(.*)/, 2) : list(scope, 'Fn::GetAtt', args);
  return scope.getAtt(text(scope, 'Fn::GetAtt', logicalId), text(scope, 'Fn::GetAtt', resolveValue(attribute, scope)));
};

const findInMap = (scope: Scope, args: unknown): unknown => {
  const [map = '', top = '', second = ''] = texts(scope, 'Fn::FindInMap', args);
  const value = scope.stack.template.Mappings?.[map]?.[top]?.[second];
  if (value === undefined) throw new AssemblyError(scope.construct, `the template's mapping ${map} has no ${top}.${second}`);
  return value;
};

const select = (scope: Scope, args: unknown): unknown => {
  const [index, from] = list(scope, 'Fn::Select', args);
  const choices = list(scope, 'Fn::Select', resolveValue(from, scope));
  const position = Number(resolveValue(index, scope));
  if (choices[position] === undefined)
    throw new AssemblyError(scope.construct, `Fn::Select asks for number ${position} of ${choices.length}`);
  return resolveValue(choices[position], scope);
};

const join = (scope: Scope, args: unknown): string => {
  const [delimiter, parts] = list(scope, 'Fn::Join', args);
  return texts(scope, 'Fn::Join', parts).join(text(scope, 'Fn::Join', delimiter));
};

const split = (scope: Scope, args: unknown): readonly string[] => {
  const [delimiter, whole] = list(scope, 'Fn::Split', args);
  return text(scope, 'Fn::Split', resolveValue(whole, scope)).split(text(scope, 'Fn::Split', delimiter));
};

export const conditionHolds = (name: string, scope: Scope): boolean => {
  const condition = scope.stack.template.Conditions?.[name];
  if (condition === undefined) throw new AssemblyError(scope.construct, `the template declares no condition ${name}`);
  return resolveValue(condition, scope) === true;
};

const choose = (scope: Scope, args: unknown): unknown => {
  const [name, then, otherwise] = list(scope, 'Fn::If', args);
  return resolveValue(conditionHolds(text(scope, 'Fn::If', name), scope) ? then : otherwise, scope);
};

const equals = (scope: Scope, args: unknown): boolean => {
  const [left, right] = list(scope, 'Fn::Equals', args).map((side) => resolveValue(side, scope));
  return String(left) === String(right);
};

const truths = (scope: Scope, name: string, args: unknown): readonly boolean[] =>
  list(scope, name, args).map((part) => resolveValue(part, scope) === true);

const functions: Readonly<Record<string, (scope: Scope, args: unknown) => unknown>> = {
  Ref: (scope, args) => scope.ref(text(scope, 'Ref', args)),
  Condition: (scope, args) => conditionHolds(text(scope, 'Condition', args), scope),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': substitute,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (scope, args) => scope.importValue(text(scope, 'Fn::ImportValue', resolveValue(args, scope))),
  'Fn::If': choose,
  'Fn::Equals': equals,
  'Fn::Not': (scope, args) => !truths(scope, 'Fn::Not', args)[0],
  'Fn::And': (scope, args) => truths(scope, 'Fn::And', args).every(Boolean),
  'Fn::Or': (scope, args) => truths(scope, 'Fn::Or', args).some(Boolean),
};

/** What `{ Ref: 'AWS::NoValue' }` resolves to: the property is absent. */
export const NO_VALUE = Symbol('AWS::NoValue');

const isIntrinsic = (key: string): boolean => key === 'Ref' || key.startsWith('Fn::');

/** Replaces every intrinsic in a template value by what it stands for. `Condition` alone is one only inside conditions. */
export const resolveValue = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) return value.map((part) => resolveValue(part, scope)).filter((part) => part !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (
    entries.length === 1 &&
    first !== undefined &&
    (isIntrinsic(first[0]) || (first[0] === 'Condition' && typeof first[1] === 'string'))
  ) {
    const [name, args] = first;
    const evaluate = functions[name];
    if (evaluate === undefined) throw new AssemblyError(scope.construct, `the local stack does not know the intrinsic ${name}`);
    return evaluate(scope, args);
  }
  const resolved: Record<string, unknown> = {};
  for (const [key, part] of entries) {
    const plain = resolveValue(part, scope);
    if (plain !== NO_VALUE) resolved[key] = plain;
  }
  return resolved;
};
