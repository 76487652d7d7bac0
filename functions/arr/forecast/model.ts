import { round } from '../../platform/decimal.ts';
import type { ByStream, Flows } from './flows.ts';
import { METHODS, STREAMS } from './streams.ts';

/** Months of history that the model looks at, and needs. */
export const WINDOW_MONTHS = 12;

/** Raised with every change of what the model makes of the same history. */
export const MODEL = { name: 'means-and-rates', version: 1 } as const;

/** Amounts of a month ahead, in minor units of the plan currency: opening + Σ streams = closing. */
export interface Expected {
  /** 1 is the month after the origin. */
  readonly lead: number;
  readonly openingMinor: bigint;
  readonly knownMinor: ByStream;
  readonly expectedMinor: ByStream;
  readonly closingMinor: bigint;
}

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** Months that are over through `origin`, and that began with ARR: a month in which a book was first loaded is none. */
export const historyMonths = (flows: Flows, origin: number): number => {
  let first = 0;
  while (first <= origin && flows.closing(first - 1) === 0n) first += 1;
  return origin + 1 - first;
};

/** What a stream came to in the window, and what the months of the window began with, both summed. */
interface Window {
  readonly moved: ByStream;
  readonly opened: bigint;
}

const windowOf = (flows: Flows, origin: number): Window => {
  const months = Array.from({ length: WINDOW_MONTHS }, (_, back) => origin - back);
  return {
    moved: STREAMS.map((_, stream) => months.reduce((sum, month) => sum + (flows.moved(month)[stream] as bigint), 0n)),
    opened: months.reduce((sum, month) => sum + flows.closing(month - 1), 0n),
  };
};

/** What the model alone says of a stream in a month, rounded once, half away from zero. */
const modelled = ({ moved, opened }: Window, stream: number, openingMinor: bigint): bigint => {
  const sum = moved[stream] as bigint;
  switch (METHODS[STREAMS[stream] as (typeof STREAMS)[number]]) {
    case 'mean':
      return round({ num: sum, den: BigInt(WINDOW_MONTHS) }, 'half-up');
    case 'rate':
      return opened > 0n ? round({ num: sum * openingMinor, den: opened }, 'half-up') : 0n;
    case 'known':
      return 0n;
  }
};

/**
 * The months after `origin`, one upon the other. A stream is what the model says or, where that is more in size, what is known of it already.
 * Each is a whole number of minor units, and ARR is their sum: nothing else is rounded. Undefined where fewer than twelve months are known.
 */
export const forecastFrom = (flows: Flows, origin: number, months: number): readonly Expected[] | undefined => {
  if (historyMonths(flows, origin) < WINDOW_MONTHS) return undefined;
  const window = windowOf(flows, origin);
  const made: Expected[] = [];
  let openingMinor = flows.closing(origin);
  for (let lead = 1; lead <= months; lead += 1) {
    const knownMinor = flows.known(origin, origin + lead);
    const expectedMinor = knownMinor.map((known, stream) => {
      const expected = modelled(window, stream, openingMinor);
      return size(known) > size(expected) ? known : expected;
    });
    const closingMinor = expectedMinor.reduce((sum, amount) => sum + amount, openingMinor);
    made.push({ lead, openingMinor, knownMinor, expectedMinor, closingMinor });
    openingMinor = closingMinor;
  }
  return made;
};
