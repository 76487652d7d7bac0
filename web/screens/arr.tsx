import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { addMonths, dayText, startOfMonth } from '../format/days.ts';
import { byReadingOrder, causeName } from '../parts/causes.ts';
import { Choice } from '../parts/choice.tsx';
import { LazyMovementChart, LazyTrendChart } from '../parts/lazy-chart.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { Freshness, LoadedView, UnconvertedNotice } from '../parts/states.tsx';
import { MovementsList } from './arr-movements.tsx';
import { rowName, type Waterfall, WaterfallTable } from './arr-waterfall.tsx';

type Row = Waterfall['rows'][number];
type Period = 'month' | 'quarter' | 'year';

const PERIODS: readonly { readonly id: Period; readonly text: string; readonly months: number }[] = [
  { id: 'month', text: 'Month', months: 12 },
  { id: 'quarter', text: 'Quarter', months: 24 },
  { id: 'year', text: 'Year', months: 36 },
];
const MONTHLY = { id: 'month', text: 'Month', months: 12 } as const;
const EVERYTHING = 'total';

/** ARR from opening to closing by period, in total or for one value of a dimension; its trend; what moved, customer by customer. */
const ArrScreen = (): ReactNode => {
  const [parameters, change] = useAddressParameters();
  // The day that the company is at, which is the platform's to say.
  const today = useApi(addressOf('/api/v1/arr/status'));
  const on = today.data?.on;
  const period = PERIODS.find(({ id }) => id === parameters.get('period')) ?? MONTHLY;
  const dimension = parameters.get('dimension') ?? undefined;
  const value = parameters.get('value') ?? undefined;
  const from = on === undefined ? undefined : addMonths(startOfMonth(on), 1 - period.months);
  const waterfall = useApi(
    on === undefined || from === undefined
      ? undefined
      : addressOf('/api/v1/arr/waterfall', { query: { from, to: on, period: period.id, ...cutOf(dimension, value) } }),
  );
  // The values of a dimension are told by a question for that dimension alone.
  const values = useApi(
    on === undefined || dimension === undefined
      ? undefined
      : addressOf('/api/v1/arr/waterfall', { query: { from: on, to: on, dimension } }),
  );
  const dimensions = waterfall.data?.dimensions ?? [];
  return (
    <ContentLayout header={<Header variant="h1">ARR</Header>}>
      <SpaceBetween size="l">
        <div className="screen-only">
          <SpaceBetween size="s" direction="horizontal" alignItems="center">
            <SegmentedControl
              label="Period"
              selectedId={period.id}
              options={PERIODS.map(({ id, text }) => ({ id, text }))}
              onChange={({ detail }) => change({ period: detail.selectedId })}
            />
            <Choice
              label="Cut by"
              none="Everything"
              chosen={dimension}
              options={dimensions.filter((name) => name !== EVERYTHING)}
              onChoose={(name) => change({ dimension: name, value: undefined })}
            />
            {dimension === undefined ? null : (
              <Choice
                label={`Value of ${dimension}`}
                none="Choose a value"
                chosen={value}
                options={values.data?.values ?? []}
                onChoose={(name) => change({ value: name })}
              />
            )}
          </SpaceBetween>
        </div>
        <LoadedView loaded={today} what="ARR">
          {() => (
            <LoadedView loaded={waterfall} what="the waterfall">
              {(told) => (
                <SpaceBetween size="l">
                  <UnconvertedNotice unconverted={distinct(told.rows.flatMap(({ unconverted }) => unconverted))} />
                  <Freshness head={told} />
                  <WaterfallTable told={told} />
                  <Charts told={told} />
                </SpaceBetween>
              )}
            </LoadedView>
          )}
        </LoadedView>
        {on === undefined ? null : <MovementsList on={on} />}
      </SpaceBetween>
    </ContentLayout>
  );
};

const cutOf = (dimension: string | undefined, value: string | undefined) =>
  dimension === undefined || value === undefined ? {} : { dimension, value };

const distinct = (all: Row['unconverted']): Row['unconverted'] => [...new Map(all.map((one) => [one.currency, one])).values()];

const Charts = ({ told }: { readonly told: Waterfall }): ReactNode => {
  const { rows, planCurrency: currency } = told;
  const whole = rows.filter(({ movements }) => movements !== undefined);
  const causes = [...new Set(whole.flatMap(({ movements = [] }) => movements.map(({ cause }) => cause)))].toSorted(byReadingOrder);
  return (
    <>
      <Container
        header={
          <Header variant="h2" description={`Closing ARR of each period, ${dayText(rows[0]?.startsOn ?? told.on)} to ${dayText(told.on)}`}>
            Trend
          </Header>
        }
      >
        <LazyTrendChart
          currency={currency}
          points={whole.flatMap((row) => (row.closingMinor === undefined ? [] : [{ label: rowName(row), amountMinor: row.closingMinor }]))}
        />
      </Container>
      <Container header={<Header variant="h2">Movements by cause</Header>}>
        <LazyMovementChart
          currency={currency}
          causes={causes.map((cause) => ({ cause, name: causeName(cause) }))}
          periods={whole.map((row) => ({
            label: rowName(row),
            byCause: Object.fromEntries((row.movements ?? []).map(({ cause, netMinor }) => [cause, netMinor])),
          }))}
        />
      </Container>
    </>
  );
};

export default ArrScreen;
