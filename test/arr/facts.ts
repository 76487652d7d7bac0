import type { CustomerFact, Fact, ScheduleFact, SubscriptionFact } from '../../functions/arr/lines/facts.ts';
import type { Context, PlanRates } from '../../functions/arr/lines/values.ts';
import { enterprise } from '../../functions/arr/profiles/presets.ts';

type Line = SubscriptionFact['lines'][number];

/** Plan rates of the tests: one euro is 1.10 dollars until 2026-12-31 and 1.20 from 2027; one yen is 0.01 dollars; no rate for GBP. */
export const testRates: PlanRates = {
  planCurrency: 'USD',
  version: 1,
  factor: (currency, day) => {
    if (currency === 'USD') return { num: 1n, den: 1n };
    if (currency === 'EUR') return day < 20819 ? { num: 11n, den: 10n } : { num: 12n, den: 10n };
    // 1 yen (exponent 0) = 0.01 dollars = 1 cent
    if (currency === 'JPY') return { num: 1n, den: 1n };
    return undefined;
  },
  // 2027-01-01 is 20,819 days after 1970-01-01
  changeDays: (currency) => (currency === 'EUR' ? [20819] : []),
};

export const testContext: Context = { profile: enterprise, rates: testRates };

export const seats = (lineId: string, quantity: number | string, unitMinor: number | string, more: Partial<Line> = {}): Line => ({
  lineId,
  productId: 'prod_platform',
  priceId: `price_${unitMinor}`,
  usage: 'licensed',
  interval: 'month',
  intervalCount: 1,
  quantity: String(quantity),
  pricing: { model: 'per-unit', unitMinor: String(unitMinor) },
  discounts: [],
  ...more,
});

const secondsOf = (instant: string): number => Date.parse(instant.length === 10 ? `${instant}T12:00:00Z` : instant) / 1000;

let sequence = 0;

/** A subscription fact observed at an instant (`2026-03-05` means noon in UTC). */
export const subscription = (at: string, lines: Line[], more: Partial<SubscriptionFact> & { eventId?: string } = {}): Fact => {
  const { eventId, ...rest } = more;
  sequence += 1;
  const data: SubscriptionFact = {
    provenance: {
      system: 'stripe',
      instance: 'main',
      eventId: eventId ?? `evt_${String(sequence).padStart(6, '0')}`,
      eventType: 'customer.subscription.updated',
      observedAt: secondsOf(at),
    },
    subscriptionId: 'sub_1',
    customerId: 'cus_1',
    legalEntity: 'acme-inc',
    currency: 'USD',
    status: 'active',
    evidence: 'billed',
    collectionPaused: false,
    startsOn: '2025-01-01',
    observedOn: at.slice(0, 10),
    discounts: [],
    lines,
    lifecycle: 'changed',
    fingerprint: JSON.stringify(lines) + (rest.status ?? 'active') + JSON.stringify(rest.discounts ?? []),
    ...rest,
  };
  return { kind: 'subscription', data };
};

export const canceled = (at: string, more: Partial<SubscriptionFact> & { eventId?: string } = {}): Fact =>
  subscription(at, [], { status: 'canceled', endedOn: at.slice(0, 10), lifecycle: 'deleted', ...more });

export const customer = (at: string, attributes: Record<string, string>, more: Partial<CustomerFact> & { eventId?: string } = {}): Fact => {
  const { eventId, ...rest } = more;
  sequence += 1;
  return {
    kind: 'customer',
    data: {
      provenance: {
        system: 'stripe',
        instance: 'main',
        eventId: eventId ?? `evt_${String(sequence).padStart(6, '0')}`,
        eventType: 'customer.updated',
        observedAt: secondsOf(at),
      },
      customerId: 'cus_1',
      name: 'Acme',
      attributes,
      deleted: false,
      observedOn: at.slice(0, 10),
      ...rest,
    },
  };
};

/** The same fact, shown by an org of Salesforce. */
export const org = (fact: Fact): Fact =>
  ({ ...fact, data: { ...fact.data, provenance: { ...fact.data.provenance, system: 'salesforce' } } }) as Fact;

export const schedule = (
  at: string,
  phases: ScheduleFact['phases'],
  more: Partial<ScheduleFact> & { eventId?: string; eventType?: string } = {},
): Fact => {
  const { eventId, eventType, ...rest } = more;
  sequence += 1;
  return {
    kind: 'schedule',
    data: {
      provenance: {
        system: 'stripe',
        instance: 'main',
        eventId: eventId ?? `evt_${String(sequence).padStart(6, '0')}`,
        eventType: eventType ?? 'subscription_schedule.created',
        observedAt: secondsOf(at),
      },
      scheduleId: 'sub_sched_1',
      subscriptionId: 'sub_1',
      customerId: 'cus_1',
      status: 'active',
      observedOn: at.slice(0, 10),
      phases,
      ...rest,
    },
  };
};
