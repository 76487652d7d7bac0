import { addDays } from '../functions/platform/calendar.ts';
import { fraction, round } from '../functions/platform/decimal.ts';
import { DAY, dateOf, pricePerInterval, type Subscription } from './model.ts';
import { type Account, type Invoice, instantOn, tell, type World } from './world.ts';

/** Nothing is told after this instant: the plan year's end. */
export const STORY_END = Date.UTC(2026, 11, 31, 23, 59, 30) / 1000;

/** Days until an invoice is due, per mille of customers: on receipt, net 30, 45, 60, 90. */
const PAYMENT_TERMS = [
  [0, 50],
  [30, 450],
  [45, 200],
  [60, 250],
  [90, 50],
] as const;

export const paymentTerm = (world: World): number => {
  let left = world.random.below(1000);
  for (const [days, share] of PAYMENT_TERMS) {
    if (left < share) return days;
    left -= share;
  }
  return 30;
};

/** Paid by the due date 62%, within 15 days 83%, within 30 days 95%. */
const daysLate = (world: World): number => {
  const roll = world.random.below(100);
  if (roll < 62) return -world.random.below(12);
  if (roll < 83) return 1 + world.random.below(15);
  return roll < 95 ? 16 + world.random.below(15) : 31 + world.random.below(45);
};

/** Largest single card payment that Stripe takes, in minor units of a two-decimal currency; larger sums come by bank transfer. */
export const LARGEST_CARD_PAYMENT = 99_999_999n;

const paidAt = (world: World, subscription: Subscription, finalizedAt: number): number => {
  if (subscription.collection === 'charge_automatically') return finalizedAt + 3;
  const due = addDays(dateOf(finalizedAt), subscription.daysUntilDue ?? 0);
  return Math.max(instantOn(world, addDays(due, daysLate(world))), finalizedAt + 7200);
};

/** The invoice of the period that a subscription is in, over all of its items. */
const periodInvoice = (
  world: World,
  account: Account,
  subscription: Subscription,
  reason: Invoice['reason'],
  createdAt: number,
): Invoice => {
  const lines = subscription.items.map(({ id, price, quantity }) => ({
    id: world.id('il'),
    itemId: id,
    price,
    quantity,
    amount: pricePerInterval(price, quantity),
    proration: false,
  }));
  const subtotal = lines.reduce((sum, { amount }) => sum + amount, 0n);
  const discountAmounts = subscription.discounts
    .filter(({ endAt }) => endAt === null || createdAt < endAt)
    .filter(({ coupon }) => coupon.duration !== 'once' || reason === 'subscription_create')
    .map(({ id, coupon }) => ({
      discountId: id,
      amount: coupon.amountOff ?? round(fraction(subtotal * BigInt(coupon.percentOff ?? 0), 100n), 'half-up'),
    }));
  return invoiceOf(world, account, subscription, {
    reason,
    createdAt,
    lines,
    discountAmounts,
    period: { start: subscription.periodStart, end: subscription.periodEnd },
  });
};

type Told = Pick<Invoice, 'reason' | 'createdAt' | 'lines' | 'discountAmounts' | 'period'>;

const invoiceNumbers = new WeakMap<World, number>();

const invoiceOf = (world: World, account: Account, subscription: Subscription, told: Told): Invoice => {
  const number = (invoiceNumbers.get(world) ?? 0) + 1;
  invoiceNumbers.set(world, number);
  const finalizedAt = told.createdAt + (told.reason === 'subscription_cycle' ? 3600 : 1);
  const subtotal = told.lines.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    ...told,
    id: world.id('in'),
    currency: subscription.currency,
    subtotal,
    total: told.discountAmounts.reduce((left, { amount }) => left - amount, subtotal),
    number: `ACME-${String(number).padStart(6, '0')}`,
    customer: account.customer,
    subscription,
    finalizedAt,
    dueAt: subscription.collection === 'send_invoice' ? finalizedAt + (subscription.daysUntilDue ?? 0) * DAY : null,
    paidAt: paidAt(world, subscription, finalizedAt),
    attempts: 1,
  };
};

const tellPayment = (world: World, invoice: Invoice): void => {
  if (invoice.paidAt !== null && invoice.paidAt <= STORY_END)
    world.acts.push({ at: invoice.paidAt, kind: 'invoice', type: 'invoice.paid', invoice });
};

/** Bills the period that begins; returns the subscription with its newest invoice. Call before the subscription's change is told. */
export const billPeriod = (
  world: World,
  account: Account,
  subscription: Subscription,
  reason: Invoice['reason'],
  at: number,
): { readonly subscription: Subscription; readonly invoice: Invoice } => {
  const invoice = periodInvoice(world, account, subscription, reason, at);
  return { subscription: { ...subscription, latestInvoiceId: invoice.id }, invoice };
};

/** Tells how an invoice fares: finalized (some), paid, or first failed, which makes the subscription past due until the retry succeeds. */
export const collect = (world: World, account: Account, invoice: Invoice, monthEnd: string): void => {
  if (invoice.finalizedAt > STORY_END) return;
  const sendsInvoice = account.subscription.collection === 'send_invoice';
  if (sendsInvoice && world.random.chance(80))
    world.acts.push({ at: invoice.finalizedAt, kind: 'invoice', type: 'invoice.finalized', invoice: { ...invoice, attempts: 0 } });
  const retryAt = invoice.finalizedAt + (2 + world.random.below(4)) * DAY;
  if (sendsInvoice || dateOf(retryAt) > monthEnd || !world.random.chance(60)) {
    tellPayment(world, invoice);
    return;
  }
  world.acts.push({ at: invoice.finalizedAt + 3, kind: 'invoice', type: 'invoice.payment_failed', invoice });
  tell(world, account, invoice.finalizedAt + 5, { ...account.subscription, status: 'past_due' }, monthEnd);
  const paid = { ...invoice, paidAt: retryAt, attempts: 2 };
  tellPayment(world, paid);
  tell(world, account, retryAt + 2, { ...account.subscription, status: 'active' }, monthEnd);
};

/** Bills what a change in the middle of a period adds, by the second, as Stripe does. */
export const billProration = (world: World, account: Account, before: Subscription, at: number): void => {
  const after = account.subscription;
  const left = BigInt(after.periodEnd - at);
  const whole = BigInt(after.periodEnd - after.periodStart);
  const lines = after.items.flatMap(({ id, price, quantity }) => {
    const old = before.items.find((item) => item.id === id);
    const added = pricePerInterval(price, quantity) - (old === undefined ? 0n : pricePerInterval(old.price, old.quantity));
    const amount = round(fraction(added * left, whole), 'half-up');
    return amount === 0n ? [] : [{ id: world.id('il'), itemId: id, price, quantity, amount, proration: true }];
  });
  const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
  if (total <= 0n || (after.collection === 'charge_automatically' && total > LARGEST_CARD_PAYMENT)) return;
  tellPayment(
    world,
    invoiceOf(world, account, after, {
      reason: 'subscription_update',
      createdAt: at,
      lines,
      discountAmounts: [],
      period: { start: at, end: after.periodEnd },
    }),
  );
};
