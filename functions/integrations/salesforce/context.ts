import { dayOfInstant } from '../../platform/calendar.ts';
import type { CompanyConfig, SalesforceInstance } from '../../platform/config.ts';

/** What a mapping needs beside the records: the same for all records of one org. */
export interface MappingContext {
  readonly instance: SalesforceInstance;
  /** The Stripe account that ids of Stripe in the org's fields are of; `undefined` where there are several and none is named. */
  readonly stripeInstance: string | undefined;
  /** Day of an instant (whole epoch seconds) in the company's zone, `YYYY-MM-DD`. Salesforce's dates have no zone and stay as they are. */
  readonly dayOf: (epochSeconds: number) => string;
}

export const contextFor = (instance: SalesforceInstance, { zone, stripe }: Pick<CompanyConfig, 'zone' | 'stripe'>): MappingContext => ({
  instance,
  stripeInstance: instance.stripeInstance ?? (stripe.length === 1 ? stripe[0]?.instance : undefined),
  dayOf: (epochSeconds) => dayOfInstant(epochSeconds, zone),
});
