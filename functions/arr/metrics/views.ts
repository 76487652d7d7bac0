import { type Fraction, round } from '../../platform/decimal.ts';
import { CAUSES, type Names, type Rows, type ToldRows } from '../ledger/rows.ts';
import { OpenLines } from './open-lines.ts';
import { Told } from './told.ts';

const FX = CAUSES.indexOf('fx');
const RENEWAL = CAUSES.indexOf('renewal');

/**
 * In which money figures are told. `plan`: every amount at the plan rate in force on its day, and what a new plan rate changed as FX. `constant`: all
 * of history at the plan rates of the last day looked at, so that there is no FX. `reported` follows the market: ARR of a day at that day's closing
 * rate, a movement at that of its own day, and what rates alone changed as FX.
 */
export type CurrencyView = 'plan' | 'constant' | 'reported';

/** Minor units of the plan currency for one minor unit of a currency at the end of a day; undefined where there is no rate. */
export type RateOn = (currency: string, epochDay: number) => Fraction | undefined;

export type HasRate = (currency: string, epochDay: number) => boolean;

/** A currency that has ARR, or moves, on a day without a rate. */
export interface RateMissing {
  readonly currency: string;
  readonly day: number;
}

/** The rows in one money: all that folds read is `planMinor`. While a rate is missing there is no figure, and `missing` says why. */
export interface Viewed {
  readonly rows: ToldRows;
  readonly missing: readonly RateMissing[];
}

/** What each currency has at the first look, the day on which it first moves after that, and whether anything of it was decided under a rate. */
class CurrencyMoves {
  readonly openings: BigInt64Array;
  readonly movedOn = new Map<number, number>();
  readonly converted = new Set<number>();

  constructor(rows: Rows, currencies: number, first: number, last: number) {
    this.openings = new BigInt64Array(currencies);
    for (let row = 0; row < rows.length && (rows.day[row] as number) <= last; row += 1) this.#take(rows, row, first);
  }

  #take(rows: Rows, row: number, first: number): void {
    const currency = rows.currency[row] as number;
    if (rows.planMinor[row] !== 0n) this.converted.add(currency);
    if (rows.cause[row] === RENEWAL || rows.attributes[row] !== rows.fromAttributes[row] || rows.amountMinor[row] === 0n) return;
    const day = rows.day[row] as number;
    if (day <= first) this.openings[currency] = (this.openings[currency] as bigint) + (rows.amountMinor[row] as bigint);
    else if (!this.movedOn.has(currency)) this.movedOn.set(currency, day);
  }
}

/**
 * The plan view is what rows carry. `missing` names each currency that has ARR at the first look, or moves from then to the last one, on a day
 * without a plan rate, and each of which nothing was decided under a rate yet.
 */
export const planView = (rows: Rows, names: Names, planCurrency: string, looks: Int32Array, hasRate: HasRate): Viewed => {
  const first = looks[0] ?? 0;
  const { openings, movedOn, converted } = new CurrencyMoves(rows, names.currencies.length, first, looks.at(-1) ?? 0);
  const missing: RateMissing[] = [];
  for (const [place, currency] of names.currencies.entries()) {
    const day = openings[place] === 0n ? movedOn.get(place) : first;
    if (day === undefined || currency === planCurrency) continue;
    if (!converted.has(place) || !hasRate(currency, day)) missing.push({ currency, day });
  }
  return { rows, missing };
};

/**
 * The same movements at closing rates: each row at the rate of its day, and at each look, and where a line ends, a row of cause FX for what its worth
 * has changed by rates since. Every amount is rounded once, half away from zero, a line at a time: so all cuts foot, to the minor unit. Plan FX goes away.
 * What takes effect before the first look, or after the last, is told at the rate of that look: nothing looks closer. A currency of which nothing is
 * left at the first look needs no rate there.
 */
export const reportedView = (rows: Rows, names: Names, planCurrency: string, looks: Int32Array, rateOn: RateOn): Viewed => {
  const made = new Reported(rows, names, planCurrency, looks, rateOn);
  let look = 0;
  for (let row = 0; row < rows.length; row += 1) {
    while (look < looks.length && (looks[look] as number) < (rows.day[row] as number)) made.revalue(looks[look++] as number);
    made.take(row);
  }
  while (look < looks.length) made.revalue(looks[look++] as number);
  return made.viewed();
};

