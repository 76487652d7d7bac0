import { type Entry, NO_STOCK } from '../movements/movements.ts';

/**
 * How movements are cut to what DynamoDB takes: an event's data below 300 KB and an item below 400 KB, a transaction below 4 MB and 100 writes.
 * A line of a movement takes about 270 bytes in an event.
 */
const MAX_LINES_OF_MOVEMENT = 400;
const MAX_LINES_OF_ITEM = 800;
export const MAX_LINES_OF_RECORDING = 8_000;
const MAX_ITEMS_OF_RECORDING = 80;

/** Lines, or the source events where these are more; a movement without lines takes room too. */
const weightOf = (lines: number, eventIds: number): number => Math.max(1, lines, Math.ceil(eventIds / 8));

/** A movement of very many lines as several of the same day and cause, which sum to it; stock and renewed ARR stand on the first. */
const cut = (entry: Entry): readonly Entry[] => {
  if (entry.lines.length <= MAX_LINES_OF_MOVEMENT) return [entry];
  const { renewed: _, ...rest } = entry;
  const pieces: Entry[] = [];
  for (let at = 0; at < entry.lines.length; at += MAX_LINES_OF_MOVEMENT) {
    const lines = entry.lines.slice(at, at + MAX_LINES_OF_MOVEMENT);
    pieces.push(at === 0 ? { ...entry, lines } : { ...rest, lines, stock: NO_STOCK });
  }
  return pieces;
};

/** Consecutive movements of one day, as many as one item carries. */
const itemsOf = <T>(movements: readonly T[], dayOf: (movement: T) => unknown, weight: (movement: T) => number): T[][] => {
  const items: T[][] = [];
  let room = 0;
  let day: unknown;
  for (const movement of movements) {
    const own = weight(movement);
    const last = items[items.length - 1];
    if (last !== undefined && day === dayOf(movement) && own <= room) {
      last.push(movement);
      room -= own;
    } else {
      items.push([movement]);
      day = dayOf(movement);
      room = MAX_LINES_OF_ITEM - own;
    }
  }
  return items;
};

/** The items that movements in the order of their days are carried by. */
export const itemsOfMovements = <
  T extends { readonly effectiveOn: string; readonly lines: readonly unknown[]; readonly eventIds: readonly string[] },
>(
  movements: readonly T[],
): T[][] =>
  itemsOf(
    movements,
    ({ effectiveOn }) => effectiveOn,
    ({ lines, eventIds }) => weightOf(lines.length, eventIds.length),
  );

export interface Portion {
  /** In the order of their days. */
  readonly entries: readonly Entry[];
  /** Whether others are left for a further recording. */
  readonly more: boolean;
  /** How much of a transaction they take: it holds `MAX_LINES_OF_RECORDING`. */
  readonly lines: number;
}

/** As many of the movements, from the first day on, as one recording holds. */
export const firstPortion = (movements: readonly Entry[]): Portion => {
  const pieces = [...movements].sort((a, b) => a.day - b.day).flatMap(cut);
  const weight = (entry: Entry): number => weightOf(entry.lines.length, entry.eventIds.length);
  const entries: Entry[] = [];
  let room = MAX_LINES_OF_RECORDING;
  for (const item of itemsOf(pieces, ({ day }) => day, weight).slice(0, MAX_ITEMS_OF_RECORDING)) {
    room -= item.reduce((sum, entry) => sum + weight(entry), 0);
    if (room < 0) break;
    entries.push(...item);
  }
  const lines = entries.reduce((sum, entry) => sum + weight(entry), 0);
  return { entries, more: entries.length < pieces.length, lines };
};
