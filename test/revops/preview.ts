import { expect } from 'vitest';
import { handler } from '../../functions/revops/api.ts';
import { revopsRoutes } from '../../functions/revops/routes.ts';
import { call } from '../support/http.ts';

/** The answer of the preview as far as tests look into it: amounts are text in major units. */
export interface Books {
  readonly exists: boolean;
  readonly asOf: string;
  readonly transactionPrice: {
    readonly total: string;
    readonly recognised: string;
    readonly remaining: string;
    readonly parts: readonly { readonly id: string; readonly effect: string; readonly amount: string }[];
  };
  readonly obligations: readonly {
    readonly id: string;
    readonly sellingPrice: string;
    readonly allocated: string;
    readonly recognised: string;
    readonly remaining: string;
    readonly done: string;
  }[];
  readonly schedule: readonly {
    readonly from: string;
    readonly through: string;
    readonly obligation: string;
    readonly amount: string;
    readonly status: string;
  }[];
  readonly journals: readonly {
    readonly on: string;
    readonly cause: string;
    readonly lines: readonly {
      readonly account: string;
      readonly obligation?: string;
      readonly debit?: string;
      readonly credit?: string;
    }[];
  }[];
  readonly balances: readonly { readonly on: string; readonly accounts: Readonly<Record<string, string>> }[];
  readonly decisions: readonly { readonly on: string; readonly rule: string; readonly paragraph: string; readonly sentence: string }[];
}

const { method, path, scope, response } = revopsRoutes.previewRecognition;

/** Whatever is answered, without a check. */
export const asked = (body: unknown) =>
  call<{ readonly contracts: readonly Books[]; readonly field: string; readonly detail: string }>(handler, method, path, {
    scopes: [scope],
    body,
  });

/** The books of a request that is right; its answer fits the schema that the route promises. */
export const booksOf = async (body: unknown): Promise<readonly Books[]> => {
  const { status, json } = await asked(body);
  expect([status, json.detail]).toEqual([200, undefined]);
  expect(response.safeParse(json)).toMatchObject({ success: true });
  return json.contracts;
};

interface Short {
  readonly policies?: object;
  readonly asOf?: string;
  readonly events?: readonly object[];
  readonly balancesOn?: readonly string[];
  readonly schedule?: string;
}

/** The books of one contract: signed on 2026-01-01 in USD where nothing else is said. */
export const contractBooks = async (contract: object, rest: Short = {}): Promise<Books> => {
  const [books] = await booksOf({ contracts: [{ id: 'contract', currency: 'USD', signedOn: '2026-01-01', ...contract }], ...rest });
  return books!;
};

/** A journal in one line: `2026-01-31 receivable 1000.00 / contractLiability 1000.00`. */
export const journalTexts = ({ journals }: Books): readonly string[] =>
  journals.map(({ on, lines }) => {
    const side = (name: 'debit' | 'credit') =>
      lines
        .filter((line) => line[name] !== undefined)
        .map((line) => `${line.account}${line.obligation === undefined ? '' : ` ${line.obligation}`} ${line[name]}`)
        .join(', ');
    return `${on} ${side('debit')} / ${side('credit')}`;
  });

/** Revenue by month, `2026-01` → `17.00`; of one obligation, or of all where none is named. */
export const revenueByMonth = ({ schedule }: Books, obligation?: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    schedule
      .filter((row) => obligation === undefined || row.obligation === obligation)
      .map(({ from, amount }) => [from.slice(0, 7), amount]),
  );

/** Accounts at the end of a day. */
export const accountsOn = ({ balances }: Books, on: string): Readonly<Record<string, string>> =>
  balances.find((balance) => balance.on === on)?.accounts ?? {};

export const allocations = ({ obligations }: Books): Readonly<Record<string, string>> =>
  Object.fromEntries(obligations.map(({ id, allocated }) => [id, allocated]));
