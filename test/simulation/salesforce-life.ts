import { DAY } from '../../demo/model.ts';
import type { Random } from '../../demo/random.ts';
import { addDays, addMonths } from '../../functions/platform/calendar.ts';
import { type Fields, type ObjectType, to18 } from '../../local/salesforce/schema.ts';
import type { Write } from '../../local/salesforce/writes.ts';
import { BEGIN, LAST } from './contracts.ts';
import type { Link, SalesforceHappening } from './history.ts';

/** Agreements of a life in Salesforce: accounts, what they sign, and what becomes of it. */
const MAX_ACCOUNTS = 2;
const MAX_CHANGES = 5;
const SEGMENTS = ['Starter', 'Professional', 'Enterprise', 'Strategic'] as const;
const CURRENCIES = ['USD', 'USD', 'EUR'] as const;
const PRODUCTS = ['prod_platform', 'prod_insights'] as const;
/** Between two changes of an account: whoever was not told reads what became of it within a night or two, and each counts from its own day. */
const ACCOUNT_DAYS = 20;
const PREFIXES = { Account: '001', Contract: '800', Order: '801', OrderItem: '802', Product2: '01t' } as const;

/** The same for the same thing, whatever is left out of a history. */
export const idOf = (type: keyof typeof PREFIXES, name: string): string => to18(`${PREFIXES[type]}Sim${name.padStart(9, '0')}`);

const dayOf = (at: number): string => new Date(at * 1000).toISOString().slice(0, 10);

