import { addMonths, daysBetween, fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { addFractions, compareFractions, divFractions, type Fraction, fraction, subFractions } from '../../platform/decimal.ts';
import { WHOLE, ZERO } from './amounts.ts';

/**
 * How much of an obligation is satisfied. A bound is an epoch day at whose beginning something is asked: what is done before it counts, so
 * that periods are half-open and add up.
 */

/** By what measure an obligation is satisfied, with the total that makes it whole. */
export type Measure =
  | { readonly kind: 'point' }
  /** Evenly in [from, until), epoch days. */
  | { readonly kind: 'time'; readonly by: 'days' | 'months'; readonly from: number; readonly until: number }
  | { readonly kind: 'units'; readonly quantity: Fraction | undefined }
  | { readonly kind: 'progress' }
  /** Minor units of cost; `uninstalled` is a part of what is expected and no progress. */
  | { readonly kind: 'cost'; readonly expected: Fraction; readonly uninstalled: Fraction };

/** What was told of an obligation so far. */
export interface Done {
  readonly transferred: boolean;
  readonly units: Fraction;
  readonly progress: Fraction;
  /** Minor units of cost incurred, without uninstalled goods, and of those goods. */
  readonly cost: Fraction;
  readonly uninstalled: Fraction;
}

export const NOTHING_DONE: Done = { transferred: false, units: ZERO, progress: ZERO, cost: ZERO, uninstalled: ZERO };

const within = (value: Fraction): Fraction =>
  compareFractions(value, ZERO) < 0 ? ZERO : compareFractions(value, WHOLE) > 0 ? WHOLE : value;

/** Months from one day to a later one: whole ones on the day of the month of the first, and of the last its days. */
const monthsBetween = (from: number, until: number): Fraction => {
  const [first, last] = [fromEpochDay(from), fromEpochDay(until)];
  let months = (Number(last.slice(0, 4)) - Number(first.slice(0, 4))) * 12 + Number(last.slice(5, 7)) - Number(first.slice(5, 7));
  if (toEpochDay(addMonths(first, months)) > until) months -= 1;
  const begun = addMonths(first, months);
  const days = daysBetween(begun, last);
  return addFractions(fraction(BigInt(months)), fraction(BigInt(days), BigInt(daysBetween(begun, addMonths(first, months + 1)))));
};

const timeBetween = (by: 'days' | 'months', from: number, until: number): Fraction =>
  by === 'days' ? fraction(BigInt(until - from)) : monthsBetween(from, until);

/** All that there is to do, in the measure's own unit. Units without a quantity have no end: what is done is all. */
export const totalOf = (measure: Measure, done: Done): Fraction => {
  switch (measure.kind) {
    case 'point':
    case 'progress':
      return WHOLE;
    case 'time':
      return timeBetween(measure.by, measure.from, measure.until);
    case 'units':
      return measure.quantity ?? done.units;
    case 'cost':
      return subFractions(measure.expected, measure.uninstalled);
  }
};

/** What is done before a bound, in the measure's own unit. */
export const doneBefore = (measure: Measure, done: Done, bound: number): Fraction => {
  switch (measure.kind) {
    case 'point':
      return done.transferred ? WHOLE : ZERO;
    case 'progress':
      return done.progress;
    case 'time':
      return bound <= measure.from ? ZERO : timeBetween(measure.by, measure.from, Math.min(bound, measure.until));
    case 'units':
      return done.units;
    case 'cost':
      return done.cost;
  }
};

/** The share, 0 to 1, of what was left when `base` was done. Nothing left is all done. */
export const shareSince = (base: Fraction, measure: Measure, done: Done, bound: number): Fraction => {
  const left = subFractions(totalOf(measure, done), base);
  if (left.num <= 0n) return WHOLE;
  return within(divFractions(subFractions(doneBefore(measure, done, bound), base), left));
};

/** Whether nothing is left to do. */
export const isSatisfied = (measure: Measure, done: Done, bound: number): boolean =>
  compareFractions(shareSince(ZERO, measure, done, bound), WHOLE) === 0 && (measure.kind !== 'units' || measure.quantity !== undefined);
