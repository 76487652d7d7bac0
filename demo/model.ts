import { fromEpochDay } from '../functions/platform/calendar.ts';
import { type Fraction, fraction, mulFractions, round } from '../functions/platform/decimal.ts';
import { centsPerStripeMinor } from './rates.ts';
import type { CurrencyCode, Tier } from './targets.ts';

/** The company's own view of its customers and contracts; `stripe-objects.ts` shows them as Stripe does. Instants are epoch seconds. */
export type Origin = 'landed' | 'expanded' | 'renewal-uplift';

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly email: string;
  readonly industry: string;
  readonly tier: Tier;
  readonly fortune500: boolean;
  readonly currency: CurrencyCode;
  readonly region: string;
  readonly country: string;
  readonly city: string;
  readonly channel: 'direct' | 'partner';
  readonly parentId?: string;
  readonly billToId?: string;
  /** Of Salesforce, where the company has one and its sales people know the customer. */
  readonly accountId?: string;
  readonly createdAt: number;
}

export interface PriceTier {
  /** Last unit of the step; null for the open end. */
  readonly upTo: bigint | null;
  /** Stripe's minor units. */
  readonly unit: bigint;
  readonly flat: bigint;
}

export interface Price {
  readonly id: string;
  readonly productId: string;
  readonly currency: CurrencyCode;
  /** Per unit and interval, in Stripe's minor units; unused where there are tiers. */
  readonly unit: bigint;
  readonly interval: 'month' | 'year';
  readonly intervalCount: number;
  readonly nickname: string;
  readonly createdAt: number;
  readonly tiers?: { readonly mode: 'graduated' | 'volume'; readonly steps: readonly PriceTier[] };
}

export interface Item {
  readonly id: string;
  readonly price: Price;
  readonly quantity: bigint;
  /** Only on items of the imported book, until they first change. */
  readonly origin?: Origin;
  readonly createdAt: number;
}

export interface Coupon {
  readonly id: string;
  readonly name: string;
  /** Whole percent, or an amount per billing interval in Stripe's minor units of USD. */
  readonly percentOff?: number;
  readonly amountOff?: bigint;
  readonly duration: 'once' | 'repeating' | 'forever';
  readonly months?: number;
  readonly createdAt: number;
}

export interface Discount {
  readonly id: string;
  readonly coupon: Coupon;
  readonly startAt: number;
  readonly endAt: number | null;
}

export interface Subscription {
  readonly id: string;
  readonly customerId: string;
  readonly currency: CurrencyCode;
  readonly status: 'trialing' | 'active' | 'past_due' | 'canceled';
  readonly items: readonly Item[];
  readonly discounts: readonly Discount[];
  readonly createdAt: number;
  readonly startAt: number;
  /** Billing periods are counted from here. */
  readonly anchorAt: number;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly trialEndAt?: number;
  readonly cancelAtPeriodEnd: boolean;
  readonly canceledAt?: number;
  readonly endedAt?: number;
  readonly collectionPaused: boolean;
  readonly collection: 'charge_automatically' | 'send_invoice';
  readonly daysUntilDue: number | null;
  readonly termMonths: number;
  readonly termStartsOn: string;
  readonly bookedOn?: string;
  readonly serviceStartsOn?: string;
  readonly contractId?: string;
  readonly latestInvoiceId: string | null;
}

export const DAY = 86_400;
export const dateOf = (instant: number): string => fromEpochDay(Math.floor(instant / DAY));

/** What a quantity costs per interval, in Stripe's minor units, before discounts. */
export const pricePerInterval = (price: Price, quantity: bigint): bigint => {
  if (price.tiers === undefined) return price.unit * quantity;
  let total = 0n;
  let lower = 0n;
  for (const step of price.tiers.steps) {
    const inLast = step.upTo === null || quantity <= step.upTo;
    if (price.tiers.mode === 'volume') {
      if (inLast) return step.unit * quantity + step.flat;
      continue;
    }
    const units = (inLast ? quantity : (step.upTo ?? quantity)) - lower;
    total += step.unit * units + step.flat;
    if (inLast) break;
    lower = step.upTo ?? lower;
  }
  return total;
};

export const intervalsPerYear = ({ interval, intervalCount }: Price): Fraction =>
  fraction(interval === 'month' ? 12n : 1n, BigInt(intervalCount));

/** Discounts that recur and count on a date, as Stripe applies them. */
const recurring = (subscription: Subscription, date: string): readonly Discount[] =>
  subscription.discounts.filter(
    ({ coupon, startAt, endAt }) => coupon.duration !== 'once' && dateOf(startAt) <= date && (endAt === null || date < dateOf(endAt)),
  );

/** Share of the price that is kept, where all discounts are percentages. */
export const keptShare = (subscription: Subscription, date: string): Fraction =>
  recurring(subscription, date).reduce(
    (kept, { coupon }) => mulFractions(kept, fraction(BigInt(100 - (coupon.percentOff ?? 0)), 100n)),
    fraction(1n),
  );

/** First day on which a subscription counts: its service start, or the end of the trial it began with. */
export const liveFrom = ({ serviceStartsOn, trialEndAt, startAt }: Subscription): string =>
  serviceStartsOn ?? dateOf(trialEndAt ?? startAt);

/**
 * ARR of a subscription at the end of a day, cents of the plan currency: per line, price × quantity × intervals a year, less discounts, at plan
 * rate, rounded once half away from zero. Only subscriptions with one item carry an amount off, so it needs no spreading.
 */
export const arrOn = (subscription: Subscription, date: string): bigint => {
  const counts = subscription.status === 'active' || subscription.status === 'past_due';
  if (!counts || date < liveFrom(subscription)) return 0n;
  const kept = keptShare(subscription, date);
  const off = recurring(subscription, date).reduce((sum, { coupon }) => sum + (coupon.amountOff ?? 0n), 0n);
  const factor = centsPerStripeMinor(subscription.currency);
  let total = 0n;
  for (const { price, quantity } of subscription.items) {
    const net = mulFractions(fraction(pricePerInterval(price, quantity) - off), kept);
    total += round(mulFractions(mulFractions(net, intervalsPerYear(price)), factor), 'half-up');
  }
  return total;
};
