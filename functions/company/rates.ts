import type { EventData } from '../platform/events.ts';
import { parseRate, RATE_TYPES, type Rate, type RateType } from '../platform/fx.ts';
import type { ListedProblem } from '../platform/http-problem.ts';
import { fail, type Problem, type Result } from '../platform/result.ts';
import type { fxRatesLoaded } from './events.ts';

/** A row as it was sent: nothing is known of it but that its fields are text. */
export interface RateRow {
  readonly base: string;
  readonly quote: string;
  readonly type: string;
  readonly on: string;
  readonly rate: string;
  readonly source: string;
}

/** A row that was not loaded, by its place in the request (0 is the first). */
export interface RowProblem extends Problem {
  readonly row: number;
  readonly field: string;
}

/** What identifies a rate: loading the same again changes nothing, another value is a correction. */
export const rateKey = ({ base, quote, type, on }: Pick<Rate, 'base' | 'quote' | 'type' | 'on'>): string => `${type} ${base}${quote} ${on}`;

const isRateType = (type: string): type is RateType => (RATE_TYPES as readonly string[]).includes(type);

const checkRow = (row: RateRow, field: string): Result<Rate, Problem> => {
  const { type } = row;
  if (!isRateType(type))
    return fail('rate-type-unknown', `"${type.slice(0, 20)}" is not one of ${RATE_TYPES.join(', ')}.`, `${field}.type`);
  return parseRate({ ...row, type }, field);
};

/** Each row on its own: those that are rates, in order, and those that are not. A second, different rate for one key is refused. */
export const checkRows = (rows: readonly RateRow[]): { readonly rates: readonly Rate[]; readonly problems: readonly RowProblem[] } => {
  const rates = new Map<string, Rate>();
  const problems: RowProblem[] = [];
  for (const [row, given] of rows.entries()) {
    const checked = checkRow(given, `rates[${row}]`);
    if (!checked.ok) {
      problems.push({ row, field: `rates[${row}]`, ...checked.problem });
      continue;
    }
    const key = rateKey(checked.value);
    const earlier = rates.get(key);
    if (earlier === undefined) rates.set(key, checked.value);
    else if (!isSameRate(earlier, checked.value)) {
      problems.push({ row, code: 'rate-twice', detail: `An earlier row gives another ${key} rate.`, field: `rates[${row}]` });
    }
  }
  return { rates: [...rates.values()], problems };
};

/** Of a request in which no row is a rate: as a load that took nothing, it says so by its status, and names every row. */
export const ratesRefused = (problems: readonly RowProblem[]): ListedProblem<'rates-refused'> => ({
  code: 'rates-refused',
  detail: `No row is a rate, so nothing was loaded; ${problems.length} received, each with what is wrong under problems.`,
  problems,
});

/** Same value and source, as written: `1.10` and `1.1` are two statements. */
export const isSameRate = (a: Pick<Rate, 'rate' | 'source'>, b: Pick<Rate, 'rate' | 'source'>): boolean =>
  a.rate === b.rate && a.source === b.source;

/** What an event says of loaded rates: per pair and type how many, and since when. */
export const loadedPairs = (rates: readonly Rate[]): EventData<typeof fxRatesLoaded>['pairs'] => {
  const pairs = new Map<string, EventData<typeof fxRatesLoaded>['pairs'][number]>();
  for (const { base, quote, type, on } of rates) {
    const key = `${type} ${base}${quote}`;
    const pair = pairs.get(key);
    const earliestOn = pair === undefined || on < pair.earliestOn ? on : pair.earliestOn;
    pairs.set(key, { base, quote, type, earliestOn, rates: (pair?.rates ?? 0) + 1 });
  }
  return [...pairs.values()];
};
