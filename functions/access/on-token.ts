import type { PreTokenGenerationV2TriggerEvent as TokenEvent } from 'aws-lambda';
import { handlerOf } from '../platform/handler.ts';
import { count } from '../platform/metrics.ts';
import { scopesOfGroups } from './roles.ts';

/** `arr/read`, and not the pool's own `openid`. */
const isOfTheApi = (scope: string): boolean => scope.includes('/');

/**
 * Before the user pool signs a person's access token, at sign-in and at each refresh: adds the scopes of the person's groups, and takes away
 * what the client asked for beyond them. Of the API's scopes the token then carries those of the roles, whatever the client is. Programs do not
 * pass here: their client's own list is their role (`lib/sign-in.ts`).
 */
export const handler = handlerOf<TokenEvent, TokenEvent>('access/on-token', async (event) => {
  const { groupConfiguration, scopes: asked = [] } = event.request;
  const granted = new Set<string>(scopesOfGroups(groupConfiguration.groupsToOverride ?? []));
  const scopesToSuppress = asked.filter((scope) => isOfTheApi(scope) && !granted.has(scope));
  count('Handled', 1);
  return {
    ...event,
    response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: { scopesToAdd: [...granted], scopesToSuppress } } },
  };
});
