import BarChart from '@cloudscape-design/components/bar-chart';
import type { ReactNode } from 'react';
import { height, LOCALE } from '../format/money.ts';

interface MovementChartProps {
  /** One of each period, in its order; amounts are minor units. */
  readonly periods: readonly { readonly label: string; readonly byCause: Readonly<Record<string, string>> }[];
  readonly causes: readonly { readonly cause: string; readonly name: string }[];
  readonly currency: string;
}

const axis = (currency: string): ((value: number) => string) => {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 });
  return (value) => format.format(value);
};

/** What moved in each period, by cause: gains above the line, losses below. */
const MovementChart = ({ periods, causes, currency }: MovementChartProps): ReactNode => (
  <BarChart
    ariaLabel="Movements by period and cause"
    stackedBars
    hideFilter
    height={280}
    xScaleType="categorical"
    xDomain={periods.map(({ label }) => label)}
    series={causes.map(({ cause, name }) => ({
      type: 'bar',
      title: name,
      data: periods.map(({ label, byCause }) => ({ x: label, y: height(byCause[cause] ?? '0', currency) })),
      valueFormatter: axis(currency),
    }))}
    yTickFormatter={axis(currency)}
    empty="Nothing moved"
  />
);

export default MovementChart;
