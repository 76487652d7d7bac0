import { fromEpochDay } from '../platform/calendar.ts';
import { atRatesOf, type Change, type Context, type LineValue, valuesOn } from './book.ts';
import { classed, netCause, ownClasses, renewalsAmong, renewedAmounts } from './classes.ts';
import { changeOf, type Delta, deltasOf, entryLine, eventIdsBehind, eventIdsOf, linesWith, sumPlan } from './delta.ts';
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
import { extended } from './lists.ts';
import { negated, plus, proRata, stockDelta } from './stock.ts';

/** One day of one customer as decided: what it closes with and the movements that lead there. */
export interface DecidedDay {
  readonly day: number;
  readonly closing: Closing;
  readonly entries: readonly Entry[];
}

const NO_LINES: readonly LineValue[] = [];

/** A day while it is decided: `stock` is what it has come to so far. */
interface Deciding {
  readonly day: number;
  /** The same day as text. */
  readonly on: string;
  readonly attributes: Attributes;
  entries: Entry[];
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
  const { day, attributes } = deciding;
  deciding.entries = extended(deciding.entries, { day, cause, attributes, lines, stock, eventIds });
};

/** The customer's attributes change: all of its ARR moves from the old ones to the new. */
const transfer = (deciding: Deciding, open: readonly LineValue[], fromAttributes: Attributes): void => {
  const { day, attributes, entries } = deciding;
  const lines = open.map((line) => entryLine(line, 'transfer', line.amountMinor, line.planMinor));
  deciding.entries = extended(entries, { day, cause: 'transfer', attributes, lines, stock: NO_STOCK, eventIds: [], fromAttributes });
};

/** Plan rates change: FX is a line of its own. */
const revalue = (deciding: Deciding, before: readonly LineValue[], open: readonly LineValue[]): void => {
  const fx = deltasOf(before, open, 'fx');
  if (fx.length > 0) move(deciding, 'fx', linesWith('fx', fx), proRata(deciding.stock, sumPlan(fx)), eventIdsBehind(fx, []));
};

/** What closes with the day: what its changes leave alone, and what they come to. */
const closingLines = (
  { day, on }: Deciding,
  open: readonly LineValue[],
  changes: readonly Change[],
  context: Context,
): readonly LineValue[] => {
  if (changes.length === 0) return open;
  let lines = changesAll(open, changes) ? NO_LINES : open.filter((line) => changeOf(line, changes) === undefined);
  for (const change of changes) {
    const values = valuesOn(change, day, on, open, context);
    lines = lines.length === 0 ? values : [...lines, ...values];
  }
  return lines;
};

const changesAll = (lines: readonly LineValue[], changes: readonly Change[]): boolean => {
  for (const line of lines) if (changeOf(line, changes) === undefined) return false;
  return true;
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

const NO_DELTAS: readonly Delta[] = [];

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
  const deltas = deltasOf(open, close, 'organic');
  const isTold = deltas.length > 0 && (renewals.length > 0 || changes.some((change) => change.contractedStep));
  const organic = isTold ? moveApart(deciding, classed(deltas, changes, renewals, deciding.on, context), changes) : deltas;
  if (organic.length > 0) {
    const stock = stockDelta(deciding.stock, organic, 'expanded');
    move(deciding, netCause(organic), ownClasses(organic, open, close), stock, eventIdsBehind(organic, changes));
  }
  if (renewals.length === 0) return;
  const renewed = changesAll(open, renewals) ? open : open.filter((line) => changeOf(line, renewals) !== undefined);
  if (renewed.length > 0) {
    const { day, attributes, entries } = deciding;
    const eventIds = eventIdsOf(renewed, changes);
    const renewal: Entry = { day, cause: 'renewal', attributes, lines: [], stock: NO_STOCK, eventIds, renewed: renewedAmounts(renewed) };
    deciding.entries = extended(entries, renewal);
  }
};

/** Records what is told apart, and answers the rest. */
const moveApart = (deciding: Deciding, deltas: readonly Delta[], changes: readonly Change[]): readonly Delta[] => {
  for (const cause of APART) {
    const own = withCause(deltas, cause);
    if (own.length === 0) continue;
    const stock = stockDelta(deciding.stock, own, cause === 'renewal-uplift' ? cause : 'expanded');
    move(deciding, cause, linesWith(cause, own), stock, eventIdsBehind(own, changes));
  }
  return withCause(deltas, 'organic');
};

/** The very same list where all have the cause, which is mostly so. */
const withCause = (deltas: readonly Delta[], cause: Delta['cause']): readonly Delta[] => {
  let own = 0;
  for (const delta of deltas) if (delta.cause === cause) own += 1;
  if (own === deltas.length) return deltas;
  return own === 0 ? NO_DELTAS : deltas.filter((delta) => delta.cause === cause);
};
