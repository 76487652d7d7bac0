import { SALESFORCE_OBJECTS, type SalesforceObject } from '../../platform/config-salesforce.ts';
import { agreementIdOf } from './agreements.ts';
import type { ReadObject } from './fields.ts';
import type { SalesforceRecord } from './reader.ts';
import { recordId } from './record-id.ts';

/** What is read, and recorded, as one. */
export type RootKind = 'agreement' | 'account' | 'opportunity' | 'user' | 'contact';

/** In the order of their importance for ARR: where an org's calls run short, the last ones wait. */
export const ROOT_KINDS: readonly RootKind[] = ['agreement', 'account', 'opportunity', 'user', 'contact'];

/** Ids (18 characters), each with the places in the batch of what told of it. */
export type Marked = ReadonlyMap<string, ReadonlySet<number>>;

type Places = Map<string, Set<number>>;

const markIn = (places: Places, id: string, by: Iterable<number>): void => {
  const known = places.get(id) ?? new Set<number>();
  for (const place of by) known.add(place);
  places.set(id, known);
};

/** Records that were changed, of the objects that are followed; each once, however many told of it. */
export class Dirty {
  readonly #byObject = new Map<SalesforceObject, Places>();

  mark(object: SalesforceObject, id: string, by: Iterable<number>): void {
    const places = this.#byObject.get(object) ?? new Map<string, Set<number>>();
    this.#byObject.set(object, places);
    markIn(places, id, by);
  }

  of(object: SalesforceObject): Marked {
    return this.#byObject.get(object) ?? new Map();
  }

  /** All places that told of anything. */
  places(): readonly number[] {
    return [...new Set([...this.#byObject.values()].flatMap((ids) => [...ids.values()].flatMap((by) => [...by])))];
  }
}

export const isFollowed = (entity: string): entity is SalesforceObject => (SALESFORCE_OBJECTS as readonly string[]).includes(entity);

/** How the records of one object lead to those of another: by a query for rows of `ask` whose `by` is one of their ids. */
export interface StepUp {
  readonly of: SalesforceObject;
  readonly ask: Extract<ReadObject, SalesforceObject>;
  readonly by: 'Id' | 'Product2Id';
  /** Fields that tell where it leads. */
  readonly fields: readonly string[];
  readonly to: SalesforceObject;
  readonly parentOf: (row: SalesforceRecord) => string | undefined;
}

const idIn =
  (field: string) =>
  (row: SalesforceRecord): string | undefined => {
    const value = row[field];
    return typeof value === 'string' ? recordId(value) : undefined;
  };

/** In an order in which nothing is marked that was asked about before. */
export const STEPS_UP: readonly StepUp[] = [
  { of: 'Product2', ask: 'OrderItem', by: 'Product2Id', fields: ['OrderId'], to: 'Order', parentOf: idIn('OrderId') },
  {
    of: 'Product2',
    ask: 'OpportunityLineItem',
    by: 'Product2Id',
    fields: ['OpportunityId'],
    to: 'Opportunity',
    parentOf: idIn('OpportunityId'),
  },
  { of: 'OrderItem', ask: 'OrderItem', by: 'Id', fields: ['OrderId'], to: 'Order', parentOf: idIn('OrderId') },
  {
    of: 'OpportunityLineItem',
    ask: 'OpportunityLineItem',
    by: 'Id',
    fields: ['OpportunityId'],
    to: 'Opportunity',
    parentOf: idIn('OpportunityId'),
  },
];

/** What an order's agreement follows from. */
export const ORDER_FIELDS = ['ContractId', 'OriginalOrderId'] as const;

export interface Roots {
  readonly agreement: Marked;
  readonly account: Marked;
  readonly opportunity: Marked;
  readonly user: Marked;
  readonly contact: Marked;
}

/** Which agreements, accounts … the changed records belong to, once the steps up are done; `orders` are the rows of the marked orders. */
export const rootsOf = (dirty: Dirty, orders: readonly SalesforceRecord[]): Roots => {
  const agreement: Places = new Map();
  for (const [id, by] of dirty.of('Contract')) markIn(agreement, id, by);
  const marked = dirty.of('Order');
  for (const order of orders) {
    const id = idIn('Id')(order);
    const by = id === undefined ? undefined : marked.get(id);
    const agreementId = agreementIdOf(order);
    if (id === undefined || by === undefined || agreementId === undefined) continue;
    markIn(agreement, agreementId, by);
    // Before it had a contract, it may have been taken for an agreement of its own.
    markIn(agreement, id, by);
  }
  return {
    agreement,
    account: dirty.of('Account'),
    opportunity: dirty.of('Opportunity'),
    user: dirty.of('User'),
    contact: dirty.of('Contact'),
  };
};
