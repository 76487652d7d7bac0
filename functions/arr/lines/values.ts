import type { Profile } from '../profiles/profile.ts';
import { counts } from './counts.ts';
import { continuedBy } from './items.ts';
import { annualValue, annualValues, type Fraction, type Line, roundHalfAway } from './rating.ts';
import type { Step } from './steps.ts';
import type { Stretch } from './stretches.ts';

/** Plan-rate conversions, dated. A missing rate is `undefined`: amounts stay in their currency and the total says what is missing. */
export interface PlanRates {
  readonly planCurrency: string;
  /** Version of the loaded rates: a state decided under an older version is decided again. */
  readonly version: number;
  /** Factor from minor units of `currency` to minor units of the plan currency on a day (exponents included). */
  readonly factor: (currency: string, day: number) => Fraction | undefined;
  /** Days on which the factor of a currency changes, ascending. */
  readonly changeDays: (currency: string) => readonly number[];
}

export interface Context {
  readonly profile: Profile;
  readonly rates: PlanRates;
}

export type Origin = 'landed' | 'expanded' | 'renewal-uplift';

/** One commercial line's ARR at the end of a day. Amounts are minor units, rounded once each from the exact value (A1). */
export interface LineValue {
  /** Subscription, line, product, legal entity and currency: what changes any of them ends one commercial line and begins another. */
  readonly key: string;
  readonly subscriptionId: string;
  readonly lineId: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  readonly origin: Origin | undefined;
  readonly exact: Fraction;
  readonly amountMinor: bigint;
  /** In the plan currency at plan rate; 0 where the rate is missing. */
  readonly planMinor: bigint;
  readonly converted: boolean;
  readonly eventId: string;
}

const NO_LINES: readonly LineValue[] = [];
const AT_PAR: Fraction = { num: 1n, den: 1n };

/** A subscription that changes on a day: its stretch at the end of the day before, and at the end of the day. */
export interface Change {
  readonly subscriptionId: string;
  readonly before: Stretch | undefined;
  readonly after: Stretch;
  /** The phase of a schedule that begins today. */
  readonly step: Step | undefined;
}

const isLive = ({ lines, startDay, fact }: Stretch, day: number, profile: Profile): boolean =>
  lines.length > 0 && day >= startDay && counts(fact, profile);

/**
 * ARR of a subscription's lines at the end of the day on which it changes; lines without value are left out. `on` is the same day as text,
 * `open` the customer's lines before, at the day's plan rates. A line that is among them keeps its identity (its strings are then the very
 * same, and compare at once), and its value where nothing has changed that decides it. An item that its source made anew goes on with the
 * line of the one that it replaces.
 */
export const valuesOn = (change: Change, day: number, on: string, open: readonly LineValue[], context: Context): readonly LineValue[] => {
  const { subscriptionId, after } = change;
  const { lines, discounts, eventId, settled } = after;
  if (!isLive(after, day, context.profile)) return NO_LINES;
  const together = discounts.length === 0 ? undefined : annualValues(lines, discounts, on, context.profile);
  const linesBefore = together === undefined ? comparableLines(change) : NO_LINES_BEFORE;
  const factor = after.currency === context.rates.planCurrency ? AT_PAR : context.rates.factor(after.currency, day);
  const values = new Array<LineValue>(lines.length);
  let live = 0;
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] as Line;
    if (settled?.hidden.has(line.lineId)) continue;
    const known = knownLine(open, live, change, line);
    if (known !== undefined && isSameValue(linesBefore[i], known, line)) {
      values[live++] = copied(known, known.planMinor, known.converted, line.lineId, line.origin, eventId);
      continue;
    }
    const exact = together === undefined ? annualValue(line, on, context.profile) : (together[i] as Fraction);
    if (exact.num === 0n) continue;
    const amountMinor = roundHalfAway(exact);
    values[live++] = {
      key: keyOf(change, line, known, open),
      subscriptionId,
      lineId: line.lineId,
      productId: known?.productId ?? line.productId,
      legalEntity: after.legalEntity,
      currency: after.currency,
      origin: line.origin,
      exact,
      amountMinor,
      planMinor: factor === AT_PAR ? amountMinor : atRate(exact, factor),
      converted: factor !== undefined,
      eventId,
    };
  }
  if (live < values.length) values.length = live;
  return values;
};

