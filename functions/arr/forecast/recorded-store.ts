import { Entity } from 'electrodb';
import { commit, entityDefaults, primaryPk, primarySk, readAll } from '../../platform/table.ts';
import type { Stream } from './streams.ts';

/** Forecasts of a month as they were made when it began, `FORECASTS` with its first day. Put once, never changed. */
const forecasts = new Entity(
  {
    model: { entity: 'arrForecast', version: '1', service: 'arr' },
    attributes: {
      startsOn: { type: 'string', required: true },
      endsOn: { type: 'string', required: true },
      recordedAt: { type: 'string', required: true },
      profile: { type: 'string', required: true },
      planCurrency: { type: 'string', required: true },
      /** Name and version: `means-and-rates 1`. */
      model: { type: 'string', required: true },
      openingMinor: { type: 'string', required: true },
      closingMinor: { type: 'string', required: true },
      /** JSON: minor units by stream. */
      streams: { type: 'string', required: true },
    },
    indexes: {
      byMonth: {
        pk: { ...primaryPk, composite: [], template: 'FORECASTS' },
        sk: { ...primarySk, composite: ['startsOn'], template: '${startsOn}' },
      },
    },
  } as const,
  entityDefaults,
);

/** What was forecast of a fiscal month; amounts are minor units of the plan currency as text. */
export interface RecordedForecast {
  readonly startsOn: string;
  readonly endsOn: string;
  readonly recordedAt: string;
  readonly profile: string;
  readonly planCurrency: string;
  readonly model: string;
  readonly openingMinor: string;
  readonly closingMinor: string;
  readonly streams: Readonly<Partial<Record<Stream, string>>>;
}

/** All that were recorded, in the order of their months: one item a month. */
export const readRecorded = async (): Promise<readonly RecordedForecast[]> =>
  (await readAll(forecasts.query.byMonth({}), { consistent: true })).map(({ streams, ...forecast }) => ({
    ...forecast,
    streams: JSON.parse(streams) as RecordedForecast['streams'],
  }));

/** The one of the month that begins on a day; read consistently. */
export const readRecordedOf = async (startsOn: string): Promise<RecordedForecast | undefined> => {
  const { data } = await forecasts.get({ startsOn }).go({ consistent: true });
  return data === null ? undefined : { ...data, streams: JSON.parse(data.streams) as RecordedForecast['streams'] };
};

/** False where the month has one already. */
export const putRecorded = async ({ streams, ...forecast }: RecordedForecast): Promise<boolean> => {
  const { Item } = forecasts.create({ ...forecast, streams: JSON.stringify(streams) }).params() as {
    readonly Item: Record<string, unknown>;
  };
  const written = await commit([{ put: { Item, ConditionExpression: 'attribute_not_exists(pk)' } }]);
  if (!written.ok && written.problem.code === 'busy') throw new Error(`the forecast of ${forecast.startsOn} is busy; ask again`);
  return written.ok;
};
