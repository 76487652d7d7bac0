import LineChart from '@cloudscape-design/components/line-chart';
import type { ReactNode } from 'react';
import { height, LOCALE } from '../format/money.ts';

interface TrendChartProps {
  readonly label: string;
  readonly periods: readonly string[];
  /** By period: minor units, or undefined where there are none. */
  readonly series: readonly { readonly name: string; readonly amountsMinor: readonly (string | undefined)[] }[];
  readonly currency: string;
}

/** Amounts at the end of each period. */
const TrendChart = ({ label, periods, series, currency }: TrendChartProps): ReactNode => {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 });
  const text = (value: number): string => format.format(value);
  return (
    <LineChart
      ariaLabel={label}
      hideFilter
      hideLegend={series.length === 1}
      height={280}
      xScaleType="categorical"
      xDomain={[...periods]}
      series={series.map(({ name, amountsMinor }) => ({
        type: 'line',
        title: name,
        data: periods.flatMap((x, i) => {
          const amountMinor = amountsMinor[i];
          return amountMinor === undefined ? [] : [{ x, y: height(amountMinor, currency) }];
        }),
        valueFormatter: text,
      }))}
      yTickFormatter={text}
      empty="No ARR yet"
    />
  );
};

export default TrendChart;
