import { addDays, toEpochDay } from '../../functions/platform/calendar.ts';
import { stripeExponent } from '../../functions/platform/currencies.ts';
import { DAY, type Item, type Price } from '../model.ts';
import { type Random, seeded } from '../random.ts';
import type { CurrencyCode } from '../targets.ts';
import type { History, Stretch, Term } from './histories.ts';
import { idsFromOne, type OrgRecord, type Version } from './records.ts';
import { isLarge, LATE_RENEWALS } from './targets.ts';

/** One term of a customer as Salesforce holds it: a contract, its orders, and their items. */
export interface Agreement {
  readonly contractId: string;
  readonly term: Term;
  /** Day of the last signature, and the second in which the contract was activated. */
  readonly signedOn: string;
  readonly activatedAt: number;
  readonly isLate: boolean;
  readonly records: readonly OrgRecord[];
}

/** Salesforce's id of each Stripe product, and the products themselves. */
export interface Products {
  readonly records: readonly OrgRecord[];
  readonly idOf: (stripeProductId: string) => string;
}

const HOUR = 3600;
const secondOf = (date: string, second: number): number => toEpochDay(date) * DAY + second;

export const productsOf = (sold: readonly (readonly [id: string, name: string])[], at: number): Products => {
  const ids = idsFromOne();
  const known = new Map(sold.map(([stripeId]) => [stripeId, ids('Product2')]));
  const idOfProduct = (stripeId: string): string => {
    const id = known.get(stripeId);
    if (id === undefined) throw new RangeError(`Salesforce has no product for ${stripeId}.`);
    return id;
  };
  return {
    records: sold.map(([stripeId, name]) => ({
      object: 'Product2',
      id: idOfProduct(stripeId),
      versions: [{ at, fields: { Name: name, ProductCode: stripeId, IsActive: true, Stripe_Product_Id__c: stripeId } }],
    })),
    idOf: idOfProduct,
  };
};

/** Whole units of a currency, of Stripe's minor ones. Prices have at most three places and nine digits: a double holds them exactly. */
export const units = (stripeMinor: bigint, currency: CurrencyCode): number => {
  const places = stripeExponent(currency);
  if (!places.ok) throw new TypeError(places.problem.detail);
  return Number(`${stripeMinor}e-${places.value}`);
};

/** Intervals a year of a price that is billed yearly or more often. */
const timesAYear = ({ interval, intervalCount }: Price): bigint => (interval === 'year' ? 1n : 12n / BigInt(intervalCount));

/** In Stripe's minor units. */
export const yearOf = ({ price, quantity }: Item): bigint => price.unit * timesAYear(price) * quantity;
export const yearOfAll = (items: readonly Item[]): bigint => items.reduce((sum, item) => sum + yearOf(item), 0n);

/** An item of an order while it is drafted: its last day is known when it is replaced, or by its term. */
interface Ordered {
  readonly id: string;
  readonly orderId: string;
  readonly item: Item;
  readonly from: string;
  readonly at: number;
  replaced: { readonly at: number; readonly lastDay: string } | undefined;
  /** Less what reductions took away. */
  quantity: bigint;
}

/** How long after the signature a contract is activated: median nine hours, 88% within a day. */
const activationDelay = (random: Random): number => {
  const roll = random.below(100);
  if (roll < 50) return HOUR + random.below(8 * HOUR);
  return roll < 88 ? 9 * HOUR + random.below(15 * HOUR) : 24 * HOUR + random.below(40 * HOUR);
};

/** Whether little enough happens in the first weeks of a term that it may have been signed late. */
const mayBeLate = ({ startsOn, stretches }: Term): boolean => stretches.every(({ from }, i) => i === 0 || from > addDays(startsOn, 40));

type Ids = ReturnType<typeof idsFromOne>;

/** The orders of one contract: the first one, and an amendment for each change within the term. */
class Orders {
  readonly #records: OrgRecord[] = [];
  readonly #items: Ordered[] = [];
  readonly #ids: Ids;
  readonly #head: { readonly accountId: string; readonly contractId: string; readonly lastDay: string; readonly products: Products };
  #firstId: string | null = null;

  constructor(ids: Ids, head: { accountId: string; contractId: string; lastDay: string; products: Products }) {
    this.#ids = ids;
    this.#head = head;
  }

