import type { PerTier, Tier } from '../targets.ts';

/** What the demo company's sales figures have to look like (`targets.ts` of the story says it of ARR). */

/** Stages of a new org, in their order; the large deals pass the fourth, too. */
export const STAGES = [
  'Qualification',
  'Needs Analysis',
  'Value Proposition',
  'Id. Decision Makers',
  'Proposal/Price Quote',
  'Negotiation/Review',
] as const;
export type OpenStage = (typeof STAGES)[number];
export const WON = 'Closed Won';
export const LOST = 'Closed Lost';

/** What a stage says of a deal: probability in percent, forecast category by its name for machines, and its label. */
export const STAGE_FIELDS: Readonly<Record<OpenStage | typeof WON | typeof LOST, readonly [number, string, string]>> = {
  Qualification: [10, 'Pipeline', 'Pipeline'],
  'Needs Analysis': [20, 'Pipeline', 'Pipeline'],
  'Value Proposition': [50, 'Pipeline', 'Pipeline'],
  'Id. Decision Makers': [60, 'BestCase', 'Best Case'],
  'Proposal/Price Quote': [75, 'BestCase', 'Best Case'],
  'Negotiation/Review': [90, 'Forecast', 'Commit'],
  [WON]: [100, 'Closed', 'Closed'],
  [LOST]: [0, 'Omitted', 'Omitted'],
};

export type DealKind = 'new' | 'expansion' | 'renewal';
export const TYPE_OF: Readonly<Record<DealKind, string>> = {
  new: 'New Business',
  expansion: 'Existing Business',
  renewal: 'Renewal',
};

/** Won of closed, percent. Renewals are won or lost as the story tells. */
export const WIN_RATE: Readonly<Record<'new', PerTier<number>> & { readonly expansion: number }> = {
  new: { Starter: 27, Professional: 21, Enterprise: 17, Strategic: 12 },
  expansion: 48,
};

/** Median days from the first day to the close, today; an expansion takes half as long, and a renewal is opened this long before its term ends. */
export const CYCLE_DAYS: PerTier<number> = { Starter: 62, Professional: 105, Enterprise: 174, Strategic: 248 };
export const RENEWAL_DAYS: PerTier<number> = { Starter: 60, Professional: 90, Enterprise: 120, Strategic: 150 };

/** Cycles as per mille of the median, each as likely as the others: a long tail. */
export const CYCLE_SPREAD = [
  340, 440, 530, 600, 660, 720, 780, 850, 920, 980, 1020, 1090, 1170, 1260, 1370, 1500, 1680, 1920, 2350, 3100,
] as const;

/** In the stage that a deal is lost from, per mille of lost deals. */
export const LOST_FROM: readonly (readonly [stage: OpenStage, perMille: number])[] = [
  ['Qualification', 310],
  ['Needs Analysis', 250],
  ['Value Proposition', 190],
  ['Proposal/Price Quote', 160],
  ['Negotiation/Review', 90],
];

export const isLarge = (tier: Tier): boolean => tier === 'Enterprise' || tier === 'Strategic';

/** Real life: per mille of renewals that are signed after their term began, and how many of everything else. */
export const LATE_RENEWALS = 30;
export const UNSIGNED_WINS = 8;
export const MISBILLED = { quantity: 6, price: 6 } as const;
