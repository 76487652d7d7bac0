import Link from '@cloudscape-design/components/link';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { dayText } from '../format/days.ts';
import { count, money } from '../format/money.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { Explained } from '../parts/figure.tsx';
import { useFollow } from '../parts/navigate.ts';
import { Pages } from '../parts/pages.tsx';
import { nameOf } from './customers-list.tsx';

type Entry = Answer<'/api/v1/arr/beside/{kind}'>['items'][number];
type Kind = Entry['kind'];
type Column = TableProps.ColumnDefinition<Entry>;
/** A line of one source. */
type Side = NonNullable<Entry['possibleDuplicate']>['signed'];

const PAGE = '50';

const CUSTOMER: Column = {
  id: 'customer',
  header: 'Customer',
  isRowHeader: true,
  cell: (entry) => <CustomerLink customerId={entry.customerId}>{nameOf(entry)}</CustomerLink>,
};

const List = ({
  kind,
  label,
  columns,
  empty,
}: {
  readonly kind: Kind;
  readonly label: string;
  readonly columns: Column[];
  readonly empty: string;
}): ReactNode => (
  <Pages what={label} at={(cursor) => addressOf('/api/v1/arr/beside/{kind}', { params: { kind }, query: { limit: PAGE, cursor } })}>
    {({ items }) => (
      <Table
        ariaLabels={{ tableLabel: label }}
        columnDefinitions={[CUSTOMER, ...columns]}
        items={items}
        trackBy={({ customerId, unsigned, possibleDuplicate, difference }) =>
          `${customerId} ${unsigned?.subscriptionId ?? ''} ${(possibleDuplicate ?? difference)?.signed.lineId ?? ''}`
        }
        empty={empty}
      />
    )}
  </Pages>
);

/** An amount of a source, which leads to its event. */
const Shown = ({ what, side }: { readonly what: string; readonly side: Pick<Side, 'amountMinor' | 'currency' | 'explain'> }): ReactNode => {
  const text = money(side.amountMinor, side.currency);
  return (
    <span data-figure={side.amountMinor}>
      <Explained label={`${what}: ${text}`} explain={side.explain}>
        {text}
      </Explained>
    </span>
  );
};

/** What is claimed as sold and is signed nowhere, oldest first. */
export const UnsignedList = (): ReactNode => (
  <List
    kind="unsigned"
    label="the unsigned bookings"
    empty="Everything that is claimed is signed"
    columns={[
      {
        id: 'amount',
        header: 'Claimed a year',
        cell: ({ unsigned }) => (unsigned === undefined ? null : <Shown what="Claimed" side={unsigned} />),
      },
      { id: 'since', header: 'Claimed since', cell: ({ unsigned }) => (unsigned === undefined ? '' : dayText(unsigned.shownOn)) },
      { id: 'age', header: 'Days', cell: ({ unsigned }) => count(unsigned?.ageDays ?? 0) },
      { id: 'starts', header: 'Service from', cell: ({ unsigned }) => (unsigned === undefined ? '' : dayText(unsigned.startsOn)) },
      { id: 'source', header: 'Shown by', cell: ({ unsigned }) => `${unsigned?.system}: ${unsigned?.subscriptionId}` },
    ]}
  />
);

/** Leads to a proposal that says which subscription bills which agreement. */
const Rule = ({ entry: { customerId, possibleDuplicate: pair } }: { readonly entry: Entry }): ReactNode => {
  const follow = useFollow();
  if (pair === undefined) return null;
  const { signed, billed } = pair;
  const asked = { propose: 'pair', customerId, agreementId: signed.subscriptionId, subscriptionId: billed.subscriptionId };
  return (
    <Link
      href={`/rulings?${new URLSearchParams(asked)}`}
      onFollow={follow}
      ariaLabel={`One, or two? Whether ${billed.subscriptionId} bills ${signed.subscriptionId}`}
    >
      One, or two?
    </Link>
  );
};

/** Signed and billed lines that may be one: until somebody rules, both count. */
export const DuplicatesList = (): ReactNode => (
  <List
    kind="possible-duplicates"
    label="the possible duplicates"
    empty="No line is counted twice, as far as can be seen"
    columns={[
      {
        id: 'signed',
        header: 'Signed',
        cell: ({ possibleDuplicate: pair }) => (pair === undefined ? null : <Shown what="Signed" side={pair.signed} />),
      },
      {
        id: 'billed',
        header: 'Billed',
        cell: ({ possibleDuplicate: pair }) => (pair === undefined ? null : <Shown what="Billed" side={pair.billed} />),
      },
      { id: 'product', header: 'Product', cell: ({ possibleDuplicate: pair }) => pair?.signed.productId },
      { id: 'age', header: 'Days', cell: ({ possibleDuplicate: pair }) => count(pair?.signed.ageDays ?? 0) },
      { id: 'rule', header: 'Rule', cell: (entry) => <Rule entry={entry} /> },
    ]}
  />
);

/** Signed lines that are billed otherwise by more than half a percent, largest first: the contract counts. */
export const DifferencesList = (): ReactNode => (
  <List
    kind="differences"
    label="what is billed otherwise"
    empty="Everything is billed as it was signed"
    columns={[
      {
        id: 'signed',
        header: 'Signed',
        cell: ({ difference }) => (difference === undefined ? null : <Shown what="Signed" side={difference.signed} />),
      },
      {
        id: 'billed',
        header: 'Billed',
        cell: ({ difference }) => difference?.billed.map((side) => <Shown key={side.lineId} what="Billed" side={side} />),
      },
      {
        id: 'difference',
        header: 'Billed less signed',
        cell: ({ difference }) =>
          difference === undefined ? '' : money(difference.difference.amountMinor, difference.currency, { isChange: true }),
      },
      {
        id: 'why',
        header: 'Why',
        cell: ({ difference }) =>
          difference?.parts
            .map(({ kind, amountMinor }) => `${kind} ${money(amountMinor, difference.currency, { isChange: true })}`)
            .join(', '),
      },
    ]}
  />
);
