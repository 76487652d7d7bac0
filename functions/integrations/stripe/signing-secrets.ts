import { Bug } from '../../platform/bug.ts';
import { cachedSecret, refreshedSecret, secretIds } from '../secrets.ts';

/** A rotation has two; more is a mistake that would slow down every check. */
const MAX_SECRETS = 5;

/** `{"webhookSecrets":["whsec_…"]}`. No usable secret is an operator's mistake, never "anything goes". */
const secretsOf = (text: string): readonly string[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's message would repeat the secret.
    throw new Bug('the signing secret is not the JSON {"webhookSecrets":["whsec_…"]}');
  }
  const list = (parsed as { webhookSecrets?: unknown } | null)?.webhookSecrets;
  const usable = Array.isArray(list) ? list.filter((secret): secret is string => typeof secret === 'string' && secret.trim() !== '') : [];
  if (usable.length === 0 || usable.length > MAX_SECRETS)
    throw new Bug(`the signing secret holds ${usable.length} usable values under webhookSecrets; 1 to ${MAX_SECRETS} are needed`);
  return usable;
};

/** The instance that is meant: the one named, or the first where none is; `undefined` where it is not configured. */
export const instanceNamed = (named: string | undefined): { readonly instance: string; readonly secretId: string } | undefined => {
  const ids = secretIds('STRIPE_WEBHOOK_SECRET_IDS', process.env['STRIPE_WEBHOOK_SECRET_IDS']);
  const instance = named ?? ids.keys().next().value;
  const secretId = instance === undefined ? undefined : ids.get(instance);
  return instance === undefined || secretId === undefined ? undefined : { instance, secretId };
};

export const signingSecrets = async (secretId: string): Promise<readonly string[]> => secretsOf(await cachedSecret(secretId));

/** After a signature that fitted none: the secret may have been rolled since. `undefined` where it was read only just. */
export const rereadSigningSecrets = async (secretId: string): Promise<readonly string[] | undefined> => {
  const text = await refreshedSecret(secretId);
  return text === undefined ? undefined : secretsOf(text);
};
