import { fromEpochDay } from '../platform/calendar.ts';
import { type Context, type LineValue, type Origin, revalued, type Stretch, termOf, valuesOn } from './book.ts';
import { annualValues, roundHalfAway } from './rating.ts';

/** Why ARR moved (row A2). The class is decided at customer level; each line keeps its own. */
export type Cause =
  | 'new'
  | 'expansion'
  | 'contraction'
  | 'churn'
  | 'reactivation'
  | 'transfer'
  | 'renewal'
  | 'renewal-uplift'
  | 'contracted-step'
  | 'price-escalator'
  | 'acquired'
  | 'fx';

export type Attributes = Readonly<Record<string, string>>;

/** Plan-currency ARR by how it came about (row A6); its sum is always the customer's ARR at plan rates. */
export type Stock = readonly [landed: bigint, expanded: bigint, renewalUplift: bigint];
export const NO_STOCK: Stock = [0n, 0n, 0n];
const STOCK_INDEX: Readonly<Record<Origin, 0 | 1 | 2>> = { landed: 0, expanded: 1, 'renewal-uplift': 2 };

export interface EntryLine {
  readonly key: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  /** The product line's own class. */
  readonly cause: Cause;
  readonly deltaMinor: bigint;
  readonly planDeltaMinor: bigint;
}

export interface Renewed {
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly planMinor: bigint;
}

/** The net movement of one customer, day and cause. Amounts are signed minor units: losses are negative. */
export interface Entry {
  readonly day: number;
  readonly cause: Cause;
  readonly attributes: Attributes;
  /** Only for a change of attributes: the ARR on `lines` moves from these to `attributes`. */
  readonly fromAttributes?: Attributes;
  readonly lines: readonly EntryLine[];
  readonly stock: Stock;
  /** Only for a renewal, whose amount is zero: the ARR that was renewed. */
  readonly renewed?: readonly Renewed[];
  readonly eventIds: readonly string[];
  /** Whether it corrects what was recorded before for this customer, day, cause and attributes. */
  readonly correction?: true;
}

/** What a customer looked like at the end of a day. */
export interface Closing {
  readonly lines: readonly LineValue[];
  /** Whether the customer ever had ARR. */
  readonly had: boolean;
  readonly stock: Stock;
}

export const NOTHING: Closing = { lines: [], had: false, stock: NO_STOCK };

/** A subscription that changes on the day: its stretch at the end of the day before, and at the end of the day. */
export interface Change {
  readonly before: Stretch | undefined;
  readonly after: Stretch;
  /** A schedule's phase begins today. */
  readonly contractedStep: boolean;
}

interface Delta {
  readonly line: LineValue;
  readonly amount: bigint;
  readonly plan: bigint;
  readonly cause: Cause | 'organic';
}

type Emit = (cause: Cause, lines: readonly EntryLine[], stock: Stock, eventIds: readonly string[], more?: Partial<Entry>) => void;

/** Decides one day of one customer: what it closes with and the movements that lead there. */
export const decideDay = (
  day: number,
  opening: Closing,
  changes: readonly Change[],
  attributes: Attributes,
  attributesBefore: Attributes,
  context: Context,
): { readonly closing: Closing; readonly entries: readonly Entry[] } => {
  const on = fromEpochDay(day);
  const entries: Entry[] = [];
  let stock = opening.stock;
  const emit: Emit = (cause, lines, delta, eventIds, more) => {
    stock = [stock[0] + delta[0], stock[1] + delta[1], stock[2] + delta[2]];
    entries.push({ day, cause, attributes, lines, stock: delta, eventIds, ...more });
  };

  if (attributes !== attributesBefore && opening.lines.length > 0 && !sameAttributes(attributes, attributesBefore)) {
    const moved = opening.lines.map((line) => entryLine(line, 'transfer', line.amountMinor, line.planMinor));
    emit('transfer', moved, NO_STOCK, [], { fromAttributes: attributesBefore });
  }
  const open = openingAtTodaysRate(day, opening.lines, context);
  const fx = deltasOf(opening.lines, open, 'fx');
  if (fx.length > 0) emit('fx', fx.map(toEntryLine), proRata(stock, sumPlan(fx)), eventIdsOf(linesOf(fx), []));

  const close = closingLines(day, on, open, changes, context);
  if (open.length > 0 && close.length > 0) moveWithin(open, close, changes, on, context, () => stock, emit);
  else moveInOrOut(open, close, changes, opening.had, stock, emit);
  return { closing: { lines: close, had: opening.had || close.length > 0, stock }, entries };
};

