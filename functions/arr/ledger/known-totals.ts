import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import type { Totals } from '../totals/store.ts';
import { safe } from '../totals/tally.ts';
import { type Counters, type MonthlyCounters, TOTAL } from '../totals/totals.ts';
import { firstFrom } from './columns.ts';
import { CAUSES, type Ledger } from './rows.ts';

const RENEWAL = CAUSES.indexOf('renewal');
const TRANSFER = CAUSES.indexOf('transfer');
const WIDTH = CAUSES.length;
/** No value: a customer without the attribute. */
const NONE = -1;

/** In which value of a dimension a row counts: `texts[places[column[row]]]`; what a transfer moves comes out of `texts[places[from[row]]]`. */
interface Values {
  readonly dimension: string;
  readonly texts: readonly string[];
  readonly places: Int32Array;
  readonly column: Uint32Array;
  readonly from: Uint32Array;
  readonly causes: Uint8Array;
}

/** Names that rows use, by their places; a renewal is of no line. */
const usedOf = (length: number, cause: Uint8Array, ...columns: readonly Uint32Array[]): Uint8Array => {
  const used = new Uint8Array(length);
  for (const column of columns) {
    for (let row = 0; row < column.length; row += 1) if (cause[row] !== RENEWAL) used[column[row] as number] = 1;
  }
  return used;
};

/** Texts that are used, as counters name them, each once. */
const placed = (names: readonly (string | undefined)[], used: Uint8Array): Pick<Values, 'texts' | 'places'> => {
  const known = new Map<string, number>();
  const places = Int32Array.from(names, (name, i) => {
    if (name === undefined || used[i] === 0) return NONE;
    const text = safe(name);
    const place = known.get(text) ?? known.size;
    known.set(text, place);
    return place;
  });
  return { texts: [...known.keys()], places };
};

/** The total, then every dimension that totals are cut by but the origins. */
const dimensionsOf = ({ rows, names }: Ledger): readonly Values[] => {
  const { attributes, fromAttributes, product, entity, cause, lineCause } = rows;
  const used = usedOf(names.attributes.length, cause, attributes, fromAttributes);
  const ofCustomer = { column: attributes, from: fromAttributes, causes: cause };
  const ofLine = (column: Uint32Array) => ({ column, from: column, causes: cause });
  const found = new Set(names.attributes.flatMap((set, i) => (used[i] === 1 ? Object.keys(set) : [])));
  return [
    { dimension: TOTAL, texts: [''], places: new Int32Array(names.attributes.length), ...ofCustomer },
    {
      dimension: 'product',
      ...placed(names.products, usedOf(names.products.length, cause, product)),
      ...ofLine(product),
      causes: lineCause,
    },
    { dimension: 'entity', ...placed(names.entities, usedOf(names.entities.length, cause, entity)), ...ofLine(entity) },
    ...[...found].map((dimension) => ({
      dimension,
      ...placed(
        names.attributes.map((set) => set[dimension]),
        used,
      ),
      ...ofCustomer,
    })),
  ];
};

/** Amounts by place, in their own currency and at plan rate, with the places that were added to. */
class Sums {
  readonly own: BigInt64Array;
  readonly plan: BigInt64Array;
  readonly #isTouched: Uint8Array;
  #touched: number[] = [];

  constructor(length: number) {
    this.own = new BigInt64Array(length);
    this.plan = new BigInt64Array(length);
    this.#isTouched = new Uint8Array(length);
  }

