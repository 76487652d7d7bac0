import { dayOfInstant } from '../platform/calendar.ts';
import { nowMs } from '../platform/clock.ts';
import { companyConfig } from '../platform/config.ts';
import { exponentOf } from '../platform/currencies.ts';
import { formatShortest, round } from '../platform/decimal.ts';
import { apiHandler, CsvBody, etagOf, namesEtag, rawBody } from '../platform/http.ts';
import { ok } from '../platform/result.ts';
import { askedMonths, type CostMonth } from './cost-months.ts';
import { csvOfCosts, rowsOfCsv, rowsOfJson } from './costs-csv.ts';
import type { RecordedCost } from './costs-store.ts';
import { planVersions, ratesInForce } from './current.ts';
import { loadCosts } from './load-costs.ts';
import { loadRates } from './load-rates.ts';
import { latestOf, planInForce } from './plan.ts';
import { costRows, costsByMonth } from './read-costs.ts';
import { companyRoutes } from './routes.ts';
import { setPlan } from './set-plan.ts';

/** Today in the company's zone, by the platform's clock. */
const today = (): string => dayOfInstant(Math.floor(nowMs() / 1000), companyConfig().zone);

const planAnswer = async (on: string, knownAt?: string) => {
  const versions = await planVersions();
  return { on, plan: planInForce(versions, on, knownAt), latestVersion: latestOf(versions).version };
};

/** The latest version where the header names the present plan as GET answers it, otherwise 0, which is none. */
const versionNamedBy = async (ifMatch: string): Promise<number> => {
  const current = await planAnswer(today());
  return namesEtag(ifMatch, etagOf(current), false) ? current.latestVersion : 0;
};

const monthAnswer = ({ sums, unconverted, ...month }: CostMonth<RecordedCost>) => ({
  ...month,
  sums: sums.map(({ kind, purpose, planMinor, amounts }) => ({
    kind,
    purpose,
    planMinor: planMinor?.toString(),
    amounts: amounts.map(({ legalEntity, currency, amountMinor, source, costSetVersion, recordedAt, loadedBy }) => ({
      legalEntity,
      currency,
      amountMinor: String(amountMinor),
      source,
      costSetVersion,
      recordedAt,
      loadedBy,
    })),
  })),
  unconverted: [...unconverted],
});

/** Places of a rate as it is shown; the exact fraction stands beside it. */
const SHOWN_PLACES = 12;

export const handler = apiHandler('company-api', companyRoutes, {
  getPlan: async ({ query }) => ok(await planAnswer(query.on ?? today(), query.knownAt)),

  putPlan: async ({ body, caller, ifMatch }) => {
    const basedOnVersion = ifMatch === undefined ? body.basedOnVersion : await versionNamedBy(ifMatch);
    const set = await setPlan({ content: body.content, reason: body.reason, changedBy: caller.subject, basedOnVersion });
    return set.ok ? ok({ plan: set.value, latestVersion: set.value.version }) : set;
  },

  listPlanVersions: async ({ page }) => {
    const newestFirst = [...(await planVersions())].reverse();
    const before = Number(page.position ?? Number.MAX_SAFE_INTEGER);
    const items = newestFirst.filter(({ version }) => version < before).slice(0, page.limit);
    const last = items.at(-1)?.version ?? 1;
    return ok({ items, nextCursor: last > 1 ? String(last) : null });
  },

  getFxRate: async ({ query }) => {
    const { base, quote, type } = query;
    for (const [field, currency] of Object.entries({ base, quote })) {
      const known = exponentOf(currency, field);
      if (!known.ok) return known;
    }
    const on = query.on ?? today();
    const { rateSetVersion, table } = await ratesInForce(type, on, [base], quote);
    const found = table.find(base, quote, type, on);
    if (!found.ok) return found;
    const { rate, legs } = found.value;
    const shown = round({ num: rate.num * 10n ** BigInt(SHOWN_PLACES), den: rate.den }, 'half-even');
    return ok({
      base,
      quote,
      type,
      on,
      rate: formatShortest({ n: shown, scale: SHOWN_PLACES }),
      exact: { numerator: String(rate.num), denominator: String(rate.den) },
      legs: [...legs],
      rateSetVersion,
    });
  },

  putFxRates: async ({ body, caller }) => {
    const loaded = await loadRates(body.rates, caller.subject);
    return loaded.ok ? ok({ ...loaded.value, problems: [...loaded.value.problems] }) : loaded;
  },

  getCosts: async ({ query }) => {
    const asked = askedMonths(query.from, query.to ?? today(), companyConfig().fiscalCalendar);
    if (!asked.ok) return asked;
    const { from, to } = asked.value;
    const { costSetVersion, rateSetVersion, rows } = await costsByMonth(from, to, query.knownAt);
    return ok({ from, to, planCurrency: companyConfig().planCurrency, costSetVersion, rateSetVersion, months: rows.map(monthAnswer) });
  },

  getCostsCsv: async ({ query }) => {
    const asked = askedMonths(query.from, query.to ?? today(), companyConfig().fiscalCalendar);
    if (!asked.ok) return asked;
    const { rows } = await costRows(asked.value.from, asked.value.to, query.knownAt);
    return ok(rawBody('text/csv; charset=utf-8', csvOfCosts(rows)));
  },

  putCosts: async ({ body, caller, query }) => {
    const rows = body instanceof CsvBody ? rowsOfCsv(body.csv) : ok(rowsOfJson(body.rows));
    if (!rows.ok) return rows;
    const loaded = await loadCosts(rows.value, caller.subject, query.dryRun === 'true');
    return loaded.ok ? ok({ ...loaded.value, problems: [...loaded.value.problems] }) : loaded;
  },
});
