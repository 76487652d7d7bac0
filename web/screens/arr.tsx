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
import { CutChoice, useCut } from '../parts/cut-choice.tsx';
import { AskedChoice, ledgerOf, ToldBy, useAsked } from '../parts/definition.tsx';
import { LazyMovementChart, LazyTrendChart } from '../parts/lazy-chart.tsx';
import { MadeView } from '../parts/made.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { Freshness, LoadedView, UnconvertedNotice } from '../parts/states.tsx';
import { Closings } from './arr-closings.tsx';
import { ProfileComparison } from './arr-comparison.tsx';
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

/**
 * ARR from opening to closing by period, in total or for one value of a dimension, by a definition, as known on a day; its trend; two definitions
 * beside each other; closed months; what moved, customer by customer.
 */
const ArrScreen = (): ReactNode => {
  const [parameters] = useAddressParameters();
  // The day that the company is at, which is the platform's to say.
  const today = useApi(addressOf('/api/v1/arr/status'));
  const profiles = useApi(addressOf('/api/v1/arr/profiles'));
  const on = today.data?.on;
  const { id: period, months } = PERIODS.find(({ id }) => id === parameters.get('period')) ?? MONTHLY;
  const asked = useAsked();
  const { profile } = asked;
  const cut = useCut();
  const from = on === undefined ? undefined : addMonths(startOfMonth(on), 1 - months);
  const waterfall = useApi(
    on === undefined || from === undefined
      ? undefined
      : addressOf('/api/v1/arr/waterfall', { query: { from, to: on, period, ...cut, ...asked } }),
  );
  const inForce = profiles.data?.inForce;
  return (
    <ContentLayout header={<Header variant="h1">ARR</Header>}>
      <SpaceBetween size="l">
        <Controls dimensions={waterfall.data?.dimensions ?? []} />
        <LoadedView loaded={today} what="ARR">
          {() => (
            <MadeView loaded={waterfall} what="the waterfall" make={ledgerOf(asked)}>
              {(told) => (
                <SpaceBetween size="l">
                  <UnconvertedNotice unconverted={distinct(told.rows.flatMap(({ unconverted }) => unconverted))} />
                  <Freshness head={told} />
                  <ToldBy head={told} asKnownOn={asked.asKnownOn} />
                  <WaterfallTable told={told} />
                  <Charts told={told} />
                </SpaceBetween>
              )}
            </MadeView>
          )}
        </LoadedView>
        {on === undefined || from === undefined || inForce === undefined || profile === undefined || profile === inForce ? null : (
          <ProfileComparison asked={{ left: inForce, right: profile, ...cut }} from={from} on={on} />
        )}
        <Closings />
        {on === undefined ? null : <MovementsList on={on} inForce={inForce} />}
      </SpaceBetween>
    </ContentLayout>
  );
};

/** What the figures are asked by. */
const Controls = ({ dimensions }: { readonly dimensions: readonly string[] }): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const { id: period } = PERIODS.find(({ id }) => id === parameters.get('period')) ?? MONTHLY;
  return (
    <div className="screen-only">
      <SpaceBetween size="s" direction="horizontal" alignItems="end">
        <SegmentedControl
          label="Period"
          selectedId={period}
          options={PERIODS.map(({ id, text }) => ({ id, text }))}
          onChange={({ detail }) => change({ period: detail.selectedId })}
        />
        <CutChoice dimensions={dimensions.filter((name) => name !== EVERYTHING)} />
        <AskedChoice />
      </SpaceBetween>
    </div>
  );
};

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
          label="ARR at the end of each period"
          currency={currency}
          periods={whole.map(rowName)}
          series={[{ name: 'ARR', amountsMinor: whole.map(({ closingMinor }) => closingMinor) }]}
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
