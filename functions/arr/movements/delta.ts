import { EMPTY, extended } from '../lines/lists.ts';
import { roundHalfAway } from '../lines/rating.ts';
import type { Change, LineValue } from '../lines/values.ts';
import type { Cause, EntryLine } from './movements.ts';

/** What one commercial line's ARR moved by on a day, and why; `organic` is what the customer newly decided. */
export interface Delta {
  readonly line: LineValue;
  /** The line at the end of the day before: `line` itself where it ended, undefined where it begins. */
  readonly before: LineValue | undefined;
  readonly amount: bigint;
  readonly plan: bigint;
  readonly cause: Cause | 'organic';
}

/** Whether `open` and `close` hold the same line; mostly it stands in the same place in both. */
const lineLike = (line: LineValue, at: number, lines: readonly LineValue[]): LineValue | undefined => {
  const likely = lines[at];
  if (likely !== undefined && likely.key === line.key) return likely;
  for (const other of lines) if (other.key === line.key) return other;
  return undefined;
};

/** What moved from `open` to `close`: lines that are worth more or less, and begin, then those that ended. */
export const deltasOf = (open: readonly LineValue[], close: readonly LineValue[], cause: Delta['cause']): readonly Delta[] => {
  let deltas: Delta[] = EMPTY;
  if (open === close) return deltas;
  for (let i = 0; i < close.length; i += 1) {
    const line = close[i] as LineValue;
    const before = lineLike(line, i, open);
    if (before === undefined) {
      if (!isWorthless(line)) deltas = extended(deltas, { line, before, amount: line.amountMinor, plan: line.planMinor, cause });
    } else if (before.amountMinor !== line.amountMinor || before.planMinor !== line.planMinor) {
      const amount = line.amountMinor - before.amountMinor;
      const plan =
        line.planMinor === line.amountMinor && before.planMinor === before.amountMinor ? amount : line.planMinor - before.planMinor;
      deltas = extended(deltas, { line, before, amount, plan, cause });
    }
  }
  for (let i = 0; i < open.length; i += 1) {
    const line = open[i] as LineValue;
    if (lineLike(line, i, close) === undefined && !isWorthless(line))
      deltas = extended(deltas, { line, before: line, amount: -line.amountMinor, plan: -line.planMinor, cause });
  }
  return deltas;
};

const isWorthless = (line: LineValue): boolean => line.amountMinor === 0n && line.planMinor === 0n;

export const sumPlan = (deltas: readonly Delta[]): bigint => {
  let sum = deltas[0]?.plan ?? 0n;
  for (let i = 1; i < deltas.length; i += 1) sum += (deltas[i] as Delta).plan;
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
  const lines = new Array<EntryLine>(deltas.length);
  for (let i = 0; i < deltas.length; i += 1) {
    const { line, amount, plan } = deltas[i] as Delta;
    lines[i] = entryLine(line, cause, amount, plan);
  }
  return lines;
};

/** The subscription's change today, if it has one. */
export const changeOf = (line: LineValue, changes: readonly Change[]): Change | undefined => {
  for (let i = 0; i < changes.length; i += 1) {
    const change = changes[i] as Change;
    if (change.subscriptionId === line.subscriptionId) return change;
  }
  return undefined;
};

/** The source event behind a line: the one that changed its subscription today, otherwise the one that is in force. */
const eventIdOf = (line: LineValue, changes: readonly Change[]): string => changeOf(line, changes)?.after.eventId ?? line.eventId;

/** The source events behind some lines, each once. */
export const eventIdsOf = (lines: readonly LineValue[], changes: readonly Change[]): readonly string[] => {
  let ids: string[] = EMPTY;
  for (const line of lines) ids = withId(ids, eventIdOf(line, changes));
  return ids;
};

export const eventIdsBehind = (deltas: readonly Delta[], changes: readonly Change[]): readonly string[] => {
  let ids: string[] = EMPTY;
  for (let i = 0; i < deltas.length; i += 1) ids = withId(ids, eventIdOf((deltas[i] as Delta).line, changes));
  return ids;
};

/** With an event that is there once. */
export const withId = (ids: string[], id: string): string[] => (ids.length > 0 && ids.includes(id) ? ids : extended(ids, id));
