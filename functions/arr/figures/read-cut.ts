import { companyConfig } from '../../platform/config.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import { Course } from '../totals/course.ts';
import { CURRENCY, type Cut, currenciesOf, dimensionsOf, EVERYTHING, stepsOf } from '../totals/series.ts';
import { readTotals, type Totals } from '../totals/store.ts';
import { ORIGINS } from '../totals/totals.ts';
import { readHasRate } from './read.ts';

/** From here on there are only nets: enough to know which cuts there are. */
const AFTER_ALL_MONTHS = '9999-12';
const BEFORE_ALL_MONTHS = '0000-01';

export interface CutWanted {
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
}

export interface CutRead {
  readonly cut: Cut;
  readonly course: Course;
  /** The totals that the course was read from: of the total, currencies and origins, or of all other dimensions. */
  readonly totals: Totals;
  /** All dimensions with their values. */
  readonly dimensions: ReadonlyMap<string, readonly string[]>;
}

/** A cut's course from a month on (`YYYY-MM`), by the totals as they are or as `read` says. Problem: `dimension-unknown`, naming the dimensions or the values that there are. */
export const readCut = async (
  { dimension, value = '' }: CutWanted,
  fromMonth: string,
  read: typeof readTotals = readTotals,
): Promise<Result<CutRead, Problem<'dimension-unknown'>>> => {
  const cut = dimension === undefined ? EVERYTHING : { dimension, value };
  const isMain = cut === EVERYTHING || dimension === 'origin' || dimension === CURRENCY;
  const [totals, all, hasRate] = await Promise.all([
    read(isMain ? 'MAIN' : 'CUTS', fromMonth),
    isMain ? read('CUTS', AFTER_ALL_MONTHS) : undefined,
    readHasRate(),
  ]);
  let dimensions = withOrigins(all ?? totals, currenciesOf(totals));
  // What has come to zero by now stands in its months alone: rarely asked for, so that these are read only then.
  if (!isIn(cut, dimensions)) {
    const [cuts, main] = await Promise.all([
      read('CUTS', BEFORE_ALL_MONTHS),
      dimension === CURRENCY ? read('MAIN', BEFORE_ALL_MONTHS) : undefined,
    ]);
    dimensions = withOrigins(cuts, main === undefined ? [] : currenciesOf(main));
  }
  if (!isIn(cut, dimensions)) {
    const values = dimensions.get(cut.dimension);
    const known =
      values === undefined ? `dimensions: ${[...dimensions.keys()].join(', ')}` : `values of ${cut.dimension}: ${values.join(', ')}`;
    return fail(
      'dimension-unknown',
      `There is no ARR for ${cut.dimension} "${cut.value}"; ${known.slice(0, 300)}.`,
      values === undefined ? 'query.dimension' : 'query.value',
    );
  }
  const { planCurrency } = companyConfig();
  const steps = stepsOf(totals, cut, planCurrency);
  const course = new Course(steps, hasRate, dimension === 'origin' ? stepsOf(totals, EVERYTHING, planCurrency) : steps);
  return ok({ cut, course, totals, dimensions });
};

/** Beside the dimensions that totals are cut by, those that are parts of the total. */
const withOrigins = (totals: Totals, currencies: readonly string[]): Map<string, string[]> =>
  dimensionsOf(totals)
    .set(CURRENCY, [...currencies])
    .set('origin', [...ORIGINS]);

const isIn = (cut: Cut, dimensions: ReadonlyMap<string, readonly string[]>): boolean =>
  cut === EVERYTHING || dimensions.get(cut.dimension)?.includes(cut.value) === true;
