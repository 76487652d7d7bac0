import { isDate } from '../../platform/calendar.ts';
import type { EventData } from '../../platform/events.ts';
import type { subscriptionRecorded } from '../events.ts';
import { present } from '../present.ts';
import type { Catalogue } from './catalogue.ts';
import { agreementIdIn, type MappingContext, type SubscriptionKeys, subscriptionKeys } from './context.ts';
import { type Inherited, inheritedDiscounts } from './customer-discounts.ts';
import { type DiscountOwner, itemDiscounts, subscriptionDiscounts } from './discounts.ts';
import { discountEntries, fingerprintOf, previousFingerprintOf } from './fingerprint.ts';
import { incomplete, type Need, parked, type Reading, read } from './outcomes.ts';
import { type Line, pricingOf } from './prices.ts';
import { lifecycleOf, provenanceOf, type Sighting } from './sighting.ts';
import { type DiscountSnapshot, type ItemSnapshot, readSnapshot, type SubscriptionSnapshot, subscriptionSnapshot } from './snapshots.ts';

export type SubscriptionFact = EventData<typeof subscriptionRecorded>;
/** A fact and what was left out of it, as sentences: optional metadata that cannot be read is never a reason to lose the fact. */
export interface Mapped<T> {
  readonly fact: T;
  readonly warnings: readonly string[];
  /** What the discounts are called that it inherits; absent where it has its own. */
  readonly inherited?: string;
}

const MAX_LINES = 200;
const MAX_TERM_MONTHS = 240;

const STATUSES: Readonly<Record<string, SubscriptionFact['status']>> = {
  trialing: 'trialing',
  active: 'active',
  past_due: 'past-due',
  unpaid: 'unpaid',
  paused: 'paused',
  incomplete: 'incomplete',
  incomplete_expired: 'incomplete-expired',
  canceled: 'canceled',
};
const INTERVALS: readonly string[] = ['day', 'week', 'month', 'year'];
const ORIGINS: readonly string[] = ['landed', 'expanded', 'renewal-uplift'];

/** What every line of one snapshot shares while it is read. */
interface Scope {
  readonly subscription: SubscriptionSnapshot;
  readonly customerId: string;
  readonly observedAt: number;
  readonly owner: DiscountOwner;
  readonly catalogue: Catalogue;
  readonly context: MappingContext;
  readonly keys: SubscriptionKeys;
  readonly warnings: string[];
}

const originOf = (item: ItemSnapshot, { subscription, keys, warnings }: Scope): Line['origin'] => {
  const text = item.metadata?.[keys.origin] ?? subscription.metadata?.[keys.origin];
  if (text == null || text === '') return undefined;
  if (ORIGINS.includes(text)) return text as NonNullable<Line['origin']>;
  warnings.push(`metadata ${keys.origin} of item ${item.id} is none of ${ORIGINS.join(', ')}: left out`);
  return undefined;
};

const lineOf = (item: ItemSnapshot, scope: Scope): Reading<Line> => {
  const { subscription, owner, catalogue, context } = scope;
  const { price } = item;
  const recurring = price.recurring;
  if (
    !recurring ||
    !INTERVALS.includes(recurring.interval) ||
    (recurring.usage_type !== 'licensed' && recurring.usage_type !== 'metered')
  ) {
    return parked(
      'price-not-supported',
      `Price ${price.id} does not recur by day, week, month or year, licensed or metered.`,
      'items.data.price.recurring',
    );
  }
  const pricing = pricingOf(price, subscription.currency, catalogue);
  if (pricing.kind === 'parked') return pricing;
  const discounts = itemDiscounts(item.discounts ?? [], price.product, owner, catalogue, context);
  if (discounts.kind === 'parked') return discounts;
  if (pricing.kind === 'incomplete' || discounts.kind === 'incomplete') return incomplete([...needsOf(pricing), ...needsOf(discounts)]);
  const from = item.current_period_start ?? subscription.current_period_start;
  const until = item.current_period_end ?? subscription.current_period_end;
  return read({
    lineId: item.id,
    productId: price.product,
    priceId: price.id,
    usage: recurring.usage_type,
    interval: recurring.interval as Line['interval'],
    intervalCount: recurring.interval_count,
    // Stripe leaves the quantity out where it is metered; a licensed item without one is one unit.
    ...present('quantity', recurring.usage_type === 'metered' ? undefined : String(item.quantity ?? 1)),
    pricing: pricing.value,
    discounts: discounts.value,
    ...present('periodStartsOn', from == null ? undefined : context.dayOf(from)),
    ...present('periodEndsOn', until == null ? undefined : context.dayOf(until)),
    ...present('origin', originOf(item, scope)),
  });
};

