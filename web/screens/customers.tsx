import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { useAddressParameters } from '../parts/navigate.ts';
import { CustomersBeside } from './customers-beside.tsx';
import { DifferencesList, DuplicatesList, UnsignedList } from './customers-entries.tsx';
import { CustomersList } from './customers-list.tsx';

const LISTS = [
  { id: 'all', text: 'All customers', render: () => <CustomersList /> },
  { id: 'unsigned', text: 'Unsigned bookings', render: () => <UnsignedList /> },
  { id: 'possible-duplicates', text: 'Possible duplicates', render: () => <DuplicatesList /> },
  { id: 'differences', text: 'Billed otherwise', render: () => <DifferencesList /> },
] as const;
const ALL = LISTS[0];

/** All customers with their ARR, what stands beside it, and what somebody has to look through. */
const CustomersScreen = (): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const list = LISTS.find(({ id }) => id === parameters.get('list')) ?? ALL;
  return (
    <ContentLayout header={<Header variant="h1">Customers</Header>}>
      <SpaceBetween size="l">
        <CustomersBeside />
        <div className="screen-only">
          <SegmentedControl
            label="List"
            selectedId={list.id}
            options={LISTS.map(({ id, text }) => ({ id, text }))}
            onChange={({ detail }) => change({ list: detail.selectedId === ALL.id ? undefined : detail.selectedId })}
          />
        </div>
        {list.render()}
      </SpaceBetween>
    </ContentLayout>
  );
};

export default CustomersScreen;
