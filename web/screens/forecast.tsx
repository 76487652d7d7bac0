import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { dayText, monthText } from '../format/days.ts';
import { CutChoice, useCut } from '../parts/cut-choice.tsx';
import { ledgerOf, ProfileChoice, ToldBy, useAsked } from '../parts/definition.tsx';
import { LazyTrendChart } from '../parts/lazy-chart.tsx';
import { MadeView } from '../parts/made.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { Freshness, UnconvertedNotice } from '../parts/states.tsx';
import { Accuracy, Recorded } from './forecast-accuracy.tsx';
import { boundOf, type Forecast, MonthsTable } from './forecast-months.tsx';

const SPANS = [
  { id: '6', text: '6 months' },
  { id: '12', text: '12 months' },
  { id: '24', text: '24 months' },
] as const;
const YEAR = SPANS[1];

/** ARR and each stream of movements in the months ahead, how sure that is, and how far off the same model was before. */
const ForecastScreen = (): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const { profile } = useAsked();
  const { id: until } = SPANS.find(({ id }) => id === parameters.get('months')) ?? YEAR;
  const forecast = useApi(addressOf('/api/v1/arr/forecast', { query: { until, ...useCut(), profile } }));
  return (
    <ContentLayout header={<Header variant="h1">Forecast</Header>}>
      <SpaceBetween size="l">
        <div className="screen-only">
          <SpaceBetween size="s" direction="horizontal" alignItems="end">
            <SegmentedControl
              label="How far ahead"
              selectedId={until}
              options={[...SPANS]}
              onChange={({ detail }) => change({ months: detail.selectedId })}
            />
            <CutChoice dimensions={forecast.data?.dimensions ?? []} />
            <ProfileChoice />
          </SpaceBetween>
        </div>
        <MadeView loaded={forecast} what="the forecast" make={ledgerOf({ profile })}>
          {(told) => (
            <SpaceBetween size="l">
              <UnconvertedNotice unconverted={told.unconverted} />
              <Freshness head={told} />
              <ToldBy head={told} />
              {told.notTold === undefined ? (
                <Ahead told={told} />
              ) : (
                <Alert type="info" header="Nothing is forecast yet">
                  {told.notTold.detail}
                </Alert>
              )}
              <Accuracy told={told} />
              <Recorded told={told} />
            </SpaceBetween>
          )}
        </MadeView>
      </SpaceBetween>
    </ContentLayout>
  );
};

const Ahead = ({ told }: { readonly told: Forecast }): ReactNode => {
  const { months, origin, planCurrency: currency, model, dimension, value } = told;
  const bounds = (level: number, side: 'fromMinor' | 'toMinor'): (string | undefined)[] => [
    undefined,
    ...months.map((month) => boundOf(month.intervals, level)?.[side]),
  ];
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`From ${dayText(origin.on)} on, by the model ${model.name} ${model.version}, which looks at ${model.windowMonths} months. Dotted figures open how each came about.`}
        >
          Months ahead{dimension === 'total' ? '' : `: ${dimension} ${value}`}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <MonthsTable told={told} />
        <LazyTrendChart
          label="ARR at the end of each month ahead"
          currency={currency}
          periods={[monthText(origin.on), ...months.map(({ startsOn }) => monthText(startsOn))]}
          series={[
            { name: 'Expected', amountsMinor: [origin.arrMinor, ...months.map(({ closingMinor }) => closingMinor)] },
            { name: '80%, lower end', amountsMinor: bounds(80, 'fromMinor') },
            { name: '80%, upper end', amountsMinor: bounds(80, 'toMinor') },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
};

export default ForecastScreen;
