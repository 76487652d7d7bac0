import type { Attribute, Attributes } from '../../functions/platform/clients/attributes.ts';
import type { TableRules } from './table.ts';

type Params = Readonly<Record<string, unknown>>;

/** Conditions, by the keys of the items that they guard. */
const CONDITIONS = {
  /** That a showing is new. */
  marker: /^SRC#/,
  /** That a customer's recording is. */
  version: /^ARR#\S+ REC#/,
  /** That an entry of the totals' log is. */
  checkpoint: /^TOT#\d+ LOG#/,
  /** That nobody approved the same adjustment. */
  adjusted: /^RULINGADJUSTED#/,
} as const satisfies Readonly<Record<string, RegExp>>;

/** Lists, by the keys of their items. */
const LISTS = { listed: 'BOOKS#', watched: 'WATCH#' } as const;

/**
 * What keeps a fault from becoming a wrong figure. A run may do without one of them, so that a test sees what it is good for: one of the
 * conditions above, or
 * `riding`: that an event lies on its item, instead of being published by the function after its write;
 * `listed`: that a customer is listed before its first book;
 * `watched`: that a customer of whom something may lapse is listed under that day;
 * `durable answer`: that a webhook is answered 2xx only when it is stored, and else sent again;
 * `sync`: that an org is asked for what its relay may have lost;
 * `reported failures`: that a function says which messages of a batch failed.
 */
export type Protection = keyof typeof CONDITIONS | 'riding' | 'listed' | 'watched' | 'durable answer' | 'reported failures' | 'sync';

const text = (attribute: Attribute | undefined): string => (attribute !== undefined && 'S' in attribute ? attribute.S : '');

/** Whether an item is one that the protection would guard. */
const isGuardedBy = (protection: Protection, { pk, sk }: Attributes): boolean =>
  protection in CONDITIONS && CONDITIONS[protection as keyof typeof CONDITIONS].test(`${text(pk)} ${text(sk)}`);

export const rulesWithout = (protection: Protection): TableRules => ({
  isGuarded: (item) => !isGuardedBy(protection, item),
  isKept: ({ pk }) => !(protection in LISTS && text(pk).startsWith(LISTS[protection as keyof typeof LISTS])),
});

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
