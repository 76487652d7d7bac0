import { secretIds } from '../secrets.ts';

/** The instance that is meant: the one named, or the first where none is; `undefined` where it is not configured. */
export const instanceNamed = (named: string | undefined): { readonly instance: string; readonly secretId: string } | undefined => {
  const ids = secretIds('STRIPE_WEBHOOK_SECRET_IDS', process.env['STRIPE_WEBHOOK_SECRET_IDS']);
  const instance = named ?? ids.keys().next().value;
  const secretId = instance === undefined ? undefined : ids.get(instance);
  return instance === undefined || secretId === undefined ? undefined : { instance, secretId };
};
