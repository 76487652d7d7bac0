/**
 * What figures are, in words. A figure carries its formula with where it is explained, so that it can be read without this code.
 */
export const ARR_FORMULA =
  'ARR = Σ over commercial lines in force at the end of the day of round(price × quantity × billing intervals per year, net of discounts active on the day), at plan rates (docs/concepts.md#arr)';

export const WATERFALL_FORMULA =
  'closing ARR = opening ARR + Σ net movements by cause, each on the day on which it takes effect, at plan rates (docs/concepts.md#movements)';

export const METRICS_FORMULA = 'each figure = its numerator ÷ its denominator, as its definition says (docs/metrics.md)';

export const COHORTS_FORMULA =
  'a cohort = the customers whose first ARR began in one period; kept = what of it is there at the end of a later one (docs/metrics.md#cohorts)';

export const RETENTION_CHANGE_FORMULA =
  'NRR after − NRR before = Σ over customers of (Δ ARR now − NRR before × Δ ARR of the cohort) ÷ ARR of the later cohort (docs/metrics.md#why-nrr-changed)';

export const FORECAST_FORMULA =
  'ARR at the end of a month ahead = opening + Σ streams; each the mean of its last 12 months, its 12-month rate × opening ARR or, where that is more, what is recorded ahead (docs/forecast.md)';

export const CHURN_RISK_FORMULA =
  'ARR at risk = Σ over customers of probability × ARR; probability = the share of customers like it who left within 12 months, shrunk towards that of larger groups (docs/churn-risk.md)';

export const COMPARISON_FORMULA =
  'ARR by the right profile = ARR by the left one + Σ over switches of what ARR changes by when that switch is turned after those in front of it (docs/profiles.md#comparing-two-profiles)';

export const MOVEMENT_FORMULA =
  'a movement = Σ over commercial lines of ARR at the end of the day − ARR at the end of the day before, by cause (docs/concepts.md#movements)';

/** ARR at the end of a day, taken apart at the beginning of its month. */
export const balanceFormula = (openingOn: string, from: string, on: string): string =>
  `ARR at the end of ${on} = ARR at the end of ${openingOn} + Σ movements from ${from} to ${on}, at plan rates (docs/concepts.md#movements)`;

/** What moved within a period, for all causes or for one. */
export const flowFormula = (from: string, to: string, cause: string | undefined): string => {
  if (cause === 'renewal')
    return `ARR renewed = Σ over renewals from ${from} to ${to} of the ARR that came up and was renewed; part of no sum (docs/concepts.md#movements)`;
  const which = cause === undefined ? 'movements' : `movements of cause ${cause}`;
  return `net movement = Σ ${which} from ${from} to ${to}, each on the day on which it takes effect, at plan rates (docs/concepts.md#movements)`;
};

/** Signatures of agreements. */
export const BOOKINGS_FORMULA =
  'booked = Σ over signatures of agreements from one day to another of what each adds to TCV, ACV, first-year value and net new ARR, at the plan rate of its day (docs/metrics.md#bookings)';
