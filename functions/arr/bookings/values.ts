import { addMonths, fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { contractValue, edgesWithin, yearsBetween } from '../beside/contracted.ts';
import { ratedOn } from '../lines/dated.ts';
import { add, type Fraction, roundHalfAway, ZERO } from '../lines/rating.ts';
import type { Stretch } from '../lines/stretches.ts';
import type { Profile } from '../profiles/profile.ts';

/** What a booking adds, or takes away where it is below zero, in minor units of its currency. */
export interface Values {
  /**
   * What contracts come to (`contractValue`) after the signature less before it, line by line, each rounded once; of a line without end what is added
   * in the days before its last change.
   */
  readonly tcv: bigint;
  /** Exact, by rate: Σ over lines of what each adds ÷ the years for which it does; of a line without end, what it adds a year at last. */
  readonly acv: Fraction;
  /** Exact, of the twelve months from the first day on which the booking changes anything. */
  readonly firstYear: Fraction;
}

/** What is contracted of some lines, before and after a signature. */
export interface Contracted {
  readonly before: Stretch | undefined;
  readonly after: Stretch | undefined;
}

/** Days [from, to) on which a line is worth another amount a year than before; without `to` it has no end. */
interface Difference {
  readonly from: string;
  readonly to?: string;
  readonly rate: Fraction;
}

const times = (a: Fraction, b: Fraction): Fraction => ({ num: a.num * b.num, den: a.den * b.den });
const over = (a: Fraction, b: Fraction): Fraction => ({ num: a.num * b.den, den: a.den * b.num });
const minus = (a: Fraction, b: Fraction): Fraction => add(a, { num: -b.num, den: b.den });
const sum = (all: readonly Fraction[]): Fraction => all.reduce((total, one) => add(total, one), ZERO);

const NO_STRETCHES: readonly Stretch[] = [];
const both = ({ before, after }: Contracted): readonly Stretch[] => [before, after].flatMap((stretch) => stretch ?? NO_STRETCHES);

/** What a line of a stretch is worth a year on a day, exactly. */
const rateOf = (stretch: Stretch | undefined, lineId: string, on: string, profile: Profile): Fraction =>
  stretch === undefined
    ? ZERO
    : sum(ratedOn(stretch, toEpochDay(on), profile).flatMap(({ line, exact }) => (line.lineId === lineId ? [exact] : [])));

/** First days of a line's segments and of what changes its worth, and the days after its segments. */
const edgesOf = (contracted: Contracted, lineId: string): { readonly edges: readonly string[]; readonly isOpen: boolean } => {
  let isOpen = false;
  const edges = both(contracted).flatMap(({ lines, discounts, startDay }) =>
    lines.flatMap((line) => {
      if (line.lineId !== lineId) return [];
      const { startsOn = fromEpochDay(startDay), endsOn } = line;
      isOpen ||= endsOn === undefined;
      const within = edgesWithin([...line.discounts, ...discounts], startsOn, endsOn ?? '9999-12-31');
      return [startsOn, ...within, ...(endsOn === undefined ? [] : [endsOn])];
    }),
  );
  return { edges: [...new Set(edges)].sort(), isOpen };
};

const differencesOf = (contracted: Contracted, lineId: string, profile: Profile): readonly Difference[] => {
  const { edges, isOpen } = edgesOf(contracted, lineId);
  return edges.flatMap((from, i): readonly Difference[] => {
    const to = edges[i + 1];
    if (to === undefined && !isOpen) return [];
    const rate = minus(rateOf(contracted.after, lineId, from, profile), rateOf(contracted.before, lineId, from, profile));
    return rate.num === 0n ? [] : [{ from, ...(to === undefined ? {} : { to }), rate }];
  });
};

const worthWithin = ({ from, to, rate }: Difference, until?: string): Fraction => {
  const end = to === undefined || (until !== undefined && until < to) ? until : to;
  return end === undefined || end <= from ? ZERO : times(rate, yearsBetween(from, end));
};

const acvOf = (differences: readonly Difference[], added: Fraction): Fraction => {
  const last = differences.at(-1);
  if (last?.to === undefined) return last?.rate ?? ZERO;
  return over(added, yearsBetween((differences[0] as Difference).from, last.to));
};

/** The last day of a term by what is contracted of it; of one without end, the day of its last change. */
const fullDayOf = (contracted: Contracted, lineIds: readonly string[]): string | undefined => {
  const all = lineIds.map((lineId) => edgesOf(contracted, lineId));
  const last = all
    .flatMap(({ edges }) => edges)
    .sort()
    .at(-1);
  if (last === undefined || all.some(({ isOpen }) => isOpen)) return last;
  return fromEpochDay(toEpochDay(last) - 1);
};

/** What some lines are worth a year on the last day of the term that all lines of a stretch have: minor units, each line rounded once. */
export const fullRate = (stretch: Stretch | undefined, lineIds: ReadonlySet<string>, profile: Profile): bigint => {
  if (stretch === undefined) return 0n;
  const day = fullDayOf(
    { before: undefined, after: stretch },
    stretch.lines.map(({ lineId }) => lineId),
  );
  if (day === undefined) return 0n;
  const rated = ratedOn(stretch, toEpochDay(day), profile).filter(({ line }) => lineIds.has(line.lineId));
  return rated.reduce((total, { exact }) => total + roundHalfAway(exact), 0n);
};

/** What the contract of one line comes to, rounded once. */
const lineValue = (stretch: Stretch | undefined, lineId: string, profile: Profile): bigint =>
  stretch === undefined ? 0n : roundHalfAway(contractValue(lineId, stretch, profile));

/** First and last day after which a signature changes nothing more; undefined where it changes nothing. */
export const spanOf = (contracted: Contracted, lineIds: readonly string[], profile: Profile) => {
  const differences = lineIds.flatMap((lineId) => differencesOf(contracted, lineId, profile));
  const startsOn = differences.map(({ from }) => from).sort()[0];
  const ends = differences.map(({ to }) => to);
  if (startsOn === undefined) return undefined;
  return ends.includes(undefined) ? { startsOn } : { startsOn, endsOn: (ends as string[]).sort().at(-1) as string };
};

/** What a signature comes to for some of its lines; `startsOn` is the first day on which it changes anything, of whichever lines. */
export const valuesOf = (contracted: Contracted, lineIds: readonly string[], startsOn: string, profile: Profile): Values => {
  const yearEnd = addMonths(startsOn, 12);
  const own = lineIds.map((lineId) => {
    const differences = differencesOf(contracted, lineId, profile);
    const added = sum(differences.map((one) => worthWithin(one)));
    const { isOpen } = edgesOf(contracted, lineId);
    return {
      tcv: isOpen ? roundHalfAway(added) : lineValue(contracted.after, lineId, profile) - lineValue(contracted.before, lineId, profile),
      acv: acvOf(differences, added),
      firstYear: sum(differences.map((one) => worthWithin(one, yearEnd))),
    };
  });
  return {
    tcv: own.reduce((total, { tcv }) => total + tcv, 0n),
    acv: sum(own.map(({ acv }) => acv)),
    firstYear: sum(own.map(({ firstYear }) => firstYear)),
  };
};
