import { fromEpochDay } from '../../platform/calendar.ts';
import type { Fraction } from '../../platform/decimal.ts';
import { formatRatio } from '../metrics/ratio.ts';
import { BAND_STARTS, type Calibration } from './calibration.ts';
import { type Account, FEATURES } from './features.ts';
import { asFraction, openOf, type Probability } from './model.ts';
import type { Outlook } from './outlook.ts';
import { playbookFor } from './playbooks.ts';

const PLACES = 6;
const share = (value: Fraction): string => formatRatio(value, PLACES);

const NOTICE = { feature: 'notice', band: 'known-to-leave' } as const;
const LEVEL = { feature: 'level', band: 'newest-year' } as const;
const reasonAt = (bands: readonly number[], place: number) => {
  const { name, bands: names } = FEATURES[place] as (typeof FEATURES)[number];
  return { feature: name, band: names[bands[place] as number] as string };
};

/** A probability over one denominator, and the reasons that lead to it from the rate of all years: base + Σ effects. */
const reasonsAnswer = ({ bands, isLeaving }: Account, { denominator, base, effects, value }: Probability) => ({
  probability: { numerator: String(value), value: share({ num: value, den: denominator }) },
  base: { numerator: String(base), value: share({ num: base, den: denominator }) },
  denominator: String(denominator),
  reasons: effects.map((effect, place) => ({
    ...(isLeaving ? NOTICE : place === 0 ? LEVEL : reasonAt(bands, place - 1)),
    effect: { numerator: String(effect), value: share({ num: effect, den: denominator }) },
  })),
});

/** An account with its ARR, or its part in the value that is asked for. */
export interface Listed {
  readonly account: Account;
  readonly customer: number;
  readonly probability: Probability;
  readonly arrMinor: bigint;
  readonly atRiskMinor: bigint;
}

export const accountAnswer = (
  { account, probability, arrMinor, atRiskMinor }: Listed,
  customerId: string,
  name: string,
  rate: Fraction,
) => ({
  customerId,
  name,
  arrMinor: String(arrMinor),
  ...reasonsAnswer(account, probability),
  atRiskMinor: String(atRiskMinor),
  playbook: playbookFor(account, asFraction(probability), rate),
  explain: `/api/v1/arr/customers/${encodeURIComponent(customerId)}`,
});

/** Cohorts that probabilities are made of, the oldest first. */
export const cohortAnswers = ({ cohorts }: Outlook) =>
  cohorts.map((cohort) => {
    const open = openOf(cohort);
    return {
      on: fromEpochDay(cohort.day),
      customers: open.length,
      left: open.filter(({ customer }) => cohort.left.has(customer)).length,
      knownToLeave: cohort.accounts.length - open.length,
    };
  });

export const calibrationAnswer = ({ customers, left, bands, brier, brierOfRate, atRiskMinor, leftMinor }: Calibration, on: string) => ({
  on,
  customers,
  left,
  bands: bands.map((band) => ({
    fromBps: band.fromBps,
    belowBps: BAND_STARTS.find((start) => start > band.fromBps) ?? 10_001,
    customers: band.customers,
    predicted: share(band.predicted),
    left: band.left,
    actual: share({ num: BigInt(band.left), den: BigInt(band.customers) }),
  })),
  brier: share(brier),
  brierOfRate: share(brierOfRate),
  atRiskMinor: String(atRiskMinor),
  leftMinor: String(leftMinor),
});
