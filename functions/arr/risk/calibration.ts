import { addFractions, compareFractions, type Fraction, fraction, mulFractions, round, subFractions } from '../../platform/decimal.ts';
import type { Account } from './features.ts';
import { asFraction, type Cohort, companyRate, openOf, probabilityOf, type Rates } from './model.ts';

/** Where bands of predicted probabilities begin, in basis points. */
export const BAND_STARTS = [0, 500, 1000, 2000, 4000] as const;

/** Customers whose predicted probability lies in a band: how many would have left, and how many did. */
export interface Band {
  readonly fromBps: number;
  readonly customers: number;
  /** Mean of their probabilities. */
  readonly predicted: Fraction;
  readonly left: number;
}

/** What a model that had not seen a cohort said of it, held against what came. */
export interface Calibration {
  readonly customers: number;
  readonly left: number;
  readonly bands: readonly Band[];
  /** Mean of (probability − outcome)²: 0 is best. The second one is of everybody at the company's rate. */
  readonly brier: Fraction;
  readonly brierOfRate: Fraction;
  readonly atRiskMinor: bigint;
  readonly leftMinor: bigint;
}

/** Customers of one cell: they have one probability. */
interface Cell {
  readonly probability: Fraction;
  readonly accounts: readonly Account[];
  readonly left: number;
}

const whole = (count: number): Fraction => fraction(BigInt(count));
/** Never brought to lowest terms: cells are few, and a divisor of such long numbers takes far longer to find than they take to add. */
const sum = (all: readonly Fraction[]): Fraction =>
  all.reduce((a, b) => fraction(a.num * b.den + b.num * a.den, a.den * b.den), fraction(0n));
const square = (a: Fraction): Fraction => mulFractions(a, a);

const divided = ({ num, den }: Fraction, by: number): Fraction => fraction(num, den * BigInt(by));

const brierOf = (cells: readonly Cell[], customers: number): Fraction =>
  divided(
    sum(
      cells.map(({ probability, accounts, left }) => {
        const ofLeft = mulFractions(whole(left), square(subFractions(whole(1), probability)));
        return addFractions(ofLeft, mulFractions(whole(accounts.length - left), square(probability)));
      }),
    ),
    customers,
  );

export const atRiskOf = (probability: Fraction, arrMinor: bigint): bigint =>
  round({ num: probability.num * arrMinor, den: probability.den }, 'half-up');

/** Only of customers who were not known to leave. Undefined where there is nobody. */
export const calibrationOf = (rates: Rates, cohort: Cohort): Calibration | undefined => {
  const accounts = openOf(cohort);
  if (accounts.length === 0) return undefined;
  const cells = [...Map.groupBy(accounts, ({ bands }) => bands.join()).values()].map((own): Cell => {
    const probability = asFraction(probabilityOf(rates, own[0] as Account));
    return { probability, accounts: own, left: own.filter(({ customer }) => cohort.left.has(customer)).length };
  });
  const rate = companyRate(rates);
  const bands = BAND_STARTS.map((fromBps, place): Band => {
    const [from, to] = [fraction(BigInt(fromBps), 10_000n), fraction(BigInt(BAND_STARTS[place + 1] ?? 10_001), 10_000n)];
    const own = cells.filter(({ probability }) => compareFractions(probability, from) >= 0 && compareFractions(probability, to) < 0);
    const customers = own.reduce((total, cell) => total + cell.accounts.length, 0);
    const predicted = sum(own.map((cell) => mulFractions(whole(cell.accounts.length), cell.probability)));
    return {
      fromBps,
      customers,
      predicted: customers === 0 ? predicted : divided(predicted, customers),
      left: own.reduce((total, cell) => total + cell.left, 0),
    };
  });
  const gone = accounts.filter(({ customer }) => cohort.left.has(customer));
  return {
    customers: accounts.length,
    left: gone.length,
    bands: bands.filter(({ customers }) => customers > 0),
    brier: brierOf(cells, accounts.length),
    brierOfRate: brierOf(
      cells.map((cell) => ({ ...cell, probability: rate })),
      accounts.length,
    ),
    atRiskMinor: cells.reduce(
      (total, cell) => total + cell.accounts.reduce((own, { arrMinor }) => own + atRiskOf(cell.probability, arrMinor), 0n),
      0n,
    ),
    leftMinor: gone.reduce((total, { arrMinor }) => total + arrMinor, 0n),
  };
};
