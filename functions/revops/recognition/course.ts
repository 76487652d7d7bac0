import { addDays, endOfMonth, fromEpochDay, monthEndsWithin, toEpochDay } from '../../platform/calendar.ts';
import { ACCOUNTS, type Account, type Balances, balancesBefore } from './balances.ts';
import type { Decision } from './decisions.ts';
import type { Happening } from './happenings.ts';
import { inceptionOf } from './inception.ts';
import type { State, Terms } from './state.ts';
import { taken } from './taking-in.ts';

/** The course of a contract: its state from each event on, and the journals that lead from one balance to the next. */

export interface JournalLine {
  readonly account: Account;
  readonly obligation: string | undefined;
  /** Debits positive; the lines of a journal sum to 0. */
  readonly minor: bigint;
}

export interface Journal {
  readonly on: string;
  /** What made it: an event, or `time` for what was earned by its passing. */
  readonly cause: Happening['type'] | 'time';
  /** Of the event; of time, the day. */
  readonly id: string;
  readonly lines: readonly JournalLine[];
}

interface Moment {
  /** First bound at which the state holds, an epoch day: that after the event’s day. */
  readonly from: number;
  readonly state: State;
}

export interface Course {
  readonly terms: Terms;
  readonly moments: readonly Moment[];
  readonly journals: readonly Journal[];
  readonly decisions: readonly Decision[];
  /** First day on which something happens or is earned, and the last. */
  readonly firstDay: string;
  readonly lastDay: string;
}

const keyOf = ({ account, obligation }: JournalLine): string => `${account}\n${obligation ?? ''}`;

const RANK = new Map(Object.keys(ACCOUNTS).map((account, index) => [account, index]));

/** What leads from one balance to another, in the order of the accounts. */
export const difference = (before: Balances, after: Balances): readonly JournalLine[] => {
  const earlier = new Map(before.map((line) => [keyOf(line), line]));
  const lines: JournalLine[] = [];
  for (const line of after) {
    lines.push({ ...line, minor: line.minor - (earlier.get(keyOf(line))?.minor ?? 0n) });
    earlier.delete(keyOf(line));
  }
  for (const line of earlier.values()) lines.push({ ...line, minor: -line.minor });
  return lines.filter(({ minor }) => minor !== 0n).sort((a, b) => (RANK.get(a.account) ?? 0) - (RANK.get(b.account) ?? 0));
};

/** The state that holds before a bound. */
export const stateBefore = ({ moments }: Pick<Course, 'moments'>, bound: number): State => {
  let found = moments[0];
  for (const moment of moments) if (moment.from <= bound) found = moment;
  return (found as Moment).state;
};

/** Days on which time begins and ends to earn. */
const timesOf = (state: State): readonly string[] =>
  state.generations.flatMap(({ obligations }) =>
    obligations.flatMap(({ measure }) => (measure.kind === 'time' ? [fromEpochDay(measure.from), fromEpochDay(measure.until - 1)] : [])),
  );

/** The events in order, with the ends of months between them at which what time earned is booked. */
const dated = (happenings: readonly Happening[], firstDay: string, lastDay: string): readonly (Happening | string)[] => {
  const ends = monthEndsWithin(firstDay, addDays(endOfMonth(lastDay), 1));
  return [...happenings, ...ends].sort((a, b) => {
    const [left, right] = [typeof a === 'string' ? a : a.on, typeof b === 'string' ? b : b.on];
    if (left !== right) return left < right ? -1 : 1;
    return Number(typeof a === 'string') - Number(typeof b === 'string');
  });
};

interface Fold {
  state: State;
  posted: Balances;
  readonly moments: Moment[];
  readonly journals: Journal[];
  readonly decisions: Decision[];
}

const post = (fold: Fold, after: Balances, journal: Omit<Journal, 'lines'>): void => {
  const lines = difference(fold.posted, after);
  if (lines.length > 0) fold.journals.push({ ...journal, lines });
  fold.posted = after;
};

/** Takes all events in; journals are made of those up to the end of `asOf`, and states of all. */
export const courseOf = (terms: Terms, happenings: readonly Happening[], asOf: string | undefined): Course => {
  const { state, decisions } = inceptionOf(terms);
  const { signedOn } = terms.given;
  const fold: Fold = {
    state,
    posted: [],
    moments: [{ from: Number.NEGATIVE_INFINITY, state }],
    journals: [],
    decisions: [...(terms.given.combined === undefined ? [] : [terms.given.combined.decision]), ...decisions],
  };
  const lastState = happenings.reduce((so, event) => taken(so, event, terms).state, state);
  const days = [signedOn, ...happenings.map(({ on }) => on), ...timesOf(state), ...timesOf(lastState)].sort();
  const [firstDay, lastDay] = [days[0] ?? signedOn, days.at(-1) ?? signedOn];
  for (const next of dated(happenings, firstDay, lastDay)) {
    const on = typeof next === 'string' ? next : next.on;
    const isBooked = asOf === undefined || on <= asOf;
    const bound = toEpochDay(on) + (typeof next === 'string' ? 1 : 0);
    const accruedOn = fromEpochDay(bound - 1);
    if (isBooked) post(fold, balancesBefore(fold.state, terms, bound), { on: accruedOn, cause: 'time', id: accruedOn });
    if (typeof next === 'string') continue;
    const after = taken(fold.state, next, terms);
    fold.state = after.state;
    fold.moments.push({ from: bound + 1, state: after.state });
    fold.decisions.push(...after.decisions);
    if (isBooked) post(fold, balancesBefore(after.state, terms, bound), { on, cause: next.type, id: next.id });
  }
  return { terms, moments: fold.moments, journals: fold.journals, decisions: fold.decisions, firstDay, lastDay };
};

/** Revenue since the beginning, by obligation, before a bound; what is of none, as a deposit that is kept, is the contract’s own. */
export const revenueBefore = (course: Course, bound: number): ReadonlyMap<string, bigint> => {
  const revenue = new Map<string, bigint>();
  for (const { account, obligation = course.terms.id, minor } of balancesBefore(stateBefore(course, bound), course.terms, bound))
    if (account === 'revenue') revenue.set(obligation, (revenue.get(obligation) ?? 0n) - minor);
  return revenue;
};