const needsOf = (reading: Reading<unknown>): readonly Need[] => (reading.kind === 'incomplete' ? reading.needs : []);

interface Entries extends Partial<Pick<Inherited, 'key'>> {
  readonly discounts: readonly (string | DiscountSnapshot)[];
}

/** The subscription's own discounts; where it has none, its customer's. */
const discountsOf = ({ subscription, customerId, observedAt, catalogue }: Scope): Reading<Entries> => {
  const own = discountEntries(subscription);
  return own.length > 0 ? read({ discounts: own }) : inheritedDiscounts(customerId, observedAt, catalogue);
};

interface Commercial {
  readonly lines: readonly Line[];
  readonly discounts: SubscriptionFact['discounts'];
  readonly inherited?: string;
}

/** Lines with the discounts that reduce them, and those of the whole subscription; what is missing for any of them is asked for at once. */
const linesOf = (scope: Scope): Reading<Commercial> => {
  const { subscription, owner, catalogue, context } = scope;
  const lines: Line[] = [];
  const needs: Need[] = subscription.items.has_more ? [{ kind: 'items', id: subscription.id }] : [];
  for (const item of subscription.items.data) {
    const line = lineOf(item, scope);
    if (line.kind === 'parked') return line;
    if (line.kind === 'read') lines.push(line.value);
    needs.push(...needsOf(line));
  }
  const products = subscription.items.data.map((item) => ({ lineId: item.id, productId: item.price.product }));
  const entries = discountsOf(scope);
  if (entries.kind === 'parked') return entries;
  if (entries.kind === 'incomplete') return incomplete([...needs, ...entries.needs]);
  const spread = subscriptionDiscounts(entries.value.discounts, products, owner, catalogue, context);
  if (spread.kind === 'parked') return spread;
  if (spread.kind === 'incomplete' || needs.length > 0) return incomplete([...needs, ...needsOf(spread)]);
  const { whole, ofLines } = spread.value;
  return read({
    lines: lines.map((line) => ({ ...line, discounts: [...line.discounts, ...(ofLines.get(line.lineId) ?? [])] })),
    discounts: [...whole],
    ...present('inherited', entries.value.key),
  });
};

/** A date in metadata, or a warning; the value itself is not repeated, since anything may stand there. */
const dateOf = ({ subscription, warnings }: Scope, key: string): string | undefined => {
  const text = subscription.metadata?.[key];
  if (text == null || text === '') return undefined;
  if (isDate(text)) return text;
  warnings.push(`metadata ${key} is not a date as YYYY-MM-DD: left out`);
  return undefined;
};

const termMonthsOf = ({ subscription, keys, warnings }: Scope): number | undefined => {
  const text = subscription.metadata?.[keys.termMonths];
  if (text == null || text === '') return undefined;
  const months = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (months >= 1 && months <= MAX_TERM_MONTHS) return months;
  warnings.push(`metadata ${keys.termMonths} is not a whole number of months from 1 to ${MAX_TERM_MONTHS}: left out`);
  return undefined;
};

const legalEntityOf = ({ subscription, keys, context, warnings }: Scope): string => {
  const text = subscription.metadata?.[keys.legalEntity];
  if (text == null || text === '') return context.instance.legalEntity;
  if (context.legalEntities.includes(text)) return text;
  warnings.push(`metadata ${keys.legalEntity} names no legal entity of the configuration: ${context.instance.legalEntity} is taken`);
  return context.instance.legalEntity;
};

/**
 * Day on which the service started: what metadata says; else the trial's end, where the subscription began with a trial; else the start date,
 * which may lie before the creation. A trial that was added to a running service does not move its start.
 */
const serviceStart = (scope: Scope): Pick<SubscriptionFact, 'startsOn' | 'startsOnStated'> => {
  const { subscription, context, keys } = scope;
  const start = subscription.start_date ?? subscription.created;
  const startsWithTrial = subscription.trial_end != null && (subscription.trial_start == null || subscription.trial_start <= start);
  const stated = dateOf(scope, keys.serviceStartsOn);
  if (stated !== undefined) return { startsOn: stated, startsOnStated: true };
  return { startsOn: context.dayOf(startsWithTrial ? (subscription.trial_end ?? start) : start) };
};

