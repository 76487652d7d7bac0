import type { Attributes, Entry, EntryLine, Renewed, Stock } from './movements.ts';

/**
 * What must be appended so that the recorded movements of each customer, day and cause net to the wanted ones. History is never edited:
 * a correction is a new movement on the same day with the same cause and attributes, and its own time of recording.
 */
export const difference = (recorded: readonly Entry[], wanted: readonly Entry[]): Entry[] => {
  if (recorded.length === 0) return [...wanted];
  const groups = new Map<string, { recorded: Entry[]; wanted: Entry[] }>();
  const group = (entry: Entry): { recorded: Entry[]; wanted: Entry[] } => {
    const key = groupKey(entry);
    const found = groups.get(key);
    if (found !== undefined) return found;
    const made = { recorded: [], wanted: [] };
    groups.set(key, made);
    return made;
  };
  for (const entry of recorded) group(entry).recorded.push(entry);
  for (const entry of wanted) group(entry).wanted.push(entry);
  const appended: Entry[] = [];
  for (const { recorded: old, wanted: target } of groups.values()) {
    const entry = net(old, target);
    if (entry !== undefined) appended.push(entry);
  }
  return appended.sort((a, b) => a.day - b.day);
};

const attributesKey = (attributes: Attributes | undefined): string =>
  attributes === undefined
    ? ''
    : Object.keys(attributes)
        .sort()
        .map((key) => `${key}=${attributes[key]}`)
        .join('&');

const groupKey = (entry: Entry): string =>
  `${entry.day}|${entry.cause}|${attributesKey(entry.fromAttributes)}|${attributesKey(entry.attributes)}`;

const net = (recorded: readonly Entry[], wanted: readonly Entry[]): Entry | undefined => {
  const lines = new Map<string, EntryLine>();
  const renewed = new Map<string, Renewed>();
  let stock: Stock = [0n, 0n, 0n];
  const take = (entry: Entry, sign: bigint): void => {
    stock = [stock[0] + sign * entry.stock[0], stock[1] + sign * entry.stock[1], stock[2] + sign * entry.stock[2]];
    for (const line of entry.lines) addLine(lines, line, sign);
    for (const amount of entry.renewed ?? []) addRenewed(renewed, amount, sign);
  };
  for (const entry of wanted) take(entry, 1n);
  for (const entry of recorded) take(entry, -1n);
  const movedLines = [...lines.values()].filter((line) => line.deltaMinor !== 0n || line.planDeltaMinor !== 0n);
  const movedRenewed = [...renewed.values()].filter((amount) => amount.amountMinor !== 0n || amount.planMinor !== 0n);
  if (movedLines.length === 0 && movedRenewed.length === 0 && stock.every((part) => part === 0n)) return undefined;
  const shape = (wanted[0] ?? recorded[0]) as Entry;
  return {
    day: shape.day,
    cause: shape.cause,
    attributes: shape.attributes,
    ...(shape.fromAttributes === undefined ? {} : { fromAttributes: shape.fromAttributes }),
    lines: movedLines,
    stock,
    ...(movedRenewed.length === 0 ? {} : { renewed: movedRenewed }),
    eventIds: shape.eventIds,
    ...(recorded.length === 0 ? {} : { correction: true as const }),
  };
};

/** Lines net by their own class too, so that product figures are corrected class by class. */
const addLine = (lines: Map<string, EntryLine>, line: EntryLine, sign: bigint): void => {
  const key = `${line.key}|${line.cause}|${line.productId}|${line.currency}`;
  const sum = lines.get(key);
  lines.set(key, {
    ...line,
    deltaMinor: (sum?.deltaMinor ?? 0n) + sign * line.deltaMinor,
    planDeltaMinor: (sum?.planDeltaMinor ?? 0n) + sign * line.planDeltaMinor,
  });
};

const addRenewed = (renewed: Map<string, Renewed>, amount: Renewed, sign: bigint): void => {
  const sum = renewed.get(amount.currency);
  renewed.set(amount.currency, {
    currency: amount.currency,
    amountMinor: (sum?.amountMinor ?? 0n) + sign * amount.amountMinor,
    planMinor: (sum?.planMinor ?? 0n) + sign * amount.planMinor,
  });
};
