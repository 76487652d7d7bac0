import type { Fraction } from '../../platform/decimal.ts';
import { formatRatio } from '../metrics/ratio.ts';
import { type BackTests, errorsNeeded, LEVELS, type Reach } from './back-tests.ts';
import type { Flows } from './flows.ts';
import type { Expected } from './model.ts';
import type { RecordedForecast } from './recorded-store.ts';
import { METHODS, STREAMS } from './streams.ts';

const PLACES = 6;
const share = (value: Fraction): string => formatRatio(value, PLACES);

/** The place of ARR among what is forecast; streams stand behind it, in their order. */
const ARR = 0;

const intervalsOf = (forecastMinor: bigint, reach: Reach, backTests: number) =>
  LEVELS.map((level) => {
    const far = reach[level];
    if (far !== undefined) return { level, fromMinor: String(forecastMinor - far), toMinor: String(forecastMinor + far) };
    const detail = `Not enough history: received ${backTests} back-tests of this lead, needs ${errorsNeeded(level)}.`;
    return { level, notTold: { code: 'history-short' as const, detail } };
  });

/** Months ahead, each with its streams, which sum to what ARR changes by, and the intervals around them. */
export const monthAnswers = ({ months, over }: Flows, forecast: readonly Expected[], tests: BackTests) =>
  forecast.map(({ lead, openingMinor, knownMinor, expectedMinor, closingMinor }) => {
    const backTests = tests.accuracy(lead, ARR)?.backTests ?? 0;
    const intervals = (amount: bigint, series: number) => intervalsOf(amount, tests.reach(lead, series), backTests);
    return {
      startsOn: months[over + lead - 1]?.startsOn ?? '',
      endsOn: months[over + lead - 1]?.endsOn ?? '',
      lead,
      openingMinor: String(openingMinor),
      streams: STREAMS.map((stream, place) => ({
        stream,
        method: METHODS[stream],
        knownMinor: String(knownMinor[place]),
        expectedMinor: String(expectedMinor[place]),
        intervals: intervals(expectedMinor[place] as bigint, place + 1),
      })),
      closingMinor: String(closingMinor),
      intervals: intervals(closingMinor, ARR),
    };
  });

/** How the same model did, by lead: of ARR, and of each stream. Leads of which no forecast is over are left out. */
export const accuracyAnswers = (forecast: readonly Expected[], tests: BackTests) =>
  forecast.flatMap(({ lead }) =>
    ['arr' as const, ...STREAMS].flatMap((of, series) => {
      const known = tests.accuracy(lead, series);
      if (known === undefined) return [];
      const { backTests, error, errorIfStays, errorIfGoesOn, coverage } = known;
      const errors = { error: share(error), errorIfStays: share(errorIfStays), errorIfGoesOn: share(errorIfGoesOn) };
      return [{ lead, of, backTests, ...errors, coverage: [...coverage] }];
    }),
  );

/** What was forecast of months when they began, newest first, with what came of those that are over; that is left out where a rate is missing. */
export const recordedAnswers = (recorded: readonly RecordedForecast[], flows: Flows | undefined) =>
  recorded.toReversed().map(({ startsOn, endsOn, recordedAt, model, openingMinor, closingMinor, streams }) => {
    const month = flows?.months.findIndex((one) => one.startsOn === startsOn) ?? -1;
    const isOver = flows !== undefined && month >= 0 && month < flows.over;
    return {
      ...{ startsOn, endsOn, recordedAt, model, openingMinor },
      streams: STREAMS.map((stream, place) => ({
        stream,
        forecastMinor: streams[stream] ?? '0',
        ...(isOver ? { actualMinor: String(flows.moved(month)[place]) } : {}),
      })),
      forecastMinor: closingMinor,
      ...(isOver ? { actualMinor: String(flows.closing(month)) } : {}),
    };
  });
