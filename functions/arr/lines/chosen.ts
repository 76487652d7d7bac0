import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import type { Profile } from '../profiles/profile.ts';
import { isFirstTrial } from './counts.ts';
import type { SubscriptionFact } from './facts.ts';
import type { Discount, Line } from './rating.ts';
import { type Stretch, type Subscription, stretchFrom } from './stretches.ts';

/**
 * What a profile makes of lines after all evidence has been settled: when they begin, step and end. Evidence itself is looked at as it was told,
 * so that what a line is worth on which day never decides which sources tell of it.
 */
interface Chosen {
  readonly trials: boolean;
  readonly atBooking: boolean;
  readonly fullyRamped: boolean;
  /** Whether what a term has fixed to end within it is taken for ended: discounts at once, lines from the day on which that was told. */
  readonly atTermsEnd: boolean;
  readonly churnDate: Profile['churnDate'];
}

/** Whether signed lines count from their signature on. */
export const countsFromBooking = ({ basis, startEvent }: Profile): boolean => basis === 'carr' || startEvent === 'booking';

/**
 * **CARR** is defined here: live ARR, what is signed and not yet live (from its signature on, with all that its term has fixed), less what is
 * known to end: what was given notice of, and reductions that were signed. What billing alone tells of counts with its ARR.
 */
const chosenBy = (profile: Profile): Chosen => {
  const { basis, rampStep, churnDate, trial } = profile;
  const choices = { trials: trial === 'counted', atBooking: countsFromBooking(profile) };
  return basis === 'carr'
    ? { ...choices, fullyRamped: true, atTermsEnd: true, churnDate: 'request' }
    : { ...choices, fullyRamped: rampStep === 'full', atTermsEnd: false, churnDate };
};

/** Whether a profile leaves every line its own days and steps. */
export const leavesAsTold = ({ basis, startEvent, rampStep, churnDate, trial }: Profile): boolean =>
  basis !== 'carr' && startEvent === 'service-start' && rampStep === 'own-date' && churnDate === 'access-end' && trial === 'excluded';

/** `readings` are those of agreements: their first word of an end is its notice. */
export const chosen = (
  subscriptions: readonly Subscription[],
  readings: readonly SubscriptionFact[],
  profile: Profile,
): readonly Subscription[] => {
  if (leavesAsTold(profile)) return subscriptions;
  const choices = chosenBy(profile);
  const noticed = choices.churnDate === 'request' ? noticesIn(readings) : NO_NOTICES;
  return subscriptions.map((subscription) => {
    let { stretches } = subscription;
    if (choices.trials) stretches = stretches.map(fromTrial);
    if (choices.atTermsEnd) stretches = stretches.map((stretch) => untilToldToEnd(undiscounted(stretch), readings));
    if (choices.fullyRamped) stretches = stretches.map(fullyRamped);
    if (choices.atBooking) stretches = fromBooking(stretches);
    if (choices.churnDate === 'request') stretches = untilNotice(stretches, noticed);
    if (choices.churnDate === 'period-end') stretches = untilPeriodEnd(stretches);
    return { ...subscription, stretches };
  });
};

/** A stretch with other lines or days; what it follows from, and what other evidence makes of it, stay. */
const remade = (stretch: Stretch, lines: readonly Line[], fromDay = stretch.fromDay, startDay = stretch.startDay): Stretch => ({
  ...stretchFrom({ ...stretch.fact, lines: [...lines] }, fromDay, startDay),
  fact: stretch.fact,
  settled: stretch.settled,
});

/** A trial that a subscription begins with counts from the day on which it is given. */
const fromTrial = (stretch: Stretch): Stretch =>
  stretch.startDay > stretch.fromDay && isFirstTrial(stretch.fact)
    ? remade(stretch, stretch.lines, stretch.fromDay, stretch.fromDay)
    : stretch;

/** First day after the term that a signed stretch is of; undefined where it has no end. */
const termEndOf = ({ fact: { lines } }: Stretch): string | undefined =>
  lines.some(({ endsOn }) => endsOn === undefined)
    ? undefined
    : lines.reduce((last, { endsOn = '' }) => (endsOn > last ? endsOn : last), '');

