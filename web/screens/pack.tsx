import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';
import { addressOf, request } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { useApi } from '../api/use-api.ts';
import { addMonths, dayText, startOfMonth } from '../format/days.ts';
import { Choice } from '../parts/choice.tsx';
import { DayChoice } from '../parts/day-choice.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { Freshness, LoadedView, ProblemNotice, UnconvertedNotice } from '../parts/states.tsx';
import { PackTable } from './pack-table.tsx';

const PERIODS = [
  { id: 'month', text: 'Month', months: 1 },
  { id: 'quarter', text: 'Quarter', months: 3 },
  { id: 'year', text: 'Year', months: 12 },
] as const;
const MONTHLY = PERIODS[0];
/** Columns beside each other; on paper three are readable. */
const COUNTS = ['1', '2', '6', '12'];
const THREE = '3';

/** Metrics for a board or a filing: definition, purpose, figure, change, and what closed periods were reported as. To print, or as CSV. */
const PackScreen = (): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const today = useApi(addressOf('/api/v1/arr/status'));
  const { id: period, months } = PERIODS.find(({ id }) => id === parameters.get('period')) ?? MONTHLY;
  const periods = COUNTS.find((one) => one === parameters.get('periods'));
  const on = parameters.get('on') ?? today.data?.on;
  const from = on === undefined ? undefined : addMonths(startOfMonth(on), -months * (Number(periods ?? THREE) - 1));
  const query = on === undefined ? undefined : { on, from, period };
  const pack = useApi(query && addressOf('/api/v1/arr/pack', { query }));
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          {...(query === undefined
            ? {}
            : { actions: <Outputs csv={addressOf('/api/v1/arr/pack/csv', { query })} name={`${query.period}-${query.on}`} /> })}
        >
          Pack
        </Header>
      }
    >
      <SpaceBetween size="l">
        <div className="screen-only">
          <SpaceBetween size="s" direction="horizontal" alignItems="end">
            <SegmentedControl
              label="Period"
              selectedId={period}
              options={PERIODS.map(({ id, text }) => ({ id, text }))}
              onChange={({ detail }) => change({ period: detail.selectedId })}
            />
            <Choice label="Periods" none={THREE} chosen={periods} options={COUNTS} onChoose={(name) => change({ periods: name })} />
            <DayChoice label="Up to" chosen={on} onChoose={(day) => change({ on: day })} />
          </SpaceBetween>
        </div>
        <LoadedView loaded={today} what="the pack">
          {() => (
            <LoadedView loaded={pack} what="the pack">
              {(told) => (
                <SpaceBetween size="l">
                  <UnconvertedNotice unconverted={told.unconverted} />
                  <Freshness head={told} />
                  <Container
                    header={
                      <Header
                        variant="h2"
                        description={`Definition ${told.profile}${told.profileVersion === undefined ? '' : `@${told.profileVersion}`}: ${told.formula}`}
                      >
                        Metrics up to {dayText(told.on)}
                      </Header>
                    }
                  >
                    <PackTable told={told} />
                  </Container>
                </SpaceBetween>
              )}
            </LoadedView>
          )}
        </LoadedView>
      </SpaceBetween>
    </ContentLayout>
  );
};

/** On paper, or as a file. The file is asked for with the person's token, so it is no plain link. */
const Outputs = ({ csv, name }: { readonly csv: string; readonly name: string }): ReactNode => {
  const [isLoading, setLoading] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const download = async (): Promise<void> => {
    setLoading(true);
    setProblem(undefined);
    try {
      const response = await request(csv, { headers: { accept: 'text/csv' } });
      const url = URL.createObjectURL(await response.blob());
      const link = Object.assign(document.createElement('a'), { href: url, download: `ascent-pack-${name}.csv` });
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setLoading(false);
    }
  };
  return (
    <div className="screen-only">
      <SpaceBetween size="xs">
        <SpaceBetween size="xs" direction="horizontal">
          <Button iconName="download" loading={isLoading} onClick={() => void download()}>
            CSV
          </Button>
          <Button onClick={() => window.print()}>Print</Button>
        </SpaceBetween>
        {problem === undefined ? null : <ProblemNotice problem={problem} reload={() => void download()} />}
      </SpaceBetween>
    </div>
  );
};

export default PackScreen;
