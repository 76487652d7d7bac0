import { divFractions, fraction, mulFractions, round } from '../../platform/decimal.ts';
import { majorText, minorOf } from './amounts.ts';
import type { Decision } from './decisions.ts';
import type { State, Terms } from './state.ts';

/** Royalties on sales or usage of a licence, ASC 606-10-55-65: part of the price when the sales occur, and never before. */

interface Sales {
  readonly on: string;
  readonly price: string;
  readonly amount: string;
}

/** The state after sales: each time its share, rounded half up. */
export const withSales = (
  state: State,
  { on, price, amount }: Sales,
  { exponent }: Terms,
): { readonly state: State; readonly decisions: readonly Decision[] } => {
  const part = state.parts.find(({ id }) => id === price);
  const percent = part?.percent;
  if (part === undefined || percent === undefined) return { state, decisions: [] };
  const minor = round(mulFractions(minorOf(amount, exponent), divFractions(percent, fraction(100n))), 'half-up');
  const parts = state.parts.map((one) => (one.id === price ? { ...one, amountMinor: one.amountMinor + minor } : one));
  const sentence = `Sales of ${amount} make a royalty of ${majorText(minor, exponent)}.`;
  return { state: { ...state, parts }, decisions: [{ on, rule: 'royalty', paragraph: '606-10-55-65', about: price, sentence }] };
};
