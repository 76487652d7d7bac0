import { EMPTY, extended } from '../lines/lists.ts';
import { type Attributes, type Entry, type EntryLine, NO_STOCK, type Renewed, type Stock, sameAttributes } from './movements.ts';
import { minus } from './stock.ts';

/**
 * What must be appended so that the recorded movements of a customer, by day and cause, net to the wanted ones. History is never edited: a
 * correction is a new movement on the same day with the same cause and attributes, and its own time of recording. Wanted movements come
 * in the order of their days, one of a day, cause and attributes; so do those that are answered.
 */
export const difference = (recorded: readonly Entry[], wanted: readonly Entry[]): readonly Entry[] => {
  if (recorded.length === 0) return wanted;
  const before = byDay(recorded);
  let appended: Entry[] = EMPTY;
  let r = 0;
  let w = 0;
  while (r < before.length || w < wanted.length) {
    const day = Math.min(dayAt(before, r), dayAt(wanted, w));
    const ofBefore = r;
    const ofWanted = w;
    while (dayAt(before, r) === day) r += 1;
    while (dayAt(wanted, w) === day) w += 1;
    appended = corrected(appended, before, ofBefore, r, wanted, ofWanted, w);
  }
  return appended;
};

/** Movements are mostly recorded in the order of their days; late facts add to earlier ones. */
const byDay = (entries: readonly Entry[]): readonly Entry[] => {
  for (let i = 1; i < entries.length; i += 1)
    if ((entries[i] as Entry).day < (entries[i - 1] as Entry).day) return [...entries].sort((a, b) => a.day - b.day);
  return entries;
};

const dayAt = (entries: readonly Entry[], at: number): number =>
  at < entries.length ? (entries[at] as Entry).day : Number.POSITIVE_INFINITY;

/** With what corrects one day: the recorded movements `before[from, end)` to the wanted ones `wanted[start, stop)`. */
const corrected = (
  earlier: Entry[],
  before: readonly Entry[],
  from: number,
  end: number,
  wanted: readonly Entry[],
  start: number,
  stop: number,
): Entry[] => {
  let appended = earlier;
  for (let i = from; i < end; i += 1) {
    const shape = before[i] as Entry;
    if (indexOfAlike(before, from, i, shape) < i) continue;
    const at = indexOfAlike(wanted, start, stop, shape);
    const correction = net(before, i, end, shape, at < stop ? wanted[at] : undefined);
    if (correction !== undefined) appended = extended(appended, correction);
  }
  for (let i = start; i < stop; i += 1) {
    const entry = wanted[i] as Entry;
    if (indexOfAlike(before, from, end, entry) === end) appended = extended(appended, entry);
  }
  return appended;
};

/** Index of the first movement of [from, end) with the cause and attributes of `shape`; `end` where there is none. */
const indexOfAlike = (entries: readonly Entry[], from: number, end: number, shape: Entry): number => {
  let i = from;
  while (i < end && !isAlike(entries[i] as Entry, shape)) i += 1;
  return i;
};

const isAlike = (a: Entry, b: Entry): boolean =>
  a.cause === b.cause && sameAttributes(a.attributes, b.attributes) && areSame(a.fromAttributes, b.fromAttributes);

const areSame = (a: Attributes | undefined, b: Attributes | undefined): boolean =>
  a === undefined || b === undefined ? a === b : sameAttributes(a, b);

/** The wanted movement less the recorded ones of [from, end) that are alike; undefined where these net to it. */
const net = (before: readonly Entry[], from: number, end: number, shape: Entry, wanted: Entry | undefined): Entry | undefined => {
  let lines: EntryLine[] = wanted === undefined ? EMPTY : wanted.lines.slice();
  let renewed: Renewed[] = wanted?.renewed === undefined ? EMPTY : wanted.renewed.slice();
  let stock = wanted === undefined ? NO_STOCK : wanted.stock;
  for (let i = from; i < end; i += 1) {
    const entry = before[i] as Entry;
    if (!isAlike(entry, shape)) continue;
    stock = minus(stock, entry.stock);
    lines = takeLines(lines, entry.lines);
    if (entry.renewed !== undefined) renewed = entry.renewed.reduce(takeRenewed, renewed);
  }
  const movedLines = lines.every(isMoved) ? lines : lines.filter(isMoved);
  const movedRenewed = renewed.length === 0 ? renewed : renewed.filter(isRenewed);
  if (movedLines.length === 0 && movedRenewed.length === 0 && !isStockMoved(stock)) return undefined;
  const { day, cause, attributes, eventIds, fromAttributes } = wanted ?? shape;
  const entry: Draft = { day, cause, attributes, lines: movedLines, stock, eventIds };
  if (fromAttributes !== undefined) entry.fromAttributes = fromAttributes;
  if (movedRenewed.length > 0) entry.renewed = movedRenewed;
  entry.correction = true;
  return entry;
};

const isRenewed = ({ amountMinor, planMinor }: Renewed): boolean => amountMinor !== 0n || planMinor !== 0n;

const isStockMoved = (stock: Stock): boolean => stock[0] !== 0n || stock[1] !== 0n || stock[2] !== 0n;

const isMoved = (line: EntryLine): boolean => line.deltaMinor !== 0n || line.planDeltaMinor !== 0n;

type Draft = { -readonly [K in keyof Entry]: Entry[K] };

const takeLines = (sums: EntryLine[], lines: readonly EntryLine[]): EntryLine[] => {
  let left = sums;
  for (const line of lines) left = takeLine(left, line);
  return left;
};

const isOne = (a: EntryLine, b: EntryLine): boolean =>
  a.key === b.key && a.productId === b.productId && a.legalEntity === b.legalEntity && a.currency === b.currency;

/** Lines net by their own class too, so that product figures are corrected class by class. */
const takeLine = (sums: EntryLine[], line: EntryLine): EntryLine[] => {
  for (let i = 0; i < sums.length; i += 1) {
    const sum = sums[i] as EntryLine;
    if (sum.cause !== line.cause || !isOne(sum, line)) continue;
    sums[i] = withDeltas(line, sum.deltaMinor - line.deltaMinor, sum.planDeltaMinor - line.planDeltaMinor);
    return sums;
  }
  return extended(sums, withDeltas(line, -line.deltaMinor, -line.planDeltaMinor));
};

const withDeltas = (
  { key, productId, legalEntity, currency, cause }: EntryLine,
  deltaMinor: bigint,
  planDeltaMinor: bigint,
): EntryLine => ({
  key,
  productId,
  legalEntity,
  currency,
  cause,
  deltaMinor,
  planDeltaMinor,
});

const takeRenewed = (sums: Renewed[], { currency, amountMinor, planMinor }: Renewed): Renewed[] => {
  const at = sums.findIndex((sum) => sum.currency === currency);
  const sum = sums[at];
  if (sum === undefined) return extended(sums, { currency, amountMinor: -amountMinor, planMinor: -planMinor });
  sums[at] = { currency, amountMinor: sum.amountMinor - amountMinor, planMinor: sum.planMinor - planMinor };
  return sums;
};
