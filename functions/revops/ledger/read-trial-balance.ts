import { companyConfig } from '../../platform/config.ts';
import { ok, type Result } from '../../platform/result.ts';
import { readBalances } from './balance-store.ts';
import { type Counted, type TrialBalance, trialBalanceOf } from './balances.ts';
import { booksOf, type EntityProblem } from './entity.ts';
import { today } from './read-journals.ts';

export interface TrialBalanceAsked {
  readonly legalEntity: string;
  /** Default: today in the company's zone. */
  readonly on?: string | undefined;
  /** Only rows in this currency; default: in all. */
  readonly currency?: string | undefined;
}

/** A trial balance with whose it is, and how far journals are counted in it. */
export interface TrialBalanceTold extends TrialBalance {
  readonly legalEntity: string;
  readonly functionalCurrency: string;
  readonly on: string;
  readonly counted: Counted;
}

/** What the accounts of a legal entity come to at the end of a day. */
export const readTrialBalance = async ({
  legalEntity,
  on = today(),
  currency,
}: TrialBalanceAsked): Promise<Result<TrialBalanceTold, EntityProblem>> => {
  const books = booksOf(legalEntity, companyConfig());
  if (!books.ok) return books;
  const { cells, counted } = await readBalances(legalEntity, on);
  const { functionalCurrency, chart } = books.value;
  return ok({ legalEntity, functionalCurrency, on, ...trialBalanceOf(cells, chart, currency), counted });
};
