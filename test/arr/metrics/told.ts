import type { Movement } from '../../../functions/arr/events.ts';
import { ledgerOf } from '../../../functions/arr/ledger/build.ts';
import type { Ledger, Names, ToldRows } from '../../../functions/arr/ledger/rows.ts';
import { METRICS } from '../../../functions/arr/metrics/catalogue.ts';
import type { Costs } from '../../../functions/arr/metrics/costs.ts';
import { cutBy, uncut } from '../../../functions/arr/metrics/cut.ts';
import type { Due } from '../../../functions/arr/metrics/dues.ts';
import { Fold, LIFETIME_CAP_MONTHS, planOf } from '../../../functions/arr/metrics/measure.ts';
import type { Definitions, Facts } from '../../../functions/arr/metrics/metric.ts';
import { type PeriodKind, periodsUpTo } from '../../../functions/arr/metrics/periods.ts';
import { formatRatio, type Measured } from '../../../functions/arr/metrics/ratio.ts';
import type { Cause } from '../../../functions/arr/movements/movements.ts';
import { enterprise } from '../../../functions/arr/profiles/presets.ts';
import { CALENDAR_YEAR } from '../../../functions/platform/fiscal.ts';

/** One line of a movement, in major units of the plan currency (whole ones) unless minor units are given. */
export interface Told {
  readonly on: string;
  readonly customer: string;
  readonly cause: Cause;
  readonly major?: number;
  readonly minor?: bigint;
  readonly planMinor?: bigint;
  readonly currency?: string;
  readonly lineCause?: Cause;
  readonly product?: string;
  readonly line?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly fromAttributes?: Readonly<Record<string, string>>;
  /** Day on which it was recorded; by default the one on which it took effect. */
  readonly recordedOn?: string;
}

const minorOf = ({ minor, major = 0 }: Told): bigint => minor ?? BigInt(Math.round(major * 100));

const movementOf = (told: Told, place: number): Movement => {
  const { on, customer, cause, currency = 'USD', product = 'p', attributes = {}, fromAttributes, recordedOn = on } = told;
  const amount = { currency, amountMinor: String(minorOf(told)), planMinor: String(told.planMinor ?? minorOf(told)) };
  const line = {
    lineKey: `${customer}/${told.line ?? product}`,
    productId: product,
    legalEntity: 'acme',
    currency,
    cause: told.lineCause ?? cause,
    deltaMinor: amount.amountMinor,
    planDeltaMinor: amount.planMinor,
  };
  return {
    movementId: `${customer}~${on}~${place + 1}~0`,
    customerId: customer,
    effectiveOn: on,
    recordedAt: `${recordedOn}T00:00:00.000Z`,
    cause,
    correction: false,
    attributes,
    ...(fromAttributes === undefined ? {} : { fromAttributes }),
    lines: cause === 'renewal' ? [] : [line],
    stock: ['0', '0', '0'],
    ...(cause === 'renewal' ? { renewed: [amount] } : {}),
    eventIds: ['evt'],
  };
};

/** A ledger of these movements; those of one customer and day in the order in which they are told. */
export const ledgerTold = (told: readonly Told[]): Ledger =>
  ledgerOf({ profile: 'enterprise', planCurrency: 'USD', through: 4_000_000_000 }, told.map(movementOf));

export interface Wanted {
  readonly on: string;
  readonly kind?: PeriodKind;
  readonly dimension?: string;
  readonly value?: string;
  readonly definitions?: Definitions;
  readonly costs?: Costs;
  readonly dues?: readonly Due[];
}

const NO_DUES = { code: 'dues-missing', detail: 'Nobody told what came up.' } as const;

/** What metrics of one period, ending on a day, are made of. */
export const factsTold = ({ rows, names }: { readonly rows: ToldRows; readonly names: Names }, wanted: Wanted): Facts => {
  const { on, kind = 'month', dimension, value = '', definitions = enterprise, costs, dues } = wanted;
  const cut = (dimension === undefined ? undefined : cutBy(rows, names, dimension)) ?? uncut(rows, names);
  const plan = planOf(CALENDAR_YEAR, kind, periodsUpTo(CALENDAR_YEAR, kind, on, on));
  const fold = new Fold(rows, cut, plan);
  const beside = { definitions, costs, dues: dues ?? NO_DUES, lifetimeCapMonths: LIFETIME_CAP_MONTHS };
  return fold.facts(0, cut.values.indexOf(value), beside);
};

export const measured = (facts: Facts, id: string): Measured => {
  const metric = METRICS.find((one) => one.id === id);
  if (metric === undefined) throw new Error(`there is no metric ${id}`);
  return metric.measure(facts);
};

/** A metric's value as decimal text with some places, or the code of the reason why there is none. */
export const figure = (facts: Facts, id: string, places: number): string => {
  const { value } = measured(facts, id);
  return value.ok ? formatRatio(value.value, places) : value.problem.code;
};

/** A percentage with some places: `107.00`. */
export const percent = (facts: Facts, id: string, places: number): string => {
  const { value } = measured(facts, id);
  return value.ok ? formatRatio({ num: value.value.num * 100n, den: value.value.den }, places) : value.problem.code;
};

/** What moves in a period, in whole major units; `opening` was there at its beginning. */
export interface Flows {
  readonly opening?: number;
  readonly new?: number;
  readonly expansion?: number;
  readonly contraction?: number;
  readonly churn?: number;
  readonly reactivation?: number;
}

/** A company that moves so on one day: one customer leaves, one comes, one comes back, and the others are one that grows and shrinks. */
export const moving = (on: string, { opening = 1_000_000, churn = 0, ...flows }: Flows): readonly Told[] => {
  const before = '2020-01-01';
  const told: readonly Told[] = [
    { on: before, customer: 'stays', cause: 'new', major: opening - churn },
    { on: before, customer: 'leaves', cause: 'new', major: churn },
    { on: before, customer: 'returns', cause: 'new', major: flows.reactivation ?? 0 },
    { on: '2020-02-01', customer: 'returns', cause: 'churn', major: -(flows.reactivation ?? 0) },
    { on, customer: 'leaves', cause: 'churn', major: -churn },
    { on, customer: 'comes', cause: 'new', major: flows.new ?? 0 },
    { on, customer: 'returns', cause: 'reactivation', major: flows.reactivation ?? 0 },
    { on, customer: 'stays', cause: 'expansion', major: flows.expansion ?? 0 },
    { on, customer: 'stays', cause: 'contraction', major: -(flows.contraction ?? 0) },
  ];
  return told.filter(({ major }) => major !== 0);
};
