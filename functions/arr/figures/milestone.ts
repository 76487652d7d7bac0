import type { PlanContent } from '../../company/index.ts';
import { addDays, addMonths, daysBetween, monthOf, yearOf } from '../../platform/calendar.ts';
import { roundHalfAway } from '../lines/rating.ts';
import type { Course } from '../totals/course.ts';
import type { Step } from '../totals/series.ts';

/** Shares of the target, in basis points, whose first crossing is told (A7). */
export const THRESHOLDS_BPS = [9_000, 9_500, 9_900, 10_000] as const;

/** ARR that the plan expects at the end of a day, in minor units: its phased path. */
export type PlannedPath = (on: string) => bigint;

const WHOLE_BPS = 10_000n;

/** `part ÷ whole` in basis points, rounded half away from zero; undefined where the whole is not positive. */
export const ratioBps = (part: bigint, whole: bigint): number | undefined =>
  whole <= 0n ? undefined : Number(roundHalfAway({ num: part * WHOLE_BPS, den: whole }));

/** Growth over an earlier amount in basis points; undefined where there was none, and where one of the two is unknown. */
export const growthBps = (now: bigint | undefined, before: bigint | undefined): number | undefined =>
  now === undefined || before === undefined ? undefined : ratioBps(now - before, before);

/** What rests on ARR that is unknown for want of a plan rate (course.ts) is undefined. */
export interface Milestone {
  readonly targetMinor: bigint;
  /** ARR ÷ target. */
  readonly progressBps: number | undefined;
  /** (ARR − opening) ÷ (target − opening): how much of the gap the plan set out to close is closed. */
  readonly gapClosedBps: number | undefined;
  readonly remainingMinor: bigint | undefined;
  /** Undefined where ARR is unknown on some day since the plan began: a crossing may lie there. */
  readonly thresholds: readonly Threshold[] | undefined;
}

interface Threshold {
  readonly thresholdBps: number;
  readonly amountMinor: bigint;
  readonly reachedOn: string | undefined;
}

export const milestoneOf = (course: Course, plan: PlanContent, on: string): Milestone => {
  const arr = course.arrAt(on);
  const target = BigInt(plan.targetArrMinor);
  const opening = BigInt(plan.openingArrMinor);
  const thresholds = THRESHOLDS_BPS.map((thresholdBps) => {
    const amountMinor = thresholdAmount(target, thresholdBps);
    return { thresholdBps, amountMinor, reachedOn: reachedOn(course.steps, amountMinor, plan.startsOn, on) };
  });
  return {
    targetMinor: target,
    progressBps: arr === undefined ? undefined : (ratioBps(arr, target) ?? 0),
    gapClosedBps: arr === undefined ? undefined : ratioBps(arr - opening, target - opening),
    remainingMinor: arr === undefined ? undefined : arr < target ? target - arr : 0n,
    thresholds: isWholeSincePlan(course, plan, on) ? thresholds : undefined,
  };
};

const isWholeSincePlan = (course: Course, { startsOn }: PlanContent, on: string): boolean =>
  course.isWhole(startsOn < on ? startsOn : on, on);

/** The smallest whole minor amount that is at least this share of the target. */
export const thresholdAmount = (targetMinor: bigint, thresholdBps: number): bigint =>
  (targetMinor * BigInt(thresholdBps) + WHOLE_BPS - 1n) / WHOLE_BPS;

/** First day, from the plan's start on, at whose end ARR was at least the amount; none before the plan begins. */
export const reachedOn = (steps: readonly Step[], amountMinor: bigint, from: string, on: string): string | undefined => {
  if (from > on) return undefined;
  let sum = 0n;
  for (let i = 0; i < steps.length; i += 1) {
    const step = steps[i] as Step;
    if (step.date > on) break;
    if (step.cause !== 'renewed') sum += step.amount.planMinor;
    const isDayEnd = steps[i + 1]?.date !== step.date;
    if (!isDayEnd || sum < amountMinor) continue;
    if (step.date >= from) return step.date;
    const next = steps[i + 1];
    // Above the amount before the plan begins: reached on its first day, unless it falls below first.
    if (next === undefined || next.date > from) return from;
  }
  return undefined;
};

/** What rests on ARR that is unknown for want of a plan rate is undefined. */
export interface Velocity {
  /** Net ARR added in the last day, 7 days and month, up to the end of `on`. */
  readonly dailyMinor: bigint | undefined;
  readonly weeklyMinor: bigint | undefined;
  readonly monthlyMinor: bigint | undefined;
  /** What the phased plan adds over the same month. */
  readonly plannedMonthlyMinor: bigint;
  /** ARR less the phased plan's ARR on the day: positive is ahead. */
  readonly aheadOfPlanMinor: bigint | undefined;
  readonly plannedArrMinor: bigint;
  /** Net ARR to add per day, from tomorrow to the target day, both included; 0 when reached; undefined after the target day. */
  readonly requiredDailyMinor: bigint | undefined;
}