/** The customer begins, comes back, or leaves. */
const moveInOrOut = (
  open: readonly LineValue[],
  close: readonly LineValue[],
  changes: readonly Change[],
  had: boolean,
  stock: Stock,
  emit: Emit,
): void => {
  const deltas = deltasOf(open, close, 'organic');
  if (deltas.length === 0) return;
  const cause: Cause = close.length === 0 ? 'churn' : had ? 'reactivation' : 'new';
  const lines = deltas.map((delta) => ({ ...toEntryLine(delta), cause }));
  emit(cause, lines, cause === 'churn' ? negated(stock) : stockDelta(stock, deltas, 'landed'), eventIdsOf(linesOf(deltas), changes));
};

/** The customer stays: uplift and contracted steps first, then what it newly decided, then the renewal itself at zero. */
const moveWithin = (
  open: readonly LineValue[],
  close: readonly LineValue[],
  changes: readonly Change[],
  on: string,
  context: Context,
  stock: () => Stock,
  emit: Emit,
): void => {
  const deltas = classed(deltasOf(open, close, 'organic'), changes, open, on, context);
  for (const cause of ['renewal-uplift', 'contracted-step', 'price-escalator'] as const) {
    const ofCause = deltas.filter((delta) => delta.cause === cause);
    if (ofCause.length === 0) continue;
    const origin: Origin = cause === 'renewal-uplift' ? cause : 'expanded';
    emit(cause, ofCause.map(toEntryLine), stockDelta(stock(), ofCause, origin), eventIdsOf(linesOf(ofCause), changes));
  }
  const organic = deltas.filter((delta) => delta.cause === 'organic');
  if (organic.length > 0) {
    emit(
      netCause(organic),
      ownClasses(organic, open, close),
      stockDelta(stock(), organic, 'expanded'),
      eventIdsOf(linesOf(organic), changes),
    );
  }
  const renewed = renewedLines(open, changes, context);
  if (renewed.length > 0) emit('renewal', [], NO_STOCK, eventIdsOf(renewed, changes), { renewed: renewedAmounts(renewed) });
};

export const sameAttributes = (a: Attributes, b: Attributes): boolean => {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
};

const openingAtTodaysRate = (day: number, lines: readonly LineValue[], context: Context): readonly LineValue[] => {
  if (lines.every((line) => line.currency === context.rates.planCurrency)) return lines;
  return lines.map((line) => revalued(line, day, context.rates));
};

const closingLines = (
  day: number,
  on: string,
  open: readonly LineValue[],
  changes: readonly Change[],
  context: Context,
): readonly LineValue[] => {
  if (changes.length === 0) return open;
  const close = open.filter((line) => !changes.some((change) => change.after.fact.subscriptionId === line.subscriptionId));
  for (const change of changes) for (const line of valuesOn(change.after, day, on, context)) close.push(line);
  return close;
};

const deltasOf = (open: readonly LineValue[], close: readonly LineValue[], cause: Delta['cause']): Delta[] => {
  const deltas: Delta[] = [];
  if (open === close) return deltas;
  for (const line of close) {
    const before = open.find((other) => other.key === line.key);
    const amount = line.amountMinor - (before?.amountMinor ?? 0n);
    const plan = line.planMinor - (before?.planMinor ?? 0n);
    if (amount !== 0n || plan !== 0n) deltas.push({ line, amount, plan, cause });
  }
  for (const line of open) {
    if (!close.some((other) => other.key === line.key)) deltas.push({ line, amount: -line.amountMinor, plan: -line.planMinor, cause });
  }
  return deltas;
};

