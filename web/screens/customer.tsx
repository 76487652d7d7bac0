import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { dayText, instantText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { causeName } from '../parts/causes.ts';
import { DayChoice } from '../parts/day-choice.tsx';
import { ABSENT, Derived, Explained } from '../parts/figure.tsx';
import { MovementAmount } from '../parts/movement-amount.tsx';
import { useAddressParameters } from '../parts/navigate.ts';
import { Freshness, LoadedView, UnconvertedNotice } from '../parts/states.tsx';
import { Adjustments } from './customer-adjustments.tsx';
import { BesideArr } from './customer-beside.tsx';

type Customer = Answer<'/api/v1/arr/customers/{customerId}'>;
type Line = Customer['lines'][number];
type Movement = Customer['movements'][number];

/** A customer: its ARR on a day by line and evidence, how it came about, and what stands beside it. */
const CustomerScreen = ({ customerId }: { readonly customerId: string }): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const on = parameters.get('on') ?? undefined;
  const customer = useApi(addressOf('/api/v1/arr/customers/{customerId}', { params: { customerId }, query: { on } }));
  const name = customer.data?.name;
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={customerId}>
          {name === undefined || name === '' ? 'Customer' : name}
        </Header>
      }
    >
      <LoadedView loaded={customer} what="the customer">
        {(data) => (
          <SpaceBetween size="l">
            <UnconvertedNotice unconverted={data.unconverted} />
            <Freshness head={data} />
            <div className="screen-only">
              <DayChoice label="Day" chosen={data.on} onChoose={(day) => change({ on: day })} />
            </div>
            <Summary customer={data} />
            <Lines customer={data} />
            <Movements customer={data} />
            <Adjustments customer={data} />
            <BesideArr customer={data} />
          </SpaceBetween>
        )}
      </LoadedView>
    </ContentLayout>
  );
};

const Summary = ({ customer }: { readonly customer: Customer }): ReactNode => {
  const { arrMinor, planCurrency: currency, on, stock, attributes, identity } = customer;
  const [landed, expanded, uplift] = stock ?? [];
  const amount = (minor: string | undefined): string => (minor === undefined ? ABSENT : money(minor, currency));
  return (
    <Container
      header={
        <Header variant="h2" description={customer.formula}>
          ARR on {dayText(on)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={4}
          items={[
            {
              label: 'ARR',
              value: (
                <Derived
                  label={`ARR on ${dayText(on)}`}
                  size="large"
                  text={amount(arrMinor)}
                  exact={arrMinor}
                  formula={customer.formula}
                  parts={customer.lines.map((line) => ({
                    label: `${line.productId}: ${money(line.amountMinor, line.currency)}`,
                    explain: line.explain,
                  }))}
                />
              ),
            },
            { label: 'Landed', value: amount(landed) },
            { label: 'Expanded', value: amount(expanded) },
            { label: 'Renewal uplift', value: amount(uplift) },
            ...Object.entries(attributes).map(([label, value]) => ({ label, value })),
          ]}
        />
        {identity.members.length < 2 ? null : (
          <Alert type="info" header="One customer in several systems">
            {identity.members.map((member) => (
              <div key={member.customerId}>
                {member.name}: {member.customerId}
              </div>
            ))}
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  );
};

const Lines = ({ customer }: { readonly customer: Customer }): ReactNode => {
  const columns: TableProps.ColumnDefinition<Line>[] = [
    { id: 'product', header: 'Product', isRowHeader: true, cell: ({ productId }) => productId },
    {
      id: 'amount',
      header: 'ARR',
      cell: (line) => (
        <Explained label={`ARR of ${line.productId}: ${money(line.amountMinor, line.currency)}`} explain={line.explain}>
          {money(line.amountMinor, line.currency)}
        </Explained>
      ),
    },
    {
      id: 'plan',
      header: `In ${customer.planCurrency}`,
      cell: ({ planMinor }) => (planMinor === undefined ? ABSENT : money(planMinor, customer.planCurrency)),
    },
    { id: 'evidence', header: 'Evidence', cell: ({ evidence }) => evidence },
    { id: 'starts', header: 'In service since', cell: ({ startsOn }) => dayText(startsOn) },
    { id: 'subscription', header: 'Subscription', cell: ({ subscriptionId }) => subscriptionId },
    { id: 'event', header: 'Shown by', cell: ({ system, eventId }) => `${system}: ${eventId}` },
  ];
  return (
    <Table
      header={<Header variant="h2">Lines</Header>}
      ariaLabels={{ tableLabel: 'Lines' }}
      columnDefinitions={columns}
      items={customer.lines}
      trackBy="lineKey"
      empty="No line is live on this day"
    />
  );
};

const Movements = ({ customer }: { readonly customer: Customer }): ReactNode => (
  <Table
    header={<Header variant="h2">How it came about</Header>}
    ariaLabels={{ tableLabel: 'Movements' }}
    columnDefinitions={[
      { id: 'on', header: 'Day', cell: ({ effectiveOn }: Movement) => dayText(effectiveOn) },
      {
        id: 'cause',
        header: 'Cause',
        isRowHeader: true,
        cell: ({ cause, correction }) => `${causeName(cause)}${correction ? ', correction' : ''}`,
      },
      { id: 'amount', header: 'Amount', cell: (movement) => <MovementAmount movement={movement} /> },
      { id: 'recorded', header: 'Recorded', cell: ({ recordedAt }) => instantText(recordedAt) },
      { id: 'events', header: 'Events', cell: ({ eventIds }) => eventIds.join(', ') },
    ]}
    items={customer.movements.toReversed()}
    trackBy="movementId"
    empty="Nothing has moved yet"
  />
);

export default CustomerScreen;
