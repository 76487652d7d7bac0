import { companyConfig, type SalesforceInstance } from '../../platform/config.ts';
import { contextFor, type MappingContext } from './context.ts';

/** Source on the source bus of what our own webhook, or a replay, put there: this and the instance's name. */
export const SIGNAL_SOURCE = 'ascent.salesforce/';

/** The configured org that a bus source stands for: our own, or a partner event source. */
export const instanceOfSource = (source: string): SalesforceInstance | undefined =>
  companyConfig().salesforce.find(
    ({ instance, partnerEventSource }) => source === `${SIGNAL_SOURCE}${instance}` || source === partnerEventSource,
  );

export const instanceNamed = (name: string | undefined): SalesforceInstance | undefined =>
  companyConfig().salesforce.find(({ instance }) => instance === name);

export const contextOf = (instance: SalesforceInstance): MappingContext => contextFor(instance, companyConfig());
