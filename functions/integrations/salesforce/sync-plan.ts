import { dayOfInstant } from '../../platform/calendar.ts';
import type { SalesforceInstance, SalesforceObject } from '../../platform/config.ts';
import { digest } from '../../platform/ids.ts';
import type { Run, SyncMark } from './sync-store.ts';

/**
 * In the order of their importance for ARR: where an org's calls run short, the last ones wait. `only`: of all records, these; `never`: they are
 * read along with the agreement or opportunity that they belong to, so that all of them need never be listed.
 */
export const SYNCED: readonly { readonly object: SalesforceObject; readonly all: { readonly only?: string } | 'never' }[] = [
  { object: 'Contract', all: {} },
  // An order with a contract is read with it.
  { object: 'Order', all: { only: 'ContractId = null' } },
  { object: 'OrderItem', all: 'never' },
  { object: 'Product2', all: 'never' },
  { object: 'Account', all: {} },
  { object: 'Opportunity', all: {} },
  { object: 'OpportunityLineItem', all: 'never' },
  { object: 'User', all: {} },
  { object: 'Contact', all: {} },
];

/** Listing all of which objects reads all of an object: items and lines are read with what they belong to. */
export const listedFor = (object: SalesforceObject): readonly SalesforceObject[] => {
  switch (object) {
    case 'Order':
    case 'OrderItem':
      return ['Contract', 'Order'];
    case 'Product2':
      return ['Contract', 'Order', 'Opportunity'];
    case 'OpportunityLineItem':
      return ['Opportunity'];
    default:
      return [object];
  }
};

/** A transaction may take ten minutes, and its records bear the time at which they were written, not that of its end. */
export const OVERLAP_MS = 600_000;
/** Each object is asked for once a night, when little else calls the org. */
const NIGHT_BEGINS_MS = 2 * 3_600_000;
/** All records, whenever they were changed: what has no time of its own (deleted for good, another field of a product) becomes true by then. */
const EVERYTHING_EVERY_MS = 6.5 * 86_400_000;

/** Day on which the present, or the last, night began: nights begin at two o'clock of the company's zone. */
export const nightOf = (nowMs: number, zone: string): string => dayOfInstant(Math.floor((nowMs - NIGHT_BEGINS_MS) / 1000), zone);

/** Raise it when a release maps the same records to other facts: all of them are read anew. */
const MAPPING_VERSION = 2;

/** Whatever decides which facts are made of the same records. */
export const configurationOf = ({ legalEntity, currency, prices, sellingModels, stripeInstance, fields }: SalesforceInstance): string =>
  digest(JSON.stringify([MAPPING_VERSION, legalEntity, currency, prices, sellingModels, stripeInstance, fields]));

/** Whether the org says by itself when records of the object are changed. */
export const isTold = (object: SalesforceObject, { partnerEventSource, changeDataCapture }: SalesforceInstance): boolean =>
  partnerEventSource !== undefined && changeDataCapture.includes(object);

export interface Now {
  readonly nowMs: number;
  readonly night: string;
  readonly configuration: string;
}

/**
 * What is to be listed of an object now: a listing that was begun before, all of it (the first time, after a change of the configuration, and
 * in one night a week), or what was changed since it was asked for last: in each night, and in each run for what the org does not tell, and for
 * what is known to be unread. `undefined` where nothing is due.
 */
export const dueOf = (mark: SyncMark, isToldByOrg: boolean, { nowMs, night, configuration }: Now): Run | undefined => {
  const { run, throughMs, everythingMs, wantedSinceMs, wants } = mark;
  if (run !== undefined && run.configuration === configuration) return run;
  const isNight = mark.night !== night;
  const isAll =
    throughMs === undefined ||
    everythingMs === undefined ||
    mark.configuration !== configuration ||
    wantedSinceMs === 0 ||
    (isNight && nowMs - everythingMs >= EVERYTHING_EVERY_MS);
  const begun = { startedMs: nowMs, configuration, night, wants };
  if (isAll) return { ...begun, sinceMs: 0 };
  if (!isNight && isToldByOrg && wantedSinceMs === undefined) return undefined;
  return { ...begun, sinceMs: Math.max(1, Math.min(throughMs, wantedSinceMs ?? throughMs) - OVERLAP_MS) };
};
