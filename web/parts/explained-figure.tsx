import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { type ReactNode, useState } from 'react';
import { type Address, type Answer, read } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { dayText } from '../format/days.ts';
import { count, money } from '../format/money.ts';
import { causeName } from './causes.ts';
import { CustomerLink } from './customer-link.tsx';
import { Figure } from './figure.tsx';
import { useExplainHref, useFollow } from './navigate.ts';
import { Freshness, ProblemNotice, UnconvertedNotice } from './states.tsx';

type Explained = Extract<Answer<'/api/v1/arr/explain'>, { readonly explains: 'figure' }>;
type Item = Explained['items'][number];

interface Pages {
  readonly items: readonly Item[];
  readonly last: Explained;
}

/** A figure: its formula, what it opens with, and page by page the movements that make it. */
export const ExplainedFigure = ({
  address,
  first,
}: {
  readonly address: Address<'/api/v1/arr/explain'>;
  readonly first: Explained;
}): ReactNode => {
  const [more, setMore] = useState<Pages>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [isLoading, setLoading] = useState(false);
  const { items, last } = more ?? { items: first.items, last: first };
  const { planCurrency: currency } = first;
  const loadMore = async (): Promise<void> => {
    if (last.nextCursor === null) return;
    setLoading(true);
    setProblem(undefined);
    try {
      const page = await read<'/api/v1/arr/explain'>(`${address}&cursor=${encodeURIComponent(last.nextCursor)}`);
      if (page.explains === 'figure') setMore({ items: [...items, ...page.items], last: page });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    } finally {
      setLoading(false);
    }
  };
  return (
    <SpaceBetween size="m">
      <UnconvertedNotice unconverted={first.unconverted} />
      <Summary told={first} />
      <Table
        variant="embedded"
        wrapLines
        header={
          <Header variant="h3" counter={`(${count(items.length)})`}>
            Movements
          </Header>
        }
        ariaLabels={{ tableLabel: 'Movements' }}
        columnDefinitions={movementColumns(currency)}
        items={[...items]}
        trackBy="movementId"
        empty="Nothing moved"
        footer={<Listed last={last} isLoading={isLoading} onMore={() => void loadMore()} />}
      />
      {problem === undefined ? null : <ProblemNotice problem={problem} reload={() => void loadMore()} />}
      <Freshness head={first} />
    </SpaceBetween>
  );
};

const titleOf = ({ on, from, to, cause, dimension, value }: Explained): string => {
  const cut = dimension === 'total' || value === '' ? '' : `, ${dimension} ${value}`;
  if (on !== undefined) return `ARR on ${dayText(on)}${cut}`;
  return `${cause === undefined ? 'What moved' : causeName(cause)} from ${dayText(from)} to ${dayText(to)}${cut}`;
};

const Summary = ({ told }: { readonly told: Explained }): ReactNode => {
  const follow = useFollow();
  const hrefOf = useExplainHref();
  const { planCurrency: currency, opening } = told;
  const amount = (minor: string | undefined): string => (minor === undefined ? '–' : money(minor, currency));
  return (
    <SpaceBetween size="s">
      <Header variant="h3" description={told.formula}>
        {titleOf(told)}
      </Header>
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'Amount', value: <span data-explained={told.amountMinor}>{amount(told.amountMinor)}</span> },
          ...(told.openingMinor === undefined
            ? []
            : [
                {
                  label: 'Opening',
                  value:
                    opening === undefined ? (
                      amount(told.openingMinor)
                    ) : (
                      <Link href={hrefOf(opening.explain)} onFollow={follow}>
                        {amount(told.openingMinor)}
                      </Link>
                    ),
                },
              ]),
          { label: 'Movements', value: amount(told.movementsMinor) },
          ...(told.byCurrency.length < 2
            ? []
            : told.byCurrency.map((one) => ({
                label: `In ${one.currency}`,
                value: money(told.on === undefined ? one.movementsMinor : (one.closingMinor ?? one.movementsMinor), one.currency),
              }))),
        ]}
      />
    </SpaceBetween>
  );
};

const movementColumns = (currency: string) => [
  { id: 'on', header: 'Day', cell: ({ effectiveOn }: Item) => dayText(effectiveOn) },
  { id: 'customer', header: 'Customer', isRowHeader: true, cell: ({ customerId }: Item) => <CustomerLink customerId={customerId} /> },
  {
    id: 'cause',
    header: 'Cause',
    minWidth: 110,
    cell: ({ cause, correction }: Item) => `${causeName(cause)}${correction ? ', correction' : ''}`,
  },
  {
    id: 'amount',
    header: 'Amount',
    cell: ({ amountMinor, customerId, cause, explain }: Item) => (
      <Figure amountMinor={amountMinor} currency={currency} label={`${causeName(cause)} of ${customerId}`} explain={explain} isChange />
    ),
  },
];

const Listed = ({
  last,
  isLoading,
  onMore,
}: {
  readonly last: Explained;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}): ReactNode => {
  const { listed, nextCursor, planCurrency } = last;
  const sum = listed.sumMinor === undefined ? '' : `, together ${money(listed.sumMinor, planCurrency)}`;
  return (
    <SpaceBetween size="s" direction="horizontal" alignItems="center">
      <Box variant="span">
        {count(listed.movements)} listed{sum}
      </Box>
      {listed.foots === undefined ? null : (
        <StatusIndicator type={listed.foots ? 'success' : 'warning'}>
          {listed.foots ? 'They are the figure' : 'Something moved while they were read: open it again'}
        </StatusIndicator>
      )}
      {nextCursor === null ? null : (
        <Button onClick={onMore} loading={isLoading}>
          More movements
        </Button>
      )}
    </SpaceBetween>
  );
};
