import { AssemblyError } from './assembly/load.ts';
import type { Api } from './http/routes.ts';
import { tokenTriggerOf } from './http/user-pool.ts';
import { type LocalFunction, missingVariables } from './lambda/functions.ts';
import type { Policies } from './policy.ts';
import type { Resource, Resources } from './service.ts';
import { compilePattern, parseEvent } from './services/event-pattern.ts';

/** An event as a bus delivers it, made of a retained sample. */
export interface SampleEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: unknown;
  readonly [field: string]: unknown;
}

/** What each check finds wrong, as sentences that name the construct. */
type Finding = AssemblyError;

const checkVariables = (functions: readonly LocalFunction[]): readonly Finding[] =>
  functions.flatMap((fn) =>
    missingVariables(fn).map(
      (name) =>
        new AssemblyError(
          fn.construct,
          `its code reads the environment variable ${name}, which the template does not give it: a method of lib/kit/function.ts (readsTable, readsCompany, readsSecrets, sendsTo, putsEventsOn) grants the use and sets the variable`,
        ),
    ),
  );

/** One pattern for each event name that a pattern lists: a name that is misspelt among right ones would go unnoticed. */
const byEventName = (pattern: unknown): readonly unknown[] => {
  const names = (pattern as { readonly 'detail-type'?: unknown })['detail-type'];
  return Array.isArray(names) ? names.map((name) => ({ ...(pattern as object), 'detail-type': [name] })) : [pattern];
};

/** A rule that no sample of a declared event fits would wait for ever, and nobody would notice. */
const checkRules = (resources: Resources, samples: readonly SampleEvent[]): readonly Finding[] => {
  const texts = samples.map((sample) => JSON.stringify(sample));
  const fits = (pattern: unknown): boolean => {
    const { matches, needsNumberText } = compilePattern(pattern);
    return texts.some((text) => matches(parseEvent(text, needsNumberText)));
  };
  const sentence = (pattern: unknown): string =>
    `its pattern ${JSON.stringify(pattern)} fits none of the ${samples.length} retained samples of declared events`;
  return resources.ofType('AWS::Events::Rule').flatMap((rule) => {
    const pattern = rule.properties['EventPattern'];
    if (pattern === undefined) return [];
    return byEventName(pattern)
      .filter((one) => !fits(one))
      .map((one) => new AssemblyError(rule.path, sentence(one)));
  });
};

const QUEUE_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const STREAM_ACTIONS = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];

/** Lambda polls with the function's own role, so that role needs the poller's grants. */
const checkEventSources = (resources: Resources, functions: readonly LocalFunction[], policies: Policies): readonly Finding[] =>
  resources.ofType('AWS::Lambda::EventSourceMapping').flatMap((mapping) => {
    const fn = functionOf(mapping, functions);
    const source = String(mapping.properties['EventSourceArn']);
    const actions = source.startsWith('arn:aws:sqs:') ? QUEUE_ACTIONS : STREAM_ACTIONS;
    return actions
      .filter((action) => policies.decide(fn.roleArn, { action, resource: source }) !== 'allowed')
      .map((action) => new AssemblyError(fn.construct, `its role lacks a grant that its event source needs: ${action} on ${source}`));
  });

export const functionOf = (mapping: Resource, functions: readonly LocalFunction[]): LocalFunction => {
  const wanted = String(mapping.properties['FunctionName']);
  const fn = functions.find(({ name, arn }) => name === wanted || arn === wanted);
  if (fn === undefined) throw new AssemblyError(mapping.path, `its function ${wanted} is not in the assembly`);
  return fn;
};

const segmentsFit = (pattern: string, actual: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(actual);

/** The API may call a function only where a `AWS::Lambda::Permission` says so. */
const checkApiPermissions = (resources: Resources, api: Api | undefined): readonly Finding[] => {
  const permissions = resources
    .ofType('AWS::Lambda::Permission')
    .filter(({ properties }) => properties['Principal'] === 'apigateway.amazonaws.com');
  return (api?.routes ?? []).flatMap((route) => {
    const fn = resources.byArn(route.functionArn);
    if (fn === undefined) return [new AssemblyError(route.construct, `its function ${route.functionArn} is not in the assembly`)];
    const [method, path] = route.routeKey === '$default' ? ['*', '/$default'] : route.routeKey.split(' ');
    // arn:…:execute-api:region:account:api/stage/METHOD/path, where ANY stands as *
    const called = `${api?.apiId}/${api?.stage}/${method === 'ANY' ? '*' : method}${path}`;
    const allowed = permissions.some(({ properties }) => {
      const source = properties['SourceArn'];
      const names: readonly unknown[] = [fn.arn, fn.ref];
      return (
        names.includes(properties['FunctionName']) &&
        (source === undefined || segmentsFit(String(source).split(':').slice(5).join(':'), called))
      );
    });
    return allowed
      ? []
      : [new AssemblyError(route.construct, `the HTTP API lacks the permission to invoke ${fn.path} for ${route.routeKey}`)];
  });
};

/** The user pool asks one function, before it signs a token, and needs the permission to: without it nobody could sign in. */
const checkUserPools = (resources: Resources): readonly Finding[] =>
  resources.ofType('AWS::Cognito::UserPool').flatMap((pool) => {
    const other = Object.keys((pool.properties['LambdaConfig'] ?? {}) as object).find((name) => name !== 'PreTokenGenerationConfig');
    if (other !== undefined) return [new AssemblyError(pool.path, `the local stack does not play the trigger ${other}`)];
    const trigger = tokenTriggerOf(pool);
    if (trigger === undefined) return [];
    if (trigger.version !== 'V2_0')
      return [
        new AssemblyError(pool.path, `the local stack plays pre token generation of version V2_0 only, and this is ${trigger.version}`),
      ];
    const fn = resources.byArn(trigger.functionArn);
    if (fn === undefined) return [new AssemblyError(pool.path, `its function ${trigger.functionArn} is not in the assembly`)];
    const allowed = resources
      .ofType('AWS::Lambda::Permission')
      .some(
        ({ properties }) =>
          properties['Principal'] === 'cognito-idp.amazonaws.com' &&
          [fn.arn, fn.ref].includes(String(properties['FunctionName'])) &&
          properties['SourceArn'] === pool.arn,
      );
    return allowed ? [] : [new AssemblyError(pool.path, `the user pool lacks the permission to invoke ${fn.path}`)];
  });

export interface Wiring {
  readonly resources: Resources;
  readonly functions: readonly LocalFunction[];
  readonly policies: Policies;
  readonly api: Api | undefined;
  /** Undefined: rules are not checked. */
  readonly samples: readonly SampleEvent[] | undefined;
}

/** Throws what is wrong with the wiring, all of it: the start stops before anything runs. */
export const checkWiring = ({ resources, functions, policies, api, samples }: Wiring): void => {
  const findings = [
    ...checkVariables(functions),
    ...checkEventSources(resources, functions, policies),
    ...checkApiPermissions(resources, api),
    ...checkUserPools(resources),
    ...(samples === undefined ? [] : checkRules(resources, samples)),
  ];
  if (findings.length === 0) return;
  throw findings.length === 1 ? findings[0] : new AggregateError(findings, findings.map(({ message }) => message).join('\n'));
};
