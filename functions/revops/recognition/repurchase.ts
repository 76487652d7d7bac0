import { toEpochDay } from '../../platform/calendar.ts';
import { fraction } from '../../platform/decimal.ts';
import { majorText, partOf, wholeMinorOf } from './amounts.ts';
import type { Decision } from './decisions.ts';
import type { ObligationGiven } from './obligation-schema.ts';

/** Agreements to buy a good back, ASC 606-10-55-66 to 55-78: control does not pass while they last. */

export interface Repurchase {
  readonly kind: 'financing' | 'lease';
  /** Minor units. */
  readonly soldMinor: bigint;
  readonly priceMinor: bigint;
  /** Epoch days, [from, until). */
  readonly from: number;
  readonly until: number;
}

/** What an agreement makes of the sale; none where the customer will probably not use it, so that it is a sale with a right of return. */
export const repurchaseOf = (
  given: ObligationGiven,
  on: string,
  exponent: number,
): { readonly repurchase?: Repurchase; readonly decisions: readonly Decision[] } => {
  const { id, repurchase } = given;
  if (repurchase === undefined) return { decisions: [] };
  const { by, price, soldFor, from, until, incentive = false } = repurchase;
  const [priceMinor, soldMinor] = [wholeMinorOf(price, exponent), wholeMinorOf(soldFor, exponent)];
  const texts = `${majorText(priceMinor, exponent)} against ${majorText(soldMinor, exponent)}`;
  const decided = (paragraph: string, sentence: string): readonly Decision[] => [
    { on, rule: 'repurchase', paragraph, about: id, sentence: `${id} can be bought back for ${texts}: ${sentence}` },
  ];
  const terms = { soldMinor, priceMinor, from: toEpochDay(from), until: toEpochDay(until) };
  const isPut = by === 'put';
  if (isPut && !incentive)
    return { decisions: decided('606-10-55-73', 'the customer will probably not ask for it, so it is a sale with a right of return.') };
  if (priceMinor < soldMinor)
    return { repurchase: { kind: 'lease', ...terms }, decisions: decided(isPut ? '606-10-55-72' : '606-10-55-68', 'it is a lease.') };
  return {
    repurchase: { kind: 'financing', ...terms },
    decisions: decided(isPut ? '606-10-55-75' : '606-10-55-68', 'it is a financing, and what was received is a liability.'),
  };
};

/** What has accrued before a bound, evenly by days: interest of a financing, rent of a lease; minor units, from 0. */
export const accruedBefore = ({ soldMinor, priceMinor, from, until }: Repurchase, bound: number): bigint => {
  const difference = priceMinor > soldMinor ? priceMinor - soldMinor : soldMinor - priceMinor;
  if (bound <= from) return 0n;
  return bound >= until ? difference : partOf(difference, fraction(BigInt(bound - from), BigInt(until - from)));
};
