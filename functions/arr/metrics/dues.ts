import { toEpochDay } from '../../platform/calendar.ts';
import type { ToldRows } from '../ledger/rows.ts';
import { type Cut, NO_VALUE } from './cut.ts';

/** A line of a customer that came up for renewal, in one money: minor units of the plan currency. */
export interface Due {
  readonly customerId: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  /** First day after the term: the day on which a renewal takes effect. */
  readonly dueOn: string;
  readonly dueMinor: bigint;
  /** At most what was due. */
  readonly renewedMinor: bigint;
  /** The customer's own, on the last day of the term. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether it is settled: renewed, lost, or past its grace. What is open is neither. */
  readonly isSettled: boolean;
  /** Its currency has no rate on the last day of the term: both amounts are 0. */
  readonly lacksRate?: true;
}

/** Dues by the value of an attribute that their customers had on the last day of the term. */
export const duesByAttribute = (
  dues: readonly Due[],
  { dimension, values }: Pick<Cut, 'dimension' | 'values'>,
): readonly (readonly Due[])[] => {
  const byValue = Map.groupBy(dues, ({ attributes }) => attributes[dimension] ?? NO_VALUE);
  return values.map((value) => byValue.get(value) ?? []);
};

/** Dues by the value of a cut in which each counts: its own, or that of who it is of on the last day of the term, by the rows. */
export const duesByValue = (dues: readonly Due[], rows: ToldRows, customers: readonly string[], cut: Cut): readonly (readonly Due[])[] => {
  const byValue: Due[][] = cut.values.map(() => []);
  const put = (due: Due, value: number | undefined): void => {
    if (value !== undefined) byValue[value]?.push(due);
  };
  if (cut.ofParts) {
    const values = new Map(cut.values.map((value, place) => [value, place]));
    const own = { product: 'productId', entity: 'legalEntity', currency: 'currency' } as const;
    const key = own[cut.dimension as keyof typeof own];
    for (const due of dues) put(due, values.get(due[key]));
    return byValue;
  }
  const places = new Map(customers.map((customerId, place) => [customerId, place]));
  const lastValue = new Uint32Array(customers.length);
  let row = 0;
  for (const due of dues.toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0))) {
    for (const day = toEpochDay(due.dueOn); row < rows.length && (rows.day[row] as number) < day; row += 1)
      lastValue[rows.customer[row] as number] = cut.lookup[cut.column[row] as number] as number;
    const place = places.get(due.customerId);
    put(due, place === undefined ? undefined : lastValue[place]);
  }
  return byValue;
};