/** First day without the subscription. */
const endedAtOf = (subscription: SubscriptionSnapshot, observedAt: number): number | undefined =>
  subscription.ended_at ?? (subscription.status === 'canceled' ? (subscription.canceled_at ?? observedAt) : undefined);

/** A notified end: at a date, or at the end of the last running period. */
const cancelsAtOf = ({ subscription, warnings }: Scope): number | undefined => {
  if (subscription.cancel_at != null) return subscription.cancel_at;
  if (!subscription.cancel_at_period_end) return undefined;
  const ends = subscription.items.data.map((item) => item.current_period_end ?? subscription.current_period_end ?? 0);
  const last = Math.max(0, ...ends);
  if (last === 0) warnings.push('cancel_at_period_end is told without the end of any period: left out');
  return last === 0 ? undefined : last;
};

/**
 * A subscription's snapshot as a fact. Checks, in this order: shape, customer, status, number of lines, prices and discounts; only then whether
 * something has to be fetched. A pending update is not in force and does not count.
 */
export const mapSubscription = (sighting: Sighting, catalogue: Catalogue, context: MappingContext): Reading<Mapped<SubscriptionFact>> => {
  const snapshot = readSnapshot(subscriptionSnapshot, sighting.object, 'subscription');
  if (snapshot.kind !== 'read') return snapshot;
  const subscription = snapshot.value;
  if (subscription.customer == null) return parked('customer-missing', `Subscription ${subscription.id} has no customer.`, 'customer');
  const status = STATUSES[subscription.status];
  if (status === undefined)
    return parked(
      'status-unknown',
      `Subscription ${subscription.id} has status "${subscription.status}"; known are ${Object.keys(STATUSES).join(', ')}.`,
      'status',
    );
  if (subscription.items.data.length > MAX_LINES)
    return parked(
      'too-many-lines',
      `Subscription ${subscription.id} has ${subscription.items.data.length} items; at most ${MAX_LINES} are read.`,
      'items',
    );
  const keys = subscriptionKeys(context.instance);
  const owner: DiscountOwner = {
    subscriptionId: subscription.id,
    ...present('invoiceId', subscription.latest_invoice),
    currency: subscription.currency,
  };
  const { customer: customerId } = subscription;
  const { observedAt } = sighting;
  const scope: Scope = { subscription, customerId, observedAt, owner, catalogue, context, keys, warnings: [] };
  const commercial = linesOf(scope);
  if (commercial.kind !== 'read') return commercial;
  const days = (epochSeconds: number | null | undefined) => (epochSeconds == null ? undefined : context.dayOf(epochSeconds));
  const fact: SubscriptionFact = {
    provenance: provenanceOf(sighting, context),
    subscriptionId: subscription.id,
    customerId: subscription.customer,
    legalEntity: legalEntityOf(scope),
    currency: subscription.currency.toUpperCase(),
    status,
    evidence: 'billed',
    collectionPaused: subscription.pause_collection != null,
    ...serviceStart(scope),
    ...present('trialEndsOn', days(subscription.trial_end)),
    ...present('endedOn', days(endedAtOf(subscription, sighting.observedAt))),
    ...present('cancelsOn', days(cancelsAtOf(scope))),
    ...present('bookedOn', dateOf(scope, keys.bookedOn)),
    observedOn: context.dayOf(sighting.observedAt),
    ...present('termMonths', termMonthsOf(scope)),
    ...present('termStartsOn', dateOf(scope, keys.termStartsOn)),
    ...present('agreementId', agreementIdIn(subscription.metadata, keys)),
    ...present('scheduleId', subscription.schedule),
    discounts: commercial.value.discounts,
    lines: [...commercial.value.lines],
    lifecycle: lifecycleOf(sighting, 'customer.subscription'),
    fingerprint: fingerprintOf(subscription, context),
    ...present(
      'previousFingerprint',
      sighting.previous === undefined ? undefined : previousFingerprintOf(sighting.object, sighting.previous, context),
    ),
  };
  return read({ fact, warnings: scope.warnings, ...present('inherited', commercial.value.inherited) });
};
