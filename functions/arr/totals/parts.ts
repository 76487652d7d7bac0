import type { Part } from './log-store.ts';
import { type MonthlyCounters, TOTAL } from './totals.ts';

type Parts = Readonly<Record<Part, MonthlyCounters>>;

const MAIN_DIMENSIONS: ReadonlySet<string> = new Set([TOTAL, 'origin']);

/** Counters of an item of the log; deflated they stay far below its 400 KB. */
const MAX_COUNTERS = 5_000;

/** Counters by the part that they are read with. */
export const byPart = (months: MonthlyCounters): Parts => {
  const parts: Record<Part, MonthlyCounters> = { MAIN: new Map(), CUTS: new Map() };
  for (const [month, counters] of months) {
    for (const [name, amount] of counters) {
      const part = MAIN_DIMENSIONS.has(name.split('|', 2)[1] ?? '') ? 'MAIN' : 'CUTS';
      const own = parts[part].get(month) ?? new Map<string, bigint>();
      parts[part].set(month, own);
      own.set(name, amount);
    }
  }
  return parts;
};

const chunksOf = (months: MonthlyCounters): MonthlyCounters[] => {
  const chunks: MonthlyCounters[] = [];
  let room = 0;
  for (const [month, counters] of months) {
    for (const [name, amount] of counters) {
      if (room === 0) {
        chunks.push(new Map());
        room = MAX_COUNTERS;
      }
      const chunk = chunks[chunks.length - 1] as MonthlyCounters;
      const own = chunk.get(month) ?? new Map<string, bigint>();
      chunk.set(month, own);
      own.set(name, amount);
      room -= 1;
    }
  }
  return chunks;
};

/** Parts of many counters as several, each of as many as one entry of the log holds. */
export const inChunks = ({ MAIN, CUTS }: Parts): readonly Parts[] => {
  const [main, cuts] = [chunksOf(MAIN), chunksOf(CUTS)];
  return Array.from({ length: Math.max(main.length, cuts.length) }, (_, i) => ({ MAIN: main[i] ?? new Map(), CUTS: cuts[i] ?? new Map() }));
};
