import { dayOfInstant } from '../../platform/calendar.ts';
import { companyConfig, type StripeInstance } from '../../platform/config.ts';
import { present } from '../present.ts';
import type { MappingContext } from './context.ts';
import { WEBHOOK_SOURCE } from './source-bus.ts';

/** The configured instance that a bus source stands for: our webhook's, or a partner event source. */
export const instanceOfSource = (source: string): StripeInstance | undefined =>
  companyConfig().stripe.find(
    ({ instance, partnerEventSource }) => source === `${WEBHOOK_SOURCE}${instance}` || source === partnerEventSource,
  );

export const instanceNamed = (name: string): StripeInstance | undefined => companyConfig().stripe.find(({ instance }) => instance === name);

export const contextOf = (instance: StripeInstance): MappingContext => {
  const { zone, legalEntities, salesforce } = companyConfig();
  const accountInstance = instance.metadata.customer.accountInstance ?? (salesforce.length === 1 ? salesforce[0]?.instance : undefined);
  return {
    instance,
    ...present('accountInstance', accountInstance),
    dayOf: (epochSeconds) => dayOfInstant(epochSeconds, zone),
    legalEntities: legalEntities.map(({ legalEntity }) => legalEntity),
  };
};
