import { compareFractions, type Fraction, fraction } from '../../platform/decimal.ts';
import type { Rows } from '../ledger/rows.ts';
import { type Calibration, calibrationOf } from './calibration.ts';
import { type Account, accountsAt, type Look, type RenewalDays } from './features.ts';
import { type Cohort, CUSTOMERS_NEEDED, companyRate, openOf, type Probability, probabilityOf, type Rates, ratesOf } from './model.ts';

/** Looks twelve months apart, ascending: the beginnings of cohorts, the end of the last one, and, behind them, today. */
export interface Looks {
  readonly years: readonly Look[];
  readonly today: Look;
}

/** What closed cohorts say of customers of today. Cohorts are those that had customers, oldest first. */
export interface Outlook {
  readonly accounts: readonly Account[];
  readonly cohorts: readonly (Cohort & { readonly day: number })[];
  readonly told?: Told;
}

interface Told {
  readonly rates: Rates;
  readonly rate: Fraction;
  readonly of: (account: Account) => Probability;
  /** Of the newest cohort, by a model of the ones before it; undefined where these are too few. */
  readonly calibration?: Calibration;
}

const hasEnough = (cohorts: readonly Cohort[]): boolean =>
  cohorts.reduce((sum, cohort) => sum + openOf(cohort).length, 0) >= CUSTOMERS_NEEDED;

const toldFrom = (cohorts: readonly Cohort[]): Told => {
  const rates = ratesOf(cohorts);
  const kept = new Map<string, Probability>();
  const of = (account: Account): Probability => {
    const key = account.isLeaving ? 'leaving' : account.bands.join();
    const probability = kept.get(key) ?? probabilityOf(rates, account);
    kept.set(key, probability);
    return probability;
  };
  const [newest, before] = [cohorts.at(-1), cohorts.slice(0, -1)];
  const calibration = newest === undefined || !hasEnough(before) ? undefined : calibrationOf(ratesOf(before), newest);
  return { rates, rate: companyRate(rates), of, ...(calibration === undefined ? {} : { calibration }) };
};

/** Nothing is told of fewer customers than are needed. */
export const outlookOf = (rows: Rows, customers: number, { years, today }: Looks, renewalDays: RenewalDays | undefined): Outlook => {
  const found = accountsAt(rows, customers, [...years, today], renewalDays);
  const cohorts = years.slice(0, -1).flatMap((look, place) => {
    const accounts = found[place] ?? [];
    const still = new Set((found[place + 1] ?? []).map(({ customer }) => customer));
    const left = new Set(accounts.map(({ customer }) => customer).filter((customer) => !still.has(customer)));
    return accounts.length === 0 ? [] : [{ day: look.day, accounts, left }];
  });
  return { accounts: found.at(-1) ?? [], cohorts, ...(hasEnough(cohorts) ? { told: toldFrom(cohorts) } : {}) };
};

/** Sorts the largest amounts first; what is equal, by the customers' order. */
export const byAmount = (a: { readonly atRiskMinor: bigint; readonly customer: number }, b: typeof a): number =>
  compareFractions(fraction(b.atRiskMinor), fraction(a.atRiskMinor)) || a.customer - b.customer;
