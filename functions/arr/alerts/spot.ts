import { ratesInForce } from '../../company/index.ts';
import { addFractions, type Fraction } from '../../platform/decimal.ts';
import { convert } from '../../platform/fx.ts';
import { roundHalfAway } from '../lines/rating.ts';
import type { AtSpot } from './milestone.ts';

/**
 * ARR at the spot rates in force on a day: Σ of each currency's ARR × its rate, rounded once. Whole or absent: without a spot rate for one of
 * its currencies it says which. At most two items are read for each currency.
 */
export const readAtSpot = async (
  byCurrency: readonly { readonly currency: string; readonly amountMinor: string }[],
  planCurrency: string,
  on: string,
): Promise<AtSpot> => {
  const held = byCurrency.filter(({ amountMinor }) => amountMinor !== '0');
  const foreign = held.flatMap(({ currency }) => (currency === planCurrency ? [] : [currency]));
  const { table } = await ratesInForce('spot', on, foreign, planCurrency);
  let sum: Fraction = { num: 0n, den: 1n };
  for (const { currency, amountMinor } of held) {
    const found = table.find(currency, planCurrency, 'spot', on);
    if (!found.ok) return { ok: false, reason: found.problem.detail };
    sum = addFractions(sum, convert({ num: BigInt(amountMinor), den: 1n }, currency, planCurrency, found.value.rate));
  }
  return { ok: true, arrMinor: roundHalfAway(sum) };
};
