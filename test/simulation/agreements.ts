import type { Random } from '../../demo/random.ts';
import { addDays, addMonths } from '../../functions/platform/calendar.ts';
import { type Fields, type ObjectType, to18 } from '../../local/salesforce/schema.ts';
import type { Write } from '../../local/salesforce/writes.ts';
import type { SalesforceHappening } from './history.ts';

/** Our ids of what accounts buy; each is a product of the org. */
export const PRODUCTS = ['prod_platform', 'prod_insights'] as const;
const PREFIXES = { Account: '001', Contract: '800', Order: '801', OrderItem: '802', Product2: '01t' } as const;

/** The same for the same thing, whatever is left out of a history. */
export const idOf = (type: keyof typeof PREFIXES, name: string): string => to18(`${PREFIXES[type]}Sim${name.padStart(9, '0')}`);

export const dayOf = (at: number): string => new Date(at * 1000).toISOString().slice(0, 10);

/** Tells what happens in an org, transaction by transaction. */
export class OrgTeller {
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

export const create = (type: ObjectType, fields: Fields): Write => ({ kind: 'create', type, fields });
export const update = (type: ObjectType, id: string, fields: Fields): Write => ({ kind: 'update', type, id, fields });

const ACTIVATED = { Status: 'Activated', StatusCode: 'Activated' };

/** One contract with its orders: drafted, signed, and changed. */
export class Agreement {
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
    const months = this.#random.pick([3, 3, 6, 12, 24]);
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
