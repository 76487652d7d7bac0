import { addDays, toEpochDay } from '../../platform/calendar.ts';
import type { FiscalCalendar } from '../../platform/fiscal.ts';
import type { ToldRows } from '../ledger/rows.ts';
import { type Bridge, type Bridges, bridgeOf, bridgesOf } from './bridges.ts';
import type { Costs } from './costs.ts';
import type { Cut } from './cut.ts';
import type { Due } from './dues.ts';
import type { Definitions, Facts, Window } from './metric.ts';
import { of } from './metric.ts';
import { Months, monthsOf, type Period, type PeriodKind } from './periods.ts';
import type { NotDefined } from './ratio.ts';
import { type RetainedBySpan, retainedOf, type Span } from './retained.ts';

/** Five years, as far as anybody has measured. A stated choice: `ltv-uncapped` is told beside it. */
export const LIFETIME_CAP_MONTHS = 60;

/** Later than everything: what is known of the days after the last look. */
export const ENDLESS = 2_147_483_647;

/** Windows of a period: from the end of the first day to the end of the second. */
interface Windows {
  readonly period: readonly [string, string];
  readonly quarter: readonly [string, string];
  readonly quarterBefore: readonly [string, string];
  readonly year: readonly [string, string];
}

const windowsOf = ({ startsOn, endsOn }: Period, months: Months): Windows => {
  const quarterFrom = months.back(endsOn, 3);
  return {
    period: [addDays(startsOn, -1), endsOn],
    quarter: [quarterFrom, endsOn],
    quarterBefore: [months.back(endsOn, 6), quarterFrom],
    year: [months.back(endsOn, 12), endsOn],
  };
};

/** Which days periods look at. Rows are put into one money (views.ts) and, by the profile, netted by month for these looks before they are folded. */
export interface Plan {
  readonly kind: PeriodKind;
  readonly periods: readonly Period[];
  readonly months: Months;
  readonly windows: readonly Windows[];
  /** Epoch days, ascending. */
  readonly looks: Int32Array;
}

export const planOf = (calendar: FiscalCalendar, kind: PeriodKind, periods: readonly Period[]): Plan => {
  const months = new Months(calendar, periods);
  const windows = periods.map((period) => windowsOf(period, months));
  const days = windows.flatMap(({ period, quarterBefore, year }) => [...period, ...quarterBefore, ...year].map(toEpochDay));
  return { kind, periods, months, windows, looks: Int32Array.from(new Set(days)).sort() };
};

const spanOf = ({ looks }: Plan, [from, to]: readonly [string, string]): Span => ({
  from: looks.indexOf(toEpochDay(from)),
  to: looks.indexOf(toEpochDay(to)),
});

/** What customers became is asked of each period, and of the year that ends with it: period `i` has spans `2 × i` and `2 × i + 1`. */
export const retainedIn = (rows: ToldRows, cut: Cut, plan: Plan): RetainedBySpan =>
  retainedOf(
    rows,
    cut,
    plan.looks,
    plan.windows.flatMap(({ period, year }) => [spanOf(plan, period), spanOf(plan, year)]),
  );

/** What is beside the ledger. */
export interface Beside {
  readonly definitions: Definitions;
  readonly costs: Costs | undefined;
  readonly dues: readonly Due[] | NotDefined;
  readonly lifetimeCapMonths: number;
}

/**
 * Everything that metrics of all periods and all values of a cut are made of: one pass over the rows for what moved, and one for what customers
 * became. Where that is known already, the rows may be any that move the same.
 */
export class Fold {
  readonly #plan: Plan;
  readonly #rows: ToldRows;
  readonly #cut: Cut;
  readonly #bridges: Bridges;
  readonly #retained: RetainedBySpan;
  #daily: { readonly bridges: Bridges; readonly first: number } | undefined;

  constructor(rows: ToldRows, cut: Cut, plan: Plan, retained: RetainedBySpan = retainedIn(rows, cut, plan)) {
    this.#plan = plan;
    this.#rows = rows;
    this.#cut = cut;
    this.#bridges = bridgesOf(rows, cut, Int32Array.of(...plan.looks, ENDLESS));
    this.#retained = retained;
  }

  /** Of a period, by its place, and a value of the cut. */
  facts(period: number, value: number, beside: Beside): Facts {
    const windows = this.#plan.windows[period] as Windows;
    const window = ([from, to]: readonly [string, string]): Window => {
      const span = spanOf(this.#plan, [from, to]);
      const costMonths = this.#plan.months.costMonths(from, to);
      return { from: addDays(from, 1), to, ...costMonths, bridge: bridgeOf(this.#bridges, value, span.from, span.to) };
    };
    const asked = { ...window(windows.period), retained: this.#retained.of(2 * period, value) };
    const end = spanOf(this.#plan, windows.period).to;
    const ahead = bridgeOf(this.#bridges, value, end, this.#plan.looks.length);
    return {
      ...beside,
      dues: 'code' in beside.dues ? beside.dues : beside.dues.filter(({ dueOn }) => asked.from <= dueOn && dueOn <= asked.to),
      period: asked,
      quarter: window(windows.quarter),
      quarterBefore: window(windows.quarterBefore),
      year: { ...window(windows.year), retained: this.#retained.of(2 * period + 1, value) },
      periodMonths: monthsOf(this.#plan.kind, asked),
      days: () => this.#days(asked, value),
      lossesAheadMinor: of(ahead, 'churn') + of(ahead, 'contraction'),
    };
  }

  /** Day by day, in a pass of its own that is made when the first metric asks for it. */
  #days({ from, to }: Window, value: number): readonly Bridge[] {
    this.#daily ??= this.#byDay();
    const { bridges, first } = this.#daily;
    const start = toEpochDay(from) - first;
    return Array.from({ length: toEpochDay(to) - toEpochDay(from) + 1 }, (_, i) => bridgeOf(bridges, value, start + i - 1, start + i));
  }

  #byDay(): { readonly bridges: Bridges; readonly first: number } {
    const { periods } = this.#plan;
    const first = toEpochDay((periods[0] as Period).startsOn) - 1;
    const days = toEpochDay((periods.at(-1) as Period).endsOn) - first + 1;
    const bridges = bridgesOf(
      this.#rows,
      this.#cut,
      Int32Array.from({ length: days }, (_, i) => first + i),
    );
    return { bridges, first };
  }
}
