import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { addMonths, dayText, monthText, startOfMonth } from '../format/days.ts';
import { money, share } from '../format/money.ts';
import { useAsked } from '../parts/definition.tsx';
import { Derived } from '../parts/figure.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { LoadedView } from '../parts/states.tsx';
import { ChangedCustomers } from './retention-changed-customers.tsx';
import { type Change, Effect } from './retention-effect.tsx';
import { ByCause, ByGroup } from './retention-parts.tsx';
import { CHANGE_PLACE } from './retention-trend.tsx';

const MONTHS_OFFERED = 24;
const PAGE = '10';

interface Cut {
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
}

const monthName = (month: string): string => monthText(`${month}-01`);

/** Why NRR of a month is another than that of the month before: by what came and went, by cause, and by customer. */
export const RetentionChange = ({ on, dimension, value }: Cut & { readonly on: string }): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const month = parameters.get('month') ?? on.slice(0, 7);
  const against = parameters.get('against') ?? undefined;
  const query = { month, against, dimension, value, ...useAsked() };
  const told = useApi(addressOf('/api/v1/arr/retention-change', { query: { ...query, limit: PAGE } }));
  const before = (of: string, months: number): string[] =>
    Array.from({ length: months }, (_, i) => addMonths(startOfMonth(`${of}-01`), -i).slice(0, 7));
  return (
    <div id={CHANGE_PLACE} className="anchor">
      <Container
        header={
          <Header
            variant="h2"
            description={told.data?.formula}
            actions={
              <SpaceBetween size="xs" direction="horizontal">
                <MonthChoice
                  label="Month"
                  chosen={month}
                  months={before(on.slice(0, 7), MONTHS_OFFERED)}
                  onChoose={(chosen) => change({ month: chosen, against: undefined })}
                />
                <MonthChoice
                  label="Against"
                  chosen={against ?? (before(month, 2)[1] as string)}
                  months={before(month, 13).slice(1)}
                  onChoose={(chosen) => change({ month, against: chosen })}
                />
              </SpaceBetween>
            }
          >
            Why NRR changed in {monthName(month)}
          </Header>
        }
      >
        <LoadedView loaded={told} what="why NRR changed">
          {(data) => (
            <SpaceBetween size="l">
              <Ends told={data} />
              <ByCause told={data} />
              <ByGroup told={data} />
              {data.change === undefined ? null : (
                <ChangedCustomers key={`${data.month} ${data.against} ${data.value}`} told={data} query={query} limit={PAGE} />
              )}
            </SpaceBetween>
          )}
        </LoadedView>
      </Container>
    </div>
  );
};

const MonthChoice = ({
  label,
  chosen,
  months,
  onChoose,
}: {
  readonly label: string;
  readonly chosen: string;
  readonly months: readonly string[];
  readonly onChoose: (month: string | undefined) => void;
}): ReactNode => {
  const options = months.map((month) => ({ value: month, label: monthName(month) }));
  return (
    <Select
      ariaLabel={label}
      inlineLabelText={label}
      expandToViewport
      selectedOption={options.find(({ value }) => value === chosen) ?? null}
      options={options}
      onChange={({ detail }) => onChoose(detail.selectedOption.value)}
    />
  );
};

const Ends = ({ told }: { readonly told: Change }): ReactNode => {
  const { before, after, planCurrency: currency, notDefined } = told;
  const { profile } = useAsked();
  if (notDefined !== undefined) return <Box>{notDefined.detail}</Box>;
  const end = ({ on, cohortOn, nrr = '0', nowMinor = '0', baseMinor = '0' }: Change['before']) => ({
    label: `NRR on ${dayText(on)}`,
    value: (
      <Derived
        label={`NRR on ${dayText(on)}`}
        size="large"
        text={share(nrr, { places: 2 })}
        exact={nrr}
        formula={`${money(nowMinor, currency)} on ${dayText(on)} of the customers who had ${money(baseMinor, currency)} on ${dayText(cohortOn)}.`}
        parts={[on, cohortOn].map((day) => ({
          label: `ARR on ${dayText(day)}`,
          explain: addressOf('/api/v1/arr/explain', {
            query: { on: day, profile, ...(told.dimension === 'total' ? {} : { dimension: told.dimension, value: told.value }) },
          }),
        }))}
      />
    ),
  });
  return (
    <KeyValuePairs
      columns={3}
      items={[
        end(before),
        end(after),
        {
          label: 'Change',
          value: (
            <Effect
              label="Change of NRR"
              size="large"
              effect={told.change}
              formula="The later NRR less the earlier one: all parts below sum to it."
            />
          ),
        },
      ]}
    />
  );
};
