import * as z from 'zod/mini';
import { addDays, daysBetween } from '../platform/calendar.ts';
import type { CompanyConfig } from '../platform/config.ts';
import { exponentOf } from '../platform/currencies.ts';
import { fraction, round } from '../platform/decimal.ts';
import { dateField } from '../platform/fields.ts';
import { type FiscalCalendar, fiscalPeriodsWithin } from '../platform/fiscal.ts';

/**
 * The company's plan: from an opening ARR to a target ARR, phased by fiscal month. Amounts are whole minor units of the
 * plan currency as text; shares and ratios are basis points (10,000 is the whole, or 1.0). A target that cannot hold
 * together with another is not refused here: the consistency check of the ARR capability names it.
 */
const date = dateField();
const minor = z.string().check(z.regex(/^\d{1,18}$/, 'must be whole minor units as digits, e.g. 80000000000 for $800M'));
const ratioBps = z.int().check(z.minimum(0), z.maximum(1_000_000));
const WHOLE_BPS = 10_000;
const MAX_MONTHS = 60;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Shares of a whole by fiscal month, in order. */
const monthlyBps = z.array(z.int().check(z.minimum(0), z.maximum(WHOLE_BPS))).check(
  z.minLength(1),
  z.maxLength(MAX_MONTHS),
  z.refine((shares) => sum(shares) === WHOLE_BPS, { error: 'the shares must sum to 10000' }),
);

/** `net` phases the growth as a whole; `flows` phases what is added, and takes off what is lost, each in its own season. */
const phasingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('net'), monthlyBps }),
  z.strictObject({
    kind: z.literal('flows'),
    grossAddsMinor: minor,
    grossAddsMonthlyBps: monthlyBps,
    lossesMonthlyMinor: z.array(minor).check(z.minLength(1), z.maxLength(MAX_MONTHS)),
  }),
]);

type Phasing = z.infer<typeof phasingSchema>;

const monthsOf = (phasing: Phasing): number => (phasing.kind === 'net' ? phasing.monthlyBps.length : phasing.grossAddsMonthlyBps.length);

const netOf = (phasing: Phasing): bigint | undefined =>
  phasing.kind === 'net'
    ? undefined
    : BigInt(phasing.grossAddsMinor) - phasing.lossesMonthlyMinor.reduce((total, loss) => total + BigInt(loss), 0n);

const shape = z.strictObject({
  /** First day, and the day at whose end the target is due. */
  startsOn: date,
  targetOn: date,
  currency: z.string().check(z.refine((code) => exponentOf(code).ok, { error: 'must be an ISO 4217 currency code in capitals' })),
  openingArrMinor: minor,
  targetArrMinor: minor,
  /** Shares of gross adds; also what the origin of stock is compared with. */
  compositionBps: z.strictObject({ landed: ratioBps, expanded: ratioBps, renewalUplift: ratioBps }),
  phasing: phasingSchema,
  targetsBps: z.strictObject({
    netRevenueRetention: ratioBps,
    renewalRate: ratioBps,
    grossMargin: ratioBps,
    contributionMargin: ratioBps,
    netMargin: ratioBps,
    ruleOf40: ratioBps,
    /** Lifetime value over acquisition cost: 30,000 is 3.0. */
    ltvToCac: ratioBps,
  }),
  strategicCustomers: z.strictObject({
    list: z.string().check(z.minLength(1), z.maxLength(80)),
    /** Which year's list it is; without it, that of the year in which the plan begins. */
    listYear: z.optional(z.int().check(z.minimum(1900), z.maximum(2199))),
    opening: z.int(),
    target: z.int(),
  }),
  salesCycleDays: z.int().check(z.minimum(1), z.maximum(3_650)),
  quoteToCashHours: z.int().check(z.minimum(1), z.maximum(8_760)),
});

export const planContentSchema = shape.check(
  z.refine((plan) => plan.startsOn < plan.targetOn, { error: 'must lie after startsOn', path: ['targetOn'] }),
  z.refine(({ compositionBps: { landed, expanded, renewalUplift } }) => landed + expanded + renewalUplift === WHOLE_BPS, {
    error: 'the three shares must sum to 10000',
    path: ['compositionBps'],
  }),
  z.refine(({ phasing }) => phasing.kind === 'net' || phasing.lossesMonthlyMinor.length === phasing.grossAddsMonthlyBps.length, {
    error: 'must have as many months as grossAddsMonthlyBps',
    path: ['phasing', 'lossesMonthlyMinor'],
  }),
  z.refine(
    ({ phasing, targetArrMinor, openingArrMinor }) =>
      (netOf(phasing) ?? null) === null || netOf(phasing) === BigInt(targetArrMinor) - BigInt(openingArrMinor),
    {
      error: 'gross adds less losses must be the growth from openingArrMinor to targetArrMinor',
      path: ['phasing'],
    },
  ),
);

export type PlanContent = z.infer<typeof planContentSchema>;

/** A plan as it was set at some time, by someone, for a reason. Versions are never altered: a change is a new version. */
export interface PlanVersion {
  /** 1 is the built-in plan of the configuration. */
  readonly version: number;
  readonly content: PlanContent;
  /** The caller's id at the identity provider; `configuration` for the built-in plan. */
  readonly changedBy: string;
  readonly reason: string;
  /** ISO instant; absent for the built-in plan, which is known from the beginning. */
  readonly recordedAt?: string;
}