/** The same movements at one rate for each currency: that of the last look. */
export const constantView = (rows: Rows, names: Names, planCurrency: string, looks: Int32Array, rateOn: RateOn): Viewed => {
  const last = looks.at(-1) ?? 0;
  const told = reportedView(rows, names, planCurrency, looks, (currency) => rateOn(currency, last));
  return { ...told, missing: told.missing.map(({ currency }) => ({ currency, day: last })) };
};

/** Every row, and of each line one at each look and at its end: mostly more than there will be. What is not written to takes no memory. */
const roomFor = ({ length }: Rows, { lines }: Names, looks: Int32Array): number =>
  Math.min(MOST_ROOM * length, length + lines.length * (looks.length + 1));

/** Rows told for each row, beyond which columns grow as they are filled. */
const MOST_ROOM = 4;

class Reported {
  readonly #rows: Rows;
  readonly #names: Names;
  readonly #plan: number;
  readonly #rateOn: RateOn;
  readonly #open: OpenLines;
  /** By currency, then by day from the first look on: asked for once. */
  readonly #rates: readonly (Fraction | undefined)[][];
  readonly #first: number;
  readonly #last: number;
  readonly #missing = new Map<number, RateMissing>();
  readonly #made: Told;

  constructor(rows: Rows, names: Names, planCurrency: string, looks: Int32Array, rateOn: RateOn) {
    this.#rows = rows;
    this.#names = names;
    this.#plan = names.currencies.indexOf(planCurrency);
    this.#rateOn = rateOn;
    this.#open = new OpenLines(names.lines.length);
    this.#first = looks[0] ?? 0;
    this.#last = looks.at(-1) ?? 0;
    this.#rates = names.currencies.map(() => []);
    this.#made = new Told(rows, roomFor(rows, names, looks));
  }

  take(row: number): void {
    const { currency, cause, day, amountMinor, planMinor, attributes, fromAttributes } = this.#rows;
    const on = day[row] as number;
    if (currency[row] === this.#plan) {
      this.#made.like(row, on, planMinor[row] as bigint);
      return;
    }
    if (cause[row] === FX) return;
    const own = amountMinor[row] as bigint;
    const told = this.#converted(own, currency[row] as number, on);
    this.#made.like(row, on, told);
    if (cause[row] === RENEWAL) return;
    this.#add(row, attributes[row] as number, own, told);
    if (attributes[row] !== fromAttributes[row]) this.#add(row, fromAttributes[row] as number, -own, -told);
  }

  revalue(day: number): void {
    const { own, told, row, attributes, length } = this.#open;
    for (let at = 0; at < length; at += 1) {
      if (own[at] === 0n) continue;
      const worth = this.#converted(own[at] as bigint, this.#rows.currency[row[at] as number] as number, day);
      if (worth === told[at]) continue;
      this.#made.fx(row[at] as number, day, worth - (told[at] as bigint), attributes[at] as number);
      told[at] = worth;
    }
  }

  /** What has nothing left has no worth either, from that day on: until the next look it would seem to be there. */
  #add(row: number, attributes: number, amount: bigint, worth: bigint): void {
    const at = this.#open.find(this.#rows.line[row] as number, attributes, row);
    const { own, told } = this.#open;
    if (own[at] === 0n) this.#open.row[at] = row;
    own[at] = (own[at] as bigint) + amount;
    told[at] = (told[at] as bigint) + worth;
    if (own[at] !== 0n || told[at] === 0n) return;
    this.#made.fx(this.#open.row[at] as number, this.#rows.day[row] as number, -(told[at] as bigint), attributes);
    told[at] = 0n;
  }

  viewed(): Viewed {
    return { rows: this.#made.rows(), missing: [...this.#missing.values()] };
  }

  #converted(own: bigint, currency: number, day: number): bigint {
    if (own === 0n) return 0n;
    const on = Math.min(Math.max(day, this.#first), this.#last);
    const rate = this.#rates[currency]?.[on - this.#first] ?? this.#findRate(currency, on);
    if (rate !== undefined) return round({ num: own * rate.num, den: rate.den }, 'half-up');
    // What is left of earlier days is asked for once more at the first look.
    if (day >= this.#first && !this.#missing.has(currency))
      this.#missing.set(currency, { currency: this.#names.currencies[currency] as string, day: on });
    return 0n;
  }

  #findRate(currency: number, on: number): Fraction | undefined {
    const rate = this.#rateOn(this.#names.currencies[currency] as string, on);
    if (rate !== undefined) (this.#rates[currency] as (Fraction | undefined)[])[on - this.#first] = rate;
    return rate;
  }
}
