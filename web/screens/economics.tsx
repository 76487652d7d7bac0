import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { addDays, addMonths, dayText, monthText, startOfMonth } from '../format/days.ts';
import { AskedChoice, ledgerOf, ToldBy, useAsked } from '../parts/definition.tsx';
import { LazyShareChart } from '../parts/lazy-chart.tsx';
import { MadeView } from '../parts/made.tsx';
import type { MetricDefinition, Metrics } from '../parts/metric.ts';
import { MetricValue } from '../parts/metric-value.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { PlainTable } from '../parts/plain-table.tsx';
import { Freshness, LoadedView } from '../parts/states.tsx';

const GROUPS = [
  {
    title: 'Customers',
    metrics: ['cac', 'cac-payback', 'ltv', 'ltv-uncapped', 'ltv-to-cac', 'ltv-to-cac-uncapped', 'arpa', 'acv', 'acv-new'],
  },
  {
    title: 'Growth and what it costs',
    metrics: [
      'arr-growth',
      'quick-ratio',
      'magic-number',
      'magic-number-arr',
      'burn-multiple',
      'rule-of-40-operating',
      'rule-of-40-free-cash-flow',
    ],
  },
  { title: 'Margins', metrics: ['gross-margin', 'contribution-margin', 'operating-margin', 'net-margin', 'free-cash-flow-margin'] },
] as const;
const DRAWN = ['gross-margin', 'contribution-margin', 'operating-margin', 'rule-of-40-operating'];

/** Columns of a period: as many as can be read beside each other. */
const PERIODS = [
  { id: 'month', text: 'Month', months: 6 },
  { id: 'quarter', text: 'Quarter', months: 12 },
  { id: 'year', text: 'Year', months: 24 },
] as const;
const MONTHLY = PERIODS[0];

type Row = Metrics['rows'][number];

/** What customers cost and bring, what growth costs, and what is left: of the periods up to the last month that is over. */
const EconomicsScreen = (): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const today = useApi(addressOf('/api/v1/arr/status'));
  const { id: period, months } = PERIODS.find(({ id }) => id === parameters.get('period')) ?? MONTHLY;
  // Costs are told of months that are over.
  const on = today.data === undefined ? undefined : addDays(startOfMonth(addDays(today.data.on, 1)), -1);
  const asked = useAsked();
  const metrics = useApi(
    on === undefined
      ? undefined
      : addressOf('/api/v1/arr/metrics', {
          query: {
            on,
            from: addMonths(startOfMonth(on), 1 - months),
            period,
            ...asked,
            metrics: GROUPS.flatMap((group) => group.metrics).join(','),
          },
        }),
  );
  return (
    <ContentLayout header={<Header variant="h1">Economics</Header>}>
      <SpaceBetween size="l">
        <div className="screen-only">
          <SpaceBetween size="s" direction="horizontal" alignItems="end">
            <SegmentedControl
              label="Period"
              selectedId={period}
              options={PERIODS.map(({ id, text }) => ({ id, text }))}
              onChange={({ detail }) => change({ period: detail.selectedId })}
            />
            <AskedChoice />
          </SpaceBetween>
        </div>
        <LoadedView loaded={today} what="the economics">
          {() => (
            <MadeView loaded={metrics} what="the economics" make={ledgerOf(asked)}>
              {(told) => (
                <SpaceBetween size="l">
                  <Freshness head={told} />
                  <ToldBy head={told} asKnownOn={asked.asKnownOn} />
                  {GROUPS.map(({ title, metrics: ids }) => (
                    <Group
                      key={title}
                      title={title}
                      told={told}
                      definitions={ids.flatMap((id) => told.definitions.filter((one) => one.id === id))}
                    />
                  ))}
                  <Container header={<Header variant="h2">Over time</Header>}>
                    <LazyShareChart
                      label="Margins and Rule of 40 by period"
                      periods={told.rows.map(rowName)}
                      series={told.definitions
                        .filter(({ id }) => DRAWN.includes(id))
                        .map(({ id, name }) => ({ name, values: told.rows.map((row) => figureOf(row, id)?.value) }))}
                    />
                  </Container>
                </SpaceBetween>
              )}
            </MadeView>
          )}
        </LoadedView>
      </SpaceBetween>
    </ContentLayout>
  );
};

const figureOf = ({ figures }: Row, id: string) => figures.find((figure) => figure.id === id);

const rowName = ({ startsOn, endsOn }: Row): string => {
  const [first, last] = [monthText(startsOn), monthText(endsOn)];
  return first === last ? first : `${first} – ${last}`;
};

/** A row a metric, a column a period. */
const Group = ({
  title,
  told,
  definitions,
}: {
  readonly title: string;
  readonly told: Metrics;
  readonly definitions: readonly MetricDefinition[];
}): ReactNode => {
  const { rows, planCurrency: currency } = told;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`Up to ${dayText(told.on)}, definition ${told.profile}; a lifetime of at most ${told.lifetimeCapMonths} months`}
        >
          {title}
        </Header>
      }
    >
      <PlainTable
        caption={title}
        columns={[
          { header: 'Metric', cell: ({ name }: MetricDefinition) => name },
          ...rows.map((row) => ({
            header: rowName(row),
            cell: (definition: MetricDefinition) => {
              const figure = figureOf(row, definition.id);
              return figure === undefined ? null : (
                <MetricValue figure={figure} definition={definition} currency={currency} label={`${definition.name}, ${rowName(row)}`} />
              );
            },
          })),
        ]}
        items={definitions}
        keyOf={({ id }) => id}
        empty=""
      />
    </Container>
  );
};

export default EconomicsScreen;
