import Box from '@cloudscape-design/components/box';
import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { instantText, monthText } from '../format/days.ts';
import { ABSENT, Derived } from '../parts/figure.tsx';
import { type MetricDefinition, metricChangeText, metricText } from '../parts/metric.ts';
import { PlainTable } from '../parts/plain-table.tsx';

type Pack = Answer<'/api/v1/arr/pack'>;
type Period = Pack['periods'][number];
type Figure = Period['figures'][number];

const nameOf = ({ startsOn, endsOn }: Period): string => {
  const [first, last] = [monthText(startsOn), monthText(endsOn)];
  return first === last ? first : `${first} – ${last}`;
};

/** A row a metric with what it means and is for, a column a period. */
export const PackTable = ({ told }: { readonly told: Pack }): ReactNode => {
  const { definitions, periods, planCurrency: currency } = told;
  return (
    <PlainTable
      caption="Definition, purpose, figure, and change since the period before"
      columns={[
        {
          header: 'Metric',
          cell: ({ name, formula, purpose }: MetricDefinition) => (
            <>
              {name}
              <Box variant="small" display="block">
                {purpose}: {formula}
              </Box>
            </>
          ),
        },
        ...periods.map((period) => ({
          header: nameOf(period),
          cell: (definition: MetricDefinition) => {
            const figure = period.figures.find(({ id }) => id === definition.id);
            return figure === undefined ? null : <Packed figure={figure} definition={definition} period={period} currency={currency} />;
          },
        })),
      ]}
      items={definitions}
      keyOf={({ id }) => id}
      empty="No metric"
    />
  );
};

const Packed = ({
  figure,
  definition,
  period,
  currency,
}: {
  readonly figure: Figure;
  readonly definition: MetricDefinition;
  readonly period: Period;
  readonly currency: string;
}): ReactNode => {
  const { value, notDefined, previous, change, reported, restated, explain } = figure;
  const text = (of: string | undefined): string => metricText({ value: of }, definition, currency) ?? ABSENT;
  const changed = change === undefined ? undefined : metricChangeText(change, definition, currency);
  const since = reported === undefined ? undefined : `reported ${text(reported)}`;
  const { closing } = period;
  return (
    <>
      <Derived
        label={`${definition.name}, ${nameOf(period)}`}
        text={text(value)}
        exact={value}
        formula={[
          `${definition.purpose}. ${definition.formula}.`,
          ...(notDefined === undefined ? [] : [notDefined.detail]),
          ...(changed === undefined ? [] : [`${text(previous)} in the period before: ${changed}.`]),
          ...(closing === undefined || reported === undefined
            ? []
            : [
                `Reported as ${text(reported)} by ${closing.profile}, ${instantText(closing.closedAt)}${restated === undefined ? '' : `; restated by ${metricChangeText(restated, definition, currency)} since`}${closing.isSameDefinition ? '' : ', the effect of another definition among it'}.`,
              ]),
          `Source: ${definition.source}.`,
        ].join(' ')}
        parts={explain === undefined ? [] : [{ label: 'What moved in these days', explain }]}
      />
      <Box variant="small" display="block">
        {[changed, since].filter((one) => one !== undefined).join('; ')}
      </Box>
    </>
  );
};
