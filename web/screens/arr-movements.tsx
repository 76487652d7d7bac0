import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { type ReactNode, useState } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { addMonths, dayText, endOfMonth, monthText, startOfMonth } from '../format/days.ts';
import { causeName } from '../parts/causes.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { MovementAmount } from '../parts/movement-amount.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { LoadedView } from '../parts/states.tsx';

type Movements = Answer<'/api/v1/arr/movements'>;
type Movement = Movements['items'][number];

const MONTHS_OFFERED = 24;
const PAGE = '50';

/** What moved in a month, customer by customer. */
export const MovementsList = ({ on }: { readonly on: string }): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const month = parameters.get('month') ?? startOfMonth(on);
  const months = Array.from({ length: MONTHS_OFFERED }, (_, i) => addMonths(startOfMonth(on), -i));
  const options = months.map((one) => ({ value: one, label: monthText(one) }));
  const to = endOfMonth(month) < on ? endOfMonth(month) : on;
  return (
    <SpaceBetween size="s">
      <Header
        variant="h2"
        actions={
          <Select
            ariaLabel="Month of the movements"
            expandToViewport
            selectedOption={options.find(({ value }) => value === month) ?? null}
            options={options}
            onChange={({ detail }) => change({ month: detail.selectedOption.value })}
          />
        }
      >
        Movements of {monthText(month)}
      </Header>
      <Page key={month} from={month} to={to} cursor={undefined} />
    </SpaceBetween>
  );
};

/** One page, and below it the next once it is wanted. */
const Page = ({ from, to, cursor }: { readonly from: string; readonly to: string; readonly cursor: string | undefined }): ReactNode => {
  const [isMore, setMore] = useState(false);
  const page = useApi(
    addressOf('/api/v1/arr/movements', { query: { from, to, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } }),
  );
  return (
    <LoadedView loaded={page} what="the movements">
      {({ items, nextCursor }) => (
        <SpaceBetween size="s">
          <MovementsTable items={items} />
          {nextCursor === null ? null : isMore ? (
            <Page from={from} to={to} cursor={nextCursor} />
          ) : (
            <Button onClick={() => setMore(true)}>More movements</Button>
          )}
        </SpaceBetween>
      )}
    </LoadedView>
  );
};

const MovementsTable = ({ items }: { readonly items: Movement[] }): ReactNode => (
  <Table
    ariaLabels={{ tableLabel: 'Movements' }}
    columnDefinitions={[
      { id: 'on', header: 'Day', cell: ({ effectiveOn }) => dayText(effectiveOn) },
      { id: 'customer', header: 'Customer', isRowHeader: true, cell: ({ customerId }) => <CustomerLink customerId={customerId} /> },
      { id: 'cause', header: 'Cause', cell: ({ cause, correction }) => `${causeName(cause)}${correction ? ', correction' : ''}` },
      { id: 'segment', header: 'Segment', cell: ({ attributes }) => attributes['segment'] ?? '' },
      { id: 'region', header: 'Region', cell: ({ attributes }) => attributes['region'] ?? '' },
      { id: 'amount', header: 'Amount', cell: (movement) => <MovementAmount movement={movement} /> },
    ]}
    items={items}
    trackBy="movementId"
    empty="Nothing moved"
  />
);
