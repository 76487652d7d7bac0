import { closingRates } from '../../company/index.ts';
import { addDays, toEpochDay } from '../../platform/calendar.ts';
import { fraction, round } from '../../platform/decimal.ts';
import { convert } from '../../platform/fx.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { Ledger, ToldRows } from '../ledger/rows.ts';
import type { Profile } from '../profiles/profile.ts';
import { decidingContext } from '../records/context.ts';
import { companyOf } from '../standings/companies.ts';
import { readStandings } from '../standings/read.ts';
import type { Renewal, Standing } from '../standings/standing.ts';
import type { Cut } from './cut.ts';
import type { Due } from './dues.ts';
import { missingByValue } from './lacking.ts';
import type { Plan } from './measure.ts';
import { atParents, type Told } from './parents.ts';
import type { NotDefined } from './ratio.ts';
import type { ViewWanted } from './read-viewed.ts';
import type { CurrencyView, RateMissing } from './views.ts';

export interface LevelWanted {
  readonly level?: 'customer' | 'parent' | undefined;
}

type CompanyOf = (customerId: string) => string;

/** Of the standings that were read last: they stay the same object while nothing changed. */
const companies = new WeakMap<readonly Standing[], CompanyOf>();
const joined = new WeakMap<ToldRows, { readonly by: CompanyOf; readonly told: Told }>();

const companiesOf = (standings: readonly Standing[]): CompanyOf => {
  const by = companies.get(standings) ?? companyOf(standings);
  companies.set(standings, by);
  return by;
};

const NOT_LISTED = 'How customers stand is being looked at for the first time: ask again in some minutes.';

/** A ledger's rows at the level that is asked for. Problems: `question-invalid` (who belonged to whom is known as of today alone), `customers-not-listed`. */
export const atLevel = async (
  ledger: Told,
  { level, asKnownOn }: LevelWanted & ViewWanted,
  profile: Profile,
): Promise<Result<Told, Problem<'question-invalid' | 'customers-not-listed'>>> => {
  if (level !== 'parent') return ok(ledger);
  if (asKnownOn !== undefined)
    return fail('question-invalid', 'Parents are as of today: ask with level, or with asKnownOn, not with both.', 'query.level');
  const { standings, isComplete } = await readStandings();
  if (!isComplete) return fail('customers-not-listed', NOT_LISTED);
  const by = companiesOf(standings);
  const known = joined.get(ledger.rows);
  if (known?.by === by) return ok(known.told);
  const told = atParents({ rows: ledger.rows, names: ledger.names }, by, profile);
  joined.set(ledger.rows, { by, told });
  return ok(told);
};

/**
 * Which of the rates that are missing bear on each value of what is asked for; `cutBy` cuts rows at the level of the question. Undefined where none is
 * missing.
 */
export const readMissingByValue = async (
  ledger: Ledger,
  missing: readonly RateMissing[],
  wanted: LevelWanted & ViewWanted,
  profile: Profile,
  looks: Int32Array,
  cutAs: (told: Told) => Cut | undefined,
): Promise<readonly (readonly RateMissing[])[] | undefined> => {
  if (missing.length === 0) return undefined;
  const told = await atLevel({ rows: ledger.rows, names: ledger.names }, wanted, profile);
  const cut = told.ok ? cutAs(told.value) : undefined;
  return told.ok && cut !== undefined ? missingByValue(missing, told.value, ledger, cut, looks) : undefined;
};

interface Listed {
  readonly renewal: Renewal;
  /** Attributes of its customer. */
  readonly today: Standing['attributes'];
}

type Convert = (amountMinor: bigint, currency: string, on: string) => bigint | undefined;

const dueOf = (customerId: string, { renewal, today }: Listed, converted: Convert | undefined): Due => {
  const [dueOn, productId, legalEntity, currency, due, renewed, isSettled, then, duePlan, renewedPlan] = renewal;
  const lastDay = addDays(dueOn, -1);
  const dueMinor = converted === undefined ? duePlan : converted(BigInt(due), currency, lastDay);
  const renewedMinor = converted === undefined ? renewedPlan : converted(BigInt(renewed), currency, lastDay);
  const told = { customerId, productId, legalEntity, currency, dueOn, isSettled, attributes: then ?? today };
  if (dueMinor === undefined || renewedMinor === undefined) return { ...told, dueMinor: 0n, renewedMinor: 0n, lacksRate: true };
  return { ...told, dueMinor: BigInt(dueMinor), renewedMinor: BigInt(renewedMinor) };
};

/** At plan rates of the last day, or at the closing rate of a term's last day; undefined where amounts stay as they are kept, at the plan rates of their days. */
const converting = async (
  view: CurrencyView,
  currencies: readonly string[],
  planCurrency: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Convert | undefined> => {
  if (view === 'plan') return undefined;
  if (view === 'constant') {
    const { rates } = await decidingContext();
    return (amountMinor, currency) => {
      const factor = currency === planCurrency ? fraction(1n) : rates.factor(currency, toEpochDay(to));
      return factor === undefined ? undefined : round({ num: amountMinor * factor.num, den: factor.den }, 'half-up');
    };
  }
  const table = await closingRates(currencies, from, to);
  return (amountMinor, currency, on) => {
    const found = table.find(currency, planCurrency, 'closing', on);
    if (!found.ok) return undefined;
    const { num, den } = convert(fraction(amountMinor), currency, planCurrency, found.value.rate);
    return round({ num, den }, 'half-up');
  };
};

/** What came up for renewal from the first of some periods to the last, over all customers, or why that cannot be told. */
export const readDues = async (
  { currencyView = 'plan', asKnownOn, knownBefore, level }: LevelWanted & ViewWanted,
  { periods }: Plan,
  { planCurrency, other }: { readonly planCurrency: string; readonly other?: string | undefined },
): Promise<readonly Due[] | NotDefined> => {
  if (other !== undefined)
    return { code: 'dues-missing', detail: 'What came up for renewal is told by the profile in force alone: ask without profile.' };
  if ((asKnownOn ?? knownBefore) !== undefined)
    return { code: 'dues-missing', detail: 'What came up for renewal is told as it is known today: ask without asKnownOn.' };
  const { standings, isComplete } = await readStandings();
  if (!isComplete) return { code: 'dues-missing', detail: NOT_LISTED };
  const [first, last] = [periods[0]?.startsOn ?? '', periods.at(-1)?.endsOn ?? ''];
  const by = level === 'parent' ? companiesOf(standings) : undefined;
  const told = standings.flatMap(({ customerId, attributes: today, renewals = [] }) =>
    renewals.flatMap((renewal) =>
      first <= renewal[0] && renewal[0] <= last ? [{ customerId: by?.(customerId) ?? customerId, renewal, today }] : [],
    ),
  );
  const currencies = [...new Set(told.map(({ renewal }) => renewal[3]))];
  const convert = await converting(currencyView, currencies, planCurrency, { from: addDays(first, -1), to: last });
  return told.map((one) => dueOf(one.customerId, one, convert));
};
