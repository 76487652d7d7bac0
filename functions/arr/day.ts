import { fromEpochDay } from '../platform/calendar.ts';
import { atRatesOf, type Context, type LineValue, valuesOn } from './book.ts';
import { classed, netCause, ownClasses, renewalsAmong, renewedAmounts } from './classes.ts';
import { type Change, type Delta, deltasOf, entryLine, eventIdsBehind, eventIdsOf, linesWith, sumPlan } from './delta.ts';
import {
  type Attributes,
  type Cause,
  type Closing,
  type Entry,
  type EntryLine,
  NO_STOCK,
  type Stock,
  sameAttributes,
} from './movements.ts';
import { negated, plus, proRata, stockDelta } from './stock.ts';

/** One day of one customer as decided: what it closes with and the movements that lead there. */
export interface DecidedDay {
  readonly day: number;
  readonly closing: Closing;
  readonly entries: readonly Entry[];
}

/** A day while it is decided: `stock` is what it has come to so far. */
interface Deciding {
  readonly day: number;
  /** The same day as text. */
  readonly on: string;
  readonly attributes: Attributes;
  readonly entries: Entry[];
  stock: Stock;
}

export const decideDay = (
  day: number,
  opening: Closing,
  changes: readonly Change[],
  attributes: Attributes,
  attributesBefore: Attributes,
  context: Context,
): DecidedDay => {
  const deciding: Deciding = { day, on: fromEpochDay(day), attributes, entries: [], stock: opening.stock };
  if (opening.lines.length > 0 && !sameAttributes(attributes, attributesBefore)) transfer(deciding, opening.lines, attributesBefore);
  const open = atRatesOf(day, opening.lines, context.rates);
  if (open !== opening.lines) revalue(deciding, opening.lines, open);
  const close = closingLines(deciding, open, changes, context);
  if (changes.length > 0) {
    if (open.length > 0 && close.length > 0) moveWithin(deciding, open, close, changes, context);
    else moveInOrOut(deciding, open, close, changes, opening.had);
  }
  const closing = { lines: close, had: opening.had || close.length > 0, stock: deciding.stock };
  return { day, closing, entries: deciding.entries };
};

const move = (deciding: Deciding, cause: Cause, lines: readonly EntryLine[], stock: Stock, eventIds: readonly string[]): void => {
  deciding.stock = plus(deciding.stock, stock);
  deciding.entries.push({ day: deciding.day, cause, attributes: deciding.attributes, lines, stock, eventIds });
};

/** The customer's attributes change: all of its ARR moves from the old ones to the new. */
const transfer = ({ day, attributes, entries }: Deciding, open: readonly LineValue[], fromAttributes: Attributes): void => {
  const lines = open.map((line) => entryLine(line, 'transfer', line.amountMinor, line.planMinor));
  entries.push({ day, cause: 'transfer', attributes, lines, stock: NO_STOCK, eventIds: [], fromAttributes });
};

/** Plan rates change: FX is a line of its own. */
const revalue = (deciding: Deciding, before: readonly LineValue[], open: readonly LineValue[]): void => {
  const fx = deltasOf(before, open, 'fx');
  if (fx.length > 0) move(deciding, 'fx', linesWith('fx', fx), proRata(deciding.stock, sumPlan(fx)), eventIdsBehind(fx, []));
};

const closingLines = (
  { day, on }: Deciding,
  open: readonly LineValue[],
  changes: readonly Change[],
  context: Context,
): readonly LineValue[] => {
  if (changes.length === 0) return open;
  const rest: LineValue[] = [];
  for (const line of open) if (!isChanged(line, changes)) rest.push(line);
  const [only] = changes;
  if (rest.length === 0 && changes.length === 1 && only !== undefined) return valuesOn(only.after, day, on, open, context);
  for (const change of changes) for (const line of valuesOn(change.after, day, on, open, context)) rest.push(line);
  return rest;
};

const isChanged = (line: LineValue, changes: readonly Change[]): boolean => {
  for (const change of changes) if (change.after.fact.subscriptionId === line.subscriptionId) return true;
  return false;
};

/** The customer begins, comes back, or leaves. */
const moveInOrOut = (
  deciding: Deciding,
  open: readonly LineValue[],
  close: readonly LineValue[],
  changes: readonly Change[],
  had: boolean,
): void => {
  const deltas = deltasOf(open, close, 'organic');
  if (deltas.length === 0) return;
  const cause: Cause = close.length === 0 ? 'churn' : had ? 'reactivation' : 'new';
  const stock = cause === 'churn' ? negated(deciding.stock) : stockDelta(deciding.stock, deltas, 'landed');
  move(deciding, cause, linesWith(cause, deltas), stock, eventIdsBehind(deltas, changes));
};

/** Causes that are told apart from what the customer newly decided, in the order of their movements. */
const APART = ['renewal-uplift', 'contracted-step', 'price-escalator'] as const;

/** The customer stays: uplift and contracted steps first, then what it newly decided, then the renewal itself at zero. */
const moveWithin = (
  deciding: Deciding,
  open: readonly LineValue[],
  close: readonly LineValue[],
  changes: readonly Change[],
  context: Context,
): void => {
  const renewals = renewalsAmong(changes, context);
  const all = deltasOf(open, close, 'organic');
  const deltas = classed(all, changes, renewals, open, deciding.on, context);
  const organic = deltas === all ? all : moveApart(deciding, deltas, changes);
  if (organic.length > 0) {
    const stock = stockDelta(deciding.stock, organic, 'expanded');
    move(deciding, netCause(organic), ownClasses(organic, open, close), stock, eventIdsBehind(organic, changes));
  }
  const renewed = renewals.length === 0 ? [] : open.filter((line) => isChanged(line, renewals));
  if (renewed.length > 0) {
    const { day, attributes, entries } = deciding;
    const eventIds = eventIdsOf(renewed, changes);
    entries.push({ day, cause: 'renewal', attributes, lines: [], stock: NO_STOCK, eventIds, renewed: renewedAmounts(renewed) });
  }
};

/** Records what is told apart, and answers the rest. */
const moveApart = (deciding: Deciding, deltas: readonly Delta[], changes: readonly Change[]): readonly Delta[] => {
  for (const cause of APART) {
    const own = deltas.filter((delta) => delta.cause === cause);
    if (own.length === 0) continue;
    const stock = stockDelta(deciding.stock, own, cause === 'renewal-uplift' ? cause : 'expanded');
    move(deciding, cause, linesWith(cause, own), stock, eventIdsBehind(own, changes));
  }
  return deltas.filter((delta) => delta.cause === 'organic');
};
