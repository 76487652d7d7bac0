import { assert } from '../platform/bug.ts';
import { fromEpochDay } from '../platform/calendar.ts';
import type { Attributes, Entry, EntryLine } from './movements.ts';
import { type CounterName, type Counters, type MonthlyCounters, ORIGINS, TOTAL } from './totals.ts';

/** Attribute values are free text from a source: the separator cannot occur in a counter's name. */
const safe = (text: string): string => text.replaceAll('|', '/').slice(0, 60);

/** One value of one dimension, with the numbers of its series by cause and currency (see `#class`). */
interface Cut {
  readonly name: string;
  readonly series: number[];
}

/** A day that something moved on, with the slots of its month by series. */
interface Day {
  readonly dayOfMonth: number;
  readonly slots: number[];
}

const MAX_CUTS = 8192;
/** Causes of movements, renewed and stock: 14. A class is `currency × MAX_CAUSES + cause`. */
const MAX_CAUSES = 16;
const NONE = -1;
/** Length of a slot: the sums of one series in one month, by day of month; index 0 is unused. */
const SLOT = 32;
const FIRST_SLOTS = 16;

/** Texts as small numbers, in the order in which they are first met. */
class Names {
  readonly names: string[] = [];
  readonly #ids = new Map<string, number>();

  id(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    this.#ids.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

/**
 * Sums movements to counters. One tally is for one batch or one replay; its names are read by `counters()`.
 *
 * A series is what a cut counts of one cause and currency: an even number for the lines' own currency, the odd one after it for the plan
 * currency. Each month of a series has a slot of sums by day in one array of 64-bit integers, so that adding builds no text and no object;
 * what would overflow them (amounts have up to 30 digits) is summed beside them, so that every sum is exact.
 */
export class Tally {
  readonly #planCurrency: string;
  /** Slots by month and series. */
  readonly #months = new Map<string, number[]>();
  readonly #days = new Map<number, Day>();
  #sums = new BigInt64Array(FIRST_SLOTS * SLOT);
  #slots = 0;
  /** What did not fit into a sum, by its index. */
  readonly #beside = new Map<number, bigint>();
  /** By name; values that are the same text once they are safe share one. */
  readonly #cuts = new Map<string, Cut>();
  readonly #dimensions = new Map<string, Map<string, Cut>>();
  readonly #products = new Map<string, Cut>();
  readonly #entities = new Map<string, Cut>();
  readonly #causes = new Names();
  readonly #currencies = new Names();
  readonly #seriesNames: string[] = [];
  readonly #total: Cut;
  readonly #origins: readonly Cut[];
  readonly #stock: number;
  #day: Day = { dayOfMonth: 0, slots: [] };
  #attributes: Attributes | undefined;
  #attributeCuts: readonly Cut[] = [];

  constructor(planCurrency: string) {
    this.#planCurrency = planCurrency;
    this.#total = this.#cutNamed(TOTAL, '');
    this.#origins = ORIGINS.map((origin) => this.#cutNamed('origin', origin));
    this.#stock = this.#class('stock', planCurrency);
  }

  add(entry: Entry): void {
    this.#day = this.#dayOf(entry.day);
    if (entry.fromAttributes === undefined) this.#addLines(entry);
    else this.#addMove(entry, entry.fromAttributes);
    if (entry.renewed !== undefined) {
      for (const { currency, amountMinor, planMinor } of entry.renewed)
        this.#put(this.#total, this.#class('renewed', currency), amountMinor, currency === this.#planCurrency ? 0n : planMinor);
    }
    for (let i = 0; i < this.#origins.length; i += 1) {
      const amount = entry.stock[i] as bigint;
      if (amount !== 0n) this.#put(this.#origins[i] as Cut, this.#stock, amount, 0n);
    }
  }

  /** The counters by month, with their names; those that net to zero are left out. */
  counters(): MonthlyCounters {
    const months: MonthlyCounters = new Map();
    for (const [month, slots] of this.#months) {
      const named: Counters = new Map();
      for (const [series, slot] of slots.entries()) {
        for (let day = 1; slot !== NONE && day < SLOT; day += 1) {
          const sum = this.#sumAt(slot * SLOT + day);
          if (sum !== 0n) named.set(`${String(day).padStart(2, '0')}|${this.#seriesNames[series]}`, sum);
        }
      }
      if (named.size > 0) months.set(month, named);
    }
    return months;
  }

  #dayOf(epochDay: number): Day {
    const known = this.#days.get(epochDay);
    if (known !== undefined) return known;
    const date = fromEpochDay(epochDay);
    const month = date.slice(0, 7);
    const slots = this.#months.get(month) ?? [];
    this.#months.set(month, slots);
    const day = { dayOfMonth: Number(date.slice(8)), slots };
    this.#days.set(epochDay, day);
    return day;
  }

  /** Lines in a row of one entity and currency are one addition to each cut but the product's. */
  #addLines({ cause, attributes, lines }: Entry): void {
    const cuts = this.#cutsOf(attributes);
    for (let i = 0; i < lines.length; ) {
      const { legalEntity, currency } = lines[i] as EntryLine;
      const isPlanCurrency = currency === this.#planCurrency;
      const ofEntry = this.#class(cause, currency);
      let amount = 0n;
      let plan = 0n;
      for (; i < lines.length; i += 1) {
        const line = lines[i] as EntryLine;
        if (line.currency !== currency || line.legalEntity !== legalEntity) break;
        const linePlan = isPlanCurrency ? 0n : line.planDeltaMinor;
        const ofLine = line.cause === cause ? ofEntry : this.#class(line.cause, currency);
        this.#put(this.#cut(this.#products, 'product', line.productId), ofLine, line.deltaMinor, linePlan);
        amount += line.deltaMinor;
        plan += linePlan;
      }
      this.#put(this.#total, ofEntry, amount, plan);
      for (const cut of cuts) this.#put(cut, ofEntry, amount, plan);
      this.#put(this.#cut(this.#entities, 'entity', legalEntity), ofEntry, amount, plan);
    }
  }

