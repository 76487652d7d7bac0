import { type Fraction, mulFractions, subFractions } from '../../platform/decimal.ts';
import { roundHalfAway } from '../lines/rating.ts';
import type { Figures, Worked } from './figures.ts';

/** `info`: good to know; `warning`: somebody looks into it this week; `critical`: today. */
export type Severity = 'info' | 'warning' | 'critical';

/** Who looks into it: roles of functions/access/roles.ts. */
export type OwnerRole = 'executive' | 'finance' | 'sales-manager' | 'revops';

/** What is said of every rule, in the API, in events and in docs/alerts.md. */
export interface RuleHead {
  readonly id: string;
  readonly severity: Severity;
  readonly ownerRole: OwnerRole;
  /** What it tells. */
  readonly tells: string;
  /** When it is raised, with what is configured unless said otherwise. */
  readonly threshold: string;
  /** When it clears. */
  readonly hysteresis: string;
  /** Who sets the threshold: a version of the plan, or the section `alerts` of ascent.config.ts. */
  readonly from: 'plan' | 'configuration';
  readonly formula: string;
}

/** A ratio with what explains it, or the reason why it cannot be told. */
export type Given =
  | { readonly ratio: Fraction; readonly explain: string; readonly untold?: undefined }
  | { readonly untold: string; readonly ratio?: undefined };

/** What a rule reads of one subject: the company, a margin, a month. */
export interface Reading {
  /** Of all subjects of the rule, which. */
  readonly subject: string;
  /** The figure's name in a sentence. */
  readonly name: string;
  readonly given: Given;
  readonly thresholdBps: number;
  readonly bandBps: number;
  /** What is to be known beside it. */
  readonly remark?: string;
}

/** A rule about a level: open while a figure lies beyond its threshold. Its figures are ratios, told in basis points. */
export interface LevelRule extends RuleHead {
  readonly kind: 'level';
  /** On which side of its threshold a figure is told. */
  readonly side: 'below' | 'above';
  readonly read: (figures: Figures) => readonly Reading[];
}

/** A rule about what happens: told once for each subject, and never taken back. */
export interface OnceRule extends RuleHead {
  readonly kind: 'once';
}

export const givenBy = (worked: Worked): Given =>
  worked.ok ? { ratio: worked.ratio, explain: worked.explain } : { untold: worked.reason };

const WHOLE: Fraction = { num: 10_000n, den: 1n };

/** Basis points, rounded once, half away from zero. */
export const toBps = (ratio: Fraction): number => Number(roundHalfAway(mulFractions(ratio, WHOLE)));

/** Where a figure stands to a threshold in basis points, exactly: negative below it, positive above, 0 on it. */
const overBps = (ratio: Fraction, bps: number): bigint => subFractions(mulFractions(ratio, WHOLE), { num: BigInt(bps), den: 1n }).num;

export const isBeyond = (side: LevelRule['side'], ratio: Fraction, { thresholdBps }: Reading): boolean =>
  side === 'below' ? overBps(ratio, thresholdBps) < 0n : overBps(ratio, thresholdBps) > 0n;

/** The figure at which an alert that is open clears. */
export const clearsAtBps = (side: LevelRule['side'], { thresholdBps, bandBps }: Reading): number =>
  side === 'below' ? thresholdBps + bandBps : thresholdBps - bandBps;

export const isBack = (side: LevelRule['side'], ratio: Fraction, reading: Reading): boolean => {
  const over = overBps(ratio, clearsAtBps(side, reading));
  return side === 'below' ? over >= 0n : over <= 0n;
};

/** 1,830 is 18.3%, -25 is -0.25%. */
export const percent = (bps: number): string => {
  const [sign, size] = bps < 0 ? ['-', -bps] : ['', bps];
  const rest = String(size % 100)
    .padStart(2, '0')
    .replace(/0+$/, '');
  return `${sign}${Math.floor(size / 100)}${rest === '' ? '' : `.${rest}`}%`;
};