/** A signed stretch without the discounts that end before its term does. */
const undiscounted = (stretch: Stretch): Stretch => {
  const { fact, lines, discounts } = stretch;
  if (fact.evidence === 'billed') return stretch;
  const end = termEndOf(stretch);
  const isLasting = ({ endsOn }: Discount): boolean => endsOn === undefined || (end !== undefined && endsOn >= end);
  if (discounts.every(isLasting) && lines.every((line) => line.discounts.every(isLasting))) return stretch;
  const own = lines.map((line) => ({ ...line, discounts: line.discounts.filter(isLasting) }));
  return { ...remade(stretch, own), discounts: discounts.filter(isLasting) };
};

/** First day after all segments of a line; undefined where one has no end, or there is none. */
const lineEndOf = (lineId: string, lines: readonly Line[]): string | undefined => {
  const ends = lines.filter((line) => line.lineId === lineId).map(({ endsOn }) => endsOn);
  return ends.some((end) => end === undefined) ? undefined : (ends as string[]).sort().at(-1);
};

/** A signed stretch whose lines that end before its term does end on the day on which a reading first told so. */
const untilToldToEnd = (stretch: Stretch, readings: readonly SubscriptionFact[]): Stretch => {
  const { fact, lines } = stretch;
  const termEnd = termEndOf(stretch);
  const endOf = ({ lineId }: Line): string | undefined => {
    const end = lineEndOf(lineId, fact.lines);
    return end === undefined || (termEnd !== undefined && end >= termEnd) ? undefined : end;
  };
  if (fact.evidence === 'billed' || lines.every((line) => endOf(line) === undefined)) return stretch;
  const toldOn = (line: Line, end: string): string =>
    readings
      .filter((one) => one.subscriptionId === fact.subscriptionId && lineEndOf(line.lineId, one.lines) === end)
      .reduce((first, { observedOn }) => (observedOn < first ? observedOn : first), end);
  return remade(
    stretch,
    lines.flatMap((line) => {
      const end = endOf(line);
      return end === undefined ? [line] : linesUntil(line, toldOn(line, end));
    }),
  );
};

/** Day of the last signature under a line, where one is told. */
const bookedOnOf = (line: Line, { bookedOn }: SubscriptionFact): string | undefined => line.bookedOn ?? bookedOn;

/** The segment that a line steps to on its last day, by the signature that it was fixed by itself. */
const nextStep = (line: Line, lines: readonly Line[]): Line | undefined =>
  line.endsOn === undefined
    ? undefined
    : lines.find(({ lineId, startsOn, bookedOn }) => lineId === line.lineId && startsOn === line.endsOn && bookedOn === line.bookedOn);

/** Every segment of a line at the price and quantity of the last one that was fixed with it. */
const fullyRamped = (stretch: Stretch): Stretch => {
  if (!stretch.hasDatedLines) return stretch;
  const { lines } = stretch;
  return remade(
    stretch,
    lines.map((line): Line => {
      let last = line;
      for (let next = nextStep(line, lines); next !== undefined; next = nextStep(next, lines)) last = next;
      if (last === line) return line;
      const { startsOn: _start, endsOn: _end, ...terms } = last;
      const { startsOn, endsOn } = line;
      return { ...terms, ...(startsOn === undefined ? {} : { startsOn }), ...(endsOn === undefined ? {} : { endsOn }) };
    }),
  );
};

/** Lines from their last signature on. A later signature takes the place of what it follows from then on; a step of one signature keeps its day. */
const fromBooking = (stretches: readonly Stretch[]): readonly Stretch[] => {
  const moved: Stretch[] = [];
  for (const stretch of stretches) {
    const last = moved[moved.length - 1];
    const earliest = last === undefined ? Number.NEGATIVE_INFINITY : last.fromDay + 1;
    moved.push(stretch.fact.evidence === 'billed' ? billedFromBooking(stretch, last === undefined) : signedFromBooking(stretch, earliest));
  }
  return moved;
};

