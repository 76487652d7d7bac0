import type { Body } from '../api/post.ts';
import { minorOf } from '../format/money.ts';

type Ruling = Body<'/api/v1/arr/rulings'>['ruling'];
export type Kind = Ruling['kind'];

/** One thing that a form asks for; what is typed is sent under `id`. */
export interface Field {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly input: 'text' | 'day' | 'choice';
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  readonly isOptional?: boolean;
}

const customer: Field = {
  id: 'customerId',
  label: 'Customer',
  hint: 'Its id, as its screen tells it below its name.',
  input: 'text',
};
const agreement: Field = { id: 'agreementId', label: 'Agreement', hint: 'By any of the ids that it is known by.', input: 'text' };
const on = (label: string): Field => ({ id: 'on', label, input: 'day' });
const either = (id: string, label: string, yes: string, no: string): Field => ({
  ...{ id, label, input: 'choice' },
  options: [
    { value: 'true', label: yes },
    { value: 'false', label: no },
  ],
});

export const KINDS: Readonly<Record<Kind, { readonly name: string; readonly fields: readonly Field[] }>> = {
  adjustment: {
    name: 'Adjust ARR by hand',
    fields: [
      customer,
      { id: 'amountMinor', label: 'ARR', hint: 'Added, or with a minus sign taken off: 1200.50', input: 'text' },
      { id: 'currency', label: 'Currency', hint: 'USD', input: 'text' },
      on('From'),
      {
        id: 'until',
        label: 'Expires',
        hint: 'First day without it; otherwise it stays until it is ended.',
        input: 'day',
        isOptional: true,
      },
      { id: 'productId', label: 'Product', input: 'text', isOptional: true },
      { id: 'legalEntity', label: 'Legal entity', input: 'text', isOptional: true },
    ],
  },
  'adjustment-end': {
    name: 'End an adjustment',
    fields: [
      customer,
      { id: 'adjustmentId', label: 'Adjustment', hint: 'The ruling that made it.', input: 'text' },
      on('First day without'),
    ],
  },
  link: {
    name: 'One customer, or two',
    fields: [
      customer,
      { id: 'otherId', label: 'Other customer', input: 'text' },
      either('isSame', 'They are', 'one customer', 'two customers'),
    ],
  },
  pair: {
    name: 'What bills an agreement',
    fields: [
      customer,
      agreement,
      { id: 'subscriptionId', label: 'Billed subscription', input: 'text' },
      either('isSame', 'The subscription', 'bills the agreement', 'does not bill it'),
    ],
  },
  lapse: {
    name: 'Whether an agreement goes on',
    fields: [
      customer,
      agreement,
      {
        ...{ id: 'of', label: 'What ended', input: 'choice' },
        options: [
          { value: 'term', label: 'its term' },
          { value: 'billing', label: 'its billing within the term' },
        ],
      },
      on('First day without'),
      either('goesOn', 'The agreement', 'goes on all the same', 'is over'),
    ],
  },
};

const isKind = (name: string): name is Kind => Object.hasOwn(KINDS, name);
export const kindOf = (name: string | null): Kind | undefined => (name !== null && isKind(name) ? name : undefined);

export type Typed = Readonly<Record<string, string>>;

/** What cannot be sent as it was typed: an amount that is none in its currency. */
export const unsendable = (kind: Kind, typed: Partial<Typed>): string | undefined => {
  const { amountMinor: amount = '', currency = '' } = typed;
  if (kind !== 'adjustment' || amount.trim() === '' || minorOf(amount, currency) !== undefined) return undefined;
  return `An amount in a currency is written with its digits, a point and at most as many places as the currency has: 1200.50. Received “${amount}” in “${currency}”.`;
};

/** The ruling as the API takes it. What was left empty is left away where it may be; otherwise the API says what is wrong with it. */
export const rulingOf = (kind: Kind, typed: Partial<Typed>): Ruling => {
  const fields = KINDS[kind].fields.flatMap(({ id, input, isOptional }): [string, string | boolean][] => {
    const value = (typed[id] ?? '').trim();
    if (value === '' && (isOptional === true || input === 'choice')) return [];
    if (value === 'true' || value === 'false') return [[id, value === 'true']];
    if (id === 'amountMinor') return [[id, minorOf(value, typed['currency'] ?? '') ?? value]];
    return [[id, id === 'currency' ? value.toUpperCase() : value]];
  });
  return { kind, ...Object.fromEntries(fields) } as Ruling;
};
