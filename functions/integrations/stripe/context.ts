import type { StripeInstance } from '../../platform/config.ts';
import { recordId } from '../salesforce/record-id.ts';

/** What a mapping needs beside the snapshot: made once per function start, pure from then on. */
export interface MappingContext {
  readonly instance: StripeInstance;
  /** Day of an instant (whole epoch seconds, as Stripe writes them) in the company's zone, `YYYY-MM-DD`. */
  readonly dayOf: (epochSeconds: number) => string;
  /** Names of the company's legal entities: metadata may name one of them, nothing else. */
  readonly legalEntities: readonly string[];
  /** The Salesforce org that account ids in metadata are of; without one they say nothing. */
  readonly accountInstance?: string;
}

/**
 * Metadata keys under which a company keeps at Stripe what Stripe does not know. The configuration renames single keys; these are the
 * names that hold where it says nothing.
 */
export const DEFAULT_CUSTOMER_KEYS = { parentId: 'parent', billToId: 'bill_to', accountId: 'salesforce_account_id' } as const;
export const DEFAULT_ATTRIBUTES: Readonly<Record<string, string>> = {
  segment: 'segment',
  region: 'region',
  fortune500: 'fortune500',
  channel: 'channel',
  size: 'size',
  industry: 'industry',
};
export const DEFAULT_SUBSCRIPTION_KEYS = {
  agreementId: 'agreement_id',
  bookedOn: 'booked_on',
  serviceStartsOn: 'service_starts_on',
  termMonths: 'term_months',
  termStartsOn: 'term_starts_on',
  origin: 'origin',
  legalEntity: 'legal_entity',
} as const;

export type SubscriptionKeys = Readonly<Record<keyof typeof DEFAULT_SUBSCRIPTION_KEYS, string>>;

/** The configured keys over the defaults; a key that the configuration leaves out keeps its default. */
export const subscriptionKeys = (instance: StripeInstance): SubscriptionKeys => {
  const configured = Object.entries(instance.metadata.subscription).filter(([, key]) => key !== undefined);
  return { ...DEFAULT_SUBSCRIPTION_KEYS, ...Object.fromEntries(configured) };
};

/** What metadata says of the agreement that is billed; the id of a Salesforce contract or order (800…, 801…) in its form of 18 characters. */
export const agreementIdIn = (
  metadata: Readonly<Record<string, string | null>> | null | undefined,
  { agreementId: key }: SubscriptionKeys,
): string | undefined => {
  const text = metadata?.[key]?.slice(0, 255) || undefined;
  return text !== undefined && /^80[01]/.test(text) ? (recordId(text) ?? text) : text;
};
