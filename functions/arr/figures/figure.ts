import { addDays, addMonths, startOfMonth } from '../../platform/calendar.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { Cause } from '../movements/movements.ts';
import { type Course, MAX_YEARS, type Unconverted } from '../totals/course.ts';
import { type Cut, moves, type Step } from '../totals/series.ts';
import { TOTAL } from '../totals/totals.ts';
import { balanceFormula, flowFormula } from './formulas.ts';

/** Which figure is to be explained: `balance` is ARR at the end of `to`, seen from the beginning of its month; `flow` is what moved in a period. */
export interface Question {
  readonly kind: 'balance' | 'flow';
  readonly from: string;
  readonly to: string;
  /** Of a flow: one column of the waterfall. `renewal` stands for the ARR renewed. */
  readonly cause?: Cause | undefined;
}

export interface FigureWanted {
  readonly on?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
  readonly cause?: Cause | undefined;
  /** By a profile that is not in force: from its ledger. */
  readonly profile?: string | undefined;
}

export const BY_ORIGIN =
  'By origin ARR is told as corrected and by the profile in force alone: leave out asKnownOn and profile, or cut by another dimension.';

type QuestionProblem = Problem<'question-incomplete' | 'question-invalid' | 'period-invalid'>;

/** That a cut is asked for by both of its names, or by neither: one of them alone would be answered as something else. */
export const cutWhole = ({ dimension, value }: Pick<FigureWanted, 'dimension' | 'value'>): Result<void, Problem<'question-incomplete'>> => {
  if ((dimension === undefined) === (value === undefined)) return ok(undefined);
  return value === undefined
    ? fail(
        'question-incomplete',
        `Ask for one value of ${dimension}: with dimension and value; arr/metrics tells all of them.`,
        'query.value',
      )
    : fail('question-incomplete', 'A value belongs to a dimension: ask with dimension and value.', 'query.dimension');
};

/** Checks in this order: the cut, that a figure is named, that nothing contradicts it, the period. */
export const questionOf = ({ on, from, to, dimension, value, cause }: FigureWanted): Result<Question, QuestionProblem> => {
  const whole = cutWhole({ dimension, value });
  if (!whole.ok) return whole;
  if (dimension === 'origin' && cause !== undefined)
    return fail('question-invalid', 'Origins are not told by cause: leave cause away.', 'query.cause');
  if (on !== undefined) {
    if (from !== undefined || to !== undefined || cause !== undefined)
      return fail('question-invalid', 'ARR on a day has no period and no cause: ask with on, or with from and to.', 'query.on');
    return ok({ kind: 'balance', from: startOfMonth(on), to: on });
  }
  if (from === undefined || to === undefined)
    return fail('question-incomplete', 'A figure is ARR on a day or what moved in a period: ask with on, or with from and to.', 'query.on');
  if (from > to) return fail('period-invalid', `The period ends on ${to}, before it starts on ${from}.`, 'query.to');
  if (addDays(to, 1) > addMonths(from, 12 * MAX_YEARS))
    return fail('period-invalid', `At most ${MAX_YEARS} years are explained at once.`, 'query.to');
  return ok({ kind: 'flow', from, to, cause });
};

/** The day at whose end the opening stands. */
export const openingOn = ({ from }: Question): string => addDays(from, -1);

export const formulaOf = (question: Question): string =>
  question.kind === 'balance'
    ? balanceFormula(openingOn(question), question.from, question.to)
    : flowFormula(question.from, question.to, question.cause);

/** Whether a step is part of what a column shows; without a cause, of what moved in all. */
export const isAsked = (step: Step, cause: Cause | undefined): boolean =>
  cause === undefined ? moves(step) : step.cause === (cause === 'renewal' ? 'renewed' : cause);

