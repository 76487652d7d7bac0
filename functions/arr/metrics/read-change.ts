import { addMonths, endOfMonth, toEpochDay } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { cursorInvalid } from '../../platform/cursor.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok } from '../../platform/result.ts';
import { RETENTION_CHANGE_FORMULA } from '../figures/formulas.ts';
import { readHead } from '../figures/read.ts';
import { knowable } from '../ledger/known.ts';
import { readBooks } from '../records/store.ts';
import { type CohortYear, retentionChange } from './change.ts';
import { changeAnswer, customerAnswer, endAnswer, movementsOf, notDefined } from './change-answer.ts';
import { dimensionsOf } from './cut.ts';
import { missingByValue } from './lacking.ts';
import { Months } from './periods.ts';
import { atLevel, type LevelWanted } from './read-customers.ts';
import { cutOf, missingAnswers, readKnown, type ViewWanted, viewed } from './read-viewed.ts';

export interface ChangeWanted extends Omit<ViewWanted, 'currencyView'>, LevelWanted {
  readonly month: string;
  readonly against?: string | undefined;
}

/** Twelve months apart, what came into the window begins where what went out of it ends. */
const MAX_MONTHS_APART = 12;

/** The two months that are compared: at their ends, of the month that is not over yet today. */
const monthsOf = ({ month, against = addMonths(`${month}-01`, -1).slice(0, 7) }: ChangeWanted, today: string) => {
  if (`${month}-01` > today) return fail('period-invalid', `The month ${month} has not begun: today is ${today}.`, 'query.month');
  if (against >= month) return fail('period-invalid', `${against} is not before ${month}.`, 'query.against');
  if (addMonths(`${against}-01`, MAX_MONTHS_APART) < `${month}-01`)
    return fail('period-invalid', `At most ${MAX_MONTHS_APART} months may lie between ${against} and ${month}.`, 'query.against');
  const end = endOfMonth(`${month}-01`);
  return ok({ against, before: endOfMonth(`${against}-01`), after: end > today ? today : end });
};

const yearsOf = (before: string, after: string, { fiscalCalendar }: CompanyConfig): readonly [CohortYear, CohortYear] => {
  const year = (on: string): CohortYear => ({
    from: toEpochDay(new Months(fiscalCalendar, [{ startsOn: on, endsOn: on }]).back(on, 12)),
    to: toEpochDay(on),
  });
  return [year(before), year(after)];
};

/**
 * Why NRR changed between two months, at plan rates: its exact parts by what came into and went out of the twelve months, by who joined and left the
 * cohort, by cause, and customer by customer, the largest effects first. Checks in this order: the months, the profile and its ledger, the level, the dimension and its value, the cursor.
 */
export const readRetentionChange = async (wanted: ChangeWanted, page: PageWanted, company: CompanyConfig, today: string) => {
  const months = monthsOf(wanted, today);
  if (!months.ok) return months;
  const day = knowable(wanted.asKnownOn, today);
  if (!day.ok) return day;
  if (wanted.dimension !== undefined && wanted.value === undefined)
    return fail('question-incomplete', 'A change is of one value of a dimension: ask with dimension and value.', 'query.value');
  const { against, before, after } = months.value;
  const years = yearsOf(before, after, company);
  const known = await readKnown(wanted, company);
  if (!known.ok) return known;
  const { ledger, profile, other } = known.value;
  const looks = Int32Array.from(new Set(years.flatMap(({ from, to }) => [from, to]))).sort();
  const { rows: customers, missing: lacking } = await viewed(ledger, 'plan', looks);
  const read = await atLevel({ rows: customers, names: ledger.names }, wanted, profile);
  if (!read.ok) return read;
  const told = read.value;
  const { rows, names } = told;
  const cut = cutOf(rows, names, wanted);
  if (!cut.ok) return cut;
  if (!/^\d{1,9}$/.test(page.position ?? '0')) return cursorInvalid;
  const from = Number(page.position ?? '0');
  const { level = 'customer' } = wanted;
  const value = cut.value.values.indexOf(wanted.value ?? '');
  const of = { years, ledger, told, isOfCompanies: level === 'parent', profile: other, cut: cut.value, value };
  const missing = missingByValue(lacking, told, ledger, cut.value, looks)[value] ?? lacking;
  const unconverted = missingAnswers(missing, ledger.planCurrency, 'plan');
  const change = missing.length > 0 ? undefined : retentionChange(rows, of.cut, of.value, years, profile);
  const listed = change?.byCustomer.slice(from, from + page.limit) ?? [];
  const next = from + listed.length;
  const [head, books] = await Promise.all([
    readHead(RETENTION_CHANGE_FORMULA, profile),
    readBooks(listed.map(({ customer }) => names.customers[customer] as string)),
  ]);
  const movements = movementsOf(of, listed);
  return ok({
    ...head,
    month: wanted.month,
    against,
    level,
    asKnownOn: wanted.asKnownOn,
    ledgerThrough: new Date(ledger.through * 1000).toISOString(),
    unconverted,
    dimension: of.cut.dimension,
    value: wanted.value ?? '',
    before: endAnswer(years[0], change?.before),
    after: endAnswer(years[1], change?.after),
    ...(change === undefined ? { notDefined: notDefined(unconverted) } : changeAnswer(of, change)),
    items: listed.map((one) => customerAnswer(of, one, change?.denominator ?? 1n, books, movements)),
    nextCursor: next < (change?.byCustomer.length ?? 0) ? String(next) : null,
    dimensions: [...dimensionsOf(ledger.names)],
    values: [...of.cut.values],
  });
};
