import { addDays, addMonths, daysBetween, monthOf, toEpochDay, yearOf } from '../../platform/calendar.ts';
import type { SubscriptionFact, UsageFact } from './facts.ts';
import { type Stretch, type Subscription, stretchFrom } from './stretches.ts';

/** What one invoice billed of one metered line in one period. */
interface Used {
  readonly invoice: UsageFact;
  readonly line: UsageFact['lines'][number];
}

/**
 * Usage as commercial lines, for profiles that count it: what was used in a period counts, annualised, for as long as the period was, from the
 * day on which it ended; so a line goes on from invoice to invoice, and ends where none follows or its subscription has ended. The newest
 * showing of each invoice counts, unless it is void.
 */
export const meteredSubscriptions = (usage: readonly UsageFact[], subscriptions: readonly Subscription[]): readonly Subscription[] => {
  const byLine = Map.groupBy(
    newestOf(usage).flatMap((invoice) => (invoice.status === 'void' ? [] : invoice.lines.map((line): Used => ({ invoice, line })))),
    ({ line }) => `${line.subscriptionId ?? 'usage'}/${line.lineId}`,
  );
  return [...byLine.keys()].sort().map((key): Subscription => {
    const used = byLine.get(key) as readonly Used[];
    const endDay = endOf(subscriptions.find(({ subscriptionId }) => subscriptionId === used[0]?.line.subscriptionId));
    return {
      subscriptionId: key,
      observedAt: Math.max(...used.map(({ invoice }) => invoice.provenance.observedAt)),
      stretches: stretchesOf(key, used, endDay),
    };
  });
};

const newestOf = (usage: readonly UsageFact[]): readonly UsageFact[] => {
  const newest = new Map<string, UsageFact>();
  for (const fact of usage) {
    const known = newest.get(fact.invoiceId);
    if (known === undefined || isNewer(fact, known)) newest.set(fact.invoiceId, fact);
  }
  return [...newest.values()];
};

const isNewer = ({ provenance: a }: UsageFact, { provenance: b }: UsageFact): boolean =>
  a.observedAt === b.observedAt ? a.eventId > b.eventId : a.observedAt > b.observedAt;

/** First day without the subscription; none where it goes on, or is not known. */
const endOf = (subscription: Subscription | undefined): number => {
  const last = subscription?.stretches[subscription.stretches.length - 1];
  return last?.fact.status === 'canceled' ? last.fromDay : Number.POSITIVE_INFINITY;
};

/** Periods of one line, by their ends; of several that end on one day, the one of the newest invoice. */
const stretchesOf = (key: string, used: readonly Used[], endDay: number): readonly Stretch[] => {
  const inOrder = used.toSorted(
    (a, b) => (a.line.endsOn < b.line.endsOn ? -1 : a.line.endsOn > b.line.endsOn ? 1 : 0) || (isNewer(a.invoice, b.invoice) ? 1 : -1),
  );
  const stretches: Stretch[] = [];
  for (const [i, one] of inOrder.entries()) {
    const next = inOrder[i + 1]?.line.endsOn;
    const { startsOn, endsOn } = one.line;
    if (endsOn === next || endsOn <= startsOn || toEpochDay(endsOn) >= endDay) continue;
    stretches.push(stretchFrom(factOf(key, one), toEpochDay(endsOn), toEpochDay(endsOn)));
    const over = Math.min(toEpochDay(periodAfter(one.line)), endDay);
    if (next === undefined || toEpochDay(next) > over) stretches.push(stretchFrom({ ...factOf(key, one), lines: [] }, over, over));
  }
  return stretches;
};

type Interval = Pick<SubscriptionFact['lines'][number], 'interval' | 'intervalCount'>;

/** A period of whole months, otherwise of days. */
const intervalOf = ({ startsOn, endsOn }: UsageFact['lines'][number]): Interval => {
  const months = (yearOf(endsOn) - yearOf(startsOn)) * 12 + monthOf(endsOn) - monthOf(startsOn);
  return months > 0 && addMonths(startsOn, months) === endsOn
    ? { interval: 'month', intervalCount: months }
    : { interval: 'day', intervalCount: daysBetween(startsOn, endsOn) };
};

/** First day after the next period of the same length. */
const periodAfter = (line: UsageFact['lines'][number]): string => {
  const { interval, intervalCount } = intervalOf(line);
  return interval === 'month' ? addMonths(line.endsOn, intervalCount) : addDays(line.endsOn, intervalCount);
};

/** The usage of a period as the fact of a subscription that began with its end. */
const factOf = (subscriptionId: string, { invoice, line }: Used): SubscriptionFact => ({
  provenance: invoice.provenance,
  subscriptionId,
  customerId: invoice.customerId,
  legalEntity: invoice.legalEntity,
  currency: invoice.currency,
  status: 'active',
  evidence: 'billed',
  collectionPaused: false,
  startsOn: line.endsOn,
  observedOn: line.endsOn,
  discounts: [],
  lines: [
    {
      lineId: line.lineId,
      productId: line.productId ?? line.priceId,
      priceId: line.priceId,
      usage: 'licensed',
      ...intervalOf(line),
      quantity: '1',
      pricing: { model: 'per-unit', unitMinor: line.amountMinor },
      discounts: [],
    },
  ],
  lifecycle: 'changed',
  fingerprint: invoice.provenance.eventId,
});