  /** A change of attributes: out of the old value and into the new one, where they differ; nothing in total. */
  #addMove(entry: Entry, from: Attributes): void {
    const names = new Set([...Object.keys(from), ...Object.keys(entry.attributes)]);
    for (const name of names) {
      const before = from[name];
      const after = entry.attributes[name];
      if (before === after) continue;
      for (const { currency, deltaMinor, planDeltaMinor } of entry.lines) {
        const plan = currency === this.#planCurrency ? 0n : planDeltaMinor;
        const transfer = this.#class('transfer', currency);
        if (before !== undefined) this.#put(this.#cutNamed(name, before), transfer, -deltaMinor, -plan);
        if (after !== undefined) this.#put(this.#cutNamed(name, after), transfer, deltaMinor, plan);
      }
    }
  }

  /** Attributes of a customer are one object for many movements in a row: their cuts are looked up once. */
  #cutsOf(attributes: Attributes): readonly Cut[] {
    if (attributes === this.#attributes) return this.#attributeCuts;
    this.#attributeCuts = Object.entries(attributes).map(([name, value]) => this.#cutNamed(name, value));
    this.#attributes = attributes;
    return this.#attributeCuts;
  }

  #cutNamed(dimension: string, value: string): Cut {
    let cuts = this.#dimensions.get(dimension);
    if (cuts === undefined) {
      cuts = new Map();
      this.#dimensions.set(dimension, cuts);
    }
    return this.#cut(cuts, dimension, value);
  }

  #cut(cuts: Map<string, Cut>, dimension: string, value: string): Cut {
    const known = cuts.get(value);
    if (known !== undefined) return known;
    const name = `${dimension}|${safe(value)}`;
    const cut = this.#cuts.get(name) ?? { name, series: [] };
    this.#cuts.set(name, cut);
    assert(this.#cuts.size <= MAX_CUTS, `totals are cut by at most ${MAX_CUTS} values of all dimensions together`);
    cuts.set(value, cut);
    return cut;
  }

  /** A cause and a currency as one small number. */
  #class(cause: CounterName['cause'], currency: string): number {
    return this.#currencies.id(currency) * MAX_CAUSES + this.#causes.id(cause);
  }

  /** `plan` is 0 where `amount` is in the plan currency itself. */
  #put(cut: Cut, ofClass: number, amount: bigint, plan: bigint): void {
    let series = ofClass < cut.series.length ? (cut.series[ofClass] as number) : NONE;
    if (series === NONE) series = this.#newSeries(cut, ofClass);
    if (amount !== 0n) this.#bump(series, amount);
    if (plan !== 0n) this.#bump(series + 1, plan);
  }

  #bump(series: number, amount: bigint): void {
    const { dayOfMonth, slots } = this.#day;
    let slot = series < slots.length ? (slots[series] as number) : NONE;
    if (slot === NONE) slot = this.#newSlot(slots, series);
    const at = slot * SLOT + dayOfMonth;
    const sum = (this.#sums[at] as bigint) + amount;
    if (BigInt.asIntN(64, sum) === sum) this.#sums[at] = sum;
    else this.#beside.set(at, (this.#beside.get(at) ?? 0n) + amount);
  }

  #sumAt(at: number): bigint {
    return (this.#sums[at] as bigint) + (this.#beside.get(at) ?? 0n);
  }

  #newSeries(cut: Cut, ofClass: number): number {
    while (cut.series.length <= ofClass) cut.series.push(NONE);
    const cause = this.#causes.names[ofClass % MAX_CAUSES] ?? '';
    const currency = this.#currencies.names[Math.floor(ofClass / MAX_CAUSES)] ?? '';
    const series = this.#seriesNames.push(`${cut.name}|${cause}|${currency}`, `${cut.name}|${cause}|${currency}=`) - 2;
    cut.series[ofClass] = series;
    return series;
  }

  #newSlot(slots: number[], series: number): number {
    while (slots.length <= series) slots.push(NONE);
    const slot = this.#slots;
    this.#slots += 1;
    slots[series] = slot;
    if (this.#slots * SLOT > this.#sums.length) {
      const grown = new BigInt64Array(this.#sums.length * 2);
      grown.set(this.#sums);
      this.#sums = grown;
    }
    return slot;
  }
}
