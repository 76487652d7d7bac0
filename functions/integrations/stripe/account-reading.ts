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

/** Whether an operator has put in a key by which the account is read. */
export const isConnected = async (config: StripeInstance): Promise<boolean> => {
  const secretId = secretIdOf(config);
  if (apiKeyIn(await cachedSecret(secretId)) !== undefined) return true;
  const fresh = await refreshedSecret(secretId);
  return fresh !== undefined && apiKeyIn(fresh) !== undefined;
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
