/** Names of causes and origins as people read them; one that is not listed is shown as the API names it. */
const NAMES: Readonly<Record<string, string>> = {
  new: 'New',
  reactivation: 'Reactivation',
  expansion: 'Expansion',
  contraction: 'Contraction',
  churn: 'Churn',
  renewal: 'Renewal',
  'renewal-uplift': 'Renewal uplift',
  'contracted-step': 'Contracted step',
  'price-escalator': 'Price escalator',
  transfer: 'Transfer',
  fx: 'FX',
  acquired: 'Acquired',
  adjustment: 'Adjustment by hand',
  landed: 'Landed',
  expanded: 'Expanded',
};

export const causeName = (cause: string): string => NAMES[cause] ?? cause;

/** In the order in which a waterfall is read: gains, losses, what the customer did not decide. */
const ORDER = Object.keys(NAMES);
export const byReadingOrder = (one: string, other: string): number => place(one) - place(other);
const place = (cause: string): number => (ORDER.includes(cause) ? ORDER.indexOf(cause) : ORDER.length);