export const velocityOf = (course: Course, plan: PlanContent, planned: PlannedPath, on: string): Velocity => {
  const arr = course.arrAt(on);
  const expected = planned(on);
  const monthAgo = addMonths(on, -1);
  return {
    dailyMinor: course.addedMinor(addDays(on, -1), on),
    weeklyMinor: course.addedMinor(addDays(on, -7), on),
    monthlyMinor: course.addedMinor(monthAgo, on),
    plannedMonthlyMinor: expected - planned(monthAgo),
    aheadOfPlanMinor: arr === undefined ? undefined : arr - expected,
    plannedArrMinor: expected,
    requiredDailyMinor: arr === undefined ? undefined : requiredDaily(BigInt(plan.targetArrMinor) - arr, daysBetween(on, plan.targetOn)),
  };
};

const requiredDaily = (remaining: bigint, daysLeft: number): bigint | undefined =>
  remaining <= 0n ? 0n : daysLeft <= 0 ? undefined : roundHalfAway({ num: remaining, den: BigInt(daysLeft) });

export interface Eta {
  /** Day on which the target is reached at the present pace; undefined where it would take more than ten years. */
  readonly on: string | undefined;
  readonly earliest: string | undefined;
  readonly latest: string | undefined;
  readonly confidenceBps: number;
  /** The model, in words: a figure that is estimated says how. */
  readonly method: string;
}

/** z of a two-sided 80% interval of the normal distribution. */
const Z_80 = 1.2816;
const MONTHS_OF_HISTORY = 12;
const LONGEST_DAYS = 3_653;

/**
 * Projects the plan's seasonal shape at the pace of the last 12 months, or of those since ARR is known. Pace is what was added over what the
 * phased plan (repeated course by course) adds in the same months; its interval is the mean's, from the spread of the monthly paces. An
 * estimate of a date: pace is a floating-point ratio, amounts are not. Undefined while ARR is unknown on some day since the plan began.
 */
export const etaOf = (course: Course, plan: PlanContent, planned: PlannedPath, on: string): Eta | undefined => {
  const arr = course.arrAt(on);
  if (arr === undefined || !isWholeSincePlan(course, plan, on)) return undefined;
  const reached = reachedOn(course.steps, BigInt(plan.targetArrMinor), plan.startsOn, on);
  if (reached !== undefined) return { on: reached, earliest: reached, latest: reached, confidenceBps: 10_000, method: 'reached' };
  const paces = monthlyPaces(course, plan, planned, on);
  const mean = paces.reduce((sum, pace) => sum + pace, 0) / Math.max(1, paces.length);
  const variance = paces.length < 2 ? 0 : paces.reduce((sum, pace) => sum + (pace - mean) ** 2, 0) / (paces.length - 1);
  const margin = Z_80 * Math.sqrt(variance / Math.max(1, paces.length));
  const remaining = Number(BigInt(plan.targetArrMinor) - arr);
  const at = (pace: number): string | undefined => dayReached(remaining, pace, plan, planned, on);
  const method = `seasonal plan shape × pace of the last ${paces.length} months, 80% interval of the mean pace`;
  return { on: at(mean), earliest: at(mean + margin), latest: at(mean - margin), confidenceBps: 8_000, method };
};

const monthlyPaces = (course: Course, plan: PlanContent, planned: PlannedPath, on: string): number[] => {
  const first = course.steps[0]?.date ?? on;
  const paces: number[] = [];
  for (let k = 0; k < MONTHS_OF_HISTORY; k += 1) {
    const end = addMonths(on, -k);
    const start = addMonths(on, -k - 1);
    const arrAdded = course.addedMinor(start, end);
    if (start < first || arrAdded === undefined) break;
    const added = Number(seasonalMinor(plan, planned, end) - seasonalMinor(plan, planned, start));
    if (added > 0) paces.push(Number(arrAdded) / added);
  }
  return paces;
};

const monthNumber = (date: string): number => 12 * yearOf(date) + monthOf(date);

/** The plan's added ARR up to a day, its whole course repeated before its start and after its end. */
const seasonalMinor = (plan: PlanContent, planned: PlannedPath, on: string): bigint => {
  const growth = BigInt(plan.targetArrMinor) - BigInt(plan.openingArrMinor);
  const months = monthNumber(plan.targetOn) - monthNumber(plan.startsOn) + 1;
  let date = on;
  let repeats = 0n;
  while (date > plan.targetOn) {
    date = addMonths(date, -months);
    repeats += 1n;
  }
  while (date < addDays(plan.startsOn, -1)) {
    date = addMonths(date, months);
    repeats -= 1n;
  }
  return repeats * growth + planned(date) - BigInt(plan.openingArrMinor);
};

const dayReached = (remainingMinor: number, pace: number, plan: PlanContent, planned: PlannedPath, on: string): string | undefined => {
  if (pace <= 0) return undefined;
  const base = seasonalMinor(plan, planned, on);
  const isReached = (days: number): boolean => Number(seasonalMinor(plan, planned, addDays(on, days)) - base) * pace >= remainingMinor;
  if (!isReached(LONGEST_DAYS)) return undefined;
  // The plan's shape only grows, so the first day is found by halving.
  let low = 0;
  let high = LONGEST_DAYS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isReached(middle)) high = middle;
    else low = middle;
  }
  return addDays(on, high);
};