  add(at: number, own: bigint, plan: bigint): void {
    this.own[at] = (this.own[at] as bigint) + own;
    this.plan[at] = (this.plan[at] as bigint) + plan;
    if (this.#isTouched[at] === 1) return;
    this.#isTouched[at] = 1;
    this.#touched.push(at);
  }

  /** Tells what was added since the last time, and begins anew. */
  drain(tell: (at: number, own: bigint, plan: bigint) => void): void {
    for (const at of this.#touched) {
      tell(at, this.own[at] as bigint, this.plan[at] as bigint);
      this.own[at] = 0n;
      this.plan[at] = 0n;
      this.#isTouched[at] = 0;
    }
    this.#touched = [];
  }
}

/** One dimension's rows from one place to another, by value, cause and currency: renewals in the total alone, transfers between values alone. */
const add = ({ rows, names }: Ledger, values: Values, start: number, end: number, sums: Sums): void => {
  const { places, column, from, causes, dimension } = values;
  const currencies = names.currencies.length;
  const put = (row: number, value: number, cause: number, sign: bigint): void => {
    if (value === NONE) return;
    const at = (value * WIDTH + cause) * currencies + (rows.currency[row] as number);
    sums.add(at, sign * (rows.amountMinor[row] as bigint), sign * (rows.planMinor[row] as bigint));
  };
  for (let row = start; row < end; row += 1) {
    const value = places[column[row] as number] as number;
    const cause = rows.cause[row] as number;
    if (cause === RENEWAL) {
      if (dimension === TOTAL) put(row, value, RENEWAL, 1n);
    } else if (cause === TRANSFER) {
      const before = places[from[row] as number] as number;
      if (before === value) continue;
      put(row, before, TRANSFER, -1n);
      put(row, value, TRANSFER, 1n);
    } else put(row, value, causes[row] as number, 1n);
  }
};

const tellTotals = (ledger: Ledger, values: Values, from: number, { before, months }: Totals): void => {
  const { rows, names, planCurrency } = ledger;
  const { dimension, texts } = values;
  const currencies = names.currencies.length;
  const sums = new Sums(texts.length * WIDTH * currencies);
  /** Tells an amount in its own currency under a name, and one of another currency at plan rate under the name with `=`. */
  const tell = (counters: Counters, name: string, currency: number, own: bigint, plan: bigint): void => {
    if (own !== 0n) counters.set(name, (counters.get(name) ?? 0n) + own);
    if (plan !== 0n && names.currencies[currency] !== planCurrency) counters.set(`${name}=`, (counters.get(`${name}=`) ?? 0n) + plan);
  };
  const first = firstFrom(rows, from);
  add(ledger, values, 0, first, sums);
  sums.drain((at, own, plan) => {
    const [currency, cause] = [at % currencies, Math.floor(at / currencies) % WIDTH];
    if (cause === RENEWAL) return;
    tell(before, `${dimension}|${texts[Math.floor(at / currencies / WIDTH)]}|${names.currencies[currency]}`, currency, own, plan);
  });
  for (let start = first; start < rows.length; ) {
    const day = rows.day[start] as number;
    const end = firstFrom(rows, day + 1);
    add(ledger, values, start, end, sums);
    const date = fromEpochDay(day);
    const counters: Counters = months.get(date.slice(0, 7)) ?? new Map();
    months.set(date.slice(0, 7), counters);
    sums.drain((at, own, plan) => {
      const [currency, cause] = [at % currencies, Math.floor(at / currencies) % WIDTH];
      const value = texts[Math.floor(at / currencies / WIDTH)];
      const moved = cause === RENEWAL ? 'renewed' : CAUSES[cause];
      tell(counters, `${date.slice(8)}|${dimension}|${value}|${moved}|${names.currencies[currency]}`, currency, own, plan);
    });
    start = end;
  }
};

/** Sums that came to nothing say nothing. */
const withoutZeros = ({ before, months }: Totals): void => {
  for (const [name, amount] of before) if (amount === 0n) before.delete(name);
  for (const [month, counters] of months) if (counters.size === 0) months.delete(month);
};

/**
 * Totals of a ledger from a month on (`YYYY-MM`), as the totals of all are read: in every cut but the origins, by the arithmetic of the tally. With
 * `only`, what one dimension (or the total) comes to; of all others it says their values alone.
 */
export const totalsFrom = (ledger: Ledger, from: string, only?: string): Totals => {
  const totals = { before: new Map() as Counters, months: new Map() as MonthlyCounters };
  const dimensions = dimensionsOf(ledger);
  const day = toEpochDay(`${from}-01`);
  for (const values of dimensions) if (only === undefined || values.dimension === only) tellTotals(ledger, values, day, totals);
  withoutZeros(totals);
  if (only === undefined) return totals;
  for (const { dimension, texts } of dimensions) {
    if (dimension === TOTAL) continue;
    for (const text of texts) {
      const name = `${dimension}|${text}|${ledger.planCurrency}`;
      totals.before.set(name, totals.before.get(name) ?? 0n);
    }
  }
  return totals;
};
