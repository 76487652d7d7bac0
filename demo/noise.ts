import { addDays, toEpochDay } from '../functions/platform/calendar.ts';
import { ANNUAL, seatItem } from './contracts.ts';
import { newCustomer } from './customers.ts';
import { DAY, dateOf, type Subscription } from './model.ts';
import type { Month } from './renewals.ts';
import { type Account, instantOn, isLive, tell, tellCustomer, type World } from './world.ts';

/** Things that happen at any company and must change no figure: told after the month's business, on contracts that have been quiet. */

const QUIET_UNTIL_DAY = 8;

const quiet = (world: World, month: Month): readonly Account[] => {
  const until = addDays(month.first, QUIET_UNTIL_DAY);
  return world.accounts.filter(
    (account) =>
      isLive(account) &&
      account.subscription.status === 'active' &&
      !account.subscription.cancelAtPeriodEnd &&
      dateOf(account.changedAt) < until &&
      dateOf(account.customer.createdAt) < month.first,
  );
};

const onDay = (world: World, month: Month, from: number, days: number): number =>
  instantOn(world, addDays(month.first, from + world.random.below(days)));

/** Collection is paused for about ten days; the subscription stays active. */
const pause = (world: World, account: Account, month: Month): void => {
  const at = onDay(world, month, QUIET_UNTIL_DAY, 5);
  tell(world, account, at, { ...account.subscription, collectionPaused: true }, month.last);
  tell(world, account, at + (8 + world.random.below(4)) * DAY, { ...account.subscription, collectionPaused: false }, month.last);
};

/** Seats are added in the morning and taken back in the afternoon. */
const changeAndBack = (world: World, account: Account, month: Month): void => {
  const { subscription } = account;
  const [first, ...rest] = subscription.items;
  if (first === undefined) return;
  const morning = toEpochDay(addDays(month.first, QUIET_UNTIL_DAY + world.random.below(15))) * DAY + 30_000;
  const more = { ...subscription, items: [{ ...first, quantity: first.quantity + 1n + BigInt(world.random.below(20)) }, ...rest] };
  tell(world, account, morning + world.random.below(3000), more, month.last);
  tell(world, account, morning + 10_000 + world.random.below(20_000), subscription, month.last);
};

/** A trial that ends without a contract. */
const unconvertedTrial = (world: World, month: Month): void => {
  const at = onDay(world, month, 1, 10);
  const customer = newCustomer(world, at - 200, 'Starter', false, 'USD');
  const trialEndAt = at + 14 * DAY;
  const trial: Subscription = {
    id: world.id('sub'),
    customerId: customer.id,
    currency: 'USD',
    status: 'trialing',
    items: [seatItem(world, at, 'Starter', 'USD', ANNUAL, 5_000_000n)],
    discounts: [],
    createdAt: at,
    startAt: at,
    anchorAt: trialEndAt,
    periodStart: at,
    periodEnd: trialEndAt,
    trialEndAt,
    cancelAtPeriodEnd: true,
    canceledAt: at,
    collectionPaused: false,
    collection: 'charge_automatically',
    daysUntilDue: null,
    termMonths: 12,
    termStartsOn: dateOf(trialEndAt),
    latestInvoiceId: null,
  };
  world.acts.push({ at: at - 200, kind: 'customer', lifecycle: 'created', customer });
  world.acts.push({ at, kind: 'subscription', lifecycle: 'created', subscription: trial });
  world.acts.push({
    at: trialEndAt,
    kind: 'subscription',
    lifecycle: 'deleted',
    subscription: { ...trial, status: 'canceled', endedAt: trialEndAt },
  });
};

/** An invoice that was paid by card is refunded in part, disputed, or credited. */
const afterPayment = (world: World, month: Month): void => {
  const paid = world.acts.flatMap((act) =>
    act.kind === 'invoice' && act.type === 'invoice.paid' && dateOf(act.at) >= month.first && dateOf(act.at) < addDays(month.first, 15)
      ? [act.invoice]
      : [],
  );
  const byCard = paid.filter(({ subscription, currency }) => subscription.collection === 'charge_automatically' && currency === 'USD');
  if (byCard.length === 0) return;
  const onCard = (): (typeof byCard)[number] => world.random.pick(byCard);
  for (let count = 0; count < 3; count += 1) {
    const invoice = onCard();
    world.acts.push({
      at: (invoice.paidAt ?? invoice.createdAt) + DAY + world.random.below(5 * DAY),
      kind: 'refund',
      invoice,
      amount: invoice.total / 10n,
    });
  }
  for (let count = 0; count < 2; count += 1) {
    const invoice = onCard();
    world.acts.push({
      at: (invoice.paidAt ?? invoice.createdAt) + 2 * DAY + world.random.below(5 * DAY),
      kind: 'credit-note',
      invoice,
      amount: invoice.total / 20n,
    });
  }
  if (month.index % 2 === 0) {
    const invoice = onCard();
    const openedAt = (invoice.paidAt ?? invoice.createdAt) + 4 * DAY;
    world.acts.push({ at: openedAt, kind: 'dispute', lifecycle: 'created', invoice, openedAt });
    world.acts.push({ at: openedAt + 6 * DAY, kind: 'dispute', lifecycle: 'closed', invoice, openedAt });
  }
};

/** Contact data changes, subsidiaries get a parent; once a year a company joins another (a merger), and a subsidiary changes its parent. */
const customerChanges = (world: World, month: Month, calm: readonly Account[]): void => {
  for (let count = 0; count < 12; count += 1) {
    const account = world.random.pick(calm);
    tellCustomer(world, account, onDay(world, month, QUIET_UNTIL_DAY, 15), {
      ...account.customer,
      email: `billing${world.random.below(90) + 10}@${account.customer.slug}.example`,
    });
  }
  const others = calm.filter(({ customer }) => !customer.fortune500);
  const [a, b] = [world.random.pick(others), world.random.pick(others)];
  if (a === b) return;
  const at = onDay(world, month, 24, 3);
  if (month.index === 4)
    tellCustomer(world, a, at, {
      ...a.customer,
      name: `${a.customer.name}, a ${b.customer.name} company`,
      parentId: b.customer.id,
      billToId: b.customer.id,
    });
  const [subsidiary] = others.filter(({ customer }) => customer.parentId !== undefined && customer.parentId !== b.customer.id);
  if (month.index === 8 && subsidiary !== undefined)
    tellCustomer(world, subsidiary, at, { ...subsidiary.customer, parentId: b.customer.id });
  if (month.index % 2 === 1) tellCustomer(world, a, at, { ...a.customer, parentId: b.customer.id });
};

export const tellNoise = (world: World, month: Month): void => {
  const calm = [...quiet(world, month)];
  for (let count = 0; count < 5 && calm.length > 20; count += 1) {
    const [account] = calm.splice(world.random.below(calm.length), 1);
    if (account !== undefined) (count < 2 ? pause : changeAndBack)(world, account, month);
  }
  for (let count = 0; count < 4; count += 1) unconvertedTrial(world, month);
  afterPayment(world, month);
  customerChanges(world, month, calm);
};
