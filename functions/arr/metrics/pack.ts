import { writeCsv } from '../../platform/csv.ts';
import type { METRICS } from './catalogue.ts';
import type { NotDefined } from './ratio.ts';

/** A figure of a period as the metrics answer it: decimal text, or why there is none. */
export interface Figured {
  readonly id: string;
  readonly value?: string;
  readonly notDefined?: NotDefined;
  readonly explain?: string | undefined;
}

export interface PeriodFigures {
  readonly startsOn: string;
  readonly endsOn: string;
  readonly figures: readonly Figured[];
}

/** What was reported of a period when its last month was closed. */
export interface ReportedThen {
  readonly closedAt: string;
  readonly profile: string;
  readonly profileVersion?: string | undefined;
  /** It was reported under the definition that is in force. */
  readonly isSameDefinition: boolean;
  readonly values: ReadonlyMap<string, string>;
  /** Under another definition: what figures are now under that of then, through an instant; or why that is not known. */
  readonly underThen?: ReadonlyMap<string, string>;
  readonly definitionThrough?: string;
  readonly definitionUnknown?: string;
}

type Definition = Pick<(typeof METRICS)[number], 'id' | 'name' | 'formula' | 'unit' | 'purpose' | 'source'>;

/** `a − b` of decimal texts with the same number of places, as such a text. */
export const difference = (a: string, b: string): string => {
  const places = a.split('.')[1]?.length ?? 0;
  const scaled = BigInt(a.replace('.', '')) - BigInt(b.replace('.', ''));
  if (places === 0) return String(scaled);
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(places + 1, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
};

const between = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || b === undefined ? undefined : difference(a, b);

/** What a figure differs by from what was reported: `definition` by another definition, `restated` by what is known otherwise; they sum to it. */
const sinceReported = (
  id: string,
  value: string | undefined,
  reported: ReportedThen | undefined,
): { readonly reported?: string; readonly restated?: string; readonly definition?: string } => {
  const then = reported?.values.get(id);
  if (reported === undefined || then === undefined) return {};
  const underThen = reported.isSameDefinition ? value : reported.underThen?.get(id);
  const restated = between(underThen, then);
  const definition = reported.isSameDefinition ? undefined : between(value, underThen);
  if (restated === undefined || (definition === undefined && !reported.isSameDefinition)) return { reported: then };
  return { reported: then, restated, ...(definition === undefined ? {} : { definition }) };
};

const closingOf = ({ values: _, underThen: __, ...closing }: ReportedThen) => closing;

/** A period's figures with what each changed by since the period before, and by what since it was reported. */
const packedPeriod = (
  { startsOn, endsOn, figures }: PeriodFigures,
  before: PeriodFigures | undefined,
  reported: ReportedThen | undefined,
) => ({
  startsOn,
  endsOn,
  ...(reported === undefined ? {} : { closing: closingOf(reported) }),
  figures: figures.map(({ id, value, notDefined, explain }) => {
    const previous = before?.figures.find((one) => one.id === id)?.value;
    const change = between(value, previous);
    return {
      id,
      ...(value === undefined ? {} : { value }),
      ...(notDefined === undefined ? {} : { notDefined }),
      ...(previous === undefined ? {} : { previous }),
      ...(change === undefined ? {} : { change }),
      ...sinceReported(id, value, reported),
      ...(explain === undefined ? {} : { explain }),
    };
  }),
});

/** The first period is there to compare with alone. */
export const packed = ([first, ...periods]: readonly PeriodFigures[], reportedOf: (endsOn: string) => ReportedThen | undefined) =>
  periods.map((period, i) => packedPeriod(period, i === 0 ? first : periods[i - 1], reportedOf(period.endsOn)));

export type PackedPeriod = ReturnType<typeof packed>[number];

const HEADER = [
  'period_start',
  'period_end',
  'metric',
  'name',
  'definition',
  'purpose',
  'source',
  'unit',
  'currency',
  'figure',
  'not_defined',
  'previous',
  'change',
  'reported',
  'restated',
  'definition_effect',
  'closed_at',
  'reported_under',
  'reported_under_version',
  'profile',
  'profile_version',
];

const NUMBER = /^-?\d+(?:\.\d+)?$/;
/** What a spreadsheet would run as a formula is made text by an apostrophe; a number stays one. */
export const asText = (cell: string): string => (/^[=+\-@\t\r]/.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell);

interface Under {
  readonly planCurrency: string;
  readonly profile: string;
  readonly profileVersion?: string | undefined;
}

/** One row a figure, as a board or a filing takes it: definition, purpose, figure, change and its effect. Money in minor units of its currency. */
export const packCsv = (
  periods: readonly PackedPeriod[],
  definitions: readonly Definition[],
  { planCurrency, profile, profileVersion = '' }: Under,
): string =>
  writeCsv(
    HEADER,
    periods.flatMap(({ startsOn, endsOn, closing, figures }) =>
      figures.map((figure) => {
        const told = definitions.find(({ id }) => id === figure.id);
        return [
          startsOn,
          endsOn,
          figure.id,
          told?.name ?? '',
          told?.formula ?? '',
          told?.purpose ?? '',
          told?.source ?? '',
          told?.unit ?? '',
          told?.unit === 'money' ? planCurrency : '',
          figure.value ?? '',
          figure.notDefined?.detail ?? '',
          figure.previous ?? '',
          figure.change ?? '',
          figure.reported ?? '',
          figure.restated ?? '',
          figure.definition ?? '',
          closing?.closedAt ?? '',
          closing?.profile ?? '',
          closing?.profileVersion ?? '',
          profile,
          profileVersion,
        ].map(asText);
      }),
    ),
  );
