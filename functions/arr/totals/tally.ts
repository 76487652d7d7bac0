import { assert } from '../../platform/bug.ts';
import { fromEpochDay } from '../../platform/calendar.ts';
import { type Attributes, type Entry, type EntryLine, NO_STOCK } from '../movements/movements.ts';
import { MAX_CUTS, Sums } from './sums.ts';
import { type CounterName, type Counters, type MonthlyCounters, ORIGINS, TOTAL } from './totals.ts';

/** Attribute values are free text from a source: the separator cannot occur in a counter's name. */
export const safe = (text: string): string => text.replaceAll('|', '/').slice(0, 60);

/** Causes of movements, renewed and stock: 15. A class is `currency × MAX_CAUSES + cause`. */
const MAX_CAUSES = 16;
/** The plan currency is the first of the currencies. */
const PLAN_CURRENCY_CLASSES = MAX_CAUSES;
/** The first cut of all; the origins follow. */
const TOTAL_CUT = 0;

/** Texts as small numbers, in the order in which they are first met. Mostly the same is asked for several times in a row. */
class Names {
  readonly names: string[] = [];
  readonly #ids = new Map<string, number>();
  #lastName: string | undefined;
  #lastId = 0;

  id(name: string): number {
    if (name === this.#lastName) return this.#lastId;
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.names.push(name) - 1;
      this.#ids.set(name, id);
    }
    this.#lastName = name;
    this.#lastId = id;
    return id;
  }
}

/** Most sums have one member: adding nothing makes no new bigint. */
const plus = (sum: bigint, more: bigint): bigint => (sum === 0n ? more : sum + more);

/**
 * Sums movements to counters. One tally is for one batch or one replay; its names are read by `counters()`.
 *
 * A cut is one value of one dimension, a class one cause and currency; both are known by their numbers. Where the currency is not the plan's,
 * each sum has a second half, in plan currency at plan rate. What a movement adds to the origins of stock is summed with its own class, and
 * told under one name for all.
 */
export class Tally {
  readonly #planCurrency: string;
  readonly #sums = new Sums(PLAN_CURRENCY_CLASSES);
  /** By name; values that are the same text once they are safe share one. */
  readonly #cuts = new Names();
  readonly #dimensions = new Map<string, Map<string, number>>();
  readonly #products = new Map<string, number>();
  readonly #entities = new Map<string, number>();
  readonly #causes = new Names();
  readonly #currencies = new Names();
  #attributes: Attributes | undefined;
  #entity = '';
  #cutsInARow: readonly number[] = [];

  constructor(planCurrency: string) {
    this.#planCurrency = planCurrency;
    this.#currencies.id(planCurrency);
    this.#cutNamed(TOTAL, '');
    for (const origin of ORIGINS) this.#cutNamed('origin', origin);
  }

  add(entry: Entry): void {
    if (entry.fromAttributes !== undefined) this.#addMove(entry, entry.fromAttributes);
    else if (entry.lines.length > 0) this.#addLines(entry);
    if (entry.renewed !== undefined) {
      for (const { currency, amountMinor, planMinor } of entry.renewed)
        this.#put(entry.day, this.#class('renewed', currency), TOTAL_CUT, amountMinor, this.#isPlan(currency) ? 0n : planMinor);
    }
    if (entry.stock !== NO_STOCK) this.#addStock(entry);
  }

