import { addDays, addMonths, fromEpochDay, startOfDay, toEpochDay } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { cursorInvalid } from '../../platform/cursor.ts';
import { fiscalPeriodOf } from '../../platform/fiscal.ts';
import type { PageWanted } from '../../platform/http.ts';
import { fail, ok } from '../../platform/result.ts';
import { CHURN_RISK_FORMULA } from '../figures/formulas.ts';
import { readHead } from '../figures/read.ts';
import type { Ledger, Names, Rows } from '../ledger/rows.ts';
import { dimensionsOf } from '../metrics/cut.ts';
import { formatRatio } from '../metrics/ratio.ts';
import { cutOf, missingAnswers, readKnown, type ViewWanted, viewed } from '../metrics/read-viewed.ts';
import { readBooks } from '../records/store.ts';
import { readStandings } from '../standings/read.ts';
import type { Standing } from '../standings/standing.ts';
import { accountAnswer, calibrationAnswer, cohortAnswers, type Listed } from './answer.ts';
import { arrByValue, sharedOut } from './by-value.ts';
import { atRiskOf } from './calibration.ts';
import type { Look, RenewalDays } from './features.ts';
import { asFraction, CUSTOMERS_NEEDED, MODEL, PRIOR_CUSTOMERS, PRIOR_LEAVERS } from './model.ts';
import { byAmount, type Looks, type Outlook, outlookOf } from './outlook.ts';
import { PLAYBOOKS } from './playbooks.ts';

export interface RiskWanted extends Pick<ViewWanted, 'dimension' | 'value' | 'profile'> {
  readonly customerId?: string | undefined;
}

/** Yearly cohorts that are looked back on. */
const MAX_COHORTS = 3;

const lookAt = (on: string, knownBefore: number): Look => ({
  day: toEpochDay(on),
  sixMonthsAgo: toEpochDay(addMonths(on, -6)),
  yearAgo: toEpochDay(addMonths(on, -12)),
  twoYearsAgo: toEpochDay(addMonths(on, -24)),
  yearAhead: toEpochDay(addMonths(on, 12)),
  knownBefore,
});

/** Ends of the fiscal month that is over and of the same month of each year before; and today, with all that is recorded by now. */
const looksOf = (today: string, { fiscalCalendar, zone }: CompanyConfig): Looks => {
  const end = fiscalPeriodOf(fiscalCalendar, today, 'month').startsOn;
  const ends = Array.from(
    { length: MAX_COHORTS + 1 },
    (_, years) => fiscalPeriodOf(fiscalCalendar, addMonths(end, -12 * (MAX_COHORTS - years), 1), 'month').startsOn,
  );
  return {
    years: ends.map((start) => lookAt(addDays(start, -1), startOfDay(start, zone))),
    today: lookAt(today, Number.POSITIVE_INFINITY),
  };
};

/**
 * Days on which terms end, as they are known today; `days` is undefined before customers were listed, where no term is known of anybody, and by
 * another profile (`other`) than that in force, by which they are listed.
 */
interface Terms {
  readonly standings: readonly Standing[];
  readonly days: RenewalDays | undefined;
}

const readTerms = async ({ customers }: Names, other: string | undefined): Promise<Terms> => {
  const { standings, isComplete } = await readStandings();
  const known = standings.flatMap(({ customerId, renewals = [] }) =>
    renewals.length === 0 ? [] : [[customerId, renewals.map(([dueOn]) => toEpochDay(dueOn))] as const],
  );
  if (other !== undefined || !isComplete || known.length === 0) return { standings, days: undefined };
  const days = new Map(known);
  return { standings, days: (customer) => days.get(customers[customer] as string) ?? [] };
};

/** Of the rows and terms that were read last: they stay the same objects while nothing changed, so that the next page looks at nothing anew. */
const kept = new WeakMap<Rows, { readonly today: string; readonly standings: readonly Standing[]; readonly outlook: Outlook }>();

const outlookFrom = ({ rows, names }: Ledger, looks: Looks, { standings, days }: Terms, today: string): Outlook => {
  const known = kept.get(rows);
  if (known?.today === today && known.standings === standings) return known.outlook;
  const outlook = outlookOf(rows, names.customers.length, looks, days);
  kept.set(rows, { today, standings, outlook });
  return outlook;
};

/** All accounts with the parts of their ARR, and of what is at risk, by the place of the value. */
const sharesOf = ({ accounts, told }: Outlook & { readonly told: NonNullable<Outlook['told']> }, arrOf: ReturnType<typeof arrByValue>) =>
  accounts.map((account) => {
    const probability = told.of(account);
    const atRiskMinor = atRiskOf(asFraction(probability), account.arrMinor);
    const arr = arrOf(account.customer);
    return { account, probability, atRiskMinor, arr, atRisk: sharedOut(atRiskMinor, arr) };
  });
type Shares = ReturnType<typeof sharesOf>;

const totalOf = (parts: readonly { readonly arrMinor: bigint; readonly atRiskMinor: bigint }[]) => ({
  customers: parts.length,
  arrMinor: String(parts.reduce((sum, { arrMinor }) => sum + arrMinor, 0n)),
  atRiskMinor: String(parts.reduce((sum, { atRiskMinor }) => sum + atRiskMinor, 0n)),
});

