import { addMonths, endOfMonth, startOfMonth } from '../../platform/calendar.ts';
import { companyConfig } from '../../platform/config.ts';
import { cursorInvalid } from '../../platform/cursor.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok } from '../../platform/result.ts';
import { profileAsked, readDecidedLedger } from '../decided/read-decided.ts';
import type { Movement } from '../events.ts';
import { movementAt } from '../ledger/entries.ts';
import { totalsFrom } from '../ledger/known-totals.ts';
import { pageOf } from '../ledger/month.ts';
import { readMonth } from '../ledger/read-month.ts';
import type { Ledger } from '../ledger/rows.ts';
import { profileInForce } from '../profiles/presets.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Cut } from '../totals/series.ts';
import { type Contribution, contributionOf } from './contribution.ts';
import {
  BY_ORIGIN,
  explainPath,
  type Figure,
  type FigureWanted,
  figureOf,
  formulaOf,
  movementPath,
  openingOn,
  type Question,
  questionOf,
} from './figure.ts';
import { readHead } from './read.ts';
import { type CutRead, readCut } from './read-cut.ts';
import { jsonable, rateMissing } from './status.ts';

/**
 * A figure, recomputed from the totals, with the movements that make it, page by page (A12). The last page says whether they sum to it: a page
 * that was read while something moved before it leads to a difference, and so does a movement of the last second.
 */
export const explainFigure = async (wanted: FigureWanted, page: PageWanted) => {
  const asked = questionOf(wanted);
  if (!asked.ok) return asked;
  const question = asked.value;
  const of = profileAsked(wanted.profile);
  if (!of.ok) return of;
  const other = await readOther(wanted, of.value);
  if (!other.ok) return other;
  const ledger = other.value;
  const [head, read] = await Promise.all([
    readHead(formulaOf(question), of.value),
    readCut(wanted, question.from.slice(0, 7), ledger && (async (_part, from) => totalsFrom(ledger, from))),
  ]);
  if (!read.ok) return read;
  const { cut, course } = read.value;
  const figure = figureOf(course, question, cut);
  const listed = await contributions(question, read.value, page, ledger === undefined ? readMonth : readFrom(ledger));
  const profile = ledger === undefined ? undefined : of.value.name;
  if (!listed.ok) return listed;
  const { items, place } = listed.value;
  return ok({
    explains: 'figure' as const,
    ...head,
    ...periodAnswer(question, cut),
    ...figureAnswer(figure, head.planCurrency),
    ...(figure.hasOpening && question.cause === undefined ? { opening: openingAnswer(question, cut, profile) } : {}),
    listed: listedAnswer(figure, place),
    items: items.map((item) => itemAnswer(item, read.value, profile)),
    nextCursor: place.month === undefined ? null : positionText(place),
  });
};

/** The ledger of a profile that is not in force; undefined of the one that is, whose figures stand in the totals. */
const readOther = async ({ dimension }: FigureWanted, profile: Profile) => {
  if (profile.name === profileInForce(companyConfig()).name) return ok(undefined);
  if (dimension === 'origin') return fail('dimension-unknown', BY_ORIGIN, 'query.dimension');
  return readDecidedLedger({ kind: 'profile', profile });
};

/** Pages of movements of a ledger that is decided again, as `readMonth` gives those that were recorded. */
const readFrom =
  (ledger: Ledger): typeof readMonth =>
  async (from, to, after, limit) => {
    const { rows, more } = pageOf(ledger, from, to, after, limit);
    const items = rows.map((row) => movementAt(ledger, row));
    return { items, next: more ? items[items.length - 1]?.movementId : undefined };
  };

const periodAnswer = ({ kind, from, to, cause }: Question, { dimension, value }: Cut) => ({
  ...(kind === 'balance' ? { on: to } : {}),
  from,
  to,
  dimension,
  value,
  ...(cause === undefined ? {} : { cause }),
});

const figureAnswer = ({ hasOpening: _, unconverted, ...amounts }: Figure, planCurrency: string) => ({
  ...jsonable(amounts),
  unconverted: jsonable(unconverted.map((one) => rateMissing(one, planCurrency))),
});

const openingAnswer = (question: Question, cut: Cut, profile: string | undefined) => {
  const on = openingOn(question);
  return { on, explain: explainPath({ on }, cut, profile) };
};

