import { Bug } from '../../platform/bug.ts';
import { addMonths, daysBetween, fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { type Chain, monthsBetween, type Term } from '../evidence/terms.ts';
import { ratedOn } from '../lines/dated.ts';
import type { SubscriptionFact } from '../lines/facts.ts';
import type { Discount, Fraction, Line } from '../lines/rating.ts';
import { type Stretch, stretchFrom } from '../lines/stretches.ts';
import type { LineValue } from '../lines/values.ts';
import { isAdjustment } from '../movements/adjustments.ts';
import { closingAt } from '../movements/decide.ts';
import type { Profile } from '../profiles/profile.ts';
import { type Amount, amountOf, amountOfLine, type Scope, shownBy, summed, totalOf, worthOf } from './amounts.ts';

/** Day of the last signature under a line; where none is told, its first day of service. */
export const bookedOnOf = (line: Line, { bookedOn, startsOn }: SubscriptionFact): string =>
  line.bookedOn ?? bookedOn ?? line.startsOn ?? startsOn;

/**
 * A term with those of its lines that are signed. What a later signature has changed from some day on is as it was before: the line goes on in
 * place of what follows it.
 */
export const signedOf = ({ fact, startDay }: Term, isSigned: (line: Line) => boolean): Stretch => {
  const inOrder = fact.lines.toSorted((a, b) => ((a.startsOn ?? fact.startsOn) < (b.startsOn ?? fact.startsOn) ? -1 : 1));
  const lines = inOrder.filter(isSigned).map((line) => {
    const { endsOn: _, ...open } = line;
    let { endsOn } = line;
    for (const next of inOrder)
      if (endsOn !== undefined && next.lineId === line.lineId && next.startsOn === endsOn && !isSigned(next)) endsOn = next.endsOn;
    return endsOn === undefined ? open : { ...open, endsOn };
  });
  return stretchFrom({ ...fact, lines }, startDay, startDay);
};

/** A term as it was signed by a day. */
const signedBy = (term: Term, on: string): Stretch => signedOf(term, (line) => bookedOnOf(line, term.fact) <= on);

/** First day after all lines; undefined where one has no end, or there is none. */
const endOf = ({ lines }: Stretch): number | undefined =>
  lines.some(({ endsOn }) => endsOn === undefined) ? undefined : Math.max(...lines.map(({ endsOn = '' }) => toEpochDay(endsOn)));

const isOver = (stretch: Stretch, day: number): boolean => {
  const endDay = endOf(stretch);
  return stretch.lines.length === 0 || (endDay !== undefined && endDay <= day);
};

/**
 * What a stretch comes to a year once all that it has fixed in advance has come about: on its last day, and where it has no end after its last
 * change. Undefined where it is over.
 */
export const fullyRamped = (stretch: Stretch, scope: Scope): Amount | undefined => {
  if (isOver(stretch, scope.day)) return undefined;
  const endDay = endOf(stretch);
  const fullDay = endDay === undefined ? Math.max(scope.day, stretch.startDay, ...stretch.breakDays) : endDay - 1;
  return worthOf(ratedOn(stretch, fullDay, scope.context.profile), stretch.currency, scope);
};

/** Years from one day to another, exactly: whole months, and what is left in days of the month that it begins. */
export const yearsBetween = (from: string, to: string): Fraction => {
  const months = monthsBetween(from, to);
  const left = addMonths(from, months);
  const ofMonth = BigInt(daysBetween(left, addMonths(from, months + 1)));
  return { num: BigInt(months) * ofMonth + BigInt(daysBetween(left, to)), den: 12n * ofMonth };
};

/** Days on which a discount begins or ends within a line's service. */
export const edgesWithin = (discounts: readonly Discount[], from: string, to: string): readonly string[] =>
  discounts.flatMap(({ startsOn, endsOn }) =>
    [startsOn, endsOn].filter((edge) => edge !== undefined && from < edge && edge < to),
  ) as string[];

/** Days [from, to) on which a line is worth one amount a year. */
interface Piece {
  readonly from: string;
  readonly to: string;
  readonly rate: Fraction;
}

const isEqual = (a: Fraction, b: Fraction): boolean => a.num * b.den === b.num * a.den;

/** Of a line and its segments that have an end: between which its worth changes, by itself or with discounts. Ascending. */
const piecesOf = (lineId: string, stretch: Stretch, profile: Profile): readonly Piece[] => {
  const all = stretch.lines.flatMap((line) => {
    const { startsOn = fromEpochDay(stretch.startDay), endsOn } = line;
    if (line.lineId !== lineId || endsOn === undefined) return [];
    const days = [...new Set([startsOn, ...edgesWithin([...line.discounts, ...stretch.discounts], startsOn, endsOn), endsOn])].sort();
    return days.slice(0, -1).flatMap((from, i): Piece[] => {
      const rated = ratedOn(stretch, toEpochDay(from), profile).find((one) => one.line === line);
      return rated === undefined ? [] : [{ from, to: days[i + 1] as string, rate: rated.exact }];
    });
  });
  const pieces: Piece[] = [];
  for (const piece of all.sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = pieces.at(-1);
    const goesOn = last !== undefined && last.to === piece.from && isEqual(last.rate, piece.rate);
    if (goesOn) pieces[pieces.length - 1] = { ...last, to: piece.to };
    else pieces.push(piece);
  }
  return pieces;
};

/** Σ annual value × years over the service of a line that has an end, exactly; however it is cut into segments of one worth. */
export const contractValue = (lineId: string, stretch: Stretch, profile: Profile): Fraction => {
  let total: Fraction = { num: 0n, den: 1n };
  for (const { from, to, rate } of piecesOf(lineId, stretch, profile)) total = plusProduct(total, rate, yearsBetween(from, to));
  return total;
};

/** a + b × c */
const plusProduct = (a: Fraction, b: Fraction, c: Fraction): Fraction => {
  const den = b.den * c.den;
  return { num: a.num * den + b.num * c.num * a.den, den: a.den * den };
};

const agreementOf = (term: Term, stretch: Stretch, scope: Scope) => {
  const endDay = endOf(stretch);
  const { currency } = stretch;
  const lineIds = [...new Set(stretch.lines.map(({ lineId }) => lineId))];
  const values = lineIds.map((lineId) => amountOf(contractValue(lineId, stretch, scope.context.profile), currency, scope));
  return {
    agreementId: term.agreementId,
    ...shownBy(term.fact, scope),
    ...(term.fact.bookedOn === undefined ? {} : { bookedOn: term.fact.bookedOn }),
    startsOn: fromEpochDay(term.startDay),
    ...(endDay === undefined ? {} : { endsOn: fromEpochDay(endDay) }),
    currency,
    tcv: summed(values, currency),
  };
};

/** The lines of CARR at the end of a day: those of ARR under the same profile, but for what its basis is. `lines/chosen.ts` defines it. */
const carrLines = ({ facts, day, context }: Scope): readonly LineValue[] =>
  closingAt(facts, day, { ...context, profile: { ...context.profile, basis: 'carr' } }).closing.lines;

/** A line of CARR that no agreement in its term has, with the event that shows it. */
const lineBeyondTerms = (line: LineValue, scope: Scope) => {
  const { subscriptionId, lineId, productId, eventId } = line;
  const kind = isAdjustment(line) ? 'adjustment' : 'subscription';
  const fact = scope.facts.find((one) => one.kind === kind && one.data.provenance.eventId === eventId);
  if (fact === undefined) throw new Bug(`no fact of event ${eventId} tells line ${line.key}`);
  return { subscriptionId, lineId, productId, ...shownBy(fact.data, scope), ...amountOfLine(line) };
};

/**
 * What is contracted at the end of a day. **CARR** is of all lines of the customer, line by line (`carrLines`): those of an agreement in its term
 * stand with its last signed term, the others, which billing tells of or which go on after their term, in `beyondTerms`; all together are `carr`.
 * **TCV** is what each term that is signed and not over comes to as a whole, served or not: Σ over its lines of annual value × years of service, a
 * year being twelve months, and days beyond whole months parts of the month that they begin. A line without end has no TCV.
 */
export const contractedOn = (chains: readonly Chain[], scope: Scope) => {
  const lines = carrLines(scope);
  const inTerms = new Set<LineValue>();
  const agreements = chains.flatMap(({ chainId, terms }) => {
    const signed = terms.map((term) => ({ term, stretch: signedBy(term, scope.on) })).filter(({ stretch }) => !isOver(stretch, scope.day));
    const own = signed.length === 0 ? [] : lines.filter(({ subscriptionId }) => subscriptionId === chainId);
    for (const line of own) inTerms.add(line);
    return signed.map(({ term, stretch }, i) => {
      const carr = i === signed.length - 1 ? own.map(amountOfLine) : [];
      return { ...agreementOf(term, stretch, scope), carr: summed(carr, stretch.currency) };
    });
  });
  return {
    carr: totalOf(lines.map(amountOfLine)),
    tcv: totalOf(agreements.map(({ tcv }) => tcv)),
    agreements,
    beyondTerms: lines.filter((line) => !inTerms.has(line)).map((line) => lineBeyondTerms(line, scope)),
  };
};
