import LineChart from '@cloudscape-design/components/line-chart';
import type { ReactNode } from 'react';
import { LOCALE } from '../format/money.ts';

interface ShareChartProps {
  readonly label: string;
  readonly periods: readonly string[];
  /** By period; a part of 1 as decimal text, or undefined where there is none. */
  readonly series: readonly { readonly name: string; readonly values: readonly (string | undefined)[] }[];
}

/** The scale begins and ends at whole tenths. */
const TICKS = 10;

/** Shares over time. */
const ShareChart = ({ label, periods, series }: ShareChartProps): ReactNode => {
  const format = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 1 });
  const text = (value: number): string => format.format(value);
  const all = series.flatMap(({ values }) => values.flatMap((value) => (value === undefined ? [] : [Number(value)])));
  const domain = all.length === 0 ? [0, 1] : [Math.floor(Math.min(...all) * TICKS) / TICKS, Math.ceil(Math.max(...all) * TICKS) / TICKS];
  return (
    <LineChart
      ariaLabel={label}
      hideFilter
      height={280}
      xScaleType="categorical"
      xDomain={[...periods]}
      yDomain={domain}
      series={series.map(({ name, values }) => ({
        type: 'line',
        title: name,
        data: periods.flatMap((x, i) => {
          const value = values[i];
          return value === undefined ? [] : [{ x, y: Number(value) }];
        }),
        valueFormatter: text,
      }))}
      yTickFormatter={text}
      empty="Nothing to tell yet"
    />
  );
};

export default ShareChart;
