import type { Movement } from '../events.ts';
import type { Cause } from '../movements/movements.ts';
import { toEntry } from '../records/codec.ts';
import { type Amount, type Cut, stepsOf } from '../totals/series.ts';
import { Tally } from '../totals/tally.ts';
import { isAsked } from './figure.ts';

/** What one movement adds to a figure. */
export interface Contribution {
  readonly planMinor: bigint;
  /** Alphabetical. */
  readonly byCurrency: ReadonlyMap<string, Amount>;
}

/**
 * A movement's part of a cut, of all causes or of one; undefined where it has none. It is counted as the totals count it, so that the parts of
 * all movements are the figure.
 */
export const contributionOf = (movement: Movement, cut: Cut, cause: Cause | undefined, planCurrency: string): Contribution | undefined => {
  const tally = new Tally(planCurrency);
  tally.add(toEntry(movement));
  const steps = stepsOf({ before: new Map(), months: tally.counters() }, cut, planCurrency).filter((step) => isAsked(step, cause));
  if (steps.length === 0) return undefined;
  const byCurrency = new Map<string, Amount>();
  let planMinor = 0n;
  for (const { currency, amount } of steps.sort((a, b) => (a.currency < b.currency ? -1 : 1))) {
    const sum = byCurrency.get(currency) ?? { amountMinor: 0n, planMinor: 0n };
    byCurrency.set(currency, { amountMinor: sum.amountMinor + amount.amountMinor, planMinor: sum.planMinor + amount.planMinor });
    planMinor += amount.planMinor;
  }
  return { planMinor, byCurrency };
};
