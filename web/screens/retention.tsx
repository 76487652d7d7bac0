import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { addMonths, dayText, startOfMonth } from '../format/days.ts';
import { CutChoice, useCut } from '../parts/cut-choice.tsx';
import { AskedChoice, ledgerOf, ToldBy, useAsked } from '../parts/definition.tsx';
import { MadeView } from '../parts/made.tsx';
import { type Metrics, metricsAddress } from '../parts/metric.ts';
import { MetricValue } from '../parts/metric-value.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { PlainTable } from '../parts/plain-table.tsx';
import { Freshness, LoadedView } from '../parts/states.tsx';
import { RetentionChange } from './retention-change.tsx';
import { Cohorts } from './retention-cohorts.tsx';
import { RetentionTrend } from './retention-trend.tsx';

/** What is told of every month, in the order of the columns. */
const RETENTION_METRICS = ['nrr', 'grr', 'logo-retention', 'gross-churn', 'logo-churn'] as const;
const MONTHS = 12;

/** What becomes of existing customers: retention and churn month by month, why NRR changed, by value of a dimension, and by cohort. */
const RetentionScreen = (): ReactNode => {
  const [parameters] = useAddressParameters();
  // The day that the company is at, which is the platform's to say.
  const today = useApi(addressOf('/api/v1/arr/status'));
  const on = today.data?.on;
  const dimension = parameters.get('dimension') ?? undefined;
  const cut = useCut();
  const asked = useAsked();
  const from = on === undefined ? undefined : addMonths(startOfMonth(on), 1 - MONTHS);
  const metrics = useApi(from === undefined ? undefined : metricsAddress(RETENTION_METRICS, { from, ...cut, ...asked }));
  const values = useApi(dimension === undefined ? undefined : metricsAddress(RETENTION_METRICS, { dimension, ...asked }));
  return (
    <ContentLayout header={<Header variant="h1">Retention</Header>}>
      <SpaceBetween size="l">
        <div className="screen-only">
          <SpaceBetween size="s" direction="horizontal" alignItems="end">
            <CutChoice dimensions={metrics.data?.dimensions ?? []} />
            <AskedChoice />
          </SpaceBetween>
        </div>
        <LoadedView loaded={today} what="retention">
          {(status) => (
            <MadeView loaded={metrics} what="retention" make={ledgerOf(asked)}>
              {(told) => (
                <SpaceBetween size="l">
                  <Freshness head={told} />
                  <ToldBy head={told} asKnownOn={asked.asKnownOn} />
                  <Headline told={told} />
                  <RetentionTrend told={told} />
                  <RetentionChange on={status.on} {...cut} />
                  {dimension === undefined ? null : (
                    <LoadedView loaded={values} what={`retention by ${dimension}`}>
                      {(byValue) => <ByValue told={byValue} />}
                    </LoadedView>
                  )}
                  <Cohorts on={status.on} {...cut} />
                </SpaceBetween>
              )}
            </MadeView>
          )}
        </LoadedView>
      </SpaceBetween>
    </ContentLayout>
  );
};

const Headline = ({ told }: { readonly told: Metrics }): ReactNode => {
  const { definitions, planCurrency: currency, on, dimension, value } = { ...told, value: told.rows.at(-1)?.value ?? '' };
  const figures = told.rows.at(-1)?.figures ?? [];
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`${dayText(on)}, definition ${told.profile}${dimension === 'total' ? '' : `, ${dimension} ${value}`}`}
        >
          Retention
        </Header>
      }
    >
      <KeyValuePairs
        columns={4}
        minColumnWidth={180}
        items={definitions.flatMap((definition) => {
          const figure = figures.find(({ id }) => id === definition.id);
          if (figure === undefined) return [];
          return [
            {
              label: definition.name,
              value: <MetricValue figure={figure} definition={definition} currency={currency} size="large" />,
            },
          ];
        })}
      />
    </Container>
  );
};

/** The last period, value by value. */
const ByValue = ({ told }: { readonly told: Metrics }): ReactNode => {
  const { definitions, planCurrency: currency, dimension, on } = told;
  return (
    <Container
      header={
        <Header variant="h2" description={`Up to ${dayText(on)}, each customer where it was when its cohort was taken`}>
          By {dimension}
        </Header>
      }
    >
      <PlainTable
        caption={`Retention by ${dimension}`}
        columns={[
          { header: dimension, cell: ({ value }) => (value === '' ? 'None' : value) },
          ...definitions.map((definition) => ({
            header: definition.name,
            cell: ({ value, figures }: Metrics['rows'][number]) => {
              const figure = figures.find(({ id }) => id === definition.id);
              return figure === undefined ? null : (
                <MetricValue figure={figure} definition={definition} currency={currency} label={`${definition.name} of ${value}`} />
              );
            },
          })),
        ]}
        items={told.rows}
        keyOf={({ value }) => value}
        empty="No customer"
      />
    </Container>
  );
};

export default RetentionScreen;
