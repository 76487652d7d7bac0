import { assert } from '../platform/bug.ts';
import { fromEpochDay } from '../platform/calendar.ts';
import type { Cause, Entry } from './movements.ts';

/**
 * Totals are sums of movements by day, dimension, cause and currency, so that opening + Σ movements = closing holds in every cut by
 * construction (A3). A counter's name is `<day of month>|<dimension>|<value>|<cause>|<currency>`; a trailing `=` on the currency means
 * "in the plan currency, at plan rate" (for lines of the plan currency itself the plain counter serves both).
 */
export type Counters = Map<string, bigint>;

/** Counters by calendar month (`YYYY-MM`). */
export type MonthlyCounters = Map<string, Counters>;

export const TOTAL = 'total';
export const ORIGINS = ['landed', 'expanded', 'renewal-uplift'] as const;

export interface CounterName {
  readonly dayOfMonth: string;
  readonly dimension: string;
  readonly value: string;
  readonly cause: Cause | 'renewed' | 'stock';
  readonly currency: string;
  /** Whether the amount is in the plan currency at plan rate. */
  readonly atPlanRate: boolean;
}

export const parseCounterName = (name: string): CounterName => {
  const [dayOfMonth = '', dimension = '', value = '', cause = '', currency = ''] = name.split('|');
  const atPlanRate = currency.endsWith('=');
  return {
    dayOfMonth,
    dimension,
    value,
    cause: cause as CounterName['cause'],
    currency: atPlanRate ? currency.slice(0, -1) : currency,
    atPlanRate,
  };
};

/** Attribute values are free text from a source: the separator cannot occur in a counter's name. */
const safe = (text: string): string => text.replaceAll('|', '/').slice(0, 60);

/** Names interned as small numbers, so that a movement is counted without building a string. */
class Names {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];

  id(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    this.#ids.set(name, this.#names.length);
    this.#names.push(name);
    return this.#names.length - 1;
  }

  name(id: number): string {
    return this.#names[id] ?? '';
  }
}

// A counter's key within its month, from the lowest bits: day (5), at plan rate (1), currency (8), cause (4), cut (13): together below 2^31.
const PLAN_BIT = 5;
const CURRENCY_BITS = 6;
const CAUSE_BITS = 14;
const CUT_BITS = 18;
const MAX_CUTS = 1 << 13;

/** Sums movements to counters. One tally is for one batch or one replay; its names are read by `counters()`. */
export class Tally {
  readonly #planCurrency: string;
  readonly #months = new Map<number, Map<number, bigint>>();
  readonly #cuts = new Names();
  readonly #causes = new Names();
  readonly #currencies = new Names();
  /** Attributes of a customer are one object for many movements: their cuts are looked up once. */
  readonly #attributeCuts = new WeakMap<Entry['attributes'], readonly number[]>();
  readonly #products = new Map<string, number>();
  readonly #entities = new Map<string, number>();
  readonly #total: number;
  readonly #origins: readonly number[];
  #day = Number.NaN;
  #dayOfMonth = 0;
  #sums = new Map<number, bigint>();

  constructor(planCurrency: string) {
    this.#planCurrency = planCurrency;
    this.#total = this.#cuts.id(`${TOTAL}|`);
    this.#origins = ORIGINS.map((origin) => this.#cuts.id(`origin|${origin}`));
  }

  add(entry: Entry): void {
    this.#moveTo(entry.day);
    if (entry.fromAttributes === undefined) this.#addLines(entry);
    else this.#addMove(entry, entry.fromAttributes);
    if (entry.renewed !== undefined) {
      for (const renewed of entry.renewed) this.#put(this.#total, 'renewed', renewed.currency, renewed.amountMinor, renewed.planMinor);
    }
    for (let i = 0; i < 3; i += 1) this.#put(this.#origins[i] as number, 'stock', this.#planCurrency, entry.stock[i] as bigint, 0n);
  }

