import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { dayText, durationText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { ABSENT, Explained } from '../parts/figure.tsx';
import { PlainTable } from '../parts/plain-table.tsx';

type Customer = Answer<'/api/v1/arr/customers/{customerId}'>;
type Total = Customer['contracted']['carr'];

const DAY_SECONDS = 86_400;
const FLAGS: Readonly<Record<Customer['flags'][number]['flag'], string>> = {
  'expired-renewing': 'The term has ended, and nothing that renews it has come yet',
  'billing-stopped': 'Billing stopped within the term',
  'billed-after-term': 'The term is over, and billing goes on',
};

/** What is contracted, billed, used and claimed, each by itself: none of it is ARR. */
export const BesideArr = ({ customer }: { readonly customer: Customer }): ReactNode => {
  const { contracted, billed, usage, unsigned, differences, flags, planCurrency } = customer;
  const total = ({ planMinor }: Total): string => (planMinor === undefined ? ABSENT : money(planMinor, planCurrency));
  return (
    <Container
      header={
        <Header variant="h2" description="Each by itself; none of it is ARR.">
          Beside ARR
        </Header>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Contracted a year (CARR)', value: total(contracted.carr) },
            { label: 'Total contract value', value: total(contracted.tcv) },
            { label: 'Billed run-rate', value: total(billed.runRate) },
            { label: 'Metered usage, as a year', value: total(usage.runRate) },
            { label: 'Claimed and not signed', value: total(unsigned.annual) },
          ]}
        />
        {flags.map(({ flag, agreementId, ageDays }) => (
          <StatusIndicator key={`${flag} ${agreementId}`} type="warning">
            {agreementId}: {FLAGS[flag]}, for {durationText(ageDays * DAY_SECONDS)}
          </StatusIndicator>
        ))}
        {differences.length === 0 ? null : (
          <PlainTable
            caption="Signed, and billed otherwise: the contract counts"
            columns={[
              { header: 'Line', cell: ({ signed }) => `${signed.productId} since ${dayText(signed.startsOn)}` },
              {
                header: 'Signed',
                cell: ({ signed }) => (
                  <Explained label={`Signed: ${money(signed.amountMinor, signed.currency)}`} explain={signed.explain}>
                    {money(signed.amountMinor, signed.currency)}
                  </Explained>
                ),
              },
              {
                header: 'Billed less signed',
                cell: ({ difference }) => money(difference.amountMinor, difference.currency, { isChange: true }),
              },
              {
                header: 'Why',
                cell: ({ parts, currency }) =>
                  parts.map(({ kind, amountMinor }) => `${kind} ${money(amountMinor, currency, { isChange: true })}`).join(', '),
              },
            ]}
            items={differences}
            keyOf={({ signed }) => `${signed.subscriptionId} ${signed.lineId}`}
            empty=""
          />
        )}
      </SpaceBetween>
    </Container>
  );
};
