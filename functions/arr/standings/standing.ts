import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { type Amount, amountOfLine, totalOf } from '../beside/amounts.ts';
import { besideArr } from '../beside/beside.ts';
import type { LineDue } from '../beside/dues.ts';
import { type Booking, bookingsOn } from '../bookings/bookings.ts';
import { parentOf } from '../evidence/members.ts';
import { type Jsonable, jsonable } from '../figures/status.ts';
import type { Fact } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { isAdjustment } from '../movements/adjustments.ts';
import { closingAt } from '../movements/decide.ts';
import { type Attributes, sameAttributes } from '../movements/movements.ts';

/** Raised with everything that a standing has more, or has otherwise. */
export const FORM = 6;

/** What of a customer stands beside ARR one by one. */
type Beside = ReturnType<typeof besideArr>;

/** Amounts by currency, as text: `[currency, minor units, minor units of the plan currency]`, the last absent without a plan rate. */
export type Sums = readonly (readonly [currency: string, amountMinor: string, planMinor?: string])[];

/** The totals of a customer, in the order in which they are kept. */
export const SUMS = ['arr', 'carr', 'tcv', 'billed', 'usage', 'unsigned'] as const;
export type SumName = (typeof SUMS)[number];

/**
 * A line that comes up for renewal, as `LineDue` has it: first day after the term, product, entity, currency, what is due and what was renewed of it in
 * minor units of the currency, whether it is settled, the customer's attributes on the last day of the term where they were others than today's, and both amounts
 * in the plan currency where there is a rate.
 */
export type Renewal = readonly [
  dueOn: string,
  productId: string,
  legalEntity: string,
  currency: string,
  dueMinor: string,
  renewedMinor: string,
  isSettled: boolean,
  attributes: Attributes | null,
  duePlanMinor?: string,
  renewedPlanMinor?: string,
];

const renewalOf = (due: LineDue, attributes: Attributes | null): Renewal => {
  const { dueOn, productId, legalEntity, currency, dueMinor, renewedMinor, isSettled, duePlanMinor, renewedPlanMinor } = due;
  const own = [dueOn, productId, legalEntity, currency, String(dueMinor), String(renewedMinor), isSettled, attributes] as const;
  return duePlanMinor === undefined || renewedPlanMinor === undefined ? own : [...own, String(duePlanMinor), String(renewedPlanMinor)];
};

/** A booking, and the customer's attributes on its day where they were others than today's. */
export interface Booked extends Jsonable<Booking> {
  readonly attributes?: Attributes;
}

/** Entries of a customer that people look through. */
export interface Entries {
  readonly unsigned: Jsonable<Beside['unsigned']['bookings']>;
  readonly possibleDuplicates: Jsonable<Beside['possibleDuplicates']>;
  readonly differences: Jsonable<Beside['differences']>;
}

/** How a customer stands at the end of a day: its ARR, what stands beside it, and what is to be looked through. */
export interface Standing extends Readonly<Record<SumName, Sums>> {
  readonly customerId: string;
  readonly name: string;
  /** Ids of others that are one with it, as other systems know it; absent where there are none. */
  readonly others?: readonly string[];
  /** Version of the recording that it is of. */
  readonly version: number;
  readonly attributes: Attributes;
  /** The customer that its source names as its parent, by its whole id; absent where it names none. */
  readonly parentId?: string;
  /** Terms that ended, and that will; absent where there are none. */
  readonly renewals?: readonly Renewal[];
  /** What was booked and debooked, each with the customer's attributes on its day where they were others than today's; absent where there is nothing. */
  readonly bookings?: readonly Booked[];
  /** What of its ARR are adjustments by hand; absent where there are none. */
  readonly adjusted?: Sums;
  /** Absent where there is nothing, as of nearly every customer. */
  readonly entries?: Entries;
}

const sumsOf = (amounts: readonly Amount[]): Sums =>
  totalOf(amounts.filter(({ amountMinor }) => amountMinor !== 0n)).byCurrency.map(({ currency, amountMinor, planMinor }) =>
    planMinor === undefined ? [currency, String(amountMinor)] : [currency, String(amountMinor), String(planMinor)],
  );