  /** The counters by month, with their names; those that net to zero are left out. */
  counters(): MonthlyCounters {
    const months: MonthlyCounters = new Map();
    for (const [month, sums] of this.#months) {
      const named: Counters = new Map();
      for (const [key, amount] of sums) if (amount !== 0n) named.set(this.#nameOf(key), amount);
      if (named.size > 0)
        months.set(`${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`, named);
    }
    return months;
  }

  #moveTo(day: number): void {
    if (day === this.#day) return;
    const date = fromEpochDay(day);
    const month = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
    this.#day = day;
    this.#dayOfMonth = Number(date.slice(8));
    let sums = this.#months.get(month);
    if (sums === undefined) {
      sums = new Map();
      this.#months.set(month, sums);
    }
    this.#sums = sums;
  }

  #addLines(entry: Entry): void {
    const cuts = this.#cutsOf(entry.attributes);
    for (const line of entry.lines) {
      this.#put(this.#total, entry.cause, line.currency, line.deltaMinor, line.planDeltaMinor);
      for (const cut of cuts) this.#put(cut, entry.cause, line.currency, line.deltaMinor, line.planDeltaMinor);
      this.#put(this.#cut(this.#products, 'product', line.productId), line.cause, line.currency, line.deltaMinor, line.planDeltaMinor);
      this.#put(this.#cut(this.#entities, 'entity', line.legalEntity), entry.cause, line.currency, line.deltaMinor, line.planDeltaMinor);
    }
  }

  /** A change of attributes: out of the old value and into the new one, where they differ; nothing in total. */
  #addMove(entry: Entry, from: Entry['attributes']): void {
    const names = new Set([...Object.keys(from), ...Object.keys(entry.attributes)]);
    for (const name of names) {
      const before = from[name];
      const after = entry.attributes[name];
      if (before === after) continue;
      for (const line of entry.lines) {
        if (before !== undefined)
          this.#put(this.#cuts.id(`${name}|${safe(before)}`), 'transfer', line.currency, -line.deltaMinor, -line.planDeltaMinor);
        if (after !== undefined)
          this.#put(this.#cuts.id(`${name}|${safe(after)}`), 'transfer', line.currency, line.deltaMinor, line.planDeltaMinor);
      }
    }
  }

  #cutsOf(attributes: Entry['attributes']): readonly number[] {
    const known = this.#attributeCuts.get(attributes);
    if (known !== undefined) return known;
    const cuts = Object.entries(attributes).map(([name, value]) => this.#cuts.id(`${name}|${safe(value)}`));
    this.#attributeCuts.set(attributes, cuts);
    return cuts;
  }

  #cut(known: Map<string, number>, dimension: string, value: string): number {
    const id = known.get(value);
    if (id !== undefined) return id;
    const made = this.#cuts.id(`${dimension}|${safe(value)}`);
    assert(made < MAX_CUTS, `totals are cut by at most ${MAX_CUTS} values of all dimensions together`);
    known.set(value, made);
    return made;
  }

  #put(cut: number, cause: string, currency: string, amount: bigint, plan: bigint): void {
    const key =
      (cut << CUT_BITS) | (this.#causes.id(cause) << CAUSE_BITS) | (this.#currencies.id(currency) << CURRENCY_BITS) | this.#dayOfMonth;
    if (amount !== 0n) this.#bump(key, amount);
    if (plan !== 0n && currency !== this.#planCurrency) this.#bump(key | (1 << PLAN_BIT), plan);
  }

  #bump(key: number, amount: bigint): void {
    const sum = this.#sums.get(key);
    this.#sums.set(key, sum === undefined ? amount : sum + amount);
  }

  #nameOf(key: number): string {
    const day = String(key & 31).padStart(2, '0');
    const cause = this.#causes.name((key >> CAUSE_BITS) & 15);
    const currency = this.#currencies.name((key >> CURRENCY_BITS) & 255);
    return `${day}|${this.#cuts.name(key >> CUT_BITS)}|${cause}|${currency}${(key >> PLAN_BIT) & 1 ? '=' : ''}`;
  }
}

/** Sums of the same counters. */
export const mergeMonths = (parts: readonly MonthlyCounters[]): MonthlyCounters => {
  if (parts.length === 1) return parts[0] as MonthlyCounters;
  const merged: MonthlyCounters = new Map();
  for (const part of parts) {
    for (const [month, counters] of part) {
      const sums = merged.get(month) ?? new Map<string, bigint>();
      merged.set(month, sums);
      for (const [name, amount] of counters) sums.set(name, (sums.get(name) ?? 0n) + amount);
    }
  }
  return merged;
};
