import type { Rated } from '../lines/dated.ts';
import type { Fact } from '../lines/facts.ts';
import { type Fraction, roundHalfAway } from '../lines/rating.ts';
import type { Context, LineValue } from '../lines/values.ts';

/** Whose figures, as of which day, and under what. */
export interface Scope {
  readonly customerId: string;
  /** All facts of the customer. */
  readonly facts: readonly Fact[];
  readonly day: number;
  /** The same day as text. */
  readonly on: string;
  readonly context: Context;
}

/** Minor units of a currency, and of the plan currency at the plan rate of the day; without a rate there is no `planMinor`. Rounded once, half away from zero. */
export interface Amount {
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly planMinor?: bigint;
}

/** Several amounts: by currency, and in the plan currency where each has a plan rate. */
export interface Total {
  readonly byCurrency: readonly Amount[];
  readonly planMinor?: bigint;
}

const withPlan = <T extends object>(amount: T, planMinor: bigint | undefined): T & { readonly planMinor?: bigint } =>
  planMinor === undefined ? amount : { ...amount, planMinor };

export const amountOf = (exact: Fraction, currency: string, { day, context: { rates } }: Scope): Amount => {
  const amountMinor = roundHalfAway(exact);
  if (currency === rates.planCurrency) return { currency, amountMinor, planMinor: amountMinor };
  const factor = rates.factor(currency, day);
  const planMinor = factor && roundHalfAway({ num: exact.num * factor.num, den: exact.den * factor.den });
  return withPlan({ currency, amountMinor }, planMinor);
};

/** A line of a customer's ARR as an amount. */
export const amountOfLine = ({ currency, amountMinor, planMinor, converted }: LineValue): Amount =>
  converted ? { currency, amountMinor, planMinor } : { currency, amountMinor };

const planOf = (amounts: readonly Amount[]): bigint | undefined => {
  let sum = 0n;
  for (const { planMinor } of amounts) {
    if (planMinor === undefined) return undefined;
    sum += planMinor;
  }
  return sum;
};

/** The sum of amounts of one currency. */
export const summed = (amounts: readonly Amount[], currency: string): Amount =>
  withPlan({ currency, amountMinor: amounts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) }, planOf(amounts));

/** a − b, of one currency. */
export const less = (a: Amount, b: Amount): Amount => {
  const negated: Amount = { currency: b.currency, amountMinor: -b.amountMinor };
  return summed([a, b.planMinor === undefined ? negated : { ...negated, planMinor: -b.planMinor }], a.currency);
};

/** What lines are worth together, each rounded once. */
export const worthOf = (lines: readonly Rated[], currency: string, scope: Scope): Amount =>
  summed(
    lines.map(({ exact }) => amountOf(exact, currency, scope)),
    currency,
  );

export const totalOf = (amounts: readonly Amount[]): Total => {
  const byCurrency = [...Map.groupBy(amounts, ({ currency }) => currency)].sort(([a], [b]) => (a < b ? -1 : 1));
  return withPlan({ byCurrency: byCurrency.map(([currency, own]) => summed(own, currency)) }, planOf(amounts));
};

/** The event that showed a fact, and where it is explained. */
export const shownBy = ({ provenance: { system, instance, eventId } }: Pick<Fact['data'], 'provenance'>, { customerId }: Scope) => ({
  system,
  instance,
  eventId,
  explain: `/api/v1/arr/explain?${new URLSearchParams({ customerId, eventId })}`,
});
