import { addMonths, daysBetween, fromEpochDay } from '../../platform/calendar.ts';
import {
  addFractions,
  divFractions,
  type Fraction,
  fraction,
  fractionOf,
  mulFractions,
  round,
  subFractions,
  sumFractions,
} from '../../platform/decimal.ts';
import { majorText, minorOf, WHOLE, ZERO } from './amounts.ts';
import type { Decision } from './decisions.ts';
import type { PricePartGiven } from './price-schema.ts';

/**
 * A significant financing component, ASC 606-10-32-15 to 32-20: the price is what is paid, discounted or compounded to the day on which control
 * passes, and the rest is interest. Whole periods compound; within one, interest runs evenly.
 */

type Given = Extract<PricePartGiven, { readonly kind: 'financed' }>;

interface Payment {
  readonly on: string;
  /** Exact minor units. */
  readonly amount: Fraction;
}

/** A price with interest, in exact minor units. */
export interface Financing {
  readonly on: string;
  readonly interestFrom: string;
  readonly price: Fraction;
  readonly payments: readonly Payment[];
  /** Interest of one period, a share. */
  readonly rate: Fraction;
  readonly periodMonths: number;
}

const PLACES = 10n ** 30n;
/** To thirty places: far below a minor unit, and short enough to go on with. */
const short = (value: Fraction): Fraction => fraction(round({ num: value.num * PLACES, den: value.den }, 'half-even'), PLACES);

const power = (base: Fraction, exponent: number): Fraction => {
  let value = WHOLE;
  for (let index = 0; index < exponent; index += 1) value = short(mulFractions(value, base));
  return value;
};

/** What 1 grows to from one day to a later one. */
const growth = (from: string, to: string, { rate, periodMonths }: Pick<Financing, 'rate' | 'periodMonths'>): Fraction => {
  let periods = 0;
  while (addMonths(from, (periods + 1) * periodMonths) <= to) periods += 1;
  const begun = addMonths(from, periods * periodMonths);
  const length = daysBetween(begun, addMonths(from, (periods + 1) * periodMonths));
  const within = fraction(BigInt(daysBetween(begun, to)), BigInt(length));
  return mulFractions(power(addFractions(WHOLE, rate), periods), addFractions(WHOLE, mulFractions(rate, within)));
};

const percent = (text: string, periodMonths: number): Fraction => {
  const yearly = fractionOf(text);
  return { num: yearly.num * BigInt(periodMonths), den: yearly.den * 1_200n };
};

/** Equal payments in arrears that pay a loan back: principal × i ÷ (1 − (1 + i)^−n), not rounded. */
const loanPayments = ({ principal, ratePercent, months }: NonNullable<Given['loan']>, on: string, exponent: number): readonly Payment[] => {
  const rate = percent(ratePercent, 1);
  const grown = power(addFractions(WHOLE, rate), months);
  const factor = rate.num === 0n ? fraction(BigInt(months)) : divFractions(subFractions(WHOLE, divFractions(WHOLE, grown)), rate);
  const each = short(divFractions(minorOf(principal, exponent), factor));
  return Array.from({ length: months }, (_, index) => ({ on: addMonths(on, index + 1), amount: each }));
};

const valueOn = (day: string, { on, amount }: Payment, terms: Pick<Financing, 'rate' | 'periodMonths'>): Fraction =>
  on <= day ? mulFractions(amount, growth(on, day, terms)) : short(divFractions(amount, growth(day, on, terms)));

const total = (payments: readonly Payment[]): Fraction => sumFractions(payments.map(({ amount }) => amount));

const ONE_YEAR_DAYS = 366;

/** The price of a part with financing, and why; without `financing` where there is none. */
export const financingOf = (
  given: Given,
  id: string,
  exponent: number,
  expedient: boolean,
): { readonly amountMinor: bigint; readonly financing?: Financing; readonly decision: Decision } => {
  const { on, payments: stated = [], loan, ratePercent, compounding = 'year', notFinancing, interestFrom = on } = given;
  const payments = [
    ...stated.map((one) => ({ on: one.on, amount: minorOf(one.amount, exponent) })),
    ...(loan === undefined ? [] : loanPayments(loan, on, exponent)),
  ];
  const promised = round(total(payments), 'half-up');
  const about = { on, rule: 'financing', about: id };
  const plain = (paragraph: string, why: string) => ({
    amountMinor: promised,
    decision: { ...about, paragraph, sentence: `${why}: the price is what is paid, ${majorText(promised, exponent)}.` },
  });
  if (notFinancing !== undefined) return plain('606-10-32-17', `No significant financing (${notFinancing})`);
  if (expedient && payments.every((one) => Math.abs(daysBetween(on, one.on)) <= ONE_YEAR_DAYS))
    return plain('606-10-32-18', 'At most a year lies between, and by policy that is no financing');
  const periodMonths = compounding === 'year' ? 12 : 1;
  const terms = { rate: percent(ratePercent, periodMonths), periodMonths };
  const price = sumFractions(payments.map((one) => valueOn(on, one, terms)));
  const amountMinor = round(price, 'half-up');
  const interest = majorText(promised - amountMinor, exponent);
  const sentence = `At ${ratePercent}% a year the payments of ${majorText(promised, exponent)} are worth ${majorText(amountMinor, exponent)} on ${on}: that is the price, and ${interest} is interest.`;
  return {
    amountMinor,
    financing: { on, interestFrom, price, payments, ...terms },
    decision: { ...about, paragraph: '606-10-32-15', sentence },
  };
};

/** Interest of payments that come later: what is left of them grows, and what was paid is no interest. */
const income = ({ on, price, payments, ...terms }: Financing, day: string): Fraction => {
  if (day <= on) return ZERO;
  const ahead = payments.filter((one) => one.on > day && one.on > on);
  const paid = total(payments.filter((one) => one.on <= day && one.on > on));
  const left = sumFractions(ahead.map((one) => valueOn(day, one, terms)));
  const early = total(payments.filter((one) => one.on <= on));
  return subFractions(addFractions(addFractions(left, paid), early), price);
};

/** Interest of payments that came before. */
const expense = ({ on, payments, ...terms }: Financing, day: string): Fraction => {
  const until = day < on ? day : on;
  const before = payments.filter((one) => one.on < until && one.on <= on);
  return subFractions(sumFractions(before.map((one) => valueOn(until, one, terms))), total(before));
};

/**
 * Interest before a bound, minor units: income above 0, expense below. It runs from the day of the price, or of a later receivable: then all of
 * it is earned in the time that is left.
 */
export const interestBefore = (financing: Financing, bound: number): bigint => {
  const day = fromEpochDay(bound);
  const isEarly = financing.payments.every(({ on }) => on <= financing.on);
  if (isEarly) return -round(expense(financing, day), 'half-up');
  const all = subFractions(total(financing.payments), financing.price);
  const skipped = income(financing, financing.interestFrom);
  if (day <= financing.interestFrom || all.num <= 0n) return 0n;
  const left = subFractions(all, skipped);
  return round(mulFractions(all, divFractions(subFractions(income(financing, day), skipped), left)), 'half-up');
};