/** In minor units of the plan currency; what looks at a day that lacks a plan rate is undefined. Opening and closing only without a cause. */
export interface Figure {
  /** What was asked for: the closing of a balance, the movements of a flow. */
  readonly amountMinor: bigint | undefined;
  readonly openingMinor: bigint | undefined;
  readonly movementsMinor: bigint | undefined;
  readonly closingMinor: bigint | undefined;
  /** Alphabetical; of an origin none, since origins are told in the plan currency alone. */
  readonly byCurrency: readonly CurrencyFigure[];
  readonly unconverted: readonly Unconverted[];
  /** Whether there was ARR at the opening, converted or not. */
  readonly hasOpening: boolean;
}

/** The same in a currency's own minor units; `planMinor` is what was asked for at plan rates. */
export interface CurrencyFigure {
  readonly currency: string;
  readonly openingMinor: bigint | undefined;
  readonly movementsMinor: bigint;
  readonly closingMinor: bigint | undefined;
  readonly planMinor: bigint | undefined;
}

export const figureOf = (course: Course, question: Question, cut: Cut): Figure => {
  const { kind, to, cause } = question;
  const opening = openingOn(question);
  const within = course.steps.filter((step) => step.date > opening && step.date <= to && isAsked(step, cause));
  const movementsMinor = course.isWhole(opening, to) ? within.reduce((sum, step) => sum + step.amount.planMinor, 0n) : undefined;
  const closingMinor = cause === undefined ? course.arrAt(to) : undefined;
  const byCurrency = currencyFigures(course, question, within);
  return {
    amountMinor: kind === 'balance' ? closingMinor : movementsMinor,
    openingMinor: cause === undefined ? course.arrAt(opening) : undefined,
    movementsMinor,
    closingMinor,
    byCurrency: cut.dimension === 'origin' ? [] : byCurrency,
    unconverted: course.unconverted(opening, to),
    hasOpening: course.convertedAt(opening) !== 0n || byCurrency.some(({ openingMinor = 0n }) => openingMinor !== 0n),
  };
};

const currencyFigures = (course: Course, question: Question, within: readonly Step[]): CurrencyFigure[] => {
  const { kind, to, cause } = question;
  const opening = openingOn(question);
  const lacking = new Set((kind === 'balance' ? course.unconverted(to) : course.unconverted(opening, to)).map(({ currency }) => currency));
  const before = cause === undefined ? course.steps.filter((step) => step.date <= opening && moves(step)) : [];
  const currencies = [...new Set([...before, ...within].map(({ currency }) => currency))].sort();
  return currencies.flatMap((currency) => {
    const openingMinor = amountOf(before, currency, 'amountMinor');
    const movementsMinor = amountOf(within, currency, 'amountMinor');
    const planMinor = amountOf(kind === 'balance' ? [...before, ...within] : within, currency, 'planMinor');
    if (openingMinor === 0n && movementsMinor === 0n && planMinor === 0n) return [];
    const ends = cause === undefined ? { openingMinor, closingMinor: openingMinor + movementsMinor } : NO_ENDS;
    return [{ currency, movementsMinor, ...ends, planMinor: lacking.has(currency) ? undefined : planMinor }];
  });
};

const NO_ENDS = { openingMinor: undefined, closingMinor: undefined };

const amountOf = (steps: readonly Step[], currency: string, which: 'amountMinor' | 'planMinor'): bigint =>
  steps.reduce((sum, step) => (step.currency === currency ? sum + step.amount[which] : sum), 0n);

/** Where a figure is explained: a day's ARR, or what moved in a period; by a profile that is not in force, or by that in force. */
export const explainPath = (
  of: { readonly on: string } | { readonly from: string; readonly to: string },
  { dimension, value }: Cut,
  profile?: string,
): string => {
  const query = { ...of, ...(dimension === TOTAL ? {} : { dimension, value }), ...(profile === undefined ? {} : { profile }) };
  return `/api/v1/arr/explain?${new URLSearchParams(query)}`;
};

/** Where a movement is explained, by the events behind it. */
export const movementPath = (movementId: string, profile?: string): string =>
  `/api/v1/arr/explain?${new URLSearchParams({ movementId, ...(profile === undefined ? {} : { profile }) })}`;
