import type { Org } from '../../local/salesforce/org.ts';
import { sample } from '../integrations/samples.ts';

/** Deals as people close them in an org, and as Stripe bills them. Whole units of the currency; days as `YYYY-MM-DD`. */

const noonOf = (day: string): number => Date.parse(`${day}T12:00:00Z`);
const secondsOf = (day: string): number => noonOf(day) / 1000;
/** The day before. */
const lastDay = (endsOn: string): string => new Date(noonOf(endsOn) - 86_400_000).toISOString().slice(0, 10);

export interface Item {
  readonly quantity: number;
  /** A year. */
  readonly price: number;
  readonly listPrice?: number;
  readonly startsOn: string;
  /** First day without. */
  readonly endsOn: string;
}

export interface Deal {
  readonly accountId: string;
  readonly number: string;
  readonly currency: string;
  readonly signedOn: string;
  readonly items: readonly Item[];
}

const termOf = (items: readonly Item[]): { readonly startsOn: string; readonly endsOn: string } => {
  const days = items.flatMap(({ startsOn, endsOn }) => [startsOn, endsOn]).sort();
  return { startsOn: days[0] ?? '', endsOn: days[days.length - 1] ?? '' };
};

const PRODUCT = 'prod_SmplPlatform';

export const productIn = (org: Org): string =>
  String(
    org.all('Product2')[0]?.['Id'] ??
      org.create('Product2', { Name: 'Platform', Stripe_Product_Id__c: PRODUCT }, { at: noonOf('2025-01-02') }),
  );

export const accountIn = (org: Org, name: string, fields: Readonly<Record<string, string>> = {}): string =>
  org.create('Account', { Name: name, Segment__c: 'Enterprise', ...fields }, { at: noonOf('2025-06-01') });

/** An activated order of some items; under a contract, where there is one. */
export const orderIn = (org: Org, contractId: string, { accountId, number, currency, signedOn, items }: Deal): string => {
  const at = noonOf(signedOn);
  const { startsOn: from, endsOn: until } = termOf(items);
  const term = { EffectiveDate: from, EndDate: lastDay(until) };
  const orderId = org.create(
    'Order',
    {
      AccountId: accountId,
      ContractId: contractId,
      OrderNumber: `O${number}`,
      Status: 'Activated',
      StatusCode: 'Activated',
      IsReductionOrder: false,
      CustomerAuthorizedDate: signedOn,
      CompanyAuthorizedDate: signedOn,
      CurrencyIsoCode: currency,
      ...term,
    },
    { at },
  );
  for (const { quantity, price, listPrice, startsOn, endsOn } of items)
    org.create(
      'OrderItem',
      {
        OrderId: orderId,
        Product2Id: productIn(org),
        Quantity: quantity,
        UnitPrice: price,
        ListPrice: listPrice ?? price,
        ServiceDate: startsOn,
        EndDate: lastDay(endsOn),
        CurrencyIsoCode: currency,
      },
      { at },
    );
  return orderId;
};

/** A contract with its order, signed by both sides on one day. */
export const contractIn = (org: Org, deal: Deal): string => {
  const { startsOn, endsOn } = termOf(deal.items);
  const contractId = org.create(
    'Contract',
    {
      AccountId: deal.accountId,
      ContractNumber: deal.number,
      Status: 'Activated',
      StatusCode: 'Activated',
      StartDate: startsOn,
      EndDate: lastDay(endsOn),
      CustomerSignedDate: deal.signedOn,
      CompanySignedDate: deal.signedOn,
      CurrencyIsoCode: deal.currency,
    },
    { at: noonOf(deal.signedOn) },
  );
  orderIn(org, contractId, deal);
  return contractId;
};

interface Billed {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly startsOn: string;
  readonly quantity: number;
  /** A year. */
  readonly price: number;
  readonly currency?: string;
  readonly contract?: string;
  /** An item that is billed by what was used. */
  readonly metered?: true;
}

type Json = Readonly<Record<string, unknown>>;

