import type { PlanContent, PlanVersion } from '../../company/index.ts';
import { addDays, addMonths } from '../../platform/calendar.ts';
import type { Cause } from '../movements/movements.ts';
import type { Course, CourseRow } from '../totals/course.ts';
import { arrAt, stepsOf } from '../totals/series.ts';
import type { Totals } from '../totals/store.ts';
import { ORIGINS } from '../totals/totals.ts';
import { ratioBps } from './milestone.ts';

export interface Share {
  readonly name: string;
  readonly amountMinor: bigint;
  readonly shareBps: number | undefined;
  /** What the plan wants this share to be, where it says. */
  readonly plannedBps?: number;
}

/**
 * Three named views of what ARR consists of; each sums to its own total (A6). A view is undefined while ARR is unknown, for want of a plan rate,
 * on a day that it looks at.
 */
export interface Composition {
  /** How the ARR in force came about; losses were taken pro rata. This is the view that is compared with the plan's composition. */
  readonly originOfStock: Mix | undefined;
  /** From ARR twelve months ago to today, by cause. */
  readonly twelveMonthBridge: Bridge | undefined;
  /** Gross additions since the plan began. */
  readonly bookingsMix: Mix | undefined;
}

interface Mix {
  readonly totalMinor: bigint;
  readonly shares: readonly Share[];
}

interface Bridge {
  readonly openingMinor: bigint;
  readonly closingMinor: bigint;
  readonly movements: readonly Share[];
}

/** Which of the plan's three kinds of gain a cause counts as; `undefined` is not a gain that the plan asks for. */
const MIX: Readonly<Record<Cause, (typeof ORIGINS)[number] | undefined>> = {
  new: 'landed',
  reactivation: 'landed',
  expansion: 'expanded',
  'contracted-step': 'expanded',
  'price-escalator': 'expanded',
  'renewal-uplift': 'renewal-uplift',
  contraction: undefined,
  churn: undefined,
  transfer: undefined,
  renewal: undefined,
  acquired: undefined,
  fx: undefined,
  adjustment: undefined,
};
const CAUSES = Object.keys(MIX) as Cause[];

/** First of the twelve months that end with a day. */
export const bridgeStart = (on: string): string => addMonths(addDays(on, 1), -12);

export const compositionOf = (totals: Totals, course: Course, plan: PlanContent, planCurrency: string, on: string): Composition => {
  const endsBefore = addDays(on, 1);
  const [bridge] = course.rows([{ startsOn: bridgeStart(on), endsBefore }]);
  const [sincePlan] = course.rows([{ startsOn: plan.startsOn < endsBefore ? plan.startsOn : endsBefore, endsBefore }]);
  const planned = plannedShares(plan);
  return {
    originOfStock: course.isWhole(on) ? mixOf(stockOn(totals, planCurrency, on), planned) : undefined,
    twelveMonthBridge: isKnown(bridge) ? bridgeOf(bridge) : undefined,
    bookingsMix: isKnown(sincePlan) ? mixOf(bookingsOf(sincePlan), planned) : undefined,
  };
};

const isKnown = (row: CourseRow | undefined): row is CourseRow => row !== undefined && row.unconverted.length === 0;

type Part = Pick<Share, 'name' | 'amountMinor'>;

const plannedShares = ({ compositionBps: { landed, expanded, renewalUplift } }: PlanContent): Readonly<Record<string, number>> => ({
  landed,
  expanded,
  'renewal-uplift': renewalUplift,
});

const mixOf = (parts: readonly Part[], planned: Readonly<Record<string, number>>): Mix => ({
  totalMinor: total(parts),
  shares: shares(parts).map((share) => ({ ...share, plannedBps: planned[share.name] ?? 0 })),
});

const stockOn = (totals: Totals, planCurrency: string, on: string): Part[] =>
  ORIGINS.map((origin) => ({
    name: origin,
    amountMinor: arrAt(stepsOf(totals, { dimension: 'origin', value: origin }, planCurrency), on),
  }));

const bookingsOf = ({ byCause }: CourseRow): Part[] =>
  ORIGINS.map((origin) => {
    let amountMinor = 0n;
    for (const cause of CAUSES) if (MIX[cause] === origin) amountMinor += byCause.get(cause) ?? 0n;
    return { name: origin, amountMinor };
  });

const bridgeOf = ({ openingMinor, closingMinor, byCause }: CourseRow): Bridge => ({
  openingMinor,
  closingMinor,
  movements: [...byCause]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amountMinor]) => ({ name, amountMinor, shareBps: ratioBps(amountMinor, openingMinor) })),
});

const total = (parts: readonly { readonly amountMinor: bigint }[]): bigint => parts.reduce((sum, part) => sum + part.amountMinor, 0n);

const shares = (parts: readonly Part[]): Share[] => parts.map((part) => ({ ...part, shareBps: ratioBps(part.amountMinor, total(parts)) }));

/** Targets of a plan that cannot hold together: one sentence with whose, by how much, why, and what to do. A remark on the plan, no error of ARR. */
export interface Conflict {
  readonly code: 'nrr-above-growth' | 'nrr-above-composition';
  readonly sentence: string;
  readonly targetBps: number;
  readonly feasibleBps: number;
}

/** Never bends a definition: says what the other targets of the same plan leave room for. */
export const conflictsOf = ({ version, content: plan }: Pick<PlanVersion, 'version' | 'content'>): Conflict[] => {
  const opening = BigInt(plan.openingArrMinor);
  const target = BigInt(plan.targetArrMinor);
  const nrr = plan.targetsBps.netRevenueRetention;
  const conflicts: Conflict[] = [];
  const disagree = (feasible: number): string =>
    `${version === BUILT_IN ? "The built-in plan's" : `Plan version ${version}'s`} own targets disagree by ${points(nrr - feasible)} points`;
  const settles = (feasible: number): string =>
    `no figure rests on it, and a new version of the plan (PUT /api/v1/plan) with netRevenueRetention of ${feasible} basis points or less settles it.`;
  const most = ratioBps(target, opening);
  if (most !== undefined && nrr > most) {
    const months = (12 * Math.log(Number(target) / Number(opening))) / Math.log(nrr / 10_000);
    conflicts.push({
      code: 'nrr-above-growth',
      sentence: `${disagree(most)}: it asks for net revenue retention of ${percent(nrr)}, and for a growth that leaves room for ${percent(most)} even without one new customer (at ${percent(nrr)} the opening base alone would reach the target in ${months.toFixed(1)} months); ${settles(most)}`,
      targetBps: nrr,
      feasibleBps: most,
    });
  }
  const growth = target - opening;
  const fromBase = (growth * BigInt(plan.compositionBps.expanded + plan.compositionBps.renewalUplift)) / 10_000n;
  const implied = ratioBps(opening + fromBase, opening);
  if (implied !== undefined && growth > 0n && nrr > implied && plan.compositionBps.landed > 0) {
    conflicts.push({
      code: 'nrr-above-composition',
      sentence: `${disagree(implied)}: it asks for net revenue retention of ${percent(nrr)}, and for ${percent(plan.compositionBps.landed)} of the growth from new customers, which leaves the opening base room for ${percent(implied)}; ${settles(implied)}`,
      targetBps: nrr,
      feasibleBps: implied,
    });
  }
  return conflicts;
};

/** Version of the plan that stands in the configuration. */
const BUILT_IN = 1;

/** Basis points as percentage points: 3,250 is 32.5. */
const points = (bps: number): string => (bps / 100).toFixed(bps % 100 === 0 ? 0 : 1);
const percent = (bps: number): string => `${points(bps)}%`;
