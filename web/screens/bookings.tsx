import Alert from '@cloudscape-design/components/alert';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { dayText, instantText, monthText } from '../format/days.ts';
import { count } from '../format/money.ts';
import { Choice } from '../parts/choice.tsx';
import { CutChoice, useCut } from '../parts/cut-choice.tsx';
import { DayChoice } from '../parts/day-choice.tsx';
import { useAddressParameters, useHref } from '../parts/navigate.ts';
import { PagesAfter } from '../parts/pages.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { Freshness, LoadedView } from '../parts/states.tsx';
import { type Bookings, Signatures, Sum } from './bookings-signatures.tsx';

const PERIODS = [
  { id: 'month', text: 'Month' },
  { id: 'quarter', text: 'Quarter' },
  { id: 'year', text: 'Year' },
] as const;
const MONTHLY = PERIODS[0];
const KINDS = ['contract', 'renewal', 'amendment', 'termination', 'cancellation'] as const;
const PAGE = '50';

/** What each amount of a row is called, and what it says. */
const AMOUNTS = [
  { id: 'tcv', name: 'TCV', says: 'Total contract value, debookings taken off.' },
  { id: 'acv', name: 'ACV', says: 'Annual contract value by rate: TCV ÷ years of service, line by line.' },
  { id: 'firstYear', name: 'First year', says: 'Value of the first twelve months of service of each booking.' },
  { id: 'netNewArr', name: 'Net new ARR', says: 'What CARR moves by: annual value at the end of the term, above what is renewed.' },
  { id: 'debookedTcv', name: 'Debooked TCV', says: 'TCV of debookings alone, below zero.' },
] as const;

/** What was signed and what was taken back: by period, by value, and signature by signature. */
const BookingsScreen = (): ReactNode => {
  const [parameters, change] = useAddressParameters();
  const given = (name: string): string | undefined => parameters.get(name) ?? undefined;
  const { id: period } = PERIODS.find(({ id }) => id === parameters.get('period')) ?? MONTHLY;
  const kind = KINDS.find((one) => one === parameters.get('kind'));
  const query = {
    ...{ from: given('from'), to: given('to'), period, kind, customerId: given('customerId'), limit: PAGE },
    ...{ dimension: given('dimension'), ...useCut() },
  };
  const at = (cursor?: string) => addressOf('/api/v1/arr/bookings', { query: { ...query, cursor } });
  const bookings = useApi(at());
  return (
    <ContentLayout header={<Header variant="h1">Bookings</Header>}>
      <SpaceBetween size="l">
        <div className="screen-only">
          <SpaceBetween size="s" direction="horizontal" alignItems="end">
            <SegmentedControl
              label="Period"
              selectedId={period}
              options={[...PERIODS]}
              onChange={({ detail }) => change({ period: detail.selectedId })}
            />
            <DayChoice label="From" chosen={query.from ?? bookings.data?.from} onChoose={(day) => change({ from: day })} />
            <DayChoice label="To" chosen={query.to ?? bookings.data?.to} onChoose={(day) => change({ to: day })} />
            <Choice label="Kind" none="Every kind" chosen={kind} options={KINDS} onChoose={(name) => change({ kind: name })} />
            <CutChoice dimensions={bookings.data?.dimensions ?? []} />
          </SpaceBetween>
        </div>
        <LoadedView loaded={bookings} what="the bookings">
          {(told) => (
            <SpaceBetween size="l">
              {told.isComplete ? null : (
                <Alert type="info" header="The bookings are being put together">
                  Not every customer has been looked at yet. They are there within five minutes.
                </Alert>
              )}
              <Freshness head={told} />
              <Total told={told} />
              <Rows told={told} />
              <Container
                header={
                  <Header variant="h2" description="Oldest first. An amount opens the event of the source that shows the signature.">
                    Signatures
                  </Header>
                }
              >
                <SpaceBetween size="s">
                  <Signatures told={told} />
                  <PagesAfter what="the signatures" at={at} cursor={told.nextCursor}>
                    {(page) => <Signatures told={page as Bookings} />}
                  </PagesAfter>
                </SpaceBetween>
              </Container>
            </SpaceBetween>
          )}
        </LoadedView>
      </SpaceBetween>
    </ContentLayout>
  );
};

const asOf = ({ on, through }: Bookings): string =>
  on === undefined || through === undefined
    ? 'Not made yet'
    : `As agreements stand on ${dayText(on)}, by all that was recorded by ${instantText(through)}`;

const Total = ({ told }: { readonly told: Bookings }): ReactNode => {
  const { total, from, to, planCurrency: currency } = told;
  return (
    <Container
      header={
        <Header variant="h2" description={`${told.formula}. ${asOf(told)}.`}>
          Booked from {dayText(from)} to {dayText(to)}
        </Header>
      }
    >
      <KeyValuePairs
        columns={4}
        minColumnWidth={160}
        items={[
          ...AMOUNTS.map(({ id, name, says }) => ({
            label: name,
            value: <Sum label={name} sum={total[id]} currency={currency} formula={says} size="large" />,
          })),
          { label: 'Bookings', value: count(total.bookings) },
          { label: 'Debookings', value: count(total.debookings) },
        ]}
      />
    </Container>
  );
};

type Row = Bookings['rows'][number];

/** By period, and in it by value; each amount leads to its signatures. */
const Rows = ({ told }: { readonly told: Bookings }): ReactNode => {
  const { rows, planCurrency: currency, dimension } = told;
  const hrefOf = useHref();
  const isCut = dimension !== 'total';
  const nameOf = ({ startsOn, endsOn }: Row): string => {
    const [first, last] = [monthText(startsOn), monthText(endsOn)];
    return first === last ? first : `${first} – ${last}`;
  };
  const signatures = ({ startsOn, endsOn, value }: Row) => ({
    label: 'Its signatures',
    href: hrefOf({ from: startsOn, to: endsOn, ...(isCut ? { dimension, value } : {}) }),
  });
  return (
    <Container header={<Header variant="h2">By period{isCut ? ` and ${dimension}` : ''}</Header>}>
      <PlainTable
        caption="Bookings by period"
        columns={[
          { header: 'Period', cell: nameOf },
          ...(isCut ? [{ header: dimension, cell: ({ value }: Row) => (value === '' ? 'None' : value) }] : []),
          { header: 'Bookings', cell: ({ bookings }) => count(bookings) },
          { header: 'Debookings', cell: ({ debookings }) => count(debookings) },
          ...AMOUNTS.map(({ id, name, says }) => ({
            header: name,
            cell: (row: Row) => (
              <Sum
                label={`${name}, ${nameOf(row)}${isCut ? `, ${row.value}` : ''}`}
                sum={row[id]}
                currency={currency}
                formula={says}
                parts={[signatures(row)]}
              />
            ),
          })),
        ]}
        items={rows}
        keyOf={({ startsOn, value }) => `${startsOn} ${value}`}
        empty="Nothing was booked in this time"
      />
    </Container>
  );
};

export default BookingsScreen;
