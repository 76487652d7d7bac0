import { fromStripeMinor } from '../../platform/currencies.ts';
import type { DocumentBody } from '../documents.ts';
import { parked, type Reading, read } from './outcomes.ts';

/** What the mapping of a billing document sees of an event. */
export interface DocumentSighting {
  readonly object: Readonly<Record<string, unknown>>;
  readonly eventType: string;
}

/** What a mapping of a billing document gives. */
export interface MappedDocument {
  readonly status: string;
  readonly currency?: string;
  readonly customerId?: string;
  readonly body: DocumentBody;
}

/** Stripe writes statuses with `_`; ours have `-`. */
export const spelled = (status: string): string => status.replaceAll('_', '-');

/** Converts Stripe's whole amounts of one currency to ISO 4217 minor units; the currency is checked once. */
export const minorsOf = (currency: string): Reading<(amount: number) => string> => {
  const probe = fromStripeMinor('0', currency);
  if (!probe.ok) return parked('currency-unknown', probe.problem.detail, 'currency');
  return read((amount) => {
    const minor = fromStripeMinor(String(amount), currency);
    if (!minor.ok) throw new TypeError(minor.problem.detail);
    return minor.value;
  });
};

/** An amount that is usually zero: absent when it is. */
export const sumMinor = <K extends string>(
  key: K,
  amount: number | null | undefined,
  minor: (amount: number) => string,
): { readonly [P in K]?: string } => (amount == null || amount === 0 ? {} : ({ [key]: minor(amount) } as { readonly [P in K]?: string }));
