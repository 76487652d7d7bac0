import { type Attributes, type Entry, type EntryLine, NO_STOCK, type Renewed, type Stock, sameAttributes } from './movements.ts';
import { minus, plus } from './stock.ts';

/** Recorded and wanted movements of one day, cause and attributes. */
interface Group {
  readonly shape: Entry;
  readonly recorded: Entry[];
  readonly wanted: Entry[];
}

/**
 * What must be appended so that the recorded movements of each customer, day and cause net to the wanted ones. History is never edited:
 * a correction is a new movement on the same day with the same cause and attributes, and its own time of recording.
 */
export const difference = (recorded: readonly Entry[], wanted: readonly Entry[]): Entry[] => {
  if (recorded.length === 0) return [...wanted];
  const groups = new Groups();
  for (const entry of recorded) groups.of(entry).recorded.push(entry);
  for (const entry of wanted) groups.of(entry).wanted.push(entry);
  const appended: Entry[] = [];
  for (const group of groups.all) {
    const entry = net(group);
    if (entry !== undefined) appended.push(entry);
  }
  return appended.length < 2 ? appended : appended.sort((a, b) => a.day - b.day);
};

/** Groups in the order in which they are first met; a day has few, so these are compared one by one. */
class Groups {
  readonly all: Group[] = [];
  readonly #byDay = new Map<number, Group[]>();

  of(entry: Entry): Group {
    let ofDay = this.#byDay.get(entry.day);
    if (ofDay === undefined) {
      ofDay = [];
      this.#byDay.set(entry.day, ofDay);
    }
    for (const group of ofDay) if (isAlike(group.shape, entry)) return group;
    const group: Group = { shape: entry, recorded: [], wanted: [] };
    ofDay.push(group);
    this.all.push(group);
    return group;
  }
}

const isAlike = (a: Entry, b: Entry): boolean =>
  a.cause === b.cause && sameAttributes(a.attributes, b.attributes) && areSame(a.fromAttributes, b.fromAttributes);

const areSame = (a: Attributes | undefined, b: Attributes | undefined): boolean =>
  a === undefined || b === undefined ? a === b : sameAttributes(a, b);

const net = ({ recorded, wanted }: Group): Entry | undefined => {
  const lines: EntryLine[] = [];
  const renewed: Renewed[] = [];
  let stock: Stock = NO_STOCK;
  for (const entry of wanted) {
    stock = plus(stock, entry.stock);
    take(entry, lines, renewed, 1n);
  }
  for (const entry of recorded) {
    stock = minus(stock, entry.stock);
    take(entry, lines, renewed, -1n);
  }
  const movedLines = lines.filter((line) => line.deltaMinor !== 0n || line.planDeltaMinor !== 0n);
  const movedRenewed = renewed.filter((amount) => amount.amountMinor !== 0n || amount.planMinor !== 0n);
  const isStockMoved = stock[0] !== 0n || stock[1] !== 0n || stock[2] !== 0n;
  if (movedLines.length === 0 && movedRenewed.length === 0 && !isStockMoved) return undefined;
  const { day, cause, attributes, eventIds, fromAttributes } = (wanted[0] ?? recorded[0]) as Entry;
  const entry: Draft = { day, cause, attributes, lines: movedLines, stock, eventIds };
  if (fromAttributes !== undefined) entry.fromAttributes = fromAttributes;
  if (movedRenewed.length > 0) entry.renewed = movedRenewed;
  if (recorded.length > 0) entry.correction = true;
  return entry;
};

const take = (entry: Entry, lines: EntryLine[], renewed: Renewed[], sign: bigint): void => {
  for (const line of entry.lines) addLine(lines, line, sign * line.deltaMinor, sign * line.planDeltaMinor);
  if (entry.renewed !== undefined) for (const amount of entry.renewed) addRenewed(renewed, amount, sign);
};

type Draft = { -readonly [K in keyof Entry]: Entry[K] };

/** Lines net by their own class too, so that product figures are corrected class by class. */
const addLine = (sums: EntryLine[], line: EntryLine, deltaMinor: bigint, planDeltaMinor: bigint): void => {
  for (let i = 0; i < sums.length; i += 1) {
    const sum = sums[i] as EntryLine;
    if (sum.key !== line.key || sum.cause !== line.cause || sum.productId !== line.productId || sum.currency !== line.currency) continue;
    sums[i] = withDeltas(line, sum.deltaMinor + deltaMinor, sum.planDeltaMinor + planDeltaMinor);
    return;
  }
  sums.push(withDeltas(line, deltaMinor, planDeltaMinor));
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

const addRenewed = (sums: Renewed[], { currency, amountMinor, planMinor }: Renewed, sign: bigint): void => {
  const at = sums.findIndex((sum) => sum.currency === currency);
  const sum = sums[at];
  if (sum === undefined) sums.push({ currency, amountMinor: sign * amountMinor, planMinor: sign * planMinor });
  else sums[at] = { currency, amountMinor: sum.amountMinor + sign * amountMinor, planMinor: sum.planMinor + sign * planMinor };
};
