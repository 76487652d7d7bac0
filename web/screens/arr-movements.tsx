import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { addMonths, dayText, endOfMonth, monthText, startOfMonth } from '../format/days.ts';
import { causeName } from '../parts/causes.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { MovementAmount } from '../parts/movement-amount.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { Pages } from '../parts/pages.tsx';

type Movements = Answer<'/api/v1/arr/movements'>;
type Movement = Movements['items'][number];

const MONTHS_OFFERED = 24;
const PAGE = '50';

/** What moved in a month, customer by customer. */
export const MovementsList = ({ on, inForce }: { readonly on: string; readonly inForce: string | undefined }): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const month = parameters.get('month') ?? startOfMonth(on);
  const months = Array.from({ length: MONTHS_OFFERED }, (_, i) => addMonths(startOfMonth(on), -i));
  const options = months.map((one) => ({ value: one, label: monthText(one) }));
  const to = endOfMonth(month) < on ? endOfMonth(month) : on;
  return (
    <SpaceBetween size="s">
      <Header
        variant="h2"
        description={inForce === undefined ? '' : `As they were recorded, by the definition in force, ${inForce}`}
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
      <Pages
        key={month}
        what="the movements"
        at={(cursor) => addressOf('/api/v1/arr/movements', { query: { from: month, to, limit: PAGE, cursor } })}
      >
        {({ items }) => <MovementsTable items={items} />}
      </Pages>
    </SpaceBetween>
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
