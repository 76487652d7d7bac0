import * as z from 'zod/mini';
import { present } from '../present.ts';
import { couponIdOf } from './discounts.ts';
import type { DocumentSighting, MappedDocument } from './document.ts';
import { type Reading, read } from './outcomes.ts';
import { couponSnapshot, discountSnapshot, priceSnapshot, readSnapshot } from './snapshots.ts';

const productSnapshot = z.object({ id: z.string(), name: z.string(), active: z.boolean() });
const activity = (active: boolean | undefined, eventType: string): string =>
  eventType.endsWith('.deleted') ? 'deleted' : active === false ? 'inactive' : 'active';

export const mapProduct = ({ object, eventType }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(productSnapshot, object, 'product');
  if (snapshot.kind !== 'read') return snapshot;
  const { name, active } = snapshot.value;
  return read({ status: activity(active, eventType), body: { kind: 'product', name, active } });
};

export const mapPrice = ({ object, eventType }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(priceSnapshot, object, 'price');
  if (snapshot.kind !== 'read') return snapshot;
  const { nickname, active, product, currency } = snapshot.value;
  return read({
    status: activity(active, eventType),
    currency: currency.toUpperCase(),
    body: { kind: 'price', productId: product, ...present('name', nickname), ...present('active', active) },
  });
};

export const mapCoupon = ({ object, eventType }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(couponSnapshot, object, 'coupon');
  if (snapshot.kind !== 'read') return snapshot;
  const { name, valid } = snapshot.value;
  return read({ status: activity(valid, eventType), body: { kind: 'coupon', ...present('name', name) } });
};

export const mapDiscount = ({ object, eventType }: DocumentSighting): Reading<MappedDocument> => {
  const snapshot = readSnapshot(discountSnapshot, object, 'discount');
  if (snapshot.kind !== 'read') return snapshot;
  const discount = snapshot.value;
  return read({
    status: activity(true, eventType),
    ...present('customerId', discount.customer),
    body: { kind: 'discount', ...present('couponId', couponIdOf(discount)), ...present('subscriptionId', discount.subscription) },
  });
};
