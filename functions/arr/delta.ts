import type { LineValue, Stretch } from './book.ts';
import type { Cause, EntryLine } from './movements.ts';
import { roundHalfAway } from './rating.ts';

/** What one commercial line's ARR moved by on a day, and why; `organic` is what the customer newly decided. */
export interface Delta {
  readonly line: LineValue;
  readonly amount: bigint;
  readonly plan: bigint;
  readonly cause: Cause | 'organic';
}

/** A subscription that changes on the day: its stretch at the end of the day before, and at the end of the day. */
export interface Change {
  readonly before: Stretch | undefined;
  readonly after: Stretch;
  /** A schedule's phase begins today. */
  readonly contractedStep: boolean;
}

/** Whether `open` and `close` hold the same line; mostly it stands in the same place in both. */
const lineLike = (line: LineValue, at: number, lines: readonly LineValue[]): LineValue | undefined => {
  const likely = lines[at];
  if (likely !== undefined && likely.key === line.key) return likely;
  for (const other of lines) if (other.key === line.key) return other;
  return undefined;
};

export const deltasOf = (open: readonly LineValue[], close: readonly LineValue[], cause: Delta['cause']): Delta[] => {
  const deltas: Delta[] = [];
  if (open === close) return deltas;
  for (let i = 0; i < close.length; i += 1) {
    const line = close[i] as LineValue;
    const before = lineLike(line, i, open);
    if (before === line) continue;
    const amount = before === undefined ? line.amountMinor : line.amountMinor - before.amountMinor;
    const plan = before === undefined ? line.planMinor : line.planMinor - before.planMinor;
    if (amount !== 0n || plan !== 0n) deltas.push({ line, amount, plan, cause });
  }
  for (let i = 0; i < open.length; i += 1) {
    const line = open[i] as LineValue;
    if (lineLike(line, i, close) === undefined) deltas.push({ line, amount: -line.amountMinor, plan: -line.planMinor, cause });
  }
  return deltas;
};

export const sumPlan = (deltas: readonly Delta[]): bigint => {
  let sum = 0n;
  for (const delta of deltas) sum += delta.plan;
  return sum;
};

/** Plan-currency share of a part of a delta, rounded half away from zero; the other part takes the rest. */
export const planShare = (delta: Delta, part: bigint): bigint =>
  delta.amount === 0n
    ? 0n
    : roundHalfAway(delta.amount > 0n ? { num: delta.plan * part, den: delta.amount } : { num: -delta.plan * part, den: -delta.amount });

export const entryLine = (line: LineValue, cause: Cause, deltaMinor: bigint, planDeltaMinor: bigint): EntryLine => ({
  key: line.key,
  productId: line.productId,
  legalEntity: line.legalEntity,
  currency: line.currency,
  cause,
  deltaMinor,
  planDeltaMinor,
});

/** The lines of a movement whose every line has its cause. */
export const linesWith = (cause: Cause, deltas: readonly Delta[]): EntryLine[] => {
  const lines: EntryLine[] = [];
  for (const delta of deltas) lines.push(entryLine(delta.line, cause, delta.amount, delta.plan));
  return lines;
};

/** The subscription's change today, if it has one. */
export const changeOf = (line: LineValue, changes: readonly Change[]): Change | undefined => {
  for (const change of changes) if (change.after.fact.subscriptionId === line.subscriptionId) return change;
  return undefined;
};

/** The source event behind a line: the one that changed its subscription today, otherwise the one that is in force. */
const eventIdOf = (line: LineValue, changes: readonly Change[]): string =>
  changeOf(line, changes)?.after.fact.provenance.eventId ?? line.eventId;

/** The source events behind some lines, each once. */
export const eventIdsOf = (lines: readonly LineValue[], changes: readonly Change[]): string[] => {
  const ids: string[] = [];
  for (const line of lines) {
    const id = eventIdOf(line, changes);
    if (!ids.includes(id)) ids.push(id);
  }
  return ids;
};

export const eventIdsBehind = (deltas: readonly Delta[], changes: readonly Change[]): string[] => {
  const [first] = deltas;
  if (deltas.length === 1 && first !== undefined) return [eventIdOf(first.line, changes)];
  return eventIdsOf(
    deltas.map((delta) => delta.line),
    changes,
  );
};
