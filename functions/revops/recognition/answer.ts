import { addDays, endOfMonth, monthEndsWithin, toEpochDay } from '../../platform/calendar.ts';
import { exponentOf } from '../../platform/currencies.ts';
import { round } from '../../platform/decimal.ts';
import { majorText, plainText } from './amounts.ts';
import { ACCOUNTS, type Account, balancesBefore } from './balances.ts';
import { type Course, type JournalLine, revenueBefore, stateBefore } from './course.ts';
import { earnedBefore } from './earned.ts';
import { inFunctional } from './exchange.ts';
import { doneBefore, NOTHING_DONE, totalOf } from './measure.ts';
import { bandsOf } from './remaining.ts';
import type { RecognitionRequest } from './request.ts';
import { allObligations } from './returns.ts';
import { scheduleOf } from './schedule.ts';
import type { State, Terms } from './state.ts';

/** Books as answers carry them: amounts in major units as text, each account positive on the side on which it grows. */

const sides = (minor: bigint, exponent: number, debit: string, credit: string): Record<string, string> =>
  minor === 0n ? {} : { [minor > 0n ? debit : credit]: majorText(minor < 0n ? -minor : minor, exponent) };

const lineOf = ({ account, obligation, minor }: JournalLine, exponent: number) => ({
  account,
  ...(obligation === undefined ? {} : { obligation }),
  ...sides(minor, exponent, 'debit', 'credit'),
  paragraph: ACCOUNTS[account].paragraph,
});

/** Journals in the contract’s currency, and where another one is the entity’s, in both. */
const journalsOf = (course: Course, { asOf, functionalCurrency, rates = [] }: RecognitionRequest) => {
  const { terms, journals, firstDay, lastDay } = course;
  const { exponent } = terms;
  const own = terms.given.currency;
  if (functionalCurrency === undefined || functionalCurrency === own)
    return journals.map(({ lines, ...journal }) => ({ ...journal, lines: lines.map((line) => lineOf(line, exponent)) }));
  const places = exponentOf(functionalCurrency);
  const functionalExponent = places.ok ? places.value : exponent;
  const last = asOf !== undefined && asOf < lastDay ? asOf : lastDay;
  const exchange = {
    rates: rates.filter(({ currency }) => currency === own),
    exponent,
    functionalExponent,
    monthEnds: monthEndsWithin(firstDay, addDays(last, 1)),
  };
  return inFunctional(journals, exchange).map(({ lines, ...journal }) => ({
    ...journal,
    lines: lines.map((line) => ({
      ...lineOf(line, exponent),
      ...sides(line.functionalMinor, functionalExponent, 'functionalDebit', 'functionalCredit'),
    })),
  }));
};

/** Totals of accounts, each on its own side. */
const accountsOf = (balances: readonly JournalLine[], exponent: number): Record<string, string> => {
  const totals = new Map<Account, bigint>();
  for (const { account, minor } of balances) {
    const own = ACCOUNTS[account].side === 'debit' ? minor : -minor;
    totals.set(account, (totals.get(account) ?? 0n) + own);
  }
  return Object.fromEntries([...totals].map(([account, minor]) => [account, majorText(minor, exponent)]));
};

const balancesOn = (course: Course, on: string) => {
  const bound = toEpochDay(on) + 1;
  const { exponent } = course.terms;
  return { on, accounts: accountsOf(balancesBefore(stateBefore(course, bound), course.terms, bound), exponent) };
};

/** Days of events and ends of months, up to `asOf`. */
const toldDays = ({ journals, firstDay, lastDay }: Course, asOf: string | undefined): readonly string[] => {
  const ends = monthEndsWithin(firstDay, addDays(endOfMonth(lastDay), 1));
  const days = [...new Set([...journals.map(({ on }) => on), ...ends])].sort();
  return asOf === undefined ? days : days.filter((day) => day <= asOf);
};

/** Of each obligation: what is allocated to it, earned of it and left, before a bound. */
const obligationsOf = (state: State, terms: Terms, bound: number) => {
  const { exponent } = terms;
  const earned = earnedBefore(state, terms, bound);
  return allObligations(state).map(({ id, name, measure, sellingPrice }) => {
    const own = earned.filter(({ obligation }) => obligation === id);
    const allocatedMinor = own.reduce((sum, one) => sum + one.allocatedMinor, 0n);
    const recognisedMinor = state.exists ? own.reduce((sum, one) => sum + one.earnedMinor, 0n) : 0n;
    const done = state.done.get(id) ?? NOTHING_DONE;
    return {
      id,
      name,
      satisfaction: measure.kind,
      sellingPrice: majorText(round(sellingPrice, 'half-up'), exponent),
      allocated: majorText(allocatedMinor, exponent),
      recognised: majorText(recognisedMinor, exponent),
      remaining: majorText(allocatedMinor - recognisedMinor, exponent),
      done: plainText(doneBefore(measure, done, bound)),
      of: plainText(totalOf(measure, done)),
    };
  });
};

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, one) => total + one, 0n);

/** Everything about one contract. Its state is that at the end of `asOf`, or of its last day. */
const contractAnswer = (course: Course, request: RecognitionRequest) => {
  const { asOf, schedule = 'month', balancesOn: asked } = request;
  const { terms, decisions } = course;
  const { exponent, given } = terms;
  const at = asOf ?? course.lastDay;
  const bound = toEpochDay(at) + 1;
  const state = stateBefore(course, bound);
  const allocatedMinor = sum(earnedBefore(state, terms, bound).map((one) => one.allocatedMinor));
  const rows = scheduleOf(course, schedule, asOf);
  const recognisedMinor = sum([...revenueBefore(course, bound).values()]);
  return {
    id: given.id,
    currency: given.currency,
    asOf: at,
    exists: state.exists,
    transactionPrice: {
      total: majorText(allocatedMinor, exponent),
      recognised: majorText(recognisedMinor, exponent),
      remaining: majorText(allocatedMinor - recognisedMinor, exponent),
      parts: state.parts.map(({ id, kind, class: effect, amountMinor }) => ({
        id,
        kind,
        effect,
        amount: majorText(amountMinor, exponent),
      })),
    },
    remaining: bandsOf(rows, at, allocatedMinor - recognisedMinor).map(({ minor, ...band }) => ({
      ...band,
      amount: majorText(minor, exponent),
    })),
    obligations: obligationsOf(state, terms, bound),
    schedule: rows.map(({ minor, ...row }) => ({ ...row, amount: majorText(minor, exponent) })),
    journals: journalsOf(course, request),
    balances: (asked ?? toldDays(course, asOf)).map((on) => balancesOn(course, on)),
    decisions: [...decisions],
  };
};

export const answerOf = (courses: readonly Course[], request: RecognitionRequest) => ({
  contracts: courses.map((course) => contractAnswer(course, request)),
});
