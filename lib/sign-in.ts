import {
  FeaturePlan,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StandardThreatProtectionMode,
  UserPool,
  type UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

export interface SignIn {
  readonly issuer: string;
  readonly audience: readonly string[];
}

/** Where the browser returns to; the dashboard's address is added when it is deployed. */
const CALLBACK_URLS = ['http://localhost:8080/'];

/**
 * People sign in by name, password and a one-time code; services by client credentials. A token carries scopes such as `arr/read`, which
 * the routes ask for. Nobody signs up: an administrator invites.
 */
export const signIn = (scope: Construct, prefix: string, scopes: ReadonlyMap<string, readonly string[]>): SignIn => {
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
    featurePlan: FeaturePlan.PLUS,
    standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const allScopes = [...scopes].flatMap(([server, names]) => {
    const declared = names.map((name) => new ResourceServerScope({ scopeName: name, scopeDescription: `${name} of ${server}` }));
    const resourceServer: UserPoolResourceServer = pool.addResourceServer(`Scopes-${server}`, { identifier: server, scopes: declared });
    return declared.map((one) => OAuthScope.resourceServer(resourceServer, one));
  });
  // Its address must be unique in the region, hence the account's number.
  const domain = pool.addDomain('Domain', { cognitoDomain: { domainPrefix: `${prefix}-${Stack.of(scope).account}` } });
  const people = pool.addClient('Browser', {
    userPoolClientName: `${prefix}-browser`,
    generateSecret: false,
    preventUserExistenceErrors: true,
    enableTokenRevocation: true,
    authFlows: { userSrp: true },
    accessTokenValidity: Duration.minutes(60),
    refreshTokenValidity: Duration.hours(12),
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, ...allScopes],
      callbackUrls: CALLBACK_URLS,
      logoutUrls: CALLBACK_URLS,
    },
  });
  const services = pool.addClient('Services', {
    userPoolClientName: `${prefix}-services`,
    generateSecret: true,
    enableTokenRevocation: true,
    authFlows: {},
    accessTokenValidity: Duration.minutes(60),
    oAuth: { flows: { clientCredentials: true }, scopes: allScopes },
  });
  new CfnOutput(scope, 'SignInUrl', { value: domain.baseUrl(), description: 'OAuth endpoints: <this>/oauth2/authorize and /oauth2/token' });
  new CfnOutput(scope, 'BrowserClientId', { value: people.userPoolClientId });
  const { region } = Stack.of(scope);
  return {
    issuer: `https://cognito-idp.${region}.amazonaws.com/${pool.userPoolId}`,
    audience: [people.userPoolClientId, services.userPoolClientId],
  };
};
