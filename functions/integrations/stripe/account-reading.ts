import { Bug } from '../../platform/bug.ts';
import type { StripeInstance } from '../../platform/config.ts';
import { cachedSecret, refreshedSecret, secretIds } from '../secrets.ts';
import { type StripeReader, stripeReader } from './client.ts';

/** `{"apiKey":"rk_…"}`: a restricted key that only reads; `undefined` for the empty secret that a deployment makes. */
const apiKeyIn = (text: string): string | undefined => /"apiKey"\s*:\s*"([^"\s]+)"/.exec(text)?.[1];

const apiKeyOf = (text: string): string => {
  const key = apiKeyIn(text);
  if (key === undefined) throw new Bug('the API key secret holds no key under apiKey: put in a restricted key that reads');
  return key;
};

const secretIdOf = ({ instance }: StripeInstance): string => {
  const secretId = secretIds('STRIPE_API_KEY_SECRET_IDS', process.env['STRIPE_API_KEY_SECRET_IDS']).get(instance);
  if (secretId === undefined) throw new Bug(`STRIPE_API_KEY_SECRET_IDS has no secret for the instance ${instance}`);
  return secretId;
};

/** `none`: no operator has put in a key yet. `wrong-mode`: the key's own name says that it reads the other mode. */
export type Connection = 'none' | 'wrong-mode' | 'ready';

const connectionBy = (text: string, { livemode }: StripeInstance): Connection => {
  const key = apiKeyIn(text);
  if (key === undefined) return 'none';
  const mode = /^[rs]k_(live|test)_/.exec(key)?.[1];
  return mode === undefined || mode === (livemode ? 'live' : 'test') ? 'ready' : 'wrong-mode';
};

/** Whether there is a key by which the account is read, as far as the secret itself says. */
export const connectionOf = async (config: StripeInstance): Promise<Connection> => {
  const secretId = secretIdOf(config);
  const cached = connectionBy(await cachedSecret(secretId), config);
  if (cached === 'ready') return cached;
  const fresh = await refreshedSecret(secretId);
  return fresh === undefined ? cached : connectionBy(fresh, config);
};

/** Reads of an account for as long as there is time, milliseconds. */
export const openAccount = (config: StripeInstance, budgetMs: () => number): StripeReader => {
  const secretId = secretIdOf(config);
  return stripeReader({
    apiBase: config.apiBase,
    apiKey: async () => apiKeyOf(await cachedSecret(secretId)),
    rereadApiKey: async () => {
      const text = await refreshedSecret(secretId);
      return text === undefined ? undefined : apiKeyOf(text);
    },
    budgetMs,
  });
};
