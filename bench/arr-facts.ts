import type { CustomerFact, Fact, SubscriptionFact } from '../functions/arr/lines/facts.ts';
import { addMonths, fromEpochDay, toEpochDay } from '../functions/platform/calendar.ts';
import type { Rate } from '../functions/platform/fx.ts';

/**
 * A seeded base of customers as their source tells of it: 4 to 8 facts a customer, one or two subscriptions of 1 to 3 lines, monthly and
 * yearly, tiers on every fifth line, percent discounts on every fifth subscription, a third of all in another currency than the plan's.
 * One fact in a hundred comes late, one in a hundred twice.
 */
export const PLAN_CURRENCY = 'USD';
const FIRST_DAY = toEpochDay('2024-07-01');

/** New plan rates every January: subscriptions in these currencies are revalued on that day. */
export const planRates: readonly Rate[] = ['2024-01-01', '2025-01-01', '2026-01-01'].flatMap((on, i) =>
  [
    ['EUR', ['1.08', '1.10', '1.12']] as const,
    ['GBP', ['1.25', '1.27', '1.30']] as const,
    ['JPY', ['0.0068', '0.0066', '0.0067']] as const,
  ].map(([base, rates]) => ({ base, quote: PLAN_CURRENCY, type: 'plan' as const, on, rate: rates[i] as string, source: 'treasury' })),
);

type Line = SubscriptionFact['lines'][number];
type Random = () => number;

/** Mulberry32: the same base on every machine. */
const seeded = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
const between = (random: Random, low: number, high: number): number => low + Math.floor(random() * (high - low + 1));

const tiers = [
  { upTo: '100', unitMinor: '1000', flatMinor: '0' },
  { upTo: '500', unitMinor: '800', flatMinor: '0' },
  { upTo: null, unitMinor: '600', flatMinor: '5000' },
];

class Source {
  readonly #random: Random;
  readonly #number: number;
  #events = 0;

  constructor(random: Random, customerNumber: number) {
    this.#random = random;
    this.#number = customerNumber;
  }

