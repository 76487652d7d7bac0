import type { StripeEvent } from '../demo/events.ts';

/**
 * A probe is a subscription of a customer of its own in a currency that nobody else pays in: `arr/customers/{id}` tells when one probe is
 * visible, and the amount of that currency in `arr/status` how many are.
 */
export const PROBE_CURRENCY = 'NOK';
/** ARR of one probe: 10 krone a year. */
export const PROBE_MINOR = 1_000;

/** What the bus of a plan has to know of the probes' currency. */
export const probeRate = {
  base: PROBE_CURRENCY,
  quote: 'USD',
  type: 'plan',
  on: '2015-01-01',
  rate: '0.1',
  source: 'benchmark',
} as const;

type Json = Record<string, unknown>;

const CREATED = 1_111_111_111;

/** A demo subscription with one plain line, made a text in which number and time stand as marks. */
export const probeTemplate = (events: Iterable<StripeEvent>): string => {
  for (const event of events) {
    if (event.type !== 'customer.subscription.created') continue;
    const subscription = structuredClone(event.data.object) as unknown as Json & { items: { data: Json[] } };
    const [item] = subscription.items.data;
    const price = item?.['price'] as Json | undefined;
    if (item === undefined || price === undefined || price['tiers_mode'] !== null || subscription['trial_end'] !== null) continue;
    const amount = { currency: PROBE_CURRENCY.toLowerCase(), id: 'price_probe', product: 'prod_probe' };
    Object.assign(price, amount, { unit_amount: PROBE_MINOR, unit_amount_decimal: String(PROBE_MINOR) });
    Object.assign(price['recurring'] as Json, { interval: 'year', interval_count: 1 });
    Object.assign(item['plan'] as Json, amount, { amount: PROBE_MINOR, amount_decimal: String(PROBE_MINOR), interval: 'year' });
    const times = { created: CREATED, current_period_start: CREATED, current_period_end: CREATED + 86_400 * 365 };
    Object.assign(item, times, { id: 'si_probe@', subscription: 'sub_probe@', quantity: 1, discounts: [], metadata: {} });
    Object.assign(subscription, {
      ...{ id: 'sub_probe@', customer: 'cus_probe@', currency: amount.currency, metadata: {}, discounts: [], status: 'active' },
      ...{ created: CREATED, start_date: CREATED, billing_cycle_anchor: CREATED },
      items: { ...subscription.items, data: [item] },
    });
    return JSON.stringify({ ...event, id: 'evt_probe@', created: CREATED, data: { object: subscription } });
  }
  throw new Error('the demo has no plain subscription to make a probe of');
};

export const probeBody = (template: string, number: number, atSeconds: number): string =>
  template.replaceAll('probe@', `probe${number}`).replaceAll(String(CREATED), String(atSeconds));

export const probeCustomerId = (number: number): string => `stripe.main.cus_probe${number}`;
