import { AssemblyError } from './assembly/load.ts';
import type { AccessNeeded, Resource, Resources } from './service.ts';

/** IAM's order: an explicit deny wins, then any allow, and without one the answer is an implicit deny. */
export type Decision = 'allowed' | 'implicitly-denied' | 'explicitly-denied';

interface PolicyDocument {
  readonly Statement: RawStatement | readonly RawStatement[];
}

interface RawStatement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  readonly [element: string]: unknown;
}

type RequestContext = Readonly<Record<string, readonly string[]>>;

interface Statement {
  readonly deny: boolean;
  readonly actions: RegExp;
  readonly resources: RegExp;
  readonly holds: (context: RequestContext) => boolean;
}

/** AWS's own policies that our roles may name; they allow logs and traces, which need no grant locally. */
const INERT_MANAGED_POLICIES = [
  'AWSLambdaBasicExecutionRole',
  'AWSXRayDaemonWriteAccess',
  'AWSXrayWriteOnlyAccess',
  'CloudWatchLambdaApplicationSignalsExecutionRolePolicy',
];

/** Every call reaches the services over the machine's own loopback, which stands for TLS. */
const LOCAL_CONTEXT: RequestContext = { 'aws:SecureTransport': ['true'] };

const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** IAM's wildcards: `*` is any text, `?` one character. */
const wildcards = (patterns: readonly string[], flags = ''): RegExp =>
  new RegExp(
    `^(?:${patterns
      .map((pattern) =>
        pattern
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.'),
      )
      .join('|')})$`,
    `s${flags}`,
  );

type Test = (actual: readonly string[], expected: readonly string[]) => boolean;

const like: Test = (actual, expected) => actual.some((value) => wildcards(expected).test(value));
const equal: Test = (actual, expected) => actual.some((value) => expected.includes(value));
const lowered: Test = (actual, expected) =>
  equal(
    actual,
    expected.map((value) => value.toLowerCase()),
  );

const operators: Readonly<Record<string, Test>> = {
  StringEquals: equal,
  StringNotEquals: (actual, expected) => !equal(actual, expected),
  StringLike: like,
  ArnEquals: like,
  ArnLike: like,
  Bool: lowered,
  'ForAllValues:StringEquals': (actual, expected) => actual.every((value) => expected.includes(value)),
  'ForAllValues:StringLike': (actual, expected) => actual.every((value) => wildcards(expected).test(value)),
};

/** Negated and `ForAllValues` operators hold when the request lacks the key, all others do not. */
const holdsWithoutKey = (operator: string): boolean => operator.startsWith('ForAllValues:') || operator.includes('Not');

const compileCondition = (construct: string, condition: RawStatement['Condition']): Statement['holds'] => {
  const tests = Object.entries(condition ?? {}).flatMap(([name, keys]) => {
    const ifExists = name.endsWith('IfExists');
    const operator = ifExists ? name.slice(0, -'IfExists'.length) : name;
    const test = operators[operator];
    if (test === undefined)
      throw new AssemblyError(construct, `the local stack does not know the condition operator ${name} in its policy`);
    return Object.entries(keys).map(([key, expected]) => (context: RequestContext): boolean => {
      const actual = context[key] ?? LOCAL_CONTEXT[key];
      return actual === undefined ? ifExists || holdsWithoutKey(operator) : test(actual, listOf(expected).map(String));
    });
  });
  return (context) => tests.every((test) => test(context));
};

const compileStatement = (construct: string, raw: RawStatement): Statement => {
  for (const element of ['NotAction', 'NotResource', 'NotPrincipal']) {
    if (raw[element] !== undefined) throw new AssemblyError(construct, `${element} in a policy is refused: it grants what nobody listed`);
  }
  const resources = listOf(raw.Resource);
  const variable = resources.find((resource) => resource.includes('${'));
  if (variable !== undefined) throw new AssemblyError(construct, `the local stack does not know policy variables (${variable})`);
  return {
    deny: raw.Effect === 'Deny',
    actions: wildcards(listOf(raw.Action), 'i'),
    resources: wildcards(resources),
    holds: compileCondition(construct, raw.Condition),
  };
};

const statementsOf = (construct: string, document: unknown): readonly Statement[] =>
  listOf((document as PolicyDocument).Statement).map((statement) => compileStatement(construct, statement));

const decide = (statements: readonly Statement[], { action, resource, context = {} }: AccessNeeded): Decision => {
  const matching = statements.filter(
    (statement) => statement.actions.test(action) && statement.resources.test(resource) && statement.holds(context),
  );
  if (matching.some(({ deny }) => deny)) return 'explicitly-denied';
  return matching.length > 0 ? 'allowed' : 'implicitly-denied';
};

const statementsOfRole = (role: Resource, resources: Resources): readonly Statement[] => {
  const { Policies, ManagedPolicyArns } = role.properties as {
    readonly Policies?: readonly { readonly PolicyDocument: unknown }[];
    readonly ManagedPolicyArns?: readonly string[];
  };
  const inline = (Policies ?? []).flatMap(({ PolicyDocument }) => statementsOf(role.path, PolicyDocument));
  const attached = [...resources.ofType('AWS::IAM::Policy'), ...resources.ofType('AWS::IAM::ManagedPolicy')]
    .filter(
      (policy) =>
        listOf(policy.properties['Roles'] as readonly string[] | undefined).includes(role.ref) ||
        ManagedPolicyArns?.includes(policy.arn) === true,
    )
    .flatMap((policy) => statementsOf(policy.path, policy.properties['PolicyDocument']));
  for (const arn of ManagedPolicyArns ?? []) {
    const name = arn.split('/').at(-1) ?? arn;
    if (resources.byArn(arn) === undefined && !INERT_MANAGED_POLICIES.includes(name)) {
      throw new AssemblyError(role.path, `the local stack does not know what the managed policy ${arn} allows`);
    }
  }
  return [...inline, ...attached];
};

export interface Policies {
  readonly decide: (roleArn: string, needed: AccessNeeded) => Decision;
}

/** Compiles every role's policies once; decisions without a context are remembered. */
export const openPolicies = (resources: Resources): Policies => {
  const roles = new Map(resources.ofType('AWS::IAM::Role').map((role) => [role.arn, statementsOfRole(role, resources)]));
  const remembered = new Map<string, Decision>();
  return {
    decide: (roleArn, needed) => {
      const statements = roles.get(roleArn) ?? [];
      if (needed.context !== undefined) return decide(statements, needed);
      const key = `${roleArn} ${needed.action} ${needed.resource}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const decision = decide(statements, needed);
      remembered.set(key, decision);
      return decision;
    },
  };
};