/** A subscription whose signature its source tells counts from then on; on trial, the trial decides. */
const billedFromBooking = (stretch: Stretch, isFirst: boolean): Stretch => {
  const { fact, startDay, fromDay, lines } = stretch;
  const bookedDay = fact.bookedOn === undefined ? startDay : toEpochDay(fact.bookedOn);
  if (bookedDay >= startDay || fact.status === 'trialing') return stretch;
  return remade(stretch, lines, isFirst && fact.lifecycle === 'created' ? Math.min(fromDay, bookedDay) : fromDay, bookedDay);
};

const signedFromBooking = (stretch: Stretch, earliest: number): Stretch => {
  const { fact, startDay, fromDay, lines } = stretch;
  const isBeginning = fromDay === startDay;
  const bookedDay = fact.bookedOn === undefined ? fromDay : toEpochDay(fact.bookedOn);
  const from = isBeginning ? Math.max(earliest, Math.min(fromDay, bookedDay)) : fromDay;
  const first = fromEpochDay(from);
  const startOf = (line: Line): string | undefined => {
    const isStep = lines.some((other) => nextStep(other, lines) === line);
    const bookedOn = bookedOnOf(line, fact);
    if (line.startsOn === undefined || isStep || bookedOn === undefined || bookedOn >= line.startsOn) return line.startsOn;
    return bookedOn < first ? first : bookedOn;
  };
  const starts = new Map(lines.map((line) => [line, startOf(line)]));
  const own = lines.map((line): Line => {
    const startsOn = starts.get(line);
    const follows = lines.find((next) => next.lineId === line.lineId && next.startsOn !== undefined && next.startsOn === line.endsOn);
    const endsOn = follows === undefined ? line.endsOn : starts.get(follows);
    return { ...line, ...(startsOn === undefined ? {} : { startsOn }), ...(endsOn === undefined ? {} : { endsOn }) };
  });
  return remade(stretch, own, from, isBeginning ? from : startDay);
};

/** First days on which a reading told that an agreement ends before its time. */
type Notices = ReadonlyMap<string, string>;
const NO_NOTICES: Notices = new Map();

const noticesIn = (readings: readonly SubscriptionFact[]): Notices => {
  const noticed = new Map<string, string>();
  for (const { subscriptionId, endedOn, observedOn } of readings) {
    const known = noticed.get(subscriptionId);
    if (endedOn !== undefined && (known === undefined || observedOn < known)) noticed.set(subscriptionId, observedOn);
  }
  return noticed;
};

/**
 * Lines until the day on which their end was asked for. An end that a subscription was created with is its term, and no request; one that was
 * taken back has its lines again.
 */
const untilNotice = (stretches: readonly Stretch[], noticed: Notices): readonly Stretch[] => {
  const first = stretches[0]?.fact;
  const given = first?.lifecycle === 'created' ? first.cancelsOn : undefined;
  return stretches.map((stretch) => {
    const { fact, lines } = stretch;
    if (fact.evidence === 'billed') return fact.cancelsOn === undefined || fact.cancelsOn === given ? stretch : remade(stretch, []);
    const notice = fact.endedOn === undefined ? undefined : noticed.get(fact.subscriptionId);
    return notice === undefined
      ? stretch
      : remade(
          stretch,
          lines.flatMap((line) => linesUntil(line, notice)),
        );
  });
};

export const linesUntil = (line: Line, day: string): readonly Line[] => {
  if (line.startsOn !== undefined && line.startsOn >= day) return [];
  return [line.endsOn !== undefined && line.endsOn <= day ? line : { ...line, endsOn: day }];
};

/** A subscription that was paid for and is cancelled goes on until the end of the period that was billed. */
const untilPeriodEnd = (stretches: readonly Stretch[]): readonly Stretch[] =>
  stretches.map((stretch, i) => {
    const before = stretches[i - 1];
    if (stretch.fact.status !== 'canceled' || before?.fact.status !== 'active' || i < stretches.length - 1) return stretch;
    const periodEnd = before.lines.reduce((last, { periodEndsOn = '' }) => (periodEndsOn > last ? periodEndsOn : last), '');
    return periodEnd <= fromEpochDay(stretch.fromDay) ? stretch : remade(stretch, stretch.lines, toEpochDay(periodEnd));
  });
