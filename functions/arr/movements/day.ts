import { fromEpochDay } from '../../platform/calendar.ts';
import { EMPTY, extended } from '../lines/lists.ts';
import { atRateOf, type Change, type Context, type LineValue, type Origin, valuesOn } from '../lines/values.ts';
import { type Adjustment, adjustedOn, adjustmentEntry, isAdjustment } from './adjustments.ts';
import { classed, netCause, ownClasses, renewalsAmong, renewedAmounts } from './classes.ts';
import { changeOf, type Delta, deltasOf, entryLine, eventIdsBehind, eventIdsOf, linesWith, sumPlan, withId } from './delta.ts';
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

/** What may change a day: the customer's subscriptions, and what stands in its book by hand. */
interface Told {
  readonly changes: readonly Change[];
  readonly adjustments: readonly Adjustment[];
}

export const decideDay = (
  day: number,
  opening: Closing,
  { changes, adjustments }: Told,
  attributes: Attributes,
  attributesBefore: Attributes,
  context: Context,
): DecidedDay => {
  const deciding: Deciding = { day, on: fromEpochDay(day), attributes, entries: EMPTY, stock: opening.stock };
  if (opening.lines.length > 0 && !sameAttributes(attributes, attributesBefore)) transfer(deciding, opening.lines, attributesBefore);
  const revalued = revalue(deciding, opening.lines, context);
  const revaluedOwn = withoutAdjustments(revalued, adjustments);
  const close = closingLines(deciding, revaluedOwn, changes, context);
  // Where rates are part of what a customer moved by, it opens at yesterday's.
  const opened = context.profile.fx === 'separate' ? revalued : opening.lines;
  const open = opened === revalued ? revaluedOwn : withoutAdjustments(opened, adjustments);
  if (changes.length > 0 || opened !== revalued) {
    if (open.length > 0 && close.length > 0) moveWithin(deciding, open, close, changes, context);
    else moveInOrOut(deciding, open, close, changes, opening.had);
  }
  const adjusted = adjustments.length === 0 ? NO_LINES : adjust(deciding, adjustments, opened.filter(isAdjustment), revalued, context);
  const lines = adjusted.length === 0 ? close : [...close, ...adjusted];
  const closing = { lines, had: opening.had || close.length > 0, stock: deciding.stock };
  return { day, closing, entries: deciding.entries };
};

/** What sources tell of: adjustments neither make a customer nor keep it. */
const withoutAdjustments = (lines: readonly LineValue[], adjustments: readonly Adjustment[]): readonly LineValue[] =>
  adjustments.length === 0 ? lines : lines.filter((line) => !isAdjustment(line));

/** Adjustments begin and end by movements of their own, after all others of the day. Answers those in force at its end. */
const adjust = (
  deciding: Deciding,
  adjustments: readonly Adjustment[],
  open: readonly LineValue[],
  revalued: readonly LineValue[],
  { rates }: Context,
): readonly LineValue[] => {
  const close = adjustedOn(adjustments, revalued, deciding.day, rates);
  const entry = adjustmentEntry(adjustments, open, close, deciding);
  if (entry !== undefined) {
    deciding.stock = plus(deciding.stock, entry.stock);
    deciding.entries = extended(deciding.entries, entry);
  }
  return close;
};

const move = (deciding: Deciding, cause: Cause, lines: readonly EntryLine[], stock: Stock, eventIds: readonly string[]): void => {
  deciding.stock = plus(deciding.stock, stock);
  const { day, attributes } = deciding;
  deciding.entries = extended(deciding.entries, { day, cause, attributes, lines, stock, eventIds });
};

/** An adjustment's line keeps its own cause, whatever moves it: retention leaves it out by that. */
const lineCause = (line: LineValue, cause: Cause): Cause => (isAdjustment(line) ? 'adjustment' : cause);

/** The customer's attributes change: all of its ARR moves from the old ones to the new. */
const transfer = (deciding: Deciding, open: readonly LineValue[], fromAttributes: Attributes): void => {
  const { day, attributes, entries } = deciding;
  const lines = open.map((line) => entryLine(line, lineCause(line, 'transfer'), line.amountMinor, line.planMinor));
  deciding.entries = extended(entries, { day, cause: 'transfer', attributes, lines, stock: NO_STOCK, eventIds: [], fromAttributes });
};

/** Plan rates change: FX is a movement of its own, unless the profile says otherwise. Answers the lines at the rates of the day. */
const revalue = (deciding: Deciding, before: readonly LineValue[], { profile, rates }: Context): readonly LineValue[] => {
  let lines: LineValue[] | undefined;
  let moved: EntryLine[] = EMPTY;
  let eventIds: string[] = EMPTY;
  let net = 0n;
  for (let i = 0; i < before.length; i += 1) {
    const line = before[i] as LineValue;
    const revalued = atRateOf(deciding.day, line, rates);
    if (revalued === line) continue;
    lines ??= before.slice();
    lines[i] = revalued;
    if (revalued.planMinor === line.planMinor) continue;
    const plan = revalued.planMinor - line.planMinor;
    moved = extended(moved, entryLine(line, lineCause(line, 'fx'), 0n, plan));
    eventIds = withId(eventIds, line.eventId);
    net = net === 0n ? plan : net + plan;
  }
  if (moved.length > 0 && profile.fx === 'separate') move(deciding, 'fx', moved, proRata(deciding.stock, net), eventIds);
  return lines ?? before;
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
  for (let i = 0; i < lines.length; i += 1) if (changeOf(lines[i] as LineValue, changes) === undefined) return false;
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
  // What is adjusted stays when the customer leaves.
  const leaves = cause === 'churn' && sumPlan(deltas) === -total(deciding.stock);
  const stock = leaves ? negated(deciding.stock) : stockDelta(deciding.stock, deltas, 'landed');
  move(deciding, cause, linesWith(cause, deltas), stock, eventIdsBehind(deltas, changes));
};

const total = ([landed, expanded, renewalUplift]: Stock): bigint => landed + expanded + renewalUplift;

const NO_DELTAS: readonly Delta[] = [];

/** Causes that are told apart from what the customer newly decided, in the order of their movements, each with the origin that its gain joins. */
const APART = [
  ['renewal-uplift', 'renewal-uplift'],
  ['contracted-step', 'expanded'],
  ['price-escalator', 'expanded'],
] as const satisfies readonly (readonly [Cause, Origin])[];

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
  const isTold = deltas.length > 0 && (renewals.length > 0 || isAnyStep(changes));
  const stay = { open, close, changes, renewals, on: deciding.on };
  const organic = isTold ? moveApart(deciding, classed(deltas, stay, context), changes) : deltas;
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

const isAnyStep = (changes: readonly Change[]): boolean => {
  for (const change of changes) if (change.step !== undefined) return true;
  return false;
};

/** Records what is told apart, and answers the rest. */
const moveApart = (deciding: Deciding, deltas: readonly Delta[], changes: readonly Change[]): readonly Delta[] => {
  for (const [cause, origin] of APART) {
    const own = withCause(deltas, cause);
    if (own.length === 0) continue;
    const stock = stockDelta(deciding.stock, own, origin);
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
