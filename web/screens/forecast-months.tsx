import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { addMonths, dayText, monthText, startOfMonth } from '../format/days.ts';
import { money } from '../format/money.ts';
import { byReadingOrder, causeName } from '../parts/causes.ts';
import { ABSENT, Derived, type Part } from '../parts/figure.tsx';
import { PlainTable } from '../parts/plain-table.tsx';

export type Forecast = Answer<'/api/v1/arr/forecast'>;
type Month = Forecast['months'][number];
type Stream = Month['streams'][number];
type Intervals = Month['intervals'];

export const boundOf = (intervals: Intervals, level: number): Intervals[number] | undefined =>
  intervals.find((interval) => interval.level === level);

/** `80%: $1.1M to $1.3M`, or why it cannot be said. */
const intervalText = ({ level, fromMinor, toMinor, notTold }: Intervals[number], currency: string): string =>
  fromMinor === undefined || toMinor === undefined
    ? `${level}%: ${notTold?.detail ?? ABSENT}`
    : `${level}%: ${money(fromMinor, currency)} to ${money(toMinor, currency)}.`;

const METHODS: Readonly<Record<Stream['method'], string>> = {
  mean: 'The mean of the last twelve months',
  rate: 'The rate of the last twelve months × ARR that the month begins with',
  known: 'Only what is recorded already',
};

const isMoved = ({ expectedMinor, knownMinor }: Stream): boolean => expectedMinor !== '0' || knownMinor !== '0';

/** Opening + streams = closing, a row a month; each figure opens its method, its intervals, and what it is told from. */
export const MonthsTable = ({ told }: { readonly told: Forecast }): ReactNode => {
  const { months, planCurrency: currency } = told;
  const streams = [...new Set(months.flatMap((month) => month.streams.filter(isMoved).map(({ stream }) => stream)))].toSorted(
    byReadingOrder,
  );
  return (
    <PlainTable
      caption="ARR and its streams by month"
      columns={[
        { header: 'Month', cell: ({ startsOn }: Month) => monthText(startsOn) },
        { header: 'Opening', cell: ({ openingMinor }) => short(openingMinor, currency) },
        ...streams.map((name) => ({
          header: causeName(name),
          cell: (month: Month) => {
            const stream = month.streams.find((one) => one.stream === name);
            return stream === undefined ? ABSENT : <Expected told={told} month={month} stream={stream} />;
          },
        })),
        { header: 'Closing', cell: (month) => <Closing told={told} month={month} /> },
        ...[80, 95].map((level) => ({
          header: `${level}% between`,
          cell: (month: Month) => <Between interval={boundOf(month.intervals, level)} currency={currency} />,
        })),
      ]}
      items={months}
      keyOf={({ startsOn }) => startsOn}
      empty="No month"
    />
  );
};

const short = (amountMinor: string, currency: string, isChange = false): ReactNode => (
  <span className="figure" title={money(amountMinor, currency)}>
    {money(amountMinor, currency, { isShort: true, isChange })}
  </span>
);

const Between = ({ interval, currency }: { readonly interval: Intervals[number] | undefined; readonly currency: string }): ReactNode => {
  if (interval?.fromMinor === undefined || interval.toMinor === undefined)
    return <span title={interval?.notTold?.detail}>{interval?.notTold === undefined ? ABSENT : 'too little history'}</span>;
  const { fromMinor, toMinor } = interval;
  return (
    <span className="figure" data-figure={`${fromMinor} ${toMinor}`}>
      {short(fromMinor, currency)} – {short(toMinor, currency)}
    </span>
  );
};

const explainOf = (
  { profile, dimension, value }: Forecast,
  period: { readonly from: string; readonly to: string },
  cause?: Stream['stream'],
) => addressOf('/api/v1/arr/explain', { query: { ...period, cause, profile, ...(dimension === 'total' ? {} : { dimension, value }) } });

/** What the model looks at: the months before the one under way. */
const windowOf = ({ origin, model }: Forecast) => ({ from: addMonths(startOfMonth(origin.on), 1 - model.windowMonths), to: origin.on });

const Expected = ({ told, month, stream }: { readonly told: Forecast; readonly month: Month; readonly stream: Stream }): ReactNode => {
  const { planCurrency: currency } = told;
  const { method, knownMinor, expectedMinor, intervals } = stream;
  const name = causeName(stream.stream);
  const known = knownMinor === '0' ? 'nothing is recorded yet' : `${money(knownMinor, currency)} is recorded already`;
  const parts: Part[] = [
    ...(method === 'known'
      ? []
      : [{ label: `${name} of the months that it is told from`, explain: explainOf(told, windowOf(told), stream.stream) }]),
    ...(knownMinor === '0'
      ? []
      : [{ label: 'What is recorded', explain: explainOf(told, { from: month.startsOn, to: month.endsOn }, stream.stream) }]),
  ];
  return (
    <Derived
      label={`${name}, ${monthText(month.startsOn)}`}
      text={money(expectedMinor, currency, { isShort: true, isChange: true })}
      exact={expectedMinor}
      formula={`${money(expectedMinor, currency)}. ${METHODS[method]}; of this month ${known}. ${intervals.map((one) => intervalText(one, currency)).join(' ')}`}
      parts={parts}
    />
  );
};

const Closing = ({ told, month }: { readonly told: Forecast; readonly month: Month }): ReactNode => {
  const { planCurrency: currency, origin, profile, dimension, value } = told;
  const on = addressOf('/api/v1/arr/explain', {
    query: { on: origin.on, profile, ...(dimension === 'total' ? {} : { dimension, value }) },
  });
  return (
    <Derived
      label={`ARR at the end of ${monthText(month.startsOn)}`}
      text={money(month.closingMinor, currency, { isShort: true })}
      exact={month.closingMinor}
      formula={`${money(month.closingMinor, currency)}: opening ${money(month.openingMinor, currency)} + the streams of the month. ${month.intervals.map((one) => intervalText(one, currency)).join(' ')}`}
      parts={[
        { label: `ARR on ${dayText(origin.on)}`, explain: on },
        { label: 'What moved in the months that it is told from', explain: explainOf(told, windowOf(told)) },
      ]}
    />
  );
};