/** All versions, oldest first: the built-in one, and those that were set after it. */
export type PlanVersions = readonly [PlanVersion, ...PlanVersion[]];

export const latestOf = (versions: PlanVersions): PlanVersion => versions.at(-1) ?? versions[0];

/** How many fiscal months the plan's period touches: its phasing has one share for each. */
export const monthsBetween = (plan: Pick<PlanContent, 'startsOn' | 'targetOn'>, calendar: FiscalCalendar): number =>
  fiscalPeriodsWithin(calendar, plan.startsOn, addDays(plan.targetOn, 1), 'month').length;

export const phasedMonths = (plan: PlanContent): number => monthsOf(plan.phasing);

/**
 * The version in force on a day, by what was known at an instant: of those that have begun, the one that began last, and of
 * several that began on the same day the one set last. Before any has begun, the first one to come (a plan may be looked at early).
 */
export const planInForce = (versions: PlanVersions, on: string, knownAt?: string): PlanVersion => {
  const known = versions.filter(({ recordedAt }) => knownAt === undefined || recordedAt === undefined || recordedAt <= knownAt);
  const begun = known.filter(({ content }) => content.startsOn <= on);
  const candidates = begun.length > 0 ? begun : known;
  const sign = begun.length > 0 ? 1 : -1;
  const later = (a: PlanVersion, b: PlanVersion): boolean =>
    a.content.startsOn === b.content.startsOn ? a.version > b.version : sign * (a.content.startsOn > b.content.startsOn ? 1 : -1) > 0;
  return candidates.reduce<PlanVersion>((best, one) => (best === one || later(one, best) ? one : best), candidates[0] ?? versions[0]);
};

/** Growth planned until the end of month `months` (0 is the start), in minor units, rounded half up; exact at the last month. */
const growthAfter = (plan: PlanContent, months: number): bigint => {
  const { phasing } = plan;
  const shares = phasing.kind === 'net' ? phasing.monthlyBps : phasing.grossAddsMonthlyBps;
  const whole = phasing.kind === 'net' ? BigInt(plan.targetArrMinor) - BigInt(plan.openingArrMinor) : BigInt(phasing.grossAddsMinor);
  const lost = phasing.kind === 'net' ? [] : phasing.lossesMonthlyMinor.slice(0, months);
  const added = round(fraction(whole * BigInt(sum(shares.slice(0, months))), BigInt(WHOLE_BPS)), 'half-up');
  return lost.reduce((net, loss) => net - BigInt(loss), added);
};

/** A fiscal month of the plan, with the days of it that lie within the plan, and what it adds to what was added before. */
interface PlannedMonth {
  readonly from: string;
  readonly until: string;
  readonly before: bigint;
  readonly growth: bigint;
}

const plannedMonths = (plan: PlanContent, calendar: FiscalCalendar): readonly PlannedMonth[] => {
  const end = addDays(plan.targetOn, 1);
  return fiscalPeriodsWithin(calendar, plan.startsOn, end, 'month').map(({ startsOn, endsBefore }, index) => {
    const startsEarlier = startsOn < plan.startsOn;
    const endsLater = endsBefore > end;
    const before = growthAfter(plan, index);
    return {
      from: startsEarlier ? plan.startsOn : startsOn,
      until: endsLater ? end : endsBefore,
      before,
      growth: growthAfter(plan, index + 1) - before,
    };
  });
};

/**
 * ARR that the plan expects at the END of a day, in minor units of the plan currency: the opening until the plan starts, the
 * phased path between its month ends (linear by day within a month, rounded half up), the target from the target day on.
 * The months are worked out once, for as many days as are asked for.
 */
export const plannedPath = (plan: PlanContent, calendar: FiscalCalendar): ((on: string) => bigint) => {
  const opening = BigInt(plan.openingArrMinor);
  const target = BigInt(plan.targetArrMinor);
  const months = plannedMonths(plan, calendar);
  return (on) => {
    if (on >= plan.targetOn) return target;
    const month = months.find(({ from, until }) => from <= on && on < until);
    if (month === undefined) return opening;
    const { from, until, before, growth } = month;
    return opening + before + round(fraction(growth * BigInt(daysBetween(from, on) + 1), BigInt(daysBetween(from, until))), 'half-up');
  };
};

/** The same for a single day. */
export const plannedArrMinor = (plan: PlanContent, on: string, calendar: FiscalCalendar): bigint => plannedPath(plan, calendar)(on);

/** Version 1: the plan that stands in the configuration. */
export const builtInPlan = ({ plan, planCurrency }: Pick<CompanyConfig, 'plan' | 'planCurrency'>): PlanVersion => {
  const { monthlyPhasingBps, ...rest } = plan;
  return {
    version: 1,
    content: { ...rest, currency: planCurrency, phasing: { kind: 'net', monthlyBps: monthlyPhasingBps } },
    changedBy: 'configuration',
    reason: 'the built-in plan of the configuration',
  };
};
