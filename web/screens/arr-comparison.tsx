import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { useApi } from '../api/use-api.ts';
import { dayText, monthText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { ABSENT, Derived } from '../parts/figure.tsx';
import { MadeView } from '../parts/made.tsx';
import { Pages } from '../parts/pages.tsx';
import { PlainTable } from '../parts/plain-table.tsx';

type Comparison = Answer<'/api/v1/arr/comparison'>;
type Row = Comparison['rows'][number];
type Reason = NonNullable<Row['reasons']>[number];
type Line = Answer<'/api/v1/arr/comparison/lines'>['items'][number];

interface Asked {
  readonly left: string;
  readonly right: string;
  readonly dimension?: string | undefined;
  readonly value?: string | undefined;
}

const PAGE = '20';

/** Two profiles beside each other, and what each switch changes between them, down to the lines. */
export const ProfileComparison = ({
  asked,
  from,
  on,
}: {
  readonly asked: Asked;
  readonly from: string;
  readonly on: string;
}): ReactNode => {
  const { left, right } = asked;
  const comparison = useApi(addressOf('/api/v1/arr/comparison', { query: { ...asked, from, to: on } }));
  return (
    <Container
      header={
        <Header variant="h2" description={comparison.data?.formula}>
          {left} against {right}
        </Header>
      }
    >
      <MadeView
        loaded={comparison}
        what={`the comparison of ${left} and ${right}`}
        make={{ address: '/api/v1/arr/comparisons', body: { left, right } }}
      >
        {(told) => (
          <SpaceBetween size="l">
            <Months told={told} />
            <Reasons told={told} />
            <Pages
              what="the lines"
              at={(cursor) => addressOf('/api/v1/arr/comparison/lines', { query: { ...asked, on, limit: PAGE, cursor } })}
            >
              {({ items, lines }) => <Lines items={items} lines={lines} currency={told.planCurrency} on={on} />}
            </Pages>
          </SpaceBetween>
        )}
      </MadeView>
    </Container>
  );
};

const amount = (minor: string | undefined, currency: string, isChange = false): string =>
  minor === undefined ? ABSENT : money(minor, currency, { isShort: true, isChange });

const reasonText = (
  { switch: name, left, right, differenceMinor }: Omit<Reason, 'differenceMinor'> & { readonly differenceMinor?: string | undefined },
  currency: string,
): string => `${name} (${left} to ${right}) ${amount(differenceMinor, currency, true)}`;

const Months = ({ told }: { readonly told: Comparison }): ReactNode => {
  const { rows, planCurrency: currency, left, right } = told;
  return (
    <PlainTable
      caption="ARR at the end of each month"
      columns={[
        { header: 'Month', cell: ({ startsOn }: Row) => monthText(startsOn) },
        { header: left.profile, cell: ({ leftMinor }) => <span data-figure={leftMinor}>{amount(leftMinor, currency)}</span> },
        { header: right.profile, cell: ({ rightMinor }) => <span data-figure={rightMinor}>{amount(rightMinor, currency)}</span> },
        {
          header: 'Difference',
          cell: ({ startsOn, differenceMinor, reasons = [] }) => (
            <Derived
              label={`Difference, ${monthText(startsOn)}`}
              text={amount(differenceMinor, currency, true)}
              exact={differenceMinor}
              formula={reasons.length === 0 ? 'They are the same.' : reasons.map((reason) => reasonText(reason, currency)).join('; ')}
            />
          ),
        },
      ]}
      items={rows}
      keyOf={({ startsOn }) => startsOn}
      empty="No month"
    />
  );
};

/** Of the last day. */
const Reasons = ({ told }: { readonly told: Comparison }): ReactNode => {
  const { planCurrency: currency, on } = told;
  return (
    <PlainTable
      caption={`What each switch changes on ${dayText(on)}, turned in this order`}
      columns={[
        { header: 'Switch', cell: ({ switch: name }: Reason) => name },
        { header: told.left.profile, cell: ({ left }) => left },
        { header: told.right.profile, cell: ({ right }) => right },
        {
          header: 'Changes ARR by',
          cell: ({ differenceMinor }) => (
            <span data-figure={differenceMinor}>{money(differenceMinor, currency, { isShort: true, isChange: true })}</span>
          ),
        },
      ]}
      items={told.rows.at(-1)?.reasons ?? []}
      keyOf={({ switch: name }) => name}
      empty="They are the same on this day"
    />
  );
};

const Lines = ({
  items,
  lines,
  currency,
  on,
}: {
  readonly items: readonly Line[];
  readonly lines: number;
  readonly currency: string;
  readonly on: string;
}): ReactNode => (
  <PlainTable
    caption={`Lines that differ on ${dayText(on)}, the largest difference first, of ${lines}`}
    columns={[
      { header: 'Customer', cell: ({ customerId }: Line) => <CustomerLink customerId={customerId} /> },
      { header: 'Product', cell: ({ productId }) => productId },
      { header: 'From', cell: (line) => money(line.leftAmountMinor, line.currency) },
      { header: 'To', cell: (line) => money(line.rightAmountMinor, line.currency) },
      { header: 'Difference', cell: ({ differenceMinor }) => amount(differenceMinor, currency, true) },
      { header: 'Why', cell: ({ reasons }) => reasons.map((reason) => reasonText(reason, currency)).join('; ') },
    ]}
    items={items}
    keyOf={({ lineKey, customerId }) => `${customerId} ${lineKey}`}
    empty="No line differs"
  />
);
