import { addDays } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { fiscalPeriodOf, fiscalPeriodsWithin } from '../../platform/fiscal.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok } from '../../platform/result.ts';
import { BOOKINGS_FORMULA } from '../figures/formulas.ts';
import { readHead } from '../figures/read.ts';
import { byKey, type Keyed, pageOf, valueKnown } from '../standings/lists.ts';
import { readStandings, totalAnswer } from '../standings/read.ts';
import { addSums, type Booked, type Standing, type Sums } from '../standings/standing.ts';
import type { BookingKind } from './signatures.ts';

export interface BookingsWanted {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly period?: 'month' | 'quarter' | 'year' | undefined;
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
  readonly customerId?: string | undefined;
  readonly kind?: BookingKind | undefined;
}

/** Periods of one answer. */
const MAX_PERIODS = 120;
/** Periods × values of one answer. */
const MAX_ROWS = 5_000;
const NO_VALUE = '';
const NOTHING_BOOKED: readonly Booked[] = [];

interface Owned {
  readonly customer: Standing;
  readonly booking: Booked;
}

/** A booking counts in the product, entity and currency that it is of, and in the attributes that its customer had on its day. */
const valueIn = ({ customer, booking }: Owned, dimension: string | undefined): string => {
  if (dimension === undefined) return NO_VALUE;
  if (dimension === 'product') return booking.productId;
  if (dimension === 'entity') return booking.legalEntity;
  if (dimension === 'currency') return booking.currency;
  return (booking.attributes ?? customer.attributes)[dimension] ?? NO_VALUE;
};

const dimensionsOf = (standings: readonly Standing[]): readonly string[] =>
  [...new Set(['product', 'entity', 'currency', ...standings.flatMap(({ attributes }) => Object.keys(attributes))])].sort();

/** Values that a customer has, or any booking of it has whenever it was. */
const everyValue = (standings: readonly Standing[], dimension: string): readonly string[] =>
  standings.flatMap((customer) => {
    const booked = (customer.bookings ?? NOTHING_BOOKED).map((booking) => valueIn({ customer, booking }, dimension));
    return ['product', 'entity', 'currency'].includes(dimension) ? booked : [...booked, customer.attributes[dimension] ?? NO_VALUE];
  });

const FIGURES = ['tcv', 'acv', 'firstYear', 'netNewArr'] as const;

const sumOf = (bookings: readonly Owned[], figure: (typeof FIGURES)[number]) =>
  totalAnswer(
    addSums(
      bookings.map(({ booking }): Sums => {
        const { currency, amountMinor, planMinor } = booking[figure];
        return [planMinor === undefined ? [currency, amountMinor] : [currency, amountMinor, planMinor]];
      }),
    ),
  );

/** Net of all, and of those that take away: their TCV is below zero, or nothing and their net new ARR is. */
const totals = (bookings: readonly Owned[]) => {
  const taken = bookings.filter(({ booking: { tcv, netNewArr } }) =>
    tcv.amountMinor === '0' ? netNewArr.amountMinor.startsWith('-') : tcv.amountMinor.startsWith('-'),
  );
  return {
    bookings: bookings.length - taken.length,
    debookings: taken.length,
    tcv: sumOf(bookings, 'tcv'),
    acv: sumOf(bookings, 'acv'),
    firstYear: sumOf(bookings, 'firstYear'),
    netNewArr: sumOf(bookings, 'netNewArr'),
    debookedTcv: sumOf(taken, 'tcv'),
  };
};

const itemOf = ({ customer: { customerId, name, attributes }, booking }: Owned) => ({
  customerId,
  name,
  ...booking,
  attributes: booking.attributes ?? attributes,
  explain: `/api/v1/arr/explain?${new URLSearchParams({ customerId, eventId: booking.eventId })}`,
});

const keyed = (owned: Owned): Keyed<Owned> => {
  const { bookedOn, agreementId, kind, productId, startsOn, currency, legalEntity, eventId } = owned.booking;
  const key = [bookedOn, owned.customer.customerId, agreementId, kind, productId, startsOn, currency, legalEntity, eventId];
  return { key: key.join('#'), value: owned };
};

/**
 * What was booked and debooked from a day to another, by fiscal period and value, and page by page the bookings that these sum. Checks in this order:
 * the days, the value, the dimension, how many rows that would be. Of each customer by itself, as its agreements stand now.
 */
export const readBookings = async (wanted: BookingsWanted, { position, limit }: PageWanted, company: CompanyConfig, today: string) => {
  const { dimension, value, customerId, kind, period = 'month' } = wanted;
  const to = wanted.to ?? today;
  const from = wanted.from ?? fiscalPeriodOf(company.fiscalCalendar, to, 'year').startsOn;
  if (from > to) return fail('period-invalid', `The bookings end on ${to}, before they begin on ${from}.`, 'query.from');
  if (value !== undefined && dimension === undefined)
    return fail('question-incomplete', 'A value is asked for with its dimension.', 'query.dimension');
  const end = addDays(to, 1);
  const periods = fiscalPeriodsWithin(company.fiscalCalendar, from, end, period);
  if (periods.length > MAX_PERIODS) return fail('period-invalid', `At most ${MAX_PERIODS} periods are answered.`, 'query.from');
  const [head, { standings, ...asOf }] = await Promise.all([readHead(BOOKINGS_FORMULA), readStandings()]);
  const dimensions = dimensionsOf(standings);
  if (dimension !== undefined && !dimensions.includes(dimension))
    return fail('dimension-unknown', `Nothing is cut by "${dimension}": ${dimensions.join(', ')}.`, 'query.dimension');
  const isAsked = (owned: Owned): boolean =>
    owned.booking.bookedOn >= from &&
    owned.booking.bookedOn < end &&
    (kind === undefined || owned.booking.kind === kind) &&
    (value === undefined || valueIn(owned, dimension) === value);
  const ofCustomer = ({ customerId: own, others = [] }: Standing): boolean =>
    customerId === undefined || own === customerId || others.includes(customerId);
  const all = standings
    .filter(ofCustomer)
    .flatMap((customer) => (customer.bookings ?? NOTHING_BOOKED).map((booking): Owned => ({ customer, booking })))
    .filter(isAsked);
  if (all.length === 0 && asOf.isComplete && dimension !== undefined && value !== undefined) {
    const known = valueKnown({ dimension, value }, dimensions, everyValue(standings, dimension));
    if (!known.ok) return known;
  }
  const byValue = Map.groupBy(all, (owned) => valueIn(owned, dimension));
  const values = value === undefined ? [...byValue.keys()].sort() : [value];
  if (values.length * periods.length > MAX_ROWS)
    return fail('answer-too-large', `At most ${MAX_ROWS} rows are answered at once: ask for fewer periods, or one value.`, 'query');
  const rows = periods.flatMap(({ startsOn, endsBefore }) => {
    const first = startsOn > from ? startsOn : from;
    const last = endsBefore < end ? addDays(endsBefore, -1) : to;
    return values.flatMap((own) => {
      const within = (byValue.get(own) ?? []).filter(({ booking: { bookedOn } }) => first <= bookedOn && bookedOn <= last);
      return within.length === 0 && dimension !== undefined ? [] : [{ startsOn: first, endsOn: last, value: own, ...totals(within) }];
    });
  });
  const { items, nextCursor } = pageOf(all.map(keyed).sort(byKey), position, limit);
  return ok({
    ...head,
    ...asOf,
    from,
    to,
    period,
    dimension: dimension ?? 'total',
    dimensions: [...dimensions],
    total: totals(all),
    rows,
    items: items.map(itemOf),
    nextCursor,
  });
};
