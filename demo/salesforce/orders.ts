import { addDays } from '../../functions/platform/calendar.ts';
import type { Item } from '../model.ts';
import { timesAYear, units } from './amounts.ts';
import type { Stretch } from './histories.ts';
import type { Products } from './products.ts';
import type { idsFromOne, OrgRecord, Version } from './records.ts';

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

export type Ids = ReturnType<typeof idsFromOne>;

/** The orders of one contract: the first one, and an amendment for each change within the term. */
export class Orders {
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

export const isoOf = (at: number): string => new Date(at * 1000).toISOString();
