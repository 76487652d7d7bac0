import type { BillingDocument, InvoiceDocument } from '../documents.ts';
import { present } from '../present.ts';
import type { Catalogue } from './catalogue.ts';
import { mapCoupon, mapDiscount, mapPrice, mapProduct } from './catalogue-objects.ts';
import type { MappingContext } from './context.ts';
import { mapCreditNote } from './credit-notes.ts';
import { type Consequences, consequencesOf, consequencesOfDiscount } from './customer-discounts.ts';
import { type CustomerFact, mapCustomer } from './customers.ts';
import { learntDiscount } from './discounts.ts';
import { mapDispute } from './disputes.ts';
import type { DocumentSighting, MappedDocument } from './document.ts';
import { mapInvoice, mapInvoiceItem } from './invoices.ts';
import { incomplete, type Need, type ParkProblem, parked, type Reading, read } from './outcomes.ts';
import { mapCharge, mapInvoicePayment, mapPayment } from './payments.ts';
import { mapRefund } from './refunds.ts';
import { mapSchedule, type ScheduleFact } from './schedules.ts';
import type { Sighting } from './sighting.ts';
import { type DiscountSnapshot, discountSnapshot } from './snapshots.ts';
import type { SourceEvent } from './source-event.ts';
import { mapSubscription, type SubscriptionFact } from './subscriptions.ts';
import { type UsageFact, usageOf } from './usage.ts';
import { shapeOf } from './versions.ts';

/** What one sighting tells: one fact for the revenue bus, or one billing document for the books, and the usage that it bills. */
export type Told =
  | { readonly kind: 'subscription'; readonly fact: SubscriptionFact }
  | { readonly kind: 'schedule'; readonly fact: ScheduleFact }
  | { readonly kind: 'customer'; readonly fact: CustomerFact }
  | { readonly kind: 'document'; readonly document: BillingDocument; readonly usage?: UsageFact };

export interface Mapping extends Consequences {
  readonly objectId: string;
  readonly told: Told;
  readonly warnings: readonly string[];
  /** Of a subscription without discounts of its own: what those are called that it inherits. */
  readonly inherited?: string;
}

/** Objects whose snapshots are billing documents, by Stripe's `object`. A new one is a row and a file. */
const DOCUMENTS: Readonly<Record<string, (sighting: DocumentSighting) => Reading<MappedDocument>>> = {
  invoice: mapInvoice,
  invoiceitem: mapInvoiceItem,
  invoice_payment: mapInvoicePayment,
  credit_note: mapCreditNote,
  refund: mapRefund,
  dispute: mapDispute,
  charge: mapCharge,
  payment_intent: mapPayment,
  product: mapProduct,
  price: mapPrice,
  coupon: mapCoupon,
  discount: mapDiscount,
};

/** Objects that are read, in events and from the API. */
export const CONSUMED_OBJECTS: readonly string[] = ['subscription', 'subscription_schedule', 'customer', ...Object.keys(DOCUMENTS)];

const plain = (objectId: string, told: Told): Mapping => ({ objectId, told, warnings: [], learnt: [], forgotten: [], followUps: [] });

const mapped = <T>(reading: Reading<T>, then: (value: T) => Mapping): Reading<Mapping> =>
  reading.kind === 'read' ? read(then(reading.value)) : reading;

/** What a discount may be on instead of on the whole customer. */
const PLACES = ['subscription', 'subscription_item', 'invoice', 'invoice_item'] as const;

/** What a discount reduces; one of an invoice changes no subscription. */
const reducedBy = ({ subscription, subscription_item: item, customer }: DiscountSnapshot): Mapping['followUps'] => {
  if (subscription != null) return [{ kind: 'object', object: 'subscription', id: subscription }];
  return item != null && customer != null ? [{ kind: 'object', object: 'customer', id: customer }] : [];
};

/** A discount event teaches the discount and leads to a fresh reading of what it reduces. */
const withDiscount = (mapping: Mapping, sighting: Sighting): Reading<Mapping> => {
  const parsed = discountSnapshot.safeParse(sighting.object);
  if (!parsed.success) return parked('shape-unreadable', 'The discount cannot be read.');
  const discount = parsed.data;
  if (PLACES.every((place) => discount[place] == null)) {
    return discount.customer == null
      ? parked('customer-missing', `Discount ${discount.id} is on nothing that can be read.`, 'customer')
      : read({ ...mapping, ...consequencesOfDiscount(discount.customer, discount, sighting) });
  }
  return read({ ...mapping, learnt: [learntDiscount(discount)], followUps: reducedBy(discount) });
};

const isInvoice = (document: BillingDocument): document is BillingDocument & { readonly body: InvoiceDocument } =>
  document.body.kind === 'invoice';

