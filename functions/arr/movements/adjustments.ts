import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import type { AdjustmentEndFact, AdjustmentFact } from '../lines/facts.ts';
import { EMPTY, extended } from '../lines/lists.ts';
import { type Fraction, roundHalfAway } from '../lines/rating.ts';
import type { LineValue, PlanRates } from '../lines/values.ts';
import { deltasOf, linesWith, sumPlan, withId } from './delta.ts';
import type { Entry, Stock } from './movements.ts';
import { proRata } from './stock.ts';

/**
 * An amount of ARR that two people put into a customer's book by hand (row A15), from a day on and until another one. It stands as a line of its
 * own that no source tells of; what it moves has the cause `adjustment`. It makes nobody a customer and nobody lost.
 */
export interface Adjustment {
  readonly rulingId: string;
  /** Signed minor units of its currency. */
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly fromDay: number;
  /** First day without it; absent where it has no expiry. */
  readonly untilDay?: number;
  /** The ruling that ended it before its expiry. */
  readonly endedBy?: string;
}

/** Value of the product and of the legal entity where an adjustment names none: a line of its own in these cuts. */
const UNNAMED = 'adjustment';
const KEY = 'adjustment:';

/** Whether a line of a customer's ARR is an adjustment. */
export const isAdjustment = ({ key }: Pick<LineValue, 'key'>): boolean => key.startsWith(KEY);

const isLater = ({ provenance: a }: AdjustmentEndFact, { provenance: b }: AdjustmentEndFact): boolean =>
  a.observedAt === b.observedAt ? a.eventId > b.eventId : a.observedAt > b.observedAt;

/** The last word on an adjustment's end, where it is before the expiry. */
const endOf = (rulingId: string, until: string | undefined, ends: readonly AdjustmentEndFact[]): AdjustmentEndFact | undefined => {
  let last: AdjustmentEndFact | undefined;
  for (const end of ends) if (end.adjustmentId === rulingId && (last === undefined || isLater(end, last))) last = end;
  return last !== undefined && (until === undefined || last.on < until) ? last : undefined;
};

/** Adjustments by the facts of a customer, each once, in the order of their ids; one that was ended on its first day has never been. */
export const adjustmentsOf = (said: readonly AdjustmentFact[], ends: readonly AdjustmentEndFact[]): readonly Adjustment[] => {
  const once = new Map(said.map((fact) => [fact.provenance.eventId, fact]));
  return [...once]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([rulingId, { amountMinor, currency, productId = UNNAMED, legalEntity = UNNAMED, on, until }]): readonly Adjustment[] => {
      const end = endOf(rulingId, until, ends);
      const last = end?.on ?? until;
      if (last !== undefined && last <= on) return [];
      return [
        {
          ...{ rulingId, amountMinor: BigInt(amountMinor), currency, productId, legalEntity, fromDay: toEpochDay(on) },
          ...(last === undefined ? {} : { untilDay: toEpochDay(last) }),
          ...(end === undefined ? {} : { endedBy: end.provenance.eventId }),
        },
      ];
    });
};

/** Days of [from, until) on which an adjustment begins, ends, or is worth another amount at plan rates. */
export const adjustmentDays = ({ fromDay, untilDay, currency }: Adjustment, rates: PlanRates): readonly number[] => {
  const revalued = currency === rates.planCurrency ? [] : rates.changeDays(currency).filter((day) => day > fromDay);
  const within = revalued.filter((day) => untilDay === undefined || day < untilDay);
  return [fromDay, ...within, ...(untilDay === undefined ? [] : [untilDay])];
};

const isInForce = ({ fromDay, untilDay }: Adjustment, day: number): boolean => fromDay <= day && (untilDay === undefined || day < untilDay);

const AT_PAR: Fraction = { num: 1n, den: 1n };

const lineOf = ({ rulingId, amountMinor, currency, productId, legalEntity }: Adjustment, day: number, rates: PlanRates): LineValue => {
  const key = `${KEY}${rulingId}`;
  const factor = currency === rates.planCurrency ? AT_PAR : rates.factor(currency, day);
  return {
    ...{ key, subscriptionId: key, lineId: rulingId, productId, legalEntity, currency, origin: undefined, amountMinor, eventId: rulingId },
    exact: { num: amountMinor, den: 1n },
    planMinor: factor === undefined ? 0n : roundHalfAway({ num: amountMinor * factor.num, den: factor.den }),
    converted: factor !== undefined,
  };
};

/** The lines of adjustments in force at the end of a day, at its plan rates; those that are open go on as they are. */
export const adjustedOn = (
  adjustments: readonly Adjustment[],
  open: readonly LineValue[],
  day: number,
  rates: PlanRates,
): readonly LineValue[] =>
  adjustments
    .filter((one) => isInForce(one, day))
    .map((one) => open.find(({ lineId }) => lineId === one.rulingId) ?? lineOf(one, day, rates));

/** What adjustments that begin or end move: its stock is taken from all origins, or joins them, pro rata. Undefined where nothing moves. */
export const adjustmentEntry = (
  adjustments: readonly Adjustment[],
  open: readonly LineValue[],
  close: readonly LineValue[],
  { day, attributes, stock }: Pick<Entry, 'day' | 'attributes'> & { readonly stock: Stock },
): Entry | undefined => {
  const deltas = deltasOf(open, close, 'adjustment');
  if (deltas.length === 0) return undefined;
  let eventIds: string[] = EMPTY;
  for (const { line } of deltas) {
    eventIds = withId(eventIds, line.eventId);
    const ended = adjustments.find(({ rulingId, untilDay }) => rulingId === line.lineId && untilDay === day);
    if (ended?.endedBy !== undefined) eventIds = extended(eventIds, ended.endedBy);
  }
  return { day, cause: 'adjustment', attributes, lines: linesWith('adjustment', deltas), stock: proRata(stock, sumPlan(deltas)), eventIds };
};

/** First day, first day without it, and the ruling that ended it early, as they are told. */
export const datesOf = ({ fromDay, untilDay, endedBy }: Adjustment) => ({
  startsOn: fromEpochDay(fromDay),
  ...(untilDay === undefined ? {} : { endsOn: fromEpochDay(untilDay) }),
  ...(endedBy === undefined ? {} : { endedBy }),
});