  facts(): Fact[] {
    const random = this.#random;
    const start = FIRST_DAY + between(random, 0, 500);
    const facts: Fact[] = [this.#customer(start, pick(random, ['Starter', 'Starter', 'Professional', 'Enterprise']))];
    const subscriptions = random() < 0.15 ? 2 : 1;
    const total = between(random, 3, 7);
    for (let s = 0; s < subscriptions; s += 1) facts.push(...this.#subscription(s, start + s * 20, Math.ceil(total / subscriptions)));
    if (random() < 0.08) facts.push(this.#customer(start + 200, 'Strategic'));
    facts.sort((a, b) => a.data.provenance.observedAt - b.data.provenance.observedAt);
    return facts;
  }

  #subscription(index: number, start: number, states: number): Fact[] {
    const random = this.#random;
    const isYearly = random() < 0.5;
    const currency = pick(random, ['USD', 'USD', 'USD', 'USD', 'USD', 'USD', 'EUR', 'EUR', 'GBP', 'JPY']);
    const discounts: SubscriptionFact['discounts'] = random() < 0.2 ? [this.#discount(start)] : [];
    const startsOn = fromEpochDay(start);
    let lines = Array.from({ length: pick(random, [1, 1, 1, 2, 2, 3]) }, (_, i) => this.#line(index, i, isYearly));
    const facts: Fact[] = [];
    let day = start;
    for (let state = 0; state < states; state += 1) {
      const isLast = state === states - 1;
      const termStart = addMonths(startsOn, 12 * Math.floor((day - start) / 366));
      const ends = isLast && state > 1 && random() < 0.15;
      facts.push({
        kind: 'subscription',
        data: {
          provenance: this.#provenance(day, state === 0 ? 'customer.subscription.created' : 'customer.subscription.updated'),
          subscriptionId: `sub_1Q${this.#number}x${index}Kq83LkdIwHu7`,
          customerId: this.#customerId(),
          legalEntity: currency === 'USD' ? 'acme-inc' : 'acme-gmbh',
          currency,
          status: ends ? 'canceled' : random() < 0.04 ? 'past-due' : 'active',
          evidence: 'billed',
          collectionPaused: false,
          startsOn,
          observedOn: fromEpochDay(day),
          ...(ends ? { endedOn: fromEpochDay(day) } : {}),
          ...(isYearly ? { termMonths: 12, termStartsOn: termStart } : {}),
          discounts,
          lines: ends ? [] : lines.map((line) => ({ ...line, periodStartsOn: isYearly ? termStart : fromEpochDay(day) })),
          lifecycle: state === 0 ? 'created' : ends ? 'deleted' : 'changed',
          fingerprint: `${this.#number}-${index}-${state}`,
        },
      });
      day += between(random, 20, 160);
      lines = lines.map((line) => (random() < 0.7 ? { ...line, quantity: String(between(random, 5, 900)) } : line));
    }
    return facts;
  }

  #line(subscription: number, index: number, isYearly: boolean): Line {
    const random = this.#random;
    const unitMinor = pick(random, ['4900', '9900', '12500', '1999.5', '250', '60000']);
    return {
      lineId: `si_Q${this.#number}y${subscription}z${index}LdIwHu7`,
      productId: `prod_${pick(random, ['platform', 'analytics', 'security', 'support', 'automation'])}`,
      priceId: `price_${unitMinor}`,
      usage: random() < 0.05 ? 'metered' : 'licensed',
      interval: isYearly ? 'year' : 'month',
      intervalCount: !isYearly && random() < 0.1 ? 3 : 1,
      quantity: String(between(random, 5, 900)),
      pricing: random() < 0.2 ? { model: pick(random, ['graduated', 'volume'] as const), tiers } : { model: 'per-unit', unitMinor },
      discounts: [],
    };
  }

  #discount(start: number): SubscriptionFact['discounts'][number] {
    const value = pick(this.#random, ['10', '15', '12.5', '20']);
    return this.#random() < 0.7
      ? { discountId: 'di_1', kind: 'percent', value, duration: 'forever' }
      : {
          discountId: 'di_1',
          kind: 'percent',
          value,
          duration: 'repeating',
          startsOn: fromEpochDay(start),
          endsOn: fromEpochDay(start + 90),
        };
  }

  #customer(day: number, segment: string): Fact {
    const random = this.#random;
    const attributes = {
      segment,
      region: pick(random, ['AMER', 'EMEA', 'APAC', 'LATAM']),
      fortune500: random() < 0.1 ? 'yes' : 'no',
      channel: pick(random, ['direct', 'direct', 'partner']),
    };
    const data: CustomerFact = {
      provenance: this.#provenance(day, 'customer.updated'),
      customerId: this.#customerId(),
      name: `Customer ${this.#number}`,
      attributes,
      deleted: false,
      observedOn: fromEpochDay(day),
    };
    return { kind: 'customer', data };
  }

  #customerId(): string {
    return `cus_R${String(this.#number).padStart(6, '0')}9fJkLm`;
  }

  #provenance(day: number, eventType: string): SubscriptionFact['provenance'] {
    this.#events += 1;
    const eventId = `evt_1Q${String(this.#number).padStart(6, '0')}${String(this.#events).padStart(3, '0')}LkdIwHu7ix`;
    return { system: 'stripe', instance: 'main', eventId, eventType, observedAt: day * 86_400 + 43_200 + this.#events };
  }
}

export interface Mix {
  readonly customers: number;
  readonly seed: number;
  /** Shares of facts that arrive after the next one of their customer, and that arrive twice. */
  readonly late: number;
  readonly twice: number;
}

export const DEFAULT_MIX: Mix = { customers: 10_000, seed: 7, late: 0.01, twice: 0.01 };

/** Facts of all customers, one customer after the other, in the order of their arrival. */
export const generateFacts = (mix: Mix = DEFAULT_MIX): Fact[] => {
  const random = seeded(mix.seed);
  const arrivals: Fact[] = [];
  for (let number = 1; number <= mix.customers; number += 1) {
    const own = new Source(random, number).facts();
    for (let i = 1; i < own.length; i += 1) {
      if (random() < mix.late) [own[i - 1], own[i]] = [own[i] as Fact, own[i - 1] as Fact];
    }
    for (const fact of own) {
      arrivals.push(fact);
      if (random() < mix.twice) arrivals.push(fact);
    }
  }
  return arrivals;
};