/** Tells what happens in an org, transaction by transaction. */
class OrgTeller {
  readonly happenings: SalesforceHappening[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  tell(at: number, what: string, writes: readonly Write[]): void {
    const id = `org_${this.happenings.length + 1}`;
    const door = this.#random.chance(200) ? 'callout' : 'relay';
    this.happenings.push({ by: 'salesforce', id, atMs: at * 1000 + this.#random.below(1000), what, writes, door });
  }
}

const create = (type: ObjectType, fields: Fields): Write => ({ kind: 'create', type, fields });
const update = (type: ObjectType, id: string, fields: Fields): Write => ({ kind: 'update', type, id, fields });

const ACTIVATED = { Status: 'Activated', StatusCode: 'Activated' };

/** One contract with its orders: drafted, signed, and changed. */
class Agreement {
  readonly id: string;
  readonly #name: string;
  readonly #random: Random;
  readonly #teller: OrgTeller;
  readonly #accountId: string;
  readonly #currency: string;
  /** What may be changed: of an item that is taken back nothing. */
  readonly #items: { readonly id: string; readonly quantity: number }[] = [];
  readonly #isReduced: boolean;
  #orders = 0;
  #endsOn = '';

  constructor(random: Random, teller: OrgTeller, accountId: string, currency: string, name: string) {
    this.#random = random;
    this.#teller = teller;
    this.#accountId = accountId;
    this.#currency = currency;
    this.#name = name;
    this.id = idOf('Contract', name);
    this.#isReduced = random.chance(400);
  }

  /** First day after its term. */
  get endsOn(): string {
    return this.#endsOn;
  }

  draft(at: number, startsOn: string, more: Fields): void {
    const months = this.#random.pick([6, 12, 12, 24]);
    this.#endsOn = addMonths(startsOn, months);
    const head = {
      Id: this.id,
      AccountId: this.#accountId,
      ContractNumber: this.#name,
      Status: 'Draft',
      StatusCode: 'Draft',
      StartDate: startsOn,
      EndDate: addDays(this.#endsOn, -1),
      ContractTerm: months,
      CurrencyIsoCode: this.#currency,
      ...more,
    };
    this.#teller.tell(at, `contract ${this.#name} is drafted`, [
      create('Contract', head),
      ...this.#order(startsOn, 1 + this.#random.below(3), {}),
    ]);
  }

  sign(at: number): void {
    const signedOn = dayOf(at);
    const activated = { ...ACTIVATED, ActivatedDate: new Date(at * 1000).toISOString() };
    this.#teller.tell(at, `contract ${this.#name} is signed`, [
      update('Contract', this.id, {
        ...activated,
        CustomerSignedDate: addDays(signedOn, -this.#random.below(3)),
        CompanySignedDate: signedOn,
      }),
      update('Order', this.#orderId(1), activated),
    ]);
  }

  change(at: number): void {
    const [first] = this.#items;
    const item = this.#items.length === 0 ? undefined : this.#random.pick(this.#items);
    const kind = this.#random.below(5);
    if (item === undefined || first === undefined) return;
    if (kind === 0)
      this.#teller.tell(
        at,
        `contract ${this.#name} is amended`,
        this.#order(dayOf(at), 1, { ...ACTIVATED, ActivatedDate: new Date(at * 1000).toISOString() }),
      );
    else if (kind === 1)
      this.#teller.tell(at, `${item.id} costs more`, [update('OrderItem', item.id, { UnitPrice: 300 + 10 * this.#random.below(40) })]);
    else if (kind === 2 && this.#isReduced) this.#reduce(at, first);
    else if (kind === 2 && item !== first) {
      this.#items.splice(this.#items.indexOf(item), 1);
      this.#teller.tell(at, `${item.id} is deleted`, [{ kind: 'delete', type: 'OrderItem', id: item.id }]);
    } else this.#teller.tell(at, `${item.id} is counted anew`, [update('OrderItem', item.id, { Quantity: 21 + this.#random.below(40) })]);
  }

  terminate(at: number): void {
    const ended = { Status: 'Terminated', StatusCode: 'Terminated', Terminated_On__c: dayOf(at) };
    this.#teller.tell(at, `contract ${this.#name} is terminated`, [update('Contract', this.id, ended)]);
  }

  #orderId(n: number): string {
    return idOf('Order', `${this.#name}o${n}`);
  }

  #order(startsOn: string, items: number, more: Fields): Write[] {
    this.#orders += 1;
    const orderId = this.#orderId(this.#orders);
    const head = { Id: orderId, AccountId: this.#accountId, ContractId: this.id, OrderNumber: `${this.#name}-${this.#orders}` };
    const dates = { EffectiveDate: startsOn, EndDate: addDays(this.#endsOn, -1) };
    const state = { Status: 'Draft', StatusCode: 'Draft', IsReductionOrder: false, CurrencyIsoCode: this.#currency };
    const rows = Array.from({ length: items }, (_, n) => {
      const id = idOf('OrderItem', `${this.#name}i${this.#orders}${n + 1}`);
      const quantity = 21 + this.#random.below(40);
      this.#items.push({ id, quantity });
      const price = 300 + 10 * this.#random.below(40);
      const product = idOf('Product2', this.#random.pick(PRODUCTS).slice(5));
      return create('OrderItem', {
        Id: id,
        OrderId: orderId,
        Product2Id: product,
        Quantity: quantity,
        UnitPrice: price,
        CurrencyIsoCode: this.#currency,
      });
    });
    return [create('Order', { ...head, ...dates, ...state, ...more }), ...rows];
  }

  /** Some of an item are given back from a day on: less than there ever are. */
  #reduce(at: number, { id }: { readonly id: string }): void {
    this.#orders += 1;
    const orderId = this.#orderId(this.#orders);
    const head = {
      Id: orderId,
      AccountId: this.#accountId,
      ContractId: this.id,
      OrderNumber: `${this.#name}-${this.#orders}`,
      ...ACTIVATED,
    };
    const rest = { EffectiveDate: dayOf(at), IsReductionOrder: true, OriginalOrderId: this.#orderId(1), CurrencyIsoCode: this.#currency };
    const product = idOf('Product2', PRODUCTS[0].slice(5));
    const taken = { Product2Id: product, Quantity: -(1 + this.#random.below(3)), UnitPrice: 0, CurrencyIsoCode: this.#currency };
    this.#teller.tell(at, `some of ${id} are given back`, [
      create('Order', { ...head, ...rest, ActivatedDate: new Date(at * 1000).toISOString() }),
      create('OrderItem', { Id: idOf('OrderItem', `${this.#name}r${this.#orders}`), OrderId: orderId, OriginalOrderItemId: id, ...taken }),
    ]);
  }
}

const liveAgreement = (random: Random, agreement: Agreement, from: number): number => {
  let at = from + DAY * (1 + random.below(15)) + random.below(DAY);
  agreement.sign(at);
  for (let changes = random.below(MAX_CHANGES); changes > 0; changes -= 1) {
    // Some changes follow within seconds: the second is read while the first is still being recorded.
    at += random.chance(250) ? 1 + random.below(8) : DAY * (2 + random.below(60)) + random.below(DAY);
    if (at > LAST) return at;
    if (random.chance(120)) {
      agreement.terminate(at);
      return at;
    }
    agreement.change(at);
  }
  return at;
};

/** What becomes of an account itself: it moves to another segment, or says, and takes back, whom Stripe knows it as. */
const moveAccount = (random: Random, teller: OrgTeller, accountId: string, madeAt: number, link: Link | undefined): void => {
  const named = link?.by === 'account, later' ? link.customerId : undefined;
  let isNamed = false;
  const next = (at: number): number => at + DAY * (ACCOUNT_DAYS + random.below(200));
  for (let at = next(madeAt); at < LAST && random.chance(named === undefined ? 500 : 800); at = next(at)) {
    if (named !== undefined && random.chance(600)) {
      isNamed = !isNamed;
      const field = { Stripe_Customer_Id__c: isNamed ? named : null };
      teller.tell(at, `${accountId} ${isNamed ? 'names' : 'does not name'} ${named}`, [update('Account', accountId, field)]);
    } else {
      const segment = random.pick(SEGMENTS);
      teller.tell(at, `${accountId} becomes ${segment}`, [update('Account', accountId, { Segment__c: segment })]);
    }
  }
};

const liveAccount = (random: Random, teller: OrgTeller, n: number, link: Link | undefined): void => {
  const at = BEGIN + random.below(150 * DAY);
  const accountId = accountIdOf(n);
  const currency = random.pick(CURRENCIES);
  const account = {
    Id: accountId,
    Name: `Account ${n}`,
    Segment__c: random.pick(SEGMENTS),
    Region__c: random.pick(['EMEA', 'North America']),
  };
  const customer = link?.by === 'account' ? { Stripe_Customer_Id__c: link.customerId } : {};
  teller.tell(at, `account ${n} is made`, [create('Account', { ...account, ...customer })]);
  const agreement = new Agreement(random, teller, accountId, currency, `c${n}1`);
  const drafted = at + random.below(20 * DAY);
  const bills = link?.by === 'contract' ? { Stripe_Subscription_Id__c: `sub_${n}_1` } : {};
  agreement.draft(drafted, dayOf(drafted + DAY * random.below(40)), bills);
  const last = liveAgreement(random, agreement, drafted);
  if (random.chance(400)) {
    const renewal = new Agreement(random, teller, accountId, currency, `c${n}2`);
    renewal.draft(last + DAY, agreement.endsOn, { Renewal_Of__c: agreement.id });
    liveAgreement(random, renewal, last + DAY);
  }
  moveAccount(random, teller, accountId, at, link);
};

const accountIdOf = (n: number): string => idOf('Account', `a${n}`);

const WAYS = ['account', 'account, later', 'contract', 'customer', 'subscription'] as const;

/** Which accounts are one with which customers of Stripe, of whom there are so many. */
export const linksOf = (random: Random, customers: number): readonly Link[] =>
  Array.from({ length: Math.min(customers, MAX_ACCOUNTS) }, (_, i) => i + 1).flatMap((n): Link[] =>
    random.chance(500) ? [{ customerId: `cus_${n}`, accountId: accountIdOf(n), by: random.pick(WAYS) }] : [],
  );

/** What Stripe's objects carry of the org's ids, by the id of the object. */
export const metadataOf = (links: readonly Link[]): ReadonlyMap<string, Readonly<Record<string, string>>> =>
  new Map(
    links.flatMap(({ customerId, accountId, by }): [string, Record<string, string>][] => {
      const n = customerId.slice('cus_'.length);
      if (by === 'customer') return [[customerId, { salesforce_account_id: accountId }]];
      return by === 'subscription' ? [[`sub_${n}_1`, { salesforce_contract_id: idOf('Contract', `c${n}1`) }]] : [];
    }),
  );

/** What happens in an org of a few accounts, in order. */
export const orgHappenings = (random: Random, links: readonly Link[]): readonly SalesforceHappening[] => {
  const teller = new OrgTeller(random);
  const products = PRODUCTS.map((productId) =>
    create('Product2', { Id: idOf('Product2', productId.slice(5)), Name: productId, Stripe_Product_Id__c: productId }),
  );
  teller.tell(BEGIN, 'products are made', products);
  for (let n = 1; n <= 1 + random.below(MAX_ACCOUNTS); n += 1)
    liveAccount(
      random,
      teller,
      n,
      links.find(({ accountId }) => accountId === accountIdOf(n)),
    );
  return teller.happenings.sort((a, b) => a.atMs - b.atMs);
};
