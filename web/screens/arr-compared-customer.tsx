import ColumnLayout from '@cloudscape-design/components/column-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { dayText } from '../format/days.ts';
import { causeName } from '../parts/causes.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { MovementAmount } from '../parts/movement-amount.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { LoadedView } from '../parts/states.tsx';

type Compared = Answer<'/api/v1/arr/comparison/customers/{customerId}'>;
type Movement = Compared['leftMovements'][number];

/** The movements of one customer by two profiles, each leading to the events behind it. */
export const ComparedCustomer = ({
  customerId,
  left,
  right,
  on,
}: {
  readonly customerId: string;
  readonly left: string;
  readonly right: string;
  readonly on: string;
}): ReactNode => {
  const compared = useApi(
    addressOf('/api/v1/arr/comparison/customers/{customerId}', { params: { customerId }, query: { left, right, on } }),
  );
  return (
    <LoadedView loaded={compared} what={`${customerId} by both`}>
      {({ name, leftMovements, rightMovements }) => (
        <SpaceBetween size="s">
          <Header variant="h3">
            <CustomerLink customerId={customerId}>{name === '' ? customerId : name}</CustomerLink>
          </Header>
          <ColumnLayout columns={2} minColumnWidth={320}>
            <Movements profile={left} movements={leftMovements} />
            <Movements profile={right} movements={rightMovements} />
          </ColumnLayout>
        </SpaceBetween>
      )}
    </LoadedView>
  );
};

const Movements = ({ profile, movements }: { readonly profile: string; readonly movements: readonly Movement[] }): ReactNode => (
  <PlainTable
    caption={`Movements by ${profile}`}
    columns={[
      { header: 'Day', cell: ({ effectiveOn }: Movement) => dayText(effectiveOn) },
      { header: 'Cause', cell: ({ cause }) => causeName(cause) },
      { header: 'Amount', cell: (movement) => <MovementAmount movement={movement} profile={profile} /> },
    ]}
    items={movements}
    keyOf={({ movementId }) => movementId}
    empty="Nothing moved"
  />
);
