import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { type Answer, addressOf } from '../api/client.ts';
import { post } from '../api/post.ts';
import { useApi } from '../api/use-api.ts';
import { dayText, monthText } from '../format/days.ts';
import { money } from '../format/money.ts';
import { CustomerLink } from '../parts/customer-link.tsx';
import { ABSENT, Derived, Figure } from '../parts/figure.tsx';
import { MadeView } from '../parts/made.tsx';
import { useAddressParameters, useFollow, useHref } from '../parts/navigate.ts';
import { Pages } from '../parts/pages.tsx';
import { PlainTable } from '../parts/plain-table.tsx';
import { ComparedCustomer } from './arr-compared-customer.tsx';

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
  const [parameters] = useAddressParameters();
  const chosen = parameters.get('because');
  const compared = parameters.get('compared');
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
        make={() => post('/api/v1/arr/comparisons', { body: { left, right } })}
      >
        {(told) => (
          <SpaceBetween size="l">
            <Months told={told} />
            <Reasons told={told} />
            <LinesPages
              asked={asked}
              told={told}
              on={on}
              because={told.rows.at(-1)?.reasons?.find((one) => one.switch === chosen)?.switch}
            />
            {compared === null ? null : <ComparedCustomer customerId={compared} left={left} right={right} on={on} />}
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
  const { rows, planCurrency: currency, left, right, dimension, value } = told;
  const cut = dimension === 'total' ? {} : { dimension, value };
  const explain = (profile: string, on: string) => addressOf('/api/v1/arr/explain', { query: { on, profile, ...cut } });
  const side = (profile: string, amountOf: (row: Row) => string | undefined) => ({
    header: profile,
    cell: (row: Row) => (
      <Figure
        label={`ARR by ${profile}, ${monthText(row.startsOn)}`}
        amountMinor={amountOf(row)}
        currency={currency}
        explain={explain(profile, row.endsOn)}
        isShort
      />
    ),
  });
  return (
    <PlainTable
      caption="ARR at the end of each month"
      columns={[
        { header: 'Month', cell: ({ startsOn }: Row) => monthText(startsOn) },
        side(left.profile, ({ leftMinor }) => leftMinor),
        side(right.profile, ({ rightMinor }) => rightMinor),
        {
          header: 'Difference',
          cell: ({ startsOn, endsOn, differenceMinor, reasons = [] }: Row) => (
            <Derived
              label={`Difference, ${monthText(startsOn)}`}
              text={amount(differenceMinor, currency, true)}
              exact={differenceMinor}
              formula={reasons.length === 0 ? 'They are the same.' : reasons.map((reason) => reasonText(reason, currency)).join('; ')}
              parts={[left, right].map(({ profile }) => ({ label: `ARR by ${profile}`, explain: explain(profile, endsOn) }))}
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

/** Of the last day: each leads to the lines on which its switch bears. */
const Reasons = ({ told }: { readonly told: Comparison }): ReactNode => {
  const { planCurrency: currency, on } = told;
  const follow = useFollow();
  const hrefOf = useHref();
  return (
    <PlainTable
      caption={`What each switch changes on ${dayText(on)}, turned in this order`}
      columns={[
        { header: 'Switch', cell: ({ switch: name }: Reason) => name },
        { header: told.left.profile, cell: ({ left }) => left },
        { header: told.right.profile, cell: ({ right }) => right },
        {
          header: 'Changes ARR by',
          cell: ({ switch: name, differenceMinor }) => (
            <span className="figure" title={money(differenceMinor, currency, { isChange: true })} data-figure={differenceMinor}>
              <Link
                href={hrefOf({ because: name })}
                onFollow={follow}
                ariaLabel={`${name} changes ARR by ${amount(differenceMinor, currency, true)}. Lines on which it bears`}
              >
                {amount(differenceMinor, currency, true)}
              </Link>
            </span>
          ),
        },
      ]}
      items={told.rows.at(-1)?.reasons ?? []}
      keyOf={({ switch: name }) => name}
      empty="They are the same on this day"
    />
  );
};

/** All lines that differ, or those on which one switch bears. */
const LinesPages = ({
  asked,
  told,
  on,
  because,
}: {
  readonly asked: Asked;
  readonly told: Comparison;
  readonly on: string;
  readonly because: Reason['switch'] | undefined;
}): ReactNode => {
  const [, change] = useAddressParameters();
  return (
    <SpaceBetween size="s">
      {because === undefined ? null : (
        <Button onClick={() => change({ because: undefined })}>All lines, not only because of {because}</Button>
      )}
      <Pages
        key={because}
        what="the lines"
        at={(cursor) => addressOf('/api/v1/arr/comparison/lines', { query: { ...asked, on, because, limit: PAGE, cursor } })}
      >
        {({ items, lines }) => (
          <Lines
            items={items}
            caption={`Lines that differ on ${dayText(on)}${because === undefined ? '' : ` because of ${because}`}, the largest difference first, of ${lines}`}
            currency={told.planCurrency}
          />
        )}
      </Pages>
    </SpaceBetween>
  );
};

/** The difference of each leads to its customer under both profiles. */
const Lines = ({
  items,
  caption,
  currency,
}: {
  readonly items: readonly Line[];
  readonly caption: string;
  readonly currency: string;
}): ReactNode => {
  const follow = useFollow();
  const hrefOf = useHref();
  return (
    <PlainTable
      caption={caption}
      columns={[
        { header: 'Customer', cell: ({ customerId }: Line) => <CustomerLink customerId={customerId} /> },
        { header: 'Product', cell: ({ productId }) => productId },
        { header: 'From', cell: (line) => money(line.leftAmountMinor, line.currency) },
        { header: 'To', cell: (line) => money(line.rightAmountMinor, line.currency) },
        {
          header: 'Difference',
          cell: ({ customerId, differenceMinor }) => (
            <Link
              href={hrefOf({ compared: customerId })}
              onFollow={follow}
              ariaLabel={`Difference of ${customerId}: ${amount(differenceMinor, currency, true)}. Movements by both`}
            >
              {amount(differenceMinor, currency, true)}
            </Link>
          ),
        },
        { header: 'Why', cell: ({ reasons }) => reasons.map((reason) => reasonText(reason, currency)).join('; ') },
      ]}
      items={items}
      keyOf={({ lineKey, customerId }) => `${customerId} ${lineKey}`}
      empty="No line differs"
    />
  );
};
