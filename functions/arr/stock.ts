import type { Origin } from './book.ts';
import { type Delta, sumPlan } from './delta.ts';
import type { Stock } from './movements.ts';

const STOCK_INDEX: Readonly<Record<Origin, 0 | 1 | 2>> = { landed: 0, expanded: 1, 'renewal-uplift': 2 };

/**
 * A gain joins its origin; a loss is taken from all three pro rata. What a source says of a line's origin is true of the stock that the line
 * begins with: what it grows by later came about here.
 */
export const stockDelta = (stock: Stock, deltas: readonly Delta[], origin: Origin): Stock => {
  const net = sumPlan(deltas);
  if (net < 0n) return proRata(stock, net);
  const gain: [bigint, bigint, bigint] = [0n, 0n, 0n];
  for (const delta of deltas) {
    if (delta.plan >= 0n) gain[STOCK_INDEX[originOf(delta, origin)]] += delta.plan;
    else return allOf(net, origin);
  }
  return gain;
};

const originOf = ({ line, amount }: Delta, origin: Origin): Origin => (amount === line.amountMinor ? (line.origin ?? origin) : origin);

const allOf = (amount: bigint, origin: Origin): Stock =>
  origin === 'landed' ? [amount, 0n, 0n] : origin === 'expanded' ? [0n, amount, 0n] : [0n, 0n, amount];

/** Spreads an amount over the stock in proportion, by largest remainder; ties go to landed, then expanded. An empty stock takes it as landed. */
export const proRata = (stock: Stock, amount: bigint): Stock => {
  const total = stock[0] + stock[1] + stock[2];
  const isLandedOnly = stock[1] === 0n && stock[2] === 0n;
  if (total === 0n || amount === 0n || isLandedOnly) return [amount, 0n, 0n];
  const sign = amount < 0n ? -1n : 1n;
  const size = amount * sign;
  const shares: [bigint, bigint, bigint] = [(stock[0] * size) / total, (stock[1] * size) / total, (stock[2] * size) / total];
  let left = size - shares[0] - shares[1] - shares[2];
  if (left !== 0n) {
    // Below zero only where parts of the stock are: credit lines can make a customer's ARR negative.
    const step = left < 0n ? -1n : 1n;
    const order = [0, 1, 2].sort((a, b) => {
      const remainder = (i: number): bigint => ((stock[i] as bigint) * size) % total;
      return remainder(a) > remainder(b) ? -1 : remainder(a) < remainder(b) ? 1 : a - b;
    });
    for (const i of order) {
      if (left === 0n) break;
      shares[i] = (shares[i] as bigint) + step;
      left -= step;
    }
  }
  return [shares[0] * sign, shares[1] * sign, shares[2] * sign];
};

export const plus = (a: Stock, b: Stock): Stock => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

export const minus = (a: Stock, b: Stock): Stock => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

export const negated = (stock: Stock): Stock => [-stock[0], -stock[1], -stock[2]];
