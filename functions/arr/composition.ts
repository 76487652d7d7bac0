import type { PlanContent } from '../company/index.ts';
import { addDays, addMonths } from '../platform/calendar.ts';
import { ratioBps } from './milestone.ts';
import { arrAt, type Step, stepsOf, waterfall } from './series.ts';
import { ORIGINS } from './totals.ts';
import type { Totals } from './totals-store.ts';

export interface Share {
  readonly name: string;
  readonly amountMinor: bigint;
  readonly shareBps: number | undefined;
  /** What the plan wants this share to be, where it says. */
  readonly plannedBps?: number;
}

/** Three named views of what ARR consists of; each sums to its own total (A6). */
export interface Composition {
  /** How the ARR in force came about; losses were taken pro rata. This is the view that is compared with the plan's composition. */
  readonly originOfStock: { readonly totalMinor: bigint; readonly shares: readonly Share[] };
  /** From ARR twelve months ago to today, by cause. */
  readonly twelveMonthBridge: { readonly openingMinor: bigint; readonly closingMinor: bigint; readonly movements: readonly Share[] };
  /** Gross additions since the plan began. */
  readonly bookingsMix: { readonly totalMinor: bigint; readonly shares: readonly Share[] };
}

/** Which gains count as which of the plan's three kinds. */
const MIX: Readonly<Record<string, readonly string[]>> = {
  landed: ['new', 'reactivation'],
  expanded: ['expansion', 'contracted-step', 'price-escalator'],
  'renewal-uplift': ['renewal-uplift'],
};

export const compositionOf = (totals: Totals, steps: readonly Step[], plan: PlanContent, planCurrency: string, on: string): Composition => {
  const planned: Record<string, number> = {
    landed: plan.compositionBps.landed,
    expanded: plan.compositionBps.expanded,
    'renewal-uplift': plan.compositionBps.renewalUplift,
  };
  const stock = ORIGINS.map((origin) => ({
    name: origin,
    amountMinor: arrAt(stepsOf(totals, { dimension: 'origin', value: origin }, planCurrency), on),
  }));
  const tomorrow = addDays(on, 1);
  const [bridge] = waterfall(steps, [{ startsOn: addMonths(tomorrow, -12), endsBefore: tomorrow }]);
  const [sincePlan] = waterfall(steps, [{ startsOn: plan.startsOn, endsBefore: tomorrow }]);
  const mix = ORIGINS.map((origin) => {
    let amountMinor = 0n;
    for (const cause of MIX[origin] ?? []) amountMinor += sincePlan?.byCause.get(cause as Step['cause']) ?? 0n;
    return { name: origin, amountMinor };
  });
  const withPlan = (parts: readonly { name: string; amountMinor: bigint }[]): Share[] =>
    shares(parts).map((share) => ({ ...share, plannedBps: planned[share.name] ?? 0 }));
  return {
    originOfStock: { totalMinor: total(stock), shares: withPlan(stock) },
    twelveMonthBridge: {
      openingMinor: bridge?.openingMinor ?? 0n,
      closingMinor: bridge?.closingMinor ?? 0n,
      movements: [...(bridge?.byCause ?? [])].map(([name, amountMinor]) => ({
        name,
        amountMinor,
        shareBps: ratioBps(amountMinor, bridge?.openingMinor ?? 0n),
      })),
    },
    bookingsMix: { totalMinor: total(mix), shares: withPlan(mix) },
  };
};

const total = (parts: readonly { readonly amountMinor: bigint }[]): bigint => parts.reduce((sum, part) => sum + part.amountMinor, 0n);

const shares = (parts: readonly { name: string; amountMinor: bigint }[]): Share[] =>
  parts.map((part) => ({ ...part, shareBps: ratioBps(part.amountMinor, total(parts)) }));

/** Targets of a plan that cannot hold together, each with the arithmetic. */
export interface Conflict {
  readonly code: 'nrr-above-growth' | 'nrr-above-composition';
  readonly sentence: string;
  readonly targetBps: number;
  readonly feasibleBps: number;
}

/** Never bends a definition: says what the other targets of the same plan leave room for. */
export const conflictsOf = (plan: PlanContent): Conflict[] => {
  const opening = BigInt(plan.openingArrMinor);
  const target = BigInt(plan.targetArrMinor);
  const nrr = plan.targetsBps.netRevenueRetention;
  const conflicts: Conflict[] = [];
  const most = ratioBps(target, opening);
  if (most !== undefined && nrr > most) {
    const months = (12 * Math.log(Number(target) / Number(opening))) / Math.log(nrr / 10_000);
    conflicts.push({
      code: 'nrr-above-growth',
      sentence: `Net revenue retention of ${percent(nrr)} does not fit: even without one new customer, closing ÷ opening is at most ${percent(most)}; at ${percent(nrr)} the opening base alone would reach the target in ${months.toFixed(1)} months.`,
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
      sentence: `With ${percent(plan.compositionBps.landed)} of the growth from new customers, the base grows to at most ${percent(implied)} of its opening; the target for net revenue retention is ${percent(nrr)}.`,
      targetBps: nrr,
      feasibleBps: implied,
    });
  }
  return conflicts;
};

const percent = (bps: number): string => `${(bps / 100).toFixed(bps % 100 === 0 ? 0 : 1)}%`;
