import {
  FeaturePlan,
  LambdaVersion,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StandardThreatProtectionMode,
  UserPool,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito';
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ROLES, type Role } from '../functions/access/roles.ts';
import { pascal } from './kit/capability-stack.ts';
import { type FunctionPlatform, PlainFunction } from './kit/function.ts';

export interface SignIn {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** The client by which the web application signs people in. */
  readonly browserClientId: string;
}

/** The web application of the local stack. */
const LOCAL_URL = 'http://localhost:8080/';

/** Its address must be unique in the region, hence the account's number. */
const domainPrefix = (scope: Construct, prefix: string): string => `${prefix}-${Stack.of(scope).account}`;

/** Base of the OAuth endpoints, told before they are there: who may be asked for tokens is needed by what the user pool needs. */
export const signInUrl = (scope: Construct, prefix: string): string =>
  `https://${domainPrefix(scope, prefix)}.auth.${Stack.of(scope).region}.amazoncognito.com`;

const rolesOf = (holder: Role['holder']): readonly (readonly [string, Role])[] =>
  Object.entries<Role>(ROLES).filter(([, role]) => role.holder === holder);

/** A resource server for each word before the slash; gives each scope, `arr/read`, as a client may be allowed it. */
const resourceServers = (pool: UserPool, scopes: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, OAuthScope> =>
  new Map(
    [...scopes].flatMap(([server, names]) => {
      const declared = names.map((name) => new ResourceServerScope({ scopeName: name, scopeDescription: `${name} of ${server}` }));
      const resourceServer = pool.addResourceServer(`Scopes-${server}`, { identifier: server, scopes: declared });
      return declared.map((one): [string, OAuthScope] => [`${server}/${one.scopeName}`, OAuthScope.resourceServer(resourceServer, one)]);
    }),
  );

/**
 * People sign in by name, password and a one-time code, and are in the groups of their roles: before their token is signed, a function adds
 * the scopes of these roles, and the browser's client can ask for none. Programs have the credentials of a client that carries their role's
 * scopes. A token so carries scopes such as `arr/read`, which the routes ask for. Nobody signs up: an administrator invites.
 */
export const signIn = (
  scope: Construct,
  platform: FunctionPlatform,
  scopes: ReadonlyMap<string, readonly string[]>,
  webUrl: string,
): SignIn => {
  const { prefix } = platform;
  // Where the browser returns to.
  const returnUrls = [`${webUrl}/`, LOCAL_URL];
  const pool = new UserPool(scope, 'People', {
    userPoolName: prefix,
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    mfa: Mfa.REQUIRED,
    mfaSecondFactor: { otp: true, sms: false },
    passwordPolicy: {
      minLength: 14,
      requireDigits: true,
      requireLowercase: true,
      requireUppercase: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(3),
    },
    // Threat protection needs this plan; scopes in access tokens need Essentials, which it includes.
    featurePlan: FeaturePlan.PLUS,
    standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const onToken = new PlainFunction(scope, platform, 'access/on-token', {
    purpose: "Adds the scopes of a person's groups to the access token that the user pool is about to sign",
    // The pool waits no longer.
    timeout: Duration.seconds(5),
    memoryMb: 256,
  });
  pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, onToken.lambda, LambdaVersion.V2_0);
  for (const [name, { purpose }] of rolesOf('person')) pool.addGroup(`Role${pascal(name)}`, { groupName: name, description: purpose });
  const declared = resourceServers(pool, scopes);
  pool.addDomain('Domain', { cognitoDomain: { domainPrefix: domainPrefix(scope, prefix) } });
  const browser = pool.addClient('Browser', {
    userPoolClientName: 'browser',
    generateSecret: false,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    authFlows: { userSrp: true },
    accessTokenValidity: Duration.minutes(60),
    refreshTokenValidity: Duration.hours(12),
    oAuth: {
      flows: { authorizationCodeGrant: true },
      // None of the API's: those a person has by roles, whatever the page asks for.
      scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
      callbackUrls: returnUrls,
      logoutUrls: returnUrls,
    },
  });
  const programs = rolesOf('program').map(([name, role]) =>
    pool.addClient(`Program${pascal(name)}`, {
      userPoolClientName: name,
      generateSecret: true,
      enableTokenRevocation: true,
      authFlows: {},
      accessTokenValidity: Duration.minutes(60),
      oAuth: { flows: { clientCredentials: true }, scopes: role.scopes.map((wanted) => scopeOf(declared, name, wanted)) },
    }),
  );
  new CfnOutput(scope, 'SignInUrl', {
    value: signInUrl(scope, prefix),
    description: 'OAuth endpoints: <this>/oauth2/authorize and /oauth2/token',
  });
  new CfnOutput(scope, 'BrowserClientId', { value: browser.userPoolClientId });
  const { region } = Stack.of(scope);
  return {
    issuer: `https://cognito-idp.${region}.amazonaws.com/${pool.userPoolId}`,
    audience: [browser, ...programs].map(({ userPoolClientId }) => userPoolClientId),
    browserClientId: browser.userPoolClientId,
  };
};

/** Cognito gives a client only scopes that a resource server has, and those are what routes ask for. */
const scopeOf = (declared: ReadonlyMap<string, OAuthScope>, role: string, scope: string): OAuthScope => {
  const found = declared.get(scope);
  if (found === undefined) throw new Error(`the role ${role} has the scope ${scope}, which no route asks for`);
  return found;
};