  /** `signedOn`: its own signature; null where its contract's holds. */
  place(stretch: Stretch, drafted: number, activatedAt: number, signedOn: string | null): void {
    const standing = this.#items.filter(({ replaced }) => replaced === undefined);
    const added: Item[] = [];
    const less: (readonly [Ordered, bigint])[] = [];
    for (const item of stretch.items) {
      const before = standing.find((one) => one.item.id === item.id);
      const isSame = before?.item.price.unit === item.price.unit && before.item.price.productId === item.price.productId;
      if (before !== undefined && isSame && before.quantity === item.quantity) continue;
      if (before !== undefined && isSame && before.quantity > item.quantity) less.push([before, before.quantity - item.quantity]);
      else added.push(item);
    }
    const gone = standing.filter(
      (one) => added.some(({ id }) => id === one.item.id) || !stretch.items.some(({ id }) => id === one.item.id),
    );
    for (const one of gone) one.replaced = { at: activatedAt, lastDay: addDays(stretch.from, -1) };
    if (added.length > 0) this.#add(stretch, added, { drafted, activatedAt, signedOn });
    if (less.length > 0) this.#reduce(stretch, less, { drafted, activatedAt, signedOn });
  }

  #order(stretch: Stretch, { drafted, activatedAt, signedOn }: When, isReduction: boolean): string {
    const { accountId, contractId, lastDay } = this.#head;
    const id = this.#ids('Order');
    this.#records.push({
      object: 'Order',
      id,
      versions: [
        {
          at: drafted,
          fields: {
            AccountId: accountId,
            ContractId: contractId,
            OrderNumber: id.slice(8, 15),
            Type: this.#firstId === null ? 'New' : 'Amendment',
            Status: 'Draft',
            StatusCode: 'Draft',
            EffectiveDate: stretch.from,
            EndDate: lastDay,
            IsReductionOrder: isReduction,
            OriginalOrderId: isReduction ? this.#firstId : null,
          },
        },
        {
          at: activatedAt,
          fields: { Status: 'Activated', StatusCode: 'Activated', ActivatedDate: isoOf(activatedAt), CustomerAuthorizedDate: signedOn },
        },
      ],
    });
    this.#firstId ??= id;
    return id;
  }

  #add(stretch: Stretch, items: readonly Item[], when: When): void {
    const orderId = this.#order(stretch, when, false);
    for (const item of items)
      this.#items.push({
        id: this.#ids('OrderItem'),
        orderId,
        item,
        from: stretch.from,
        at: when.drafted,
        replaced: undefined,
        quantity: item.quantity,
      });
  }

  #reduce(stretch: Stretch, less: readonly (readonly [Ordered, bigint])[], when: When): void {
    const orderId = this.#order(stretch, when, true);
    for (const [reduced, quantity] of less) {
      reduced.quantity -= quantity;
      const { fields } = this.#itemOf(reduced);
      const own = { OrderId: orderId, Quantity: Number(-quantity), OriginalOrderItemId: reduced.id, ServiceDate: stretch.from };
      this.#records.push({
        object: 'OrderItem',
        id: this.#ids('OrderItem'),
        versions: [{ at: when.drafted, fields: { ...fields, ...own } }],
      });
    }
  }

  #itemOf({ orderId, item, from, at }: Ordered): Version {
    const { price, quantity } = item;
    return {
      at,
      fields: {
        OrderId: orderId,
        Product2Id: this.#head.products.idOf(price.productId),
        Quantity: Number(quantity),
        UnitPrice: units(price.unit * timesAYear(price), price.currency),
        ServiceDate: from,
        EndDate: this.#head.lastDay,
        CurrencyIsoCode: price.currency,
      },
    };
  }

  records(): readonly OrgRecord[] {
    const currency = this.#items[0]?.item.price.currency ?? null;
    return [
      ...this.#records.map((record) =>
        record.object === 'Order'
          ? {
              ...record,
              versions: record.versions.map((one, i) => (i === 0 ? { ...one, fields: { ...one.fields, CurrencyIsoCode: currency } } : one)),
            }
          : record,
      ),
      ...this.#items.map((ordered): OrgRecord => {
        const { replaced } = ordered;
        const end = replaced === undefined ? [] : [{ at: replaced.at, fields: { EndDate: replaced.lastDay } }];
        return { object: 'OrderItem', id: ordered.id, versions: [this.#itemOf(ordered), ...end] };
      }),
    ];
  }
}