const partsIn = (shares: Shares, value: number): readonly Listed[] =>
  shares.flatMap(({ account, probability, arr, atRisk }) => {
    const arrMinor = arr.get(value);
    if (arrMinor === undefined) return [];
    return [{ account, customer: account.customer, probability, arrMinor, atRiskMinor: atRisk.get(value) ?? 0n }];
  });

/**
 * Who may leave within twelve months, with the reasons, the largest ARR at risk first; in total, by the values of a dimension, for one value of it,
 * or for one customer. Checks in this order: the profile and its ledger, the dimension, the value, the cursor, the customer.
 */
export const readChurnRisk = async (wanted: RiskWanted, page: PageWanted, company: CompanyConfig, today: string) => {
  const known = await readKnown(wanted, company);
  if (!known.ok) return known;
  const { ledger, profile, other } = known.value;
  const { rows, names } = ledger;
  const cut = cutOf(rows, names, wanted);
  if (!cut.ok) return cut;
  if (!/^\d{1,9}$/.test(page.position ?? '0')) return cursorInvalid;
  const { values, dimension } = cut.value;
  const looks = looksOf(today, company);
  const days = Int32Array.from([...looks.years, looks.today], ({ day }) => day);
  const [{ missing }, terms] = await Promise.all([viewed(ledger, 'plan', days), readTerms(names, other)]);
  const unconverted = missingAnswers(missing, ledger.planCurrency, 'plan');
  const outlook = outlookFrom(ledger, looks, terms, today);
  const { told } = outlook;
  const head = {
    ...(await readHead(CHURN_RISK_FORMULA, profile)),
    on: today,
    model: { ...MODEL, priorCustomers: PRIOR_CUSTOMERS, priorLeavers: PRIOR_LEAVERS, knowsRenewals: terms.days !== undefined },
    ledgerThrough: new Date(ledger.through * 1000).toISOString(),
    unconverted,
    dimension,
    value: wanted.value ?? '',
    playbooks: [...PLAYBOOKS],
    dimensions: [...dimensionsOf(names)],
    values: [...values],
  };
  const [lacking] = unconverted;
  if (lacking !== undefined || told === undefined) {
    const notTold = lacking === undefined ? tooShort(outlook) : { code: 'rate-missing' as const, detail: lacking.detail };
    return ok({ ...head, notTold, cohorts: [], byValue: [], items: [], nextCursor: null });
  }
  const shares = sharesOf({ ...outlook, told }, arrByValue(rows, cut.value, looks.today.day));
  const inValue: readonly Listed[] =
    wanted.value === undefined
      ? shares.map(({ account, probability, atRiskMinor }) => ({
          ...{ account, probability, atRiskMinor },
          ...{ customer: account.customer, arrMinor: account.arrMinor },
        }))
      : partsIn(shares, values.indexOf(wanted.value));
  const isAsked = ({ customer }: Listed): boolean => wanted.customerId === undefined || names.customers[customer] === wanted.customerId;
  const listed = inValue.filter(isAsked).sort(byAmount);
  if (wanted.customerId !== undefined && listed.length === 0)
    return fail('customer-unknown', `Customer ${wanted.customerId.slice(0, 100)} has no ARR on ${today}.`, 'query.customerId');
  const from = Number(page.position ?? '0');
  const items = listed.slice(from, from + page.limit);
  const next = from + items.length;
  const idOf = ({ customer }: Listed): string => names.customers[customer] as string;
  const books = await readBooks(items.map(idOf));
  const newest = outlook.cohorts.at(-1);
  return ok({
    ...head,
    rate: rateAnswer(told),
    cohorts: cohortAnswers(outlook),
    ...(told.calibration === undefined || newest === undefined
      ? { notCalibrated: notCalibrated(outlook) }
      : { calibration: calibrationAnswer(told.calibration, fromEpochDay(newest.day)) }),
    total: totalOf(inValue),
    byValue: values.flatMap((value, place) => {
      const parts = partsIn(shares, place);
      return wanted.value !== undefined || parts.length === 0 ? [] : [{ value, ...totalOf(parts) }];
    }),
    items: items.map((one) => accountAnswer(one, idOf(one), books.get(idOf(one))?.name ?? '', told.rate)),
    nextCursor: next < listed.length ? String(next) : null,
  });
};

const rateAnswer = ({ rates, rate }: NonNullable<Outlook['told']>) => {
  const { customers, left } = rates.of([]);
  return { customers, left, level: formatRatio(rates.level, LEVEL_PLACES), value: formatRatio(rate, RATE_PLACES) };
};

const LEVEL_PLACES = 3;
const RATE_PLACES = 6;

const customersOf = (cohorts: Outlook['cohorts']): number => cohorts.reduce((sum, { accounts }) => sum + accounts.length, 0);

const tooShort = ({ cohorts }: Outlook) => ({
  code: 'history-short' as const,
  detail: `Not enough history: received ${customersOf(cohorts)} customers whose twelve months are over, needs ${CUSTOMERS_NEEDED}.`,
});

const notCalibrated = ({ cohorts }: Outlook) => ({
  code: 'history-short' as const,
  detail: `Not enough history: received ${customersOf(cohorts.slice(0, -1))} customers of cohorts before the newest one, needs ${CUSTOMERS_NEEDED}.`,
});
