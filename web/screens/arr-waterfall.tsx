import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import type { Address, Answer } from '../api/client.ts';
import { addDays, addMonths, monthText, startOfMonth } from '../format/days.ts';
import { byReadingOrder, causeName } from '../parts/causes.ts';
import { ABSENT, Figure } from '../parts/figure.tsx';

export type Waterfall = Answer<'/api/v1/arr/waterfall'>;
type Row = Waterfall['rows'][number];
type Explanation = Address<'/api/v1/arr/explain'>;

/** A row as people name it: its month, or from when to when. */
export const rowName = ({ startsOn, endsBefore }: Row): string =>
  endsBefore <= addMonths(startOfMonth(startsOn), 1)
    ? monthText(startsOn)
    : `${monthText(startsOn)} – ${monthText(addDays(endsBefore, -1))}`;

/** Opening + movements by cause = closing, a row a period; each figure opens what it is made of. */
export const WaterfallTable = ({ told }: { readonly told: Waterfall }): ReactNode => {
  const { rows, planCurrency: currency } = told;
  const causes = [...new Set(rows.flatMap(({ movements = [] }) => movements.map(({ cause }) => cause)))].toSorted(byReadingOrder);
  const figure = (row: Row, label: string, amountMinor: string | undefined, explain: Explanation, isChange = false): ReactNode => (
    <Figure
      amountMinor={amountMinor}
      currency={currency}
      label={`${label}, ${rowName(row)}`}
      explain={explain}
      isShort
      isChange={isChange}
    />
  );
  const causeColumn = (cause: string): TableProps.ColumnDefinition<Row> => ({
    id: cause,
    header: causeName(cause),
    cell: (row) => {
      const net = row.movements?.find((movement) => movement.cause === cause)?.netMinor;
      return net === undefined ? ABSENT : figure(row, causeName(cause), net, `${row.explain}&cause=${cause}`, true);
    },
  });
  // What a period opens and closes with is explained as ARR of a day.
  const balance = (row: Row, part: 'opening' | 'closing'): ReactNode =>
    figure(row, part === 'opening' ? 'Opening' : 'Closing', part === 'opening' ? row.openingMinor : row.closingMinor, row.explain);
  const columns: TableProps.ColumnDefinition<Row>[] = [
    { id: 'period', header: 'Period', isRowHeader: true, cell: rowName },
    { id: 'opening', header: 'Opening', cell: (row) => balance(row, 'opening') },
    ...causes.map(causeColumn),
    { id: 'closing', header: 'Closing', cell: (row) => balance(row, 'closing') },
    {
      id: 'renewed',
      header: 'Renewed, part of no sum',
      cell: (row) => figure(row, 'Renewed', row.renewedMinor, `${row.explain}&cause=renewal`),
    },
  ];
  return (
    <Table
      header={
        <Header variant="h2" description={told.formula}>
          Waterfall{told.value === '' || told.dimension === 'total' ? '' : `: ${told.dimension} ${told.value}`}
        </Header>
      }
      ariaLabels={{ tableLabel: 'Waterfall' }}
      stickyColumns={{ first: 1 }}
      columnDefinitions={columns}
      items={rows}
      trackBy="startsOn"
      empty="No period"
    />
  );
};
