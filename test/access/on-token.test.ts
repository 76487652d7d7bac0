import type { PreTokenGenerationV2TriggerEvent as TokenEvent } from 'aws-lambda';
import { describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/access/on-token.ts';
import { lambdaContext } from '../support/http.ts';

vi.hoisted(() => {
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';
});

/** What Cognito sends before it signs, version 2 (Cognito developer guide, "Pre token generation Lambda trigger"). */
const eventOf = (request: Partial<TokenEvent['request']>): TokenEvent => ({
  version: '2',
  triggerSource: 'TokenGeneration_RefreshTokens',
  region: 'eu-central-1',
  userPoolId: 'eu-central-1_abc',
  userName: 'f0000000-0000-4000-8000-000000000001',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'browser' },
  request: {
    userAttributes: { email: 'zoe@example.com' },
    groupConfiguration: { groupsToOverride: [] },
    scopes: ['openid', 'email'],
    ...request,
  },
  response: { claimsAndScopeOverrideDetails: {} },
});

const answerTo = async (request: Partial<TokenEvent['request']>): Promise<TokenEvent> =>
  (await (handler as (event: unknown, context: unknown) => Promise<unknown>)(eventOf(request), lambdaContext)) as TokenEvent;

const changesOf = async (request: Partial<TokenEvent['request']>) => (await answerTo(request)).response.claimsAndScopeOverrideDetails;

describe('before a token is signed', () => {
  test('the scopes of the groups are added to the access token, and nothing else is changed', async () => {
    const request = { groupConfiguration: { groupsToOverride: ['executive', 'somewhere-else'] } };
    const { response, ...rest } = await answerTo(request);
    const { response: _empty, ...sent } = eventOf(request);
    expect(rest).toEqual(sent);
    expect(response).toEqual({
      claimsAndScopeOverrideDetails: {
        accessTokenGeneration: { scopesToAdd: ['arr/read', 'company/read', 'dashboard/read'], scopesToSuppress: [] },
      },
    });
  });

  test('somebody without a group gets nothing, whether Cognito says so by an empty list or by none', async () => {
    const nothing = { accessTokenGeneration: { scopesToAdd: [], scopesToSuppress: [] } };
    expect(await changesOf({ groupConfiguration: { groupsToOverride: [] } })).toEqual(nothing);
    expect(await changesOf({ groupConfiguration: {} })).toEqual(nothing);
  });

  test('what a client asks for beyond the roles is taken away, and the pool’s own scopes are left alone', async () => {
    const scopes = ['openid', 'aws.cognito.signin.user.admin', 'arr/read', 'company/write', 'anything/else'];
    expect(await changesOf({ groupConfiguration: { groupsToOverride: ['rep'] }, scopes })).toEqual({
      accessTokenGeneration: { scopesToAdd: [], scopesToSuppress: ['arr/read', 'company/write', 'anything/else'] },
    });
    expect(await changesOf({ groupConfiguration: { groupsToOverride: ['auditor'] }, scopes })).toEqual({
      accessTokenGeneration: {
        scopesToAdd: ['arr/read', 'company/read', 'dashboard/read', 'integrations/read', 'ledger/read', 'revops/read'],
        scopesToSuppress: ['company/write', 'anything/else'],
      },
    });
  });
});
