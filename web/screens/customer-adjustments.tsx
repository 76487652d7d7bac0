import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { dayText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { Explained } from '../parts/figure.tsx';
import { useFollow } from '../parts/navigate.ts';
import { PlainTable } from '../parts/plain-table.tsx';

type Customer = Answer<'/api/v1/arr/customers/{customerId}'>;
type Adjustment = Customer['adjustments'][number];

/** What two people put into its ARR by hand, and where they rule of it. */
export const Adjustments = ({ customer }: { readonly customer: Customer }): ReactNode => {
  const { adjustments, customerId } = customer;
  const follow = useFollow();
  const rulings = (asked: Readonly<Record<string, string>>): string => `/rulings?${new URLSearchParams({ customerId, ...asked })}`;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Part of its ARR, and of no line that a source tells."
          actions={
            <SpaceBetween size="s" direction="horizontal">
              <Link href={rulings({ status: 'all' })} onFollow={follow}>
                All rulings on it
              </Link>
              <Link href={rulings({ propose: 'adjustment' })} onFollow={follow}>
                Adjust its ARR
              </Link>
            </SpaceBetween>
          }
        >
          Adjustments by hand
        </Header>
      }
    >
      <PlainTable
        caption="On this day"
        columns={[
          {
            header: 'Product',
            cell: ({ productId, legalEntity }: Adjustment) => (legalEntity === productId ? productId : `${productId}, ${legalEntity}`),
          },
          {
            header: 'ARR',
            cell: ({ amountMinor, currency, explain, adjustmentId }) => {
              const text = money(amountMinor, currency, { isChange: true });
              return (
                <span data-figure={amountMinor}>
                  <Explained label={`Adjustment ${adjustmentId}: ${text}`} explain={explain}>
                    {text}
                  </Explained>
                </span>
              );
            },
          },
          { header: 'From', isText: true, cell: ({ startsOn }) => dayText(startsOn) },
          { header: 'Until', isText: true, cell: ({ endsOn }) => (endsOn === undefined ? 'further notice' : dayText(endsOn)) },
          { header: 'Reason', isText: true, cell: ({ reason }) => reason },
          { header: 'Proposed and approved by', isText: true, cell: ({ proposedBy, approvedBy }) => `${proposedBy}, ${approvedBy}` },
          {
            header: 'End',
            cell: ({ adjustmentId }) => (
              <Link
                href={rulings({ propose: 'adjustment-end', adjustmentId })}
                onFollow={follow}
                ariaLabel={`End it: adjustment ${adjustmentId}`}
              >
                End it
              </Link>
            ),
          },
        ]}
        items={adjustments}
        keyOf={({ adjustmentId }) => adjustmentId}
        empty="None"
      />
    </Container>
  );
};
