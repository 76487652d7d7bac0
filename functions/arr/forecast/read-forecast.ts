import { toEpochDay } from '../../platform/calendar.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { fail, ok } from '../../platform/result.ts';
import { FORECAST_FORMULA } from '../figures/formulas.ts';
import { readHead } from '../figures/read.ts';
import { type Cut, cutBy, dimensionsOf, uncut } from '../metrics/cut.ts';
import { cutOf, missingAnswers, readKnown, type ViewWanted, viewed } from '../metrics/read-viewed.ts';
import { accuracyAnswers, monthAnswers, recordedAnswers } from './answer.ts';
import { backTestsOf } from './back-tests.ts';
import { flowsOf, type Month } from './flows.ts';
import { forecastFrom, historyMonths, MODEL, WINDOW_MONTHS } from './model.ts';
import { readRecorded } from './recorded-store.ts';
import { spanOf } from './span.ts';

export interface ForecastWanted extends Pick<ViewWanted, 'dimension' | 'value' | 'profile'> {
  /** `2027-06`, or a number of months, the one under way among them. */
  readonly until?: string | undefined;
}

/** Why `recorded` is empty, whatever was. */
const NOT_RECORDED = {
  code: 'not-recorded' as const,
  detail: 'Forecasts are recorded of the whole company by the profile in force: ask without dimension and profile.',
};

const USUAL_MONTHS = '12';
/** Recorded forecasts that are told: those of the newest months. */
const MAX_RECORDED = 12;

/** What is forecast, or why it is not. */
const forecastAnswer = (flows: ReturnType<typeof flowsOf>) => {
  const origin = flows.over - 1;
  const months = flows.months.length - flows.over;
  const forecast = forecastFrom(flows, origin, months);
  if (forecast === undefined) {
    const received = historyMonths(flows, origin);
    const detail = `Not enough history: received ${received} months that began with ARR and are over, needs ${WINDOW_MONTHS}.`;
    return { notTold: { code: 'history-short' as const, detail }, months: [], accuracy: [] };
  }
  const tests = backTestsOf(flows, months);
  return { months: monthAnswers(flows, forecast, tests), accuracy: accuracyAnswers(forecast, tests) };
};

/**
 * ARR and each stream of movements in the months ahead, at plan rates, with how far off the same model was before. Checks in this order: the
 * months, the dimension and its value together, the profile and its ledger, the dimension, the value.
 */
export const readForecast = async (wanted: ForecastWanted, company: CompanyConfig, today: string) => {
  const span = spanOf(wanted.until ?? USUAL_MONTHS, today, company.fiscalCalendar);
  if (!span.ok) return span;
  if (wanted.dimension !== undefined && wanted.value === undefined)
    return fail('question-incomplete', 'A forecast is of one value of a dimension: ask with dimension and value.', 'query.value');
  const known = await readKnown(wanted, company);
  if (!known.ok) return known;
  const { ledger, profile, other } = known.value;
  const { rows, names } = ledger;
  const cut = cutOf(rows, names, wanted);
  if (!cut.ok) return cut;
  const { dimension } = wanted;
  const cutRows = (own: typeof rows): Cut =>
    dimension === undefined ? uncut(own, names) : (cutBy(own, names, dimension) ?? uncut(own, names));
  const { months, over } = span.value;
  const origin = (months[over - 1] as Month).endsOn;
  const flows = flowsOf(rows, cutRows, cut.value.values.indexOf(wanted.value ?? ''), { months, over, zone: company.zone });
  const { missing } = await viewed(
    ledger,
    'plan',
    Int32Array.from(months, ({ endsOn }) => toEpochDay(endsOn)),
  );
  const unconverted = missingAnswers(missing, ledger.planCurrency, 'plan');
  const recorded =
    dimension === undefined && other === undefined
      ? (await readRecorded()).filter((one) => one.profile === ledger.profile).slice(-MAX_RECORDED)
      : [];
  const [lacking] = unconverted;
  const told =
    lacking === undefined
      ? { origin: { on: origin, arrMinor: String(flows.closing(over - 1)) }, ...forecastAnswer(flows) }
      : { origin: { on: origin }, notTold: { code: 'rate-missing' as const, detail: lacking.detail }, months: [], accuracy: [] };
  return ok({
    ...(await readHead(FORECAST_FORMULA, profile)),
    on: today,
    model: { ...MODEL, windowMonths: WINDOW_MONTHS },
    ledgerThrough: new Date(ledger.through * 1000).toISOString(),
    unconverted,
    dimension: cut.value.dimension,
    value: wanted.value ?? '',
    ...told,
    recorded: recordedAnswers(recorded, lacking === undefined ? flows : undefined),
    ...(dimension === undefined && other === undefined ? {} : { recordedNotTold: NOT_RECORDED }),
    dimensions: [...dimensionsOf(names)],
    values: [...cut.value.values],
  });
};