/** Tells renewal uplift and contracted steps apart from what the customer newly decided. */
const classed = (deltas: Delta[], changes: readonly Change[], open: readonly LineValue[], on: string, context: Context): Delta[] => {
  if (!changes.some((change) => change.contractedStep || renews(change, context))) return deltas;
  return deltas.flatMap((delta) => {
    const change = changes.find((c) => c.after.fact.subscriptionId === delta.line.subscriptionId);
    if (change === undefined) return [delta];
    if (change.contractedStep && context.profile.contractedSteps === 'separate')
      return [{ ...delta, cause: stepCause(change, delta.line) }];
    const before = open.find((line) => line.key === delta.line.key);
    return before !== undefined && renews(change, context) ? atRenewal(delta, before, change, on, context) : [delta];
  });
};

/** A phase that changes only the price is an escalator; one that changes what is bought is a contracted step. */
const stepCause = (change: Change, line: LineValue): Cause => {
  const quantity = (stretch: Stretch | undefined): string | undefined =>
    stretch?.fact.lines.find((other) => other.lineId === line.lineId)?.quantity;
  const before = quantity(change.before);
  return before !== undefined && before === quantity(change.after) ? 'price-escalator' : 'contracted-step';
};

/** The uplift is what the old quantity costs at the new price, less what it cost; the rest of the change is the customer's decision. */
const atRenewal = (delta: Delta, before: LineValue, change: Change, on: string, context: Context): Delta[] => {
  const quantities = new Map(
    change.before?.fact.lines.flatMap((line) => (line.quantity === undefined ? [] : [[line.lineId, line.quantity] as const])),
  );
  const index = change.after.fact.lines.findIndex((line) => line.lineId === delta.line.lineId);
  if (index < 0) return [delta];
  const exact = annualValues(change.after.fact.lines, change.after.fact.discounts, on, context.profile, quantities)[index];
  if (exact === undefined) return [delta];
  const amount = roundHalfAway(exact) - before.amountMinor;
  if (amount <= 0n) return [delta];
  const rest = delta.amount - amount;
  if (rest === 0n) return [{ ...delta, cause: 'renewal-uplift' }];
  const plan = revalueShare(delta, amount);
  return [
    { ...delta, amount, plan, cause: 'renewal-uplift' },
    { ...delta, amount: rest, plan: delta.plan - plan, cause: 'organic' },
  ];
};

/** Plan-currency share of a part of a delta, rounded half away from zero; the other part takes the rest. */
const revalueShare = (delta: Delta, part: bigint): bigint =>
  delta.amount === 0n
    ? 0n
    : roundHalfAway(delta.amount > 0n ? { num: delta.plan * part, den: delta.amount } : { num: -delta.plan * part, den: -delta.amount });

const renews = (change: Change, context: Context): boolean => {
  if (change.before === undefined || change.before === change.after) return false;
  const before = termOf(change.before.fact, context.profile);
  const after = termOf(change.after.fact, context.profile);
  return before !== undefined && after !== undefined && after.startsOn > before.startsOn;
};

const renewedLines = (open: readonly LineValue[], changes: readonly Change[], context: Context): LineValue[] => {
  const renewing = changes.filter((change) => renews(change, context));
  return renewing.length === 0
    ? []
    : open.filter((line) => renewing.some((change) => change.after.fact.subscriptionId === line.subscriptionId));
};

const renewedAmounts = (lines: readonly LineValue[]): Renewed[] => {
  const byCurrency = new Map<string, { amountMinor: bigint; planMinor: bigint }>();
  for (const line of lines) {
    const sum = byCurrency.get(line.currency) ?? { amountMinor: 0n, planMinor: 0n };
    byCurrency.set(line.currency, { amountMinor: sum.amountMinor + line.amountMinor, planMinor: sum.planMinor + line.planMinor });
  }
  return [...byCurrency].map(([currency, sum]) => ({ currency, ...sum }));
};

/**
 * The sign of the net change decides, in plan currency, or, while a rate is missing, in the alphabetically first currency that moved.
 * Products swapped at equal value are a transfer.
 */
const netCause = (deltas: readonly Delta[]): Cause => {
  const net = deltas.every((delta) => delta.line.converted) ? sumPlan(deltas) : firstCurrencySum(deltas);
  return net > 0n ? 'expansion' : net < 0n ? 'contraction' : 'transfer';
};

