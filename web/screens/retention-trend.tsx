import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { monthText } from '../format/days.ts';
import { LazyShareChart } from '../parts/lazy-chart.tsx';
import type { Metrics } from '../parts/metric.ts';
import { MetricValue } from '../parts/metric-value.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { PlainTable } from '../parts/plain-table.tsx';

type Row = Metrics['rows'][number];

const DRAWN = ['nrr', 'grr', 'logo-retention'];
/** Where a month is explained. */
export const CHANGE_PLACE = 'why-nrr-changed';

/** Retention and churn month by month; each month leads to why its NRR is another than that of the month before. */
export const RetentionTrend = ({ told }: { readonly told: Metrics }): ReactNode => {
  const { rows, definitions, planCurrency: currency } = told;
  const [, change] = useAddressParameters();
  const why = (month: string): void => {
    change({ month: month.slice(0, 7), against: undefined });
    document.getElementById(CHANGE_PLACE)?.scrollIntoView();
  };
  return (
    <Container
      header={
        <Header variant="h2" description="Retention looks at the twelve months that end with each month; churn at the month itself.">
          Month by month
        </Header>
      }
    >
      <SpaceBetween size="l">
        <PlainTable
          caption="Retention and churn by month"
          columns={[
            { header: 'Month', cell: ({ startsOn }: Row) => monthText(startsOn) },
            ...definitions.map((definition) => ({
              header: definition.name,
              cell: ({ figures, startsOn }: Row) => {
                const figure = figures.find(({ id }) => id === definition.id);
                return figure === undefined ? null : (
                  <MetricValue
                    figure={figure}
                    definition={definition}
                    currency={currency}
                    label={`${definition.name}, ${monthText(startsOn)}`}
                  />
                );
              },
            })),
            {
              header: 'NRR',
              cell: ({ startsOn }: Row) => (
                <Button variant="inline-link" ariaLabel={`Why NRR changed in ${monthText(startsOn)}`} onClick={() => why(startsOn)}>
                  Why?
                </Button>
              ),
            },
          ]}
          items={rows}
          keyOf={({ startsOn }) => startsOn}
          empty="No month"
        />
        <LazyShareChart
          label="Retention by month"
          periods={rows.map(({ startsOn }) => monthText(startsOn))}
          series={definitions
            .filter(({ id }) => DRAWN.includes(id))
            .map(({ id, name }) => ({ name, values: rows.map(({ figures }) => figures.find((figure) => figure.id === id)?.value) }))}
        />
      </SpaceBetween>
    </Container>
  );
};