const mapDocument = (
  objectType: string,
  objectId: string,
  sighting: Sighting,
  catalogue: Catalogue,
  context: MappingContext,
): Reading<Mapping> => {
  const map = DOCUMENTS[objectType];
  if (map === undefined) return parked('type-not-consumed', `Objects of the type "${objectType}" are not consumed.`, 'data.object.object');
  const reading = map({ object: sighting.object, eventType: sighting.eventType });
  if (reading.kind !== 'read') return reading;
  const { status, currency, customerId, body } = reading.value;
  const document: BillingDocument = {
    instance: context.instance.instance,
    documentId: objectId,
    eventId: sighting.eventId,
    eventType: sighting.eventType,
    observedAt: sighting.observedAt,
    ...present('customerId', customerId),
    status,
    ...present('currency', currency),
    body,
  };
  if (isInvoice(document))
    return mapped(usageOf(document, sighting, catalogue, context), (usage) =>
      plain(objectId, { kind: 'document', document, ...present('usage', usage) }),
    );
  const mapping = plain(objectId, { kind: 'document', document });
  if (objectType === 'discount') return withDiscount(mapping, sighting);
  const isChanged = (objectType === 'price' || objectType === 'coupon') && sighting.eventType.endsWith('.updated');
  return read(isChanged ? { ...mapping, forgotten: [{ kind: objectType, id: objectId }] } : mapping);
};

/** A customer, and what its discount means for its subscriptions. */
const mapCustomerWithDiscount = (
  customerId: string,
  sighting: Sighting,
  catalogue: Catalogue,
  context: MappingContext,
): Reading<Mapping> => {
  const customer = mapCustomer(sighting, context);
  if (customer.kind !== 'read') return customer;
  const { fact, warnings } = customer.value;
  return mapped(consequencesOf(sighting, catalogue), (consequences) => ({
    ...plain(customerId, { kind: 'customer', fact }),
    warnings,
    ...consequences,
  }));
};

/** Characters: a longer one is no id of Stripe's, and no key of the table. */
export const LONGEST_OBJECT_ID = 255;

/** Maps one sighting of one object. Pure: the same sighting and catalogue give the same facts, whenever and how often it is called. */
export const mapSighting = (sighting: Sighting, catalogue: Catalogue, context: MappingContext): Reading<Mapping> => {
  const { object: objectType, id: objectId } = sighting.object;
  if (typeof objectType !== 'string' || typeof objectId !== 'string' || objectId === '' || objectId.length > LONGEST_OBJECT_ID) {
    return parked('type-not-consumed', `Events of the type "${sighting.eventType}" show no object with an id.`, 'data.object');
  }
  switch (objectType) {
    case 'subscription':
      return mapped(mapSubscription(sighting, catalogue, context), ({ fact, ...rest }) => ({
        ...plain(objectId, { kind: 'subscription', fact }),
        ...rest,
      }));
    case 'subscription_schedule':
      return mapped(mapSchedule(sighting, context), (fact) => plain(objectId, { kind: 'schedule', fact }));
    case 'customer':
      return mapCustomerWithDiscount(objectId, sighting, catalogue, context);
    default:
      return mapDocument(objectType, objectId, sighting, catalogue, context);
  }
};

const livemodeProblem = (event: SourceEvent, context: MappingContext): ParkProblem | undefined => {
  const { instance, livemode } = context.instance;
  if (event.livemode === livemode) return undefined;
  const mode = (live: boolean): string => (live ? 'live' : 'test');
  return {
    code: 'livemode-mismatch',
    detail: `This is a ${mode(event.livemode)} mode event; the instance ${instance} is configured for ${mode(livemode)} mode. Send it to an instance of its own mode.`,
    field: 'livemode',
  };
};

export const sightingOf = (event: SourceEvent, content: Extract<SourceEvent['content'], { kind: 'snapshot' }>): Sighting => ({
  eventId: event.id,
  eventType: event.type,
  observedAt: event.createdAt,
  object: content.object,
  ...(content.previous === undefined ? {} : { previous: content.previous }),
  refetched: false,
});

/**
 * What becomes of one event. Checks, in this order: live or test mode, whether its object is consumed at all, API version, and then the
 * mapping's own. Thin events and events that were too large for the bus always need a fetch.
 */
export const mapEvent = (event: SourceEvent, catalogue: Catalogue, context: MappingContext): Reading<Mapping> => {
  const wrongMode = livemodeProblem(event, context);
  if (wrongMode !== undefined) return { kind: 'parked', problem: wrongMode };
  const { content } = event;
  if (content.kind === 'oversized') return incomplete([{ kind: 'event', id: event.id }]);
  const objectType = content.kind === 'thin' ? content.related?.type : content.object['object'];
  if (typeof objectType !== 'string' || !CONSUMED_OBJECTS.includes(objectType)) {
    return parked(
      'type-not-consumed',
      `Events of the type "${event.type}" are not consumed; it is kept here and can be replayed when they are.`,
      'type',
    );
  }
  if (content.kind === 'thin') {
    const need: Need = {
      kind: 'object',
      object: objectType,
      id: content.related?.id ?? '',
      ...(content.account === undefined ? {} : { account: content.account }),
    };
    return incomplete([need]);
  }
  const shape = shapeOf(content.apiVersion);
  if (!shape.ok) return { kind: 'parked', problem: shape.problem };
  return mapSighting(sightingOf(event, content), catalogue, context);
};
