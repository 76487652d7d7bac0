import type { Movement } from '../functions/arr/events.ts';
import { sectionOf } from '../functions/arr/ledger/build.ts';
import type { Section } from '../functions/arr/ledger/columns.ts';
import { joined } from '../functions/arr/ledger/join.ts';
import { CAUSES } from '../functions/arr/ledger/rows.ts';
import { Dictionary, sectionFrom, segmentsOf } from '../functions/arr/ledger/segments.ts';
import { type BaseSize, generateMovements } from './ledger-base.ts';

/** What a ledger of so many movements takes: seconds, bytes, and rows. */
export interface LedgerRun {
  readonly movements: number;
  readonly rows: number;
  /** Movements a second from recordings to rows in order. */
  readonly builtPerSecond: number;
  readonly segments: number;
  readonly bytes: number;
  readonly encodeSeconds: number;
  /** From bytes to a ledger in memory, as a function that has just started reads it. */
  readonly decodeSeconds: number;
  /** Until a few more movements are in. */
  readonly joinSeconds: number;
  /** ARR by month and segment, of a ledger in memory. */
  readonly foldSeconds: number;
  /** Columns of the rows. */
  readonly columnBytes: number;
}

const MOVEMENTS_AT_ONCE = 50_000;
const ROUNDS = 3;

const timed = <T>(run: () => T): { readonly seconds: number; readonly result: T } => {
  const start = performance.now();
  const result = run();
  return { seconds: (performance.now() - start) / 1_000, result };
};

/** The best of some rounds: a shared machine takes its part of most. */
const best = <T>(run: () => T): { readonly seconds: number; readonly result: T } => {
  let first = timed(run);
  for (let round = 1; round < ROUNDS; round += 1) {
    const next = timed(run);
    if (next.seconds < first.seconds) first = next;
  }
  return first;
};

const built = (size: BaseSize): { readonly section: Section; readonly seconds: number; readonly few: Section } => {
  const sections: Section[] = [];
  let some: Movement[] = [];
  let seconds = 0;
  let few = sectionOf([]);
  const take = (): void => {
    const own = timed(() => sectionOf(some));
    few = sectionOf(some.slice(-10));
    sections.push(own.result);
    seconds += own.seconds;
    some = [];
  };
  for (const movement of generateMovements(size)) {
    some.push(movement);
    if (some.length === MOVEMENTS_AT_ONCE) take();
  }
  if (some.length > 0) take();
  const whole = timed(() => joined(sections));
  return { section: whole.result, seconds: seconds + whole.seconds, few };
};

/** Rows of one segment of the company's: ARR by month, in the plan currency. Renewals and transfers move nothing in total. */
const byMonthAndSegment = ({ rows, names }: Section): ReadonlyMap<number, bigint> => {
  const segments = [...new Set(names.attributes.map(({ segment }) => segment))];
  const segmentOf = Uint8Array.from(names.attributes, ({ segment }) => segments.indexOf(segment));
  const monthOf = new Map<number, number>();
  const [renewal, transfer] = [CAUSES.indexOf('renewal'), CAUSES.indexOf('transfer')];
  const sums = new Map<number, bigint>();
  for (let row = 0; row < rows.length; row += 1) {
    if (rows.cause[row] === renewal || rows.cause[row] === transfer) continue;
    const day = rows.day[row] as number;
    let month = monthOf.get(day);
    if (month === undefined) {
      const date = new Date(day * 86_400_000);
      month = date.getUTCFullYear() * 12 + date.getUTCMonth();
      monthOf.set(day, month);
    }
    const key = month * segments.length + (segmentOf[rows.attributes[row] as number] as number);
    sums.set(key, (sums.get(key) ?? 0n) + (rows.planMinor[row] as bigint));
  }
  return sums;
};

const BYTES_OF_ROW = 4 + 4 + 2 + 4 + 4 + 1 + 1 + 1 + 4 + 4 + 4 + 4 + 4 + 4 + 8 + 8;

export const measureLedger = (size: BaseSize): LedgerRun => {
  const { section, seconds, few } = built(size);
  const encoded = timed(() => segmentsOf(section, new Dictionary()));
  const decoded = best(() => sectionFrom(encoded.result));
  if (decoded.result.rows.length !== section.rows.length) throw new Error('a ledger decoded has the rows that were encoded');
  return {
    movements: size.movements,
    rows: section.rows.length,
    builtPerSecond: Math.round(size.movements / seconds),
    segments: encoded.result.length,
    bytes: encoded.result.reduce((sum, { length }) => sum + length, 0),
    encodeSeconds: encoded.seconds,
    decodeSeconds: decoded.seconds,
    joinSeconds: best(() => joined([section, few])).seconds,
    foldSeconds: best(() => byMonthAndSegment(section)).seconds,
    columnBytes: section.rows.length * BYTES_OF_ROW,
  };
};
