import LineChart from '@cloudscape-design/components/line-chart';
import type { ReactNode } from 'react';
import { height, LOCALE } from '../format/money.ts';

interface TrendChartProps {
  /** ARR at the end of each period, in minor units. */
  readonly points: readonly { readonly label: string; readonly amountMinor: string }[];
  readonly currency: string;
}

/** ARR at the end of each period. */
const TrendChart = ({ points, currency }: TrendChartProps): ReactNode => {
  const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 });
  const text = (value: number): string => format.format(value);
  return (
    <LineChart
      ariaLabel="ARR at the end of each period"
      hideFilter
      hideLegend
      height={280}
      xScaleType="categorical"
      xDomain={points.map(({ label }) => label)}
      series={[
        {
          type: 'line',
          title: 'ARR',
          data: points.map(({ label, amountMinor }) => ({ x: label, y: height(amountMinor, currency) })),
          valueFormatter: text,
        },
      ]}
      yTickFormatter={text}
      empty="No ARR yet"
    />
  );
};

export default TrendChart;
