import type { OnceRule } from './alert.ts';
import { percent } from './alert.ts';

export const milestone: OnceRule = {
  kind: 'once',
  id: 'milestone-reached',
  severity: 'info',
  ownerRole: 'executive',
  tells: 'ARR reached 90, 95, 99 or 100% of the plan’s target; past each, a digest a day tells how it stands',
  threshold: 'at 90%, 95%, 99% and 100% of the plan’s `targetArrMinor`, at plan rates; spot stands beside it',
  hysteresis: 'none: each once for ever of a version of the plan, also when ARR falls below and comes back',
  from: 'plan',
  formula:
    'ARR at the end of the first day since the plan began at which it is at least this share of the target (docs/concepts.md#the-plan-and-its-milestones)',
};

/** As `arr/status` tells it. */
export interface ReachedStatus {
  readonly on: string;
  readonly planVersion: number;
  readonly planCurrency: string;
  readonly arrMinor?: string | undefined;
  readonly milestone: {
    readonly targetMinor: string;
    readonly targetOn: string;
    readonly progressBps?: number | undefined;
    readonly thresholds?:
      | readonly { readonly thresholdBps: number; readonly amountMinor: string; readonly reachedOn?: string | undefined }[]
      | undefined;
  };
}

export interface Reached {
  readonly thresholdBps: number;
  readonly amountMinor: string;
  readonly reachedOn: string;
}

/** Thresholds that ARR has reached; none while ARR lacks a plan rate: a crossing may be missed, or its day be wrong. */
export const reachedOf = ({ arrMinor, milestone: { thresholds = [] } }: ReachedStatus): readonly Reached[] =>
  arrMinor === undefined
    ? []
    : thresholds.flatMap(({ thresholdBps, amountMinor, reachedOn }) =>
        reachedOn === undefined ? [] : [{ thresholdBps, amountMinor, reachedOn }],
      );

/** Beside ARR at plan rates: the same at the spot rates of the day, or what is missing. */
export type AtSpot = { readonly ok: true; readonly arrMinor: bigint } | { readonly ok: false; readonly reason: string };

/** For answers and events. */
export const spotFields = (spot: AtSpot): { readonly spotArrMinor: string } | { readonly spotUntold: string } =>
  spot.ok ? { spotArrMinor: String(spot.arrMinor) } : { spotUntold: spot.reason };

/**
 * The day's digest: where ARR stands past the milestones that were reached. Undefined before the day after the first, after the plan's target
 * day, and while ARR cannot be told.
 */
export const digestOf = (status: ReachedStatus) => {
  const { on, arrMinor, planVersion, planCurrency } = status;
  const past = reachedOf(status).filter(({ reachedOn }) => reachedOn < on);
  if (arrMinor === undefined || past.length === 0 || on > status.milestone.targetOn) return undefined;
  const next = (status.milestone.thresholds ?? []).find(({ reachedOn }) => reachedOn === undefined);
  return {
    planVersion,
    on,
    currency: planCurrency,
    arrMinor,
    targetMinor: status.milestone.targetMinor,
    progressBps: status.milestone.progressBps ?? 0,
    past: past.map((one) => ({ ...one, isAbove: BigInt(arrMinor) >= BigInt(one.amountMinor) })),
    ...(next === undefined
      ? {}
      : {
          next: {
            thresholdBps: next.thresholdBps,
            amountMinor: next.amountMinor,
            remainingMinor: String(BigInt(next.amountMinor) - BigInt(arrMinor)),
          },
        }),
  };
};

export const milestoneSentence = ({ thresholdBps, reachedOn }: Reached): string =>
  `ARR at plan rates reached ${percent(thresholdBps)} of the target on ${reachedOn}.`;