const NO_LINES_BEFORE: readonly Line[] = [];

/** Lines of before whose values may go on as they were: nothing of the subscription, and no other source, decides them too. */
const comparableLines = ({ before, after }: Change): readonly Line[] =>
  before === undefined || before.discounts.length > 0 || after.settled !== undefined ? NO_LINES_BEFORE : before.lines;

/** A line whose ARR in its own currency is what it was. Written out: lines are copied often, and a spread takes several times as long. */
const copied = (
  { key, subscriptionId, productId, legalEntity, currency, exact, amountMinor }: LineValue,
  planMinor: bigint,
  converted: boolean,
  lineId: string,
  origin: Origin | undefined,
  eventId: string,
): LineValue => ({
  key,
  subscriptionId,
  lineId,
  productId,
  legalEntity,
  currency,
  origin,
  exact,
  amountMinor,
  planMinor,
  converted,
  eventId,
});

/** Whether an item of a subscription says the same of its value as it did before; only prices that are the same a unit are compared. */
const isSameValue = (before: Line | undefined, known: LineValue, line: Line): boolean =>
  before !== undefined &&
  before.lineId === known.lineId &&
  before.quantity === line.quantity &&
  before.pricing.model === 'per-unit' &&
  line.pricing.model === 'per-unit' &&
  before.pricing.unitMinor === line.pricing.unitMinor &&
  before.interval === line.interval &&
  before.intervalCount === line.intervalCount &&
  before.usage === line.usage &&
  before.discounts.length === 0 &&
  line.discounts.length === 0;

/** The open line of an item, or of the one that it replaces; mostly it stands where it stood, otherwise all are looked through. */
const knownLine = (open: readonly LineValue[], hint: number, change: Change, line: Line): LineValue | undefined => {
  const likely = open[hint];
  if (likely !== undefined && isLine(likely, change, line)) return likely;
  for (const other of open) if (isLine(other, change, line)) return other;
  const { before, after } = change;
  const replaced = before === undefined || open.length === 0 ? undefined : continuedBy(line, before.lines, after.lines);
  return replaced === undefined || replaced.lineId === line.lineId ? undefined : open.find((other) => isLine(other, change, replaced));
};

const isLine = (known: LineValue, { subscriptionId, after }: Change, line: Line): boolean =>
  known.subscriptionId === subscriptionId &&
  known.lineId === line.lineId &&
  known.productId === line.productId &&
  known.legalEntity === after.legalEntity &&
  known.currency === after.currency;

/** The key that both sources of a line bear, the one that it has, or a new one. */
const keyOf = ({ subscriptionId, after }: Change, line: Line, known: LineValue | undefined, open: readonly LineValue[]): string =>
  after.settled?.keys.get(line.lineId) ??
  known?.key ??
  newKey(`${subscriptionId}/${line.lineId}/${line.productId}/${after.legalEntity}/${after.currency}`, open);

/** A key that no open line has: one may stand under the id of the item that it began with, and another item get that id. */
const newKey = (key: string, open: readonly LineValue[]): string => {
  for (const line of open) if (line.key === key) return newKey(`${key}~`, open);
  return key;
};

/** A line at the plan rate of a day; the very same one where the rate of its currency does not change on it. */
export const atRateOf = (day: number, line: LineValue, rates: PlanRates): LineValue => {
  if (line.currency === rates.planCurrency || !rates.changeDays(line.currency).includes(day)) return line;
  const factor = rates.factor(line.currency, day);
  return copied(line, atRate(line.exact, factor), factor !== undefined, line.lineId, line.origin, line.eventId);
};

const atRate = (exact: Fraction, factor: Fraction | undefined): bigint =>
  factor === undefined ? 0n : roundHalfAway({ num: exact.num * factor.num, den: exact.den * factor.den });