interface When {
  readonly drafted: number;
  readonly activatedAt: number;
  readonly signedOn: string | null;
}

const isoOf = (at: number): string => new Date(at * 1000).toISOString();

/** Every term of every customer who has an account, each a contract that renews the one before; by the customer's id. */
export const agreementsOf = (
  histories: readonly History[],
  accountOf: (customerId: string) => string | undefined,
  products: Products,
  { seed, today }: { readonly seed: number; readonly today: string },
): ReadonlyMap<string, readonly Agreement[]> => {
  const random = seeded(seed ^ 0xc047);
  const ids = idsFromOne();
  const agreements = new Map<string, readonly Agreement[]>();
  for (const history of histories) {
    const accountId = accountOf(history.first.id);
    if (accountId === undefined || history.terms.length === 0) continue;
    const own: Agreement[] = [];
    for (const term of history.terms) own.push(agreementOf(history, term, own.at(-1), { accountId, products, ids, random, today }));
    agreements.set(history.first.id, own);
  }
  return agreements;
};

interface Making {
  readonly accountId: string;
  readonly products: Products;
  readonly ids: Ids;
  readonly random: Random;
  /** What begins on it and has not been told of by noon has not been activated by then. */
  readonly today: string;
}

/** Day of the last signature: of a sale as Stripe's metadata says it, of a renewal some weeks ahead, unless it is late. */
const signatureOf = (
  { states: [began] }: History,
  { startsOn }: Term,
  { isLate, isRenewal }: { readonly isLate: boolean; readonly isRenewal: boolean },
  random: Random,
): string => {
  if (isLate) return addDays(startsOn, 5 + random.below(21));
  if (isRenewal) return addDays(startsOn, -3 - random.below(38));
  return began?.subscription.bookedOn ?? addDays(startsOn, -random.below(9));
};

const agreementOf = (
  history: History,
  term: Term,
  renewed: Agreement | undefined,
  { accountId, products, ids, random, today }: Making,
): Agreement => {
  const [first, ...changes] = term.stretches;
  if (first === undefined) throw new RangeError('A term begins with something that is bought.');
  const isKnown = history.isImported && renewed === undefined;
  const isLate = renewed !== undefined && mayBeLate(term) && random.chance(LATE_RENEWALS);
  const signedOn = signatureOf(history, term, { isLate, isRenewal: renewed !== undefined || isKnown }, random);
  // Whoever begins on its very first day signs before Stripe is told of it.
  const signedAt = Math.min(secondOf(signedOn, 50_000), isKnown || isLate ? Number.POSITIVE_INFINITY : first.at - 3 * HOUR);
  const begunToday = term.startsOn === today && first.at > secondOf(today, DAY / 2);
  const activatedAt = begunToday ? first.at + HOUR : signedAt + activationDelay(random);
  const drafted = signedAt - 6 * DAY - random.below(2 * DAY);
  const contractId = ids('Contract');
  const lastDay = addDays(term.endsOn, -1);
  const { id: subscriptionId, currency } = history.states[0]?.subscription ?? { id: null, currency: null };
  const orders = new Orders(ids, { accountId, contractId, lastDay, products });
  orders.place(first, drafted, activatedAt, null);
  for (const change of changes) orders.place(change, change.at - DAY, change.at + random.below(4 * HOUR), change.from);
  const contract: OrgRecord = {
    object: 'Contract',
    id: contractId,
    versions: [
      {
        at: drafted,
        fields: {
          AccountId: accountId,
          ContractNumber: contractId.slice(7, 15),
          Status: 'Draft',
          StatusCode: 'Draft',
          StartDate: term.startsOn,
          ContractTerm: term.months,
          EndDate: lastDay,
          CurrencyIsoCode: currency,
          Renewal_Of__c: renewed?.contractId ?? null,
          Stripe_Subscription_Id__c: isLarge(history.first.tier) ? subscriptionId : null,
        },
      },
      {
        at: activatedAt,
        fields: {
          Status: 'Activated',
          StatusCode: 'Activated',
          ActivatedDate: isoOf(activatedAt),
          CustomerSignedDate: signedOn,
          CompanySignedDate: signedOn,
        },
      },
    ],
  };
  return { contractId, term, signedOn, activatedAt, isLate, records: [contract, ...orders.records()] };
};
