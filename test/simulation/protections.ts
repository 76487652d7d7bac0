import type { Attribute, Attributes } from '../../functions/platform/clients/attributes.ts';

/**
 * What keeps a fault from becoming a wrong figure. A run may do without one of them, so that a test sees what it is good for:
 * `marker`: the condition that a showing is new; `version`: that a customer's recording is; `checkpoint`: that an entry of the totals' log is;
 * `riding`: that an event lies on its item, instead of being published by the function after its write.
 */
export type Protection = 'marker' | 'version' | 'checkpoint' | 'riding';

type Params = Readonly<Record<string, unknown>>;

const KEYS: Readonly<Record<Protection, RegExp | undefined>> = {
  marker: /^SRC#/,
  version: /^ARR#/,
  checkpoint: /^TOT#/,
  riding: undefined,
};

const text = (attribute: Attribute | undefined): string => (attribute !== undefined && 'S' in attribute ? attribute.S : '');

/** Whether an item is one that the protection would guard. */
export const isGuardedBy = (protection: Protection | undefined, item: Attributes): boolean =>
  protection !== undefined && KEYS[protection]?.test(text(item['pk'])) === true;

const bare = (protection: Protection, params: Params): Params => {
  const item = (params['Item'] ?? params['Key']) as Attributes;
  if (!isGuardedBy(protection, item)) return params;
  const { ConditionExpression: _, ...rest } = params;
  return rest;
};

/** The request without the conditions of a protection. */
export const unprotected = (protection: Protection, operation: string, input: Params): Params => {
  if (operation === 'PutItem') return bare(protection, input);
  if (operation !== 'TransactWriteItems') return input;
  const writes = input['TransactItems'] as readonly Readonly<Record<string, Params>>[];
  return {
    ...input,
    TransactItems: writes.map((write) =>
      Object.fromEntries(Object.entries(write).map(([kind, params]) => [kind, bare(protection, params)])),
    ),
  };
};