const priceOf = (id: string, currency: string, minor: number, usage: 'licensed' | 'metered'): Json => ({
  ...sample('objects/price.per_unit.annual.json'),
  id,
  currency,
  product: usage === 'metered' ? 'prod_SmplApi' : PRODUCT,
  unit_amount: minor,
  unit_amount_decimal: String(minor),
  recurring: {
    interval: usage === 'metered' ? 'month' : 'year',
    interval_count: 1,
    meter: usage === 'metered' ? 'mtr_1' : null,
    trial_period_days: null,
    usage_type: usage,
  },
});

/** The price of what is used, $1 each, as Stripe answers it: an invoice's line does not say that it is metered. */
export const meteredPrice = (subscriptionId: string): Json => priceOf(`price_${subscriptionId}_used`, 'usd', 100, 'metered');

const eventOf = (id: string, type: string, day: string, object: Json): Json => ({
  id,
  object: 'event',
  api_version: '2026-10-28.endive',
  created: secondsOf(day),
  livemode: false,
  type,
  data: { object },
});

/** Stripe's event of a subscription that was created. */
export const subscribed = ({
  subscriptionId,
  customerId,
  startsOn,
  quantity,
  price,
  currency = 'usd',
  contract,
  metered,
}: Billed): Json => {
  const created = secondsOf(startsOn);
  const itemOf = (id: string, own: Json, count?: number): Json => ({
    id,
    object: 'subscription_item',
    created,
    current_period_start: created,
    current_period_end: created + 365 * 86_400,
    discounts: [],
    metadata: {},
    price: own,
    subscription: subscriptionId,
    ...(count === undefined ? {} : { quantity: count }),
  });
  const items = [
    itemOf(`si_${subscriptionId}`, priceOf(`price_${subscriptionId}`, currency, price * 100, 'licensed'), quantity),
    ...(metered ? [itemOf(`si_${subscriptionId}_used`, meteredPrice(subscriptionId))] : []),
  ];
  return eventOf(`evt_${subscriptionId}`, 'customer.subscription.created', startsOn, {
    ...sample('objects/subscription.jpy_annual_send_invoice.json'),
    id: subscriptionId,
    customer: customerId,
    currency,
    created,
    start_date: created,
    billing_cycle_anchor: created,
    items: { object: 'list', data: items, has_more: false, url: '/v1/subscription_items' },
    metadata: contract === undefined ? {} : { salesforce_contract_id: contract },
  });
};

/** Stripe's event of an invoice, finalised on a day, that bills what was used since a month before. */
export const usedAndBilled = (
  { subscriptionId, customerId }: Pick<Billed, 'subscriptionId' | 'customerId'>,
  day: string,
  amount: number,
): Json => {
  const until = secondsOf(day);
  const from = secondsOf(new Date(Date.parse(`${day}T00:00:00Z`) - 27 * 86_400_000).toISOString().slice(0, 10));
  const invoice = sample<Record<string, unknown>>('objects/invoice.open.json');
  const [line] = (invoice['lines'] as { readonly data: readonly Record<string, unknown>[] }).data;
  const id = `in_${subscriptionId}_${day.replaceAll('-', '')}`;
  return eventOf(`evt_${id}`, 'invoice.finalized', day, {
    ...invoice,
    id,
    customer: customerId,
    created: until,
    period_start: from,
    period_end: until,
    discounts: [],
    total_discount_amounts: [],
    lines: {
      object: 'list',
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
      data: [
        {
          ...line,
          id: `il_${id}`,
          amount: amount * 100,
          subtotal: amount * 100,
          invoice: id,
          discount_amounts: [],
          pretax_credit_amounts: [],
          taxes: [],
          parent: {
            invoice_item_details: null,
            subscription_item_details: {
              invoice_item: null,
              proration: false,
              proration_details: { credited_items: null },
              subscription: subscriptionId,
              subscription_item: `si_${subscriptionId}_used`,
            },
            type: 'subscription_item_details',
          },
          period: { start: from, end: until },
          pricing: {
            price_details: { price: `price_${subscriptionId}_used`, product: 'prod_SmplApi' },
            type: 'price_details',
            unit_amount_decimal: '100',
          },
          quantity: amount,
          subscription: subscriptionId,
        },
      ],
    },
  });
};
