import type { Origin } from '../lines/values.ts';
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
  const gain: Triple = [0n, 0n, 0n];
  for (const delta of deltas) {
    if (delta.plan < 0n) return allOf(net, origin);
    const at = STOCK_INDEX[originOf(delta, origin)];
    gain[at] = sum(gain[at], delta.plan);
  }
  return gain;
};

/** Most parts of most stocks are zero, and what is added to zero need not be made anew. */
const sum = (a: bigint, b: bigint): bigint => (a === 0n ? b : b === 0n ? a : a + b);

const originOf = ({ line, amount }: Delta, origin: Origin): Origin => (amount === line.amountMinor ? (line.origin ?? origin) : origin);

const allOf = (amount: bigint, origin: Origin): Stock =>
  origin === 'landed' ? [amount, 0n, 0n] : origin === 'expanded' ? [0n, amount, 0n] : [0n, 0n, amount];

/**
 * Spreads an amount over the stock in proportion, by largest remainder: each share is its exact proportion, rounded down or up. Ties go to
 * landed, then expanded. An empty stock takes it as landed. Credit lines can make a part of the stock, or all of it, negative.
 */
export const proRata = (stock: Stock, amount: bigint): Stock => {
  const isLandedOnly = stock[1] === 0n && stock[2] === 0n;
  if (amount === 0n || isLandedOnly) return [amount, 0n, 0n];
  const total = stock[0] + stock[1] + stock[2];
  if (total === 0n) return [amount, 0n, 0n];
  const size = amount < 0n ? -amount : amount;
  const parts = total < 0n ? negated(stock) : stock;
  const whole = total < 0n ? -total : total;
  const shares: Triple = [shareOf(parts[0], size, whole), shareOf(parts[1], size, whole), shareOf(parts[2], size, whole)];
  let left = size - shares[0] - shares[1] - shares[2];
  if (left > 0n) {
    const remainders: Triple = [0n, 0n, 0n];
    for (let i = 0; i < remainders.length; i += 1) remainders[i] = (parts[i] as bigint) * size - (shares[i] as bigint) * whole;
    for (; left > 0n; left -= 1n) {
      const at = indexOfLargest(remainders);
      shares[at] += 1n;
      remainders[at] = TAKEN;
    }
  }
  return amount < 0n ? negated(shares) : shares;
};

type Triple = [bigint, bigint, bigint];
const TAKEN = -1n;

/** part × size ÷ whole, rounded down. */
const shareOf = (part: bigint, size: bigint, whole: bigint): bigint => {
  if (part === 0n) return 0n;
  const scaled = part * size;
  const share = scaled / whole;
  return scaled < 0n && share * whole !== scaled ? share - 1n : share;
};

const indexOfLargest = ([a, b, c]: Triple): 0 | 1 | 2 => (a >= b ? (a >= c ? 0 : 2) : b >= c ? 1 : 2);

export const plus = (a: Stock, b: Stock): Stock => [sum(a[0], b[0]), sum(a[1], b[1]), sum(a[2], b[2])];

export const minus = (a: Stock, b: Stock): Stock => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

export const negated = (stock: Stock): Stock => [-stock[0], -stock[1], -stock[2]];
