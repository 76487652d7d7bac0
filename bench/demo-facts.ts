import { company } from '../ascent.config.ts';
import type { DemoCompany } from '../demo/company.ts';
import type { StripeEvent } from '../demo/events.ts';
import type { StripeState } from '../demo/stripe-state.ts';
import type { Fact } from '../functions/arr/lines/facts.ts';
import { planRatesOf } from '../functions/arr/lines/plan-rates.ts';
import type { Context } from '../functions/arr/lines/values.ts';
import { enterprise } from '../functions/arr/profiles/presets.ts';
import type { Catalogue } from '../functions/integrations/stripe/catalogue.ts';
import type { MappingContext } from '../functions/integrations/stripe/context.ts';
import { NOTHING_HEARD } from '../functions/integrations/stripe/customer-history.ts';
import { mapEvent } from '../functions/integrations/stripe/from-stripe.ts';
import { couponSnapshot, discountSnapshot, priceSnapshot } from '../functions/integrations/stripe/snapshots.ts';
import { openSourceEvent } from '../functions/integrations/stripe/source-event.ts';
import { dayOfInstant } from '../functions/platform/calendar.ts';
import { openDemo } from '../local/demo.ts';
import type { StripeObject } from '../local/stripe.ts';

/** The demo's history as the intake hands it to ARR, in the order of delivery, duplicates included; and what it is decided under. */
export interface DemoFacts {
  readonly facts: readonly Fact[];
  readonly context: Context;
}

const instance = company.stripe[0];
if (instance === undefined) throw new Error('the configuration has a Stripe instance');
const mappingContext: MappingContext = {
  instance,
  dayOf: (epochSeconds) => dayOfInstant(epochSeconds, company.zone),
  legalEntities: company.legalEntities.map(({ legalEntity }) => legalEntity),
};

/** Reads events as the intake does, with what Stripe's state says when they are read: the fact for ARR, undefined for a billing document. */
export const openIntake = (state: StripeState): ((event: StripeEvent) => Fact | undefined) => {
  // As the fetching step would learn it from Stripe, each once.
  const kept = <T>(read: (id: string) => StripeObject | undefined, parse: (object: unknown) => T): ((id: string) => T | undefined) => {
    const known = new Map<string, T>();
    return (id) => {
      const object = known.has(id) ? undefined : read(id);
      if (object !== undefined) known.set(id, parse(object));
      return known.get(id);
    };
  };
  const catalogue: Catalogue = {
    price: kept(state.price, (object) => priceSnapshot.parse(object)),
    coupon: kept(state.coupon, (object) => couponSnapshot.parse(object)),
    discount: kept(state.discount, (object) => discountSnapshot.parse(object)),
    // The demo's discounts are all on subscriptions.
    customer: () => NOTHING_HEARD,
  };
  return (event) => {
    const opened = openSourceEvent(event);
    if (!opened.ok) throw new Error(`${event.id} cannot be opened: ${opened.problem.detail}`);
    const reading = mapEvent(opened.value, catalogue, mappingContext);
    if (reading.kind !== 'read') throw new Error(`${event.id} ${event.type} is ${reading.kind}`);
    const { told } = reading.value;
    return told.kind === 'document' ? undefined : ({ kind: told.kind, data: told.fact } as Fact);
  };
};

/** What the demo's facts are decided under. */
export const demoContext = ({ rates, planCurrency }: DemoCompany): Context => ({
  profile: enterprise,
  rates: planRatesOf(rates, planCurrency, 1),
});

export const demoFacts = (): DemoFacts => {
  const demo = openDemo();
  const state = demo.stripeState();
  const factOf = openIntake(state);
  const facts: Fact[] = [];
  for (const { deliverAt, event } of demo.events) {
    if (deliverAt > demo.todayAt) break;
    state.moveTo(deliverAt);
    const fact = factOf(event);
    if (fact !== undefined) facts.push(fact);
  }
  return { facts, context: demoContext(demo) };
};