/** Where a walk through the movements stands, and what it has listed until there. */
interface Place {
  /** The month to go on in; undefined at the end. */
  month: string | undefined;
  /** Where the page before ended in that month. */
  after: string | undefined;
  movements: number;
  planMinor: bigint;
}

/** What was listed up to this page. In the plan currency only where the figure is; at the end it says whether it is the figure's movements. */
const listedAnswer = ({ movementsMinor }: Figure, { month, movements, planMinor }: Place) => ({
  movements,
  ...(movementsMinor === undefined ? {} : { sumMinor: String(planMinor) }),
  ...(movementsMinor === undefined || month !== undefined ? {} : { foots: planMinor === movementsMinor }),
});

const positionText = ({ month, after = '', movements, planMinor }: Place): string => `${month}|${movements}|${planMinor}|${after}`;

/** The last part may hold anything, a separator too; `undefined` where the text is none of ours. */
const placeOf = (position: string): Place | undefined => {
  if (!/^\d{4}-\d{2}\|\d{1,15}\|-?\d{1,30}\|/.test(position)) return undefined;
  const [month = '', movements = '0', planMinor = '0', ...after] = position.split('|');
  return { month, after: after.join('|') || undefined, movements: Number(movements), planMinor: BigInt(planMinor) };
};

interface Item {
  readonly movement: Movement;
  readonly contribution: Contribution;
}

/** Reads of movements that one call may make to fill a page of a small cut. */
const MAX_READS = 10;
/** Months of which the totals know nothing that one call may look into, beside these. */
const MAX_UNKNOWN_MONTHS = 24;

/** All months of a period, the first and the last day included. */
const monthsBetween = (from: string, to: string): readonly string[] => {
  const months: string[] = [];
  for (let month = startOfMonth(from); month <= to; month = addMonths(month, 1)) months.push(month.slice(0, 7));
  return months;
};

/**
 * The next page of what makes the figure, oldest first, month by month. Months of which the totals know nothing are looked into as well: totals
 * that are behind, or being made anew, are no figure that its movements sum to.
 */
const contributions = async ({ from, to, cause }: Question, { cut, totals }: CutRead, page: PageWanted, readPage: typeof readMonth) => {
  const { planCurrency } = companyConfig();
  const months = monthsBetween(from, to);
  const place: Place | undefined =
    page.position === undefined ? { month: months[0], after: undefined, movements: 0, planMinor: 0n } : placeOf(page.position);
  if (place === undefined || (place.month !== undefined && !months.includes(place.month))) return cursorInvalid;
  const items: Item[] = [];
  let reads = 0;
  let unknown = 0;
  while (place.month !== undefined && items.length < page.limit && reads < MAX_READS && unknown < MAX_UNKNOWN_MONTHS) {
    const { month } = place;
    if (totals.months.has(month)) reads += 1;
    else unknown += 1;
    const first = `${month}-01`;
    const startsOn = from > first ? from : first;
    const endsOn = to < endOfMonth(first) ? to : endOfMonth(first);
    const { items: read, next } = await readPage(startsOn, endsOn, place.after, page.limit - items.length);
    for (const movement of read) {
      const contribution = contributionOf(movement, cut, cause, planCurrency);
      if (contribution === undefined) continue;
      items.push({ movement, contribution });
      place.movements += 1;
      place.planMinor += contribution.planMinor;
    }
    place.after = next;
    if (next === undefined) place.month = months.find((other) => other > month);
  }
  return ok({ items, place });
};

const itemAnswer = ({ movement, contribution }: Item, { cut, course }: CutRead, profile: string | undefined) => {
  const { movementId, customerId, effectiveOn, recordedAt, cause, correction, lines } = movement;
  const isOrigin = cut.dimension === 'origin';
  const currencies = isOrigin ? lines.map(({ currency }) => currency) : [...contribution.byCurrency.keys()];
  const byCurrency = [...contribution.byCurrency].map(([currency, { amountMinor, planMinor }]) => ({
    currency,
    amountMinor,
    ...(course.hasRate(currency, effectiveOn) ? { planMinor } : {}),
  }));
  return {
    ...{ movementId, customerId, effectiveOn, recordedAt, cause, correction },
    ...(currencies.every((currency) => course.hasRate(currency, effectiveOn)) ? { amountMinor: String(contribution.planMinor) } : {}),
    byCurrency: isOrigin ? [] : jsonable(byCurrency),
    explain: movementPath(movementId, profile),
  };
};
