import type { PreTokenGenerationV2TriggerEvent as TokenEvent } from 'aws-lambda';
import type { LambdaInvoker, Resource, Resources } from '../service.ts';
import type { Issuer } from './issuer.ts';

/**
 * Stands in for the user pool of the template: people get the scopes of their groups, by the function that Cognito would ask, and programs
 * those of their client.
 */
export interface UserPool {
  /** Names of the groups. */
  readonly groups: readonly string[];
  /** Names of the clients whose credentials programs have. */
  readonly programs: readonly string[];
  /** Of a person in these groups who signed in by the browser; whether the pool has such groups is not asked. */
  readonly personToken: (person: Person) => Promise<string>;
  readonly programToken: (program: Program) => Promise<string>;
}

export interface Person {
  readonly subject: string;
  readonly groups: readonly string[];
  /** Wall seconds. */
  readonly expiresInSeconds: number;
}

export interface Program {
  readonly name: string;
  readonly expiresInSeconds: number;
}

const textsOf = ({ properties }: Resource, property: string): readonly string[] => (properties[property] ?? []) as readonly string[];
const nameOf = ({ properties }: Resource): string => String(properties['ClientName'] ?? '');

/** The function that is asked before a person's token is signed. */
export const tokenTriggerOf = ({ properties }: Resource): { readonly functionArn: string; readonly version: string } | undefined => {
  const { PreTokenGenerationConfig: trigger } = (properties['LambdaConfig'] ?? {}) as {
    readonly PreTokenGenerationConfig?: { readonly LambdaArn: string; readonly LambdaVersion: string };
  };
  return trigger === undefined ? undefined : { functionArn: trigger.LambdaArn, version: trigger.LambdaVersion };
};

/** The event of version 2, as the hosted sign-in page makes it. Of the person it says no more than a number. */
const eventOf = (pool: Resource, client: Resource, { subject, groups }: Person): TokenEvent => ({
  version: '2',
  triggerSource: 'TokenGeneration_HostedAuth',
  region: pool.arn.split(':')[3] ?? '',
  userPoolId: pool.ref,
  userName: subject,
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: client.ref },
  request: {
    userAttributes: { sub: subject, 'cognito:user_status': 'CONFIRMED' },
    groupConfiguration: { groupsToOverride: [...groups], iamRolesToOverride: [] },
    scopes: [...textsOf(client, 'AllowedOAuthScopes')],
  },
  response: { claimsAndScopeOverrideDetails: {} },
});

/** The pool of the template, or undefined where it has none. */
export const openUserPool = (resources: Resources, issuer: Issuer, invoker: LambdaInvoker): UserPool | undefined => {
  const [pool] = resources.ofType('AWS::Cognito::UserPool');
  if (pool === undefined) return undefined;
  const clientsWith = (flow: string): readonly Resource[] =>
    resources.ofType('AWS::Cognito::UserPoolClient').filter((client) => textsOf(client, 'AllowedOAuthFlows').includes(flow));
  const groups = resources.ofType('AWS::Cognito::UserPoolGroup').map(({ properties }) => String(properties['GroupName']));
  const programs = clientsWith('client_credentials');
  const [browser] = clientsWith('code');
  const trigger = tokenTriggerOf(pool);
  const issuerUrl = `https://cognito-idp.${pool.arn.split(':')[3]}.amazonaws.com/${pool.ref}`;

  const scopesOf = async (client: Resource, person: Person): Promise<readonly string[]> => {
    const event = eventOf(pool, client, person);
    const { scopes: asked = [] } = event.request;
    if (trigger === undefined) return asked;
    const outcome = await invoker.invoke(trigger.functionArn, event);
    // Cognito signs nothing either where the function fails.
    if (!outcome.ok) throw new Error(`${trigger.functionArn} failed, so there is no token: ${outcome.error}`);
    const { accessTokenGeneration = {} } = (outcome.payload as TokenEvent).response.claimsAndScopeOverrideDetails;
    const { scopesToAdd = [], scopesToSuppress = [] } = accessTokenGeneration;
    return [...new Set([...asked, ...scopesToAdd])].filter((scope) => !scopesToSuppress.includes(scope));
  };

  return {
    groups,
    programs: programs.map(nameOf),
    personToken: async (person) => {
      if (browser === undefined) throw new Error(`${pool.path} has no client by which people sign in`);
      const { subject, groups: of, expiresInSeconds } = person;
      const scopes = await scopesOf(browser, person);
      return issuer.sign({ issuer: issuerUrl, clientId: browser.ref, subject, groups: of, scopes, expiresInSeconds });
    },
    programToken: async ({ name, expiresInSeconds }) => {
      const client = programs.find((one) => nameOf(one) === name);
      if (client === undefined) throw new Error(`${pool.path} has no program ${name}`);
      const scopes = textsOf(client, 'AllowedOAuthScopes');
      return issuer.sign({ issuer: issuerUrl, clientId: client.ref, subject: client.ref, scopes, expiresInSeconds });
    },
  };
};
