import { toEpochDay } from '../../functions/platform/calendar.ts';
import { divFractions, fraction, mulFractions, round } from '../../functions/platform/decimal.ts';
import { DAY } from '../model.ts';
import type { Random } from '../random.ts';
import { centsPerStripeMinor } from '../rates.ts';
import { type CurrencyCode, IMPORT_DATE, SEAT_PRICE, TIER_FLOOR, type Tier } from '../targets.ts';
import { units } from './amounts.ts';
import { CYCLE_DAYS, CYCLE_SPREAD, type DealKind, RENEWAL_DAYS } from './targets.ts';

/** How long deals take. The company has become faster: two years ago they took a quarter longer than they will at the story's end. */
const STORY_DAYS = 730;
const SLOWER_AT_FIRST = 280;
const FASTER_AT_LAST = 40;

const paceAt = (at: number): number => {
  const day = Math.min(STORY_DAYS, Math.max(0, Math.floor(at / DAY) - toEpochDay(IMPORT_DATE)));
  return 1000 + SLOWER_AT_FIRST - Math.floor(((SLOWER_AT_FIRST + FASTER_AT_LAST) * day) / STORY_DAYS);
};

/** Median days of a deal's like. */
export const plannedDays = (tier: Tier, kind: DealKind): number =>
  kind === 'renewal' ? RENEWAL_DAYS[tier] : kind === 'expansion' ? Math.floor(CYCLE_DAYS[tier] / 2) : CYCLE_DAYS[tier];

/** What is large for its tier takes longer. */
const sizePercent = (tier: Tier, cents: bigint): number => {
  const typical = typicalCents(tier);
  return cents < typical ? 92 : cents < 2n * typical ? 112 : 150;
};

/** Days from a deal's first day to its close: larger ones of a tier take longer, and lost ones are given up late. */
export const cycleDays = (
  random: Random,
  deal: {
    readonly tier: Tier;
    readonly kind: DealKind;
    readonly closedAt: number;
    readonly isWon: boolean;
    /** A year's worth, cents of the plan currency. */
    readonly cents: bigint;
  },
): number => {
  const median = plannedDays(deal.tier, deal.kind);
  if (deal.kind === 'renewal') return Math.floor((median * (85 + random.below(31))) / 100);
  const spread = random.pick(CYCLE_SPREAD);
  const days = (median * spread * paceAt(deal.closedAt)) / 1_000_000;
  return Math.max(4, Math.floor((days * sizePercent(deal.tier, deal.cents) * (deal.isWon ? 100 : 112)) / 10_000));
};

/** Units of a currency, to its smallest, for cents of the plan currency. */
export const unitsFor = (cents: bigint, currency: CurrencyCode): number =>
  units(round(divFractions(fraction(cents), centsPerStripeMinor(currency)), 'half-up'), currency);

/** Cents of the plan currency for Stripe's minor units. */
export const centsFor = (stripeMinor: bigint, currency: CurrencyCode): bigint =>
  round(mulFractions(fraction(stripeMinor), centsPerStripeMinor(currency)), 'half-up');

/** What a deal of a tier is typically worth a year, cents. */
export const typicalCents = (tier: Tier): bigint => (tier === 'Starter' ? SEAT_PRICE.Starter * 40n : TIER_FLOOR[tier]);