const firstCurrencySum = (deltas: readonly Delta[]): bigint => {
  const currency = deltas.map((delta) => delta.line.currency).sort()[0];
  return deltas.reduce((sum, delta) => (delta.line.currency === currency ? sum + delta.amount : sum), 0n);
};

/** Each product's own class: new to the customer, gone from it, or more and less of it. */
const ownClasses = (deltas: readonly Delta[], open: readonly LineValue[], close: readonly LineValue[]): EntryLine[] => {
  const has = (lines: readonly LineValue[], productId: string): boolean => lines.some((line) => line.productId === productId);
  const net = (productId: string): bigint =>
    deltas.reduce((sum, delta) => (delta.line.productId === productId ? sum + (delta.plan === 0n ? delta.amount : delta.plan) : sum), 0n);
  return deltas.map((delta) => {
    const productId = delta.line.productId;
    const cause: Cause = !has(open, productId)
      ? 'new'
      : !has(close, productId)
        ? 'churn'
        : net(productId) < 0n
          ? 'contraction'
          : 'expansion';
    return { ...toEntryLine(delta), cause };
  });
};

const entryLine = (line: LineValue, cause: Cause, deltaMinor: bigint, planDeltaMinor: bigint): EntryLine => ({
  key: line.key,
  productId: line.productId,
  legalEntity: line.legalEntity,
  currency: line.currency,
  cause,
  deltaMinor,
  planDeltaMinor,
});

const toEntryLine = (delta: Delta): EntryLine =>
  entryLine(delta.line, delta.cause === 'organic' ? 'expansion' : delta.cause, delta.amount, delta.plan);

const sumPlan = (deltas: readonly Delta[]): bigint => deltas.reduce((sum, delta) => sum + delta.plan, 0n);

/** The source events behind some lines: the one that changed their subscription today, otherwise the one that is in force. */
const eventIdsOf = (lines: readonly LineValue[], changes: readonly Change[]): string[] => {
  const ids: string[] = [];
  for (const line of lines) {
    const change = changes.find((c) => c.after.fact.subscriptionId === line.subscriptionId);
    const id = change === undefined ? line.eventId : change.after.fact.provenance.eventId;
    if (!ids.includes(id)) ids.push(id);
  }
  return ids;
};

const linesOf = (deltas: readonly Delta[]): LineValue[] => deltas.map((delta) => delta.line);

const negated = (stock: Stock): Stock => [-stock[0], -stock[1], -stock[2]];

/** A gain joins its origin (a line's own, where its source states one); a loss is taken from all three pro rata. */
const stockDelta = (stock: Stock, deltas: readonly Delta[], origin: Origin): Stock => {
  const net = sumPlan(deltas);
  if (net < 0n) return proRata(stock, net);
  const gain: [bigint, bigint, bigint] = [0n, 0n, 0n];
  if (deltas.some((delta) => delta.plan < 0n)) gain[STOCK_INDEX[origin]] = net;
  else for (const delta of deltas) gain[STOCK_INDEX[delta.line.origin ?? origin]] += delta.plan;
  return gain;
};

/** Spreads an amount over the stock in proportion, by largest remainder; ties go to landed, then expanded. An empty stock takes it as landed. */
const proRata = (stock: Stock, amount: bigint): Stock => {
  const total = stock[0] + stock[1] + stock[2];
  if (total === 0n || amount === 0n) return [amount, 0n, 0n];
  const sign = amount < 0n ? -1n : 1n;
  const size = amount * sign;
  const shares = stock.map((part) => (part * size) / total);
  let left = size - shares.reduce((sum, share) => sum + share, 0n);
  const order = [0, 1, 2].sort((a, b) => {
    const remainder = (i: number): bigint => ((stock[i] as bigint) * size) % total;
    return remainder(a) > remainder(b) ? -1 : remainder(a) < remainder(b) ? 1 : a - b;
  });
  for (const i of order) {
    if (left === 0n) break;
    shares[i] = (shares[i] as bigint) + 1n;
    left -= 1n;
  }
  return [(shares[0] as bigint) * sign, (shares[1] as bigint) * sign, (shares[2] as bigint) * sign];
};