  /** The counters by month, with their names; those that net to zero are left out. */
  counters(): MonthlyCounters {
    const months: MonthlyCounters = new Map();
    this.#sums.forEach((day, ofClass, cut, own, atPlanRate) => {
      const date = fromEpochDay(day);
      const counters: Counters = months.get(date.slice(0, 7)) ?? new Map();
      months.set(date.slice(0, 7), counters);
      const name = `${date.slice(8)}|${this.#cuts.names[cut]}|${this.#classNamed(ofClass, cut)}`;
      if (own !== 0n) counters.set(name, (counters.get(name) ?? 0n) + own);
      if (atPlanRate !== 0n) counters.set(`${name}=`, atPlanRate);
    });
    return withoutZeros(months);
  }

  /** Lines in a row of one entity and currency are one addition to each cut but the product's. */
  #addLines({ day, cause, attributes, lines }: Entry): void {
    for (let i = 0; i < lines.length; ) {
      const { legalEntity, currency } = lines[i] as EntryLine;
      const isPlan = this.#isPlan(currency);
      const ofEntry = this.#class(cause, currency);
      let amount = 0n;
      let plan = 0n;
      for (; i < lines.length; i += 1) {
        const line = lines[i] as EntryLine;
        if (line.currency !== currency || line.legalEntity !== legalEntity) break;
        const linePlan = isPlan ? 0n : line.planDeltaMinor;
        this.#putProduct(day, line.cause === cause ? ofEntry : this.#class(line.cause, currency), line, linePlan);
        amount = plus(amount, line.deltaMinor);
        plan = plus(plan, linePlan);
      }
      if (amount !== 0n || plan !== 0n) this.#sums.addAll(day, ofEntry, this.#cutsOf(attributes, legalEntity), amount, plan);
    }
  }

  #putProduct(day: number, ofClass: number, { productId, deltaMinor }: EntryLine, plan: bigint): void {
    this.#put(day, ofClass, this.#cut(this.#products, 'product', productId), deltaMinor, plan);
  }

  /** A change of attributes: out of the old value and into the new one, where they differ; nothing in total. */
  #addMove(entry: Entry, from: Attributes): void {
    const names = new Set([...Object.keys(from), ...Object.keys(entry.attributes)]);
    for (const name of names) {
      const before = from[name];
      const after = entry.attributes[name];
      if (before === after) continue;
      for (const { currency, deltaMinor, planDeltaMinor } of entry.lines) {
        const plan = this.#isPlan(currency) ? 0n : planDeltaMinor;
        const transfer = this.#class('transfer', currency);
        if (before !== undefined) this.#put(entry.day, transfer, this.#cutNamed(name, before), -deltaMinor, -plan);
        if (after !== undefined) this.#put(entry.day, transfer, this.#cutNamed(name, after), deltaMinor, plan);
      }
    }
  }

  /** In the class of the first line, where the other sums of the movement are: whichever it is, the counters of stock are the same. */
  #addStock({ day, cause, lines, stock }: Entry): void {
    const ofClass = this.#class(cause, lines[0]?.currency ?? this.#planCurrency);
    for (let i = 0; i < stock.length; i += 1) this.#put(day, ofClass, TOTAL_CUT + 1 + i, stock[i] as bigint, 0n);
  }

  /**
   * The cuts of all lines of one entity: the total, the entity and the customer's attributes. These are one object for many movements in a
   * row, and are looked up once.
   */
  #cutsOf(attributes: Attributes, legalEntity: string): readonly number[] {
    if (attributes === this.#attributes && legalEntity === this.#entity) return this.#cutsInARow;
    const cuts = [TOTAL_CUT, this.#cut(this.#entities, 'entity', legalEntity)];
    for (const name of Object.keys(attributes)) cuts.push(this.#cutNamed(name, attributes[name] ?? ''));
    this.#cutsInARow = cuts;
    this.#attributes = attributes;
    this.#entity = legalEntity;
    return cuts;
  }

  #cutNamed(dimension: string, value: string): number {
    let cuts = this.#dimensions.get(dimension);
    if (cuts === undefined) {
      cuts = new Map();
      this.#dimensions.set(dimension, cuts);
    }
    return this.#cut(cuts, dimension, value);
  }

  #cut(cuts: Map<string, number>, dimension: string, value: string): number {
    const known = cuts.get(value);
    if (known !== undefined) return known;
    const cut = this.#cuts.id(`${dimension}|${safe(value)}`);
    assert(cut < MAX_CUTS, `totals are cut by at most ${MAX_CUTS} values of all dimensions together`);
    cuts.set(value, cut);
    return cut;
  }

  #isPlan(currency: string): boolean {
    return currency === this.#planCurrency;
  }

  #class(cause: CounterName['cause'], currency: string): number {
    return this.#currencies.id(currency) * MAX_CAUSES + this.#causes.id(cause);
  }

  /** Origins of stock are told in plan currency, whatever caused their change. */
  #classNamed(ofClass: number, cut: number): string {
    if (cut > TOTAL_CUT && cut <= TOTAL_CUT + ORIGINS.length) return `stock|${this.#planCurrency}`;
    return `${this.#causes.names[ofClass % MAX_CAUSES]}|${this.#currencies.names[Math.floor(ofClass / MAX_CAUSES)]}`;
  }

  /** `plan` is 0 where `amount` is in the plan currency itself. */
  #put(day: number, ofClass: number, cut: number, amount: bigint, plan: bigint): void {
    if (amount !== 0n || plan !== 0n) this.#sums.add(day, ofClass, cut, amount, plan);
  }
}

const withoutZeros = (months: MonthlyCounters): MonthlyCounters => {
  for (const [month, counters] of months) {
    for (const [name, amount] of counters) if (amount === 0n) counters.delete(name);
    if (counters.size === 0) months.delete(month);
  }
  return months;
};
