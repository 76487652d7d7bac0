import { ratesInForce } from '../../company/index.ts';
import { companyConfig } from '../../platform/config.ts';
import { ok, type Problem, type Result } from '../../platform/result.ts';
import { readBalances } from './balance-store.ts';
import { booksOf } from './entity.ts';
import { type Posted, type Poster, type PostProblem, postJournal } from './post.ts';
import { foreignCurrencies, remeasurementOf } from './remeasure.ts';

/** What became of the monetary balances in a currency; `right`: they stood at the closing rate already. */
export type RemeasuredCurrency = { readonly currency: string; readonly status: 'right' } | ({ readonly currency: string } & Posted);

/**
 * Brings the monetary balances of a legal entity to the closing rates of a day, a journal a currency. It starts from the balances as they are
 * counted: journals that are counted later are brought there when it is sent again. Problem `rate-missing`: nothing was posted.
 */
export const remeasureBooks = async (
  { legalEntity, on }: { readonly legalEntity: string; readonly on: string },
  poster: Poster,
): Promise<Result<readonly RemeasuredCurrency[], PostProblem | Problem<'rate-missing'>>> => {
  const books = booksOf(legalEntity, companyConfig());
  if (!books.ok) return books;
  const { functionalCurrency, chart } = books.value;
  const { cells } = await readBalances(legalEntity, on);
  const currencies = foreignCurrencies(cells, chart, functionalCurrency);
  const { table } = await ratesInForce('closing', on, currencies, functionalCurrency);
  const found = currencies.map((currency) => ({ currency, rate: table.find(currency, functionalCurrency, 'closing', on) }));
  const lacking = found.find(({ rate }) => !rate.ok);
  if (lacking !== undefined && !lacking.rate.ok) return lacking.rate;
  const done: RemeasuredCurrency[] = [];
  for (const { currency, rate } of found) {
    if (!rate.ok) return rate;
    const draft = remeasurementOf(cells, { legalEntity, functionalCurrency, chart, on }, currency, rate.value.rate);
    if (draft === undefined) {
      done.push({ currency, status: 'right' });
      continue;
    }
    const posted = await postJournal(draft, poster);
    if (!posted.ok) return posted;
    done.push({ currency, ...posted.value });
  }
  return ok(done);
};
