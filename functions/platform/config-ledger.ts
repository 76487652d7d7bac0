import * as z from 'zod/mini';

export const ACCOUNT_TYPES = ['asset', 'liability', 'equity', 'income', 'expense'] as const;
export const SUB_LEDGERS = ['receivables', 'contract-assets', 'contract-liabilities', 'refund-liabilities', 'capitalised-costs'] as const;

/** An account of the general ledger. */
const accountSchema = z.object({
  number: z.string().check(z.regex(/^[0-9]{3,8}$/, 'three to eight digits')),
  name: z.string().check(z.minLength(1), z.maxLength(80), z.regex(/^[^\s;][^;|\n\t]*$/, 'no blank at its start, no semicolon, bar or tab')),
  type: z.enum(ACCOUNT_TYPES),
  /** Its balance stands on the other side than that of its type, e.g. an allowance among the assets. */
  isContra: z._default(z.boolean(), false),
  /** A right to or duty of a fixed number of units of money (ASC 830-10-45-18): in a foreign currency it is remeasured at closing rates. */
  isMonetary: z._default(z.boolean(), false),
  subLedger: z.optional(z.enum(SUB_LEDGERS)),
});

export type Account = z.infer<typeof accountSchema>;

/** Beside the default chart, by number: a number of that chart is another account from then on. */
export const ledgerSchema = z.object({ accounts: z._default(z.array(accountSchema).check(z.maxLength(40)), []) });

export const areNumberedApart = (accounts: readonly Account[]): boolean =>
  new Set(accounts.map(({ number }) => number)).size === accounts.length;