interface Known {
  readonly customerId: string;
  readonly name: string;
  /** All that are one with it, itself first. */
  readonly members: readonly { readonly customerId: string }[];
  readonly facts: readonly Fact[];
}

/** Decided from all facts of the customer, as its own answer is: the same rules that made its movements. */
export const standingOf = ({ customerId, name, members, facts }: Known, version: number, day: number, context: Context): Standing => {
  const { closing, attributes } = closingAt(facts, day, context);
  const { contracted, billed, usage, unsigned, possibleDuplicates, differences, renewals } = besideArr(customerId, facts, day, context);
  const showings = facts.filter(({ kind }) => kind === 'customer');
  const otherOn = (onDay: number): Attributes | null => {
    const then = closingAt(showings, onDay, context).attributes;
    return sameAttributes(then, attributes) ? null : then;
  };
  const bookings = bookingsOn(facts, { customerId, facts, day, on: fromEpochDay(day), context }).map((booking): Booked => {
    const then = otherOn(toEpochDay(booking.bookedOn));
    return { ...jsonable(booking), ...(then === null ? {} : { attributes: then }) };
  });
  const parentId = parentOf(customerId, facts);
  const adjustments = closing.lines.filter(isAdjustment);
  const isEmpty = unsigned.bookings.length + possibleDuplicates.length + differences.length === 0;
  return {
    customerId,
    name,
    ...(members.length > 1 ? { others: members.slice(1).map((member) => member.customerId) } : {}),
    version,
    attributes,
    ...(parentId === undefined ? {} : { parentId }),
    ...(renewals.length === 0 ? {} : { renewals: renewals.map((due) => renewalOf(due, otherOn(toEpochDay(due.dueOn) - 1))) }),
    arr: sumsOf(closing.lines.map(amountOfLine)),
    ...(bookings.length === 0 ? {} : { bookings }),
    ...(adjustments.length === 0 ? {} : { adjusted: sumsOf(adjustments.map(amountOfLine)) }),
    carr: sumsOf(contracted.carr.byCurrency),
    tcv: sumsOf(contracted.tcv.byCurrency),
    billed: sumsOf(billed.runRate.byCurrency),
    usage: sumsOf(usage.runRate.byCurrency),
    unsigned: sumsOf(unsigned.annual.byCurrency),
    ...(isEmpty ? {} : { entries: jsonable({ unsigned: unsigned.bookings, possibleDuplicates, differences }) }),
  };
};

/** Whether it has ARR that its sources tell of. */
export const isCustomer = ({ arr, adjusted }: Pick<Standing, 'arr' | 'adjusted'>): boolean =>
  adjusted === undefined
    ? arr.length > 0
    : addSums([arr, adjusted.map(([currency, amountMinor]) => [currency, String(-BigInt(amountMinor))] as const)]).some(
        ([, amountMinor]) => amountMinor !== '0',
      );

/** Several totals as one, by currency; a currency of which one amount has no plan rate has none. */
export const addSums = (all: Iterable<Sums>): Sums => {
  const totals = new Map<string, { amountMinor: bigint; planMinor: bigint | undefined }>();
  for (const sums of all)
    for (const [currency, amountMinor, planMinor] of sums) {
      const so = totals.get(currency) ?? { amountMinor: 0n, planMinor: 0n };
      totals.set(currency, {
        amountMinor: so.amountMinor + BigInt(amountMinor),
        planMinor: so.planMinor === undefined || planMinor === undefined ? undefined : so.planMinor + BigInt(planMinor),
      });
    }
  return [...totals].map(([currency, { amountMinor, planMinor }]) =>
    planMinor === undefined ? [currency, String(amountMinor)] : [currency, String(amountMinor), String(planMinor)],
  );
};

/** Minor units of the plan currency; undefined where a currency of it has no plan rate. */
export const planMinorOf = (sums: Sums): bigint | undefined =>
  sums.reduce<bigint | undefined>(
    (total, [, , planMinor]) => (total === undefined || planMinor === undefined ? undefined : total + BigInt(planMinor)),
    0n,
  );
