import type { AlertSettings } from '../../platform/config-alerts.ts';
import type { Fraction } from '../../platform/decimal.ts';

/** A ratio that somebody else works out, exactly, with the path of what explains it, or the reason why there is none. */
export type Worked =
  | { readonly ok: true; readonly ratio: Fraction; readonly explain: string }
  | { readonly ok: false; readonly reason: string };

/** Margins that are told, by name. */
export const TOLD_MARGINS = ['gross', 'contribution'] as const;
export type ToldMargin = (typeof TOLD_MARGINS)[number];

/** A margin of a month, `YYYY-MM` by its first day. */
export interface MarginOfMonth {
  readonly month: string;
  readonly name: ToldMargin;
  readonly margin: Worked;
}

/** A closed month with the month before it. */
export interface ClosedMonth extends MarginOfMonth {
  readonly before: Worked;
}

/** What was forecast for a period and what came of it, in minor units of the plan currency. */
export interface ForecastAndActual {
  readonly period: string;
  readonly forecastMinor: bigint;
  readonly actualMinor: bigint;
  readonly explain: string;
}

/** What metrics work out from the ledger and the costs. */
export interface WorkedFigures {
  readonly netRevenueRetention: Worked;
  /** Each of the last month that has it; empty where none has. */
  readonly margins: readonly MarginOfMonth[];
  /** Closed months of the last twelve, oldest first. */
  readonly closedMonths: readonly ClosedMonth[];
  /** Of the last fiscal month that is over; absent where no forecast of it was recorded. */
  readonly forecast?: ForecastAndActual;
}

const SOON: Worked = { ok: false, reason: 'It is worked out every five minutes, for the first time in the next five.' };
export const NOT_WORKED_YET: WorkedFigures = {
  netRevenueRetention: SOON,
  margins: TOLD_MARGINS.map((name) => ({ month: 'the last month', name, margin: SOON })),
  closedMonths: [],
};

/** All that rules about levels read, as plain data. Amounts are minor units of the plan currency at plan rates. */
export interface Figures extends WorkedFigures {
  /** Day at whose end they stand, in the company's zone. */
  readonly on: string;
  readonly settings: AlertSettings;
  readonly arr: {
    readonly nowMinor: bigint | undefined;
    readonly yearAgoMinor: bigint | undefined;
    readonly addedInMonthMinor: bigint | undefined;
    /** What to load where a plan rate is missing, in a sentence. */
    readonly unconverted: string | undefined;
    readonly explainYear: string;
    readonly explainMonth: string;
  };
  readonly plan: {
    readonly startsOn: string;
    readonly targetOn: string;
    /** What the phased plan adds in the month that ends with `on`. */
    readonly addedInMonthMinor: bigint;
    /** First day of that month. */
    readonly monthFrom: string;
    readonly netRevenueRetentionBps: number;
    /** Sentences that say which targets of the plan cannot hold together with that of net revenue retention. */
    readonly retentionConflicts: readonly string[];
  };
}
