import { type Address, type Answer, addressOf } from '../api/client.ts';
import { count, money, share, sharePoints, signed } from '../format/money.ts';

export type Metrics = Answer<'/api/v1/arr/metrics'>;
export type MetricFigure = Metrics['rows'][number]['figures'][number];
export type MetricDefinition = Metrics['definitions'][number];
type Explanation = Address<'/api/v1/arr/explain'>;

/** A metric as it is read, in its unit; undefined where it has no value. */
export const metricText = (
  { value }: { readonly value?: string | undefined },
  { unit }: Pick<MetricDefinition, 'unit'>,
  currency: string,
): string | undefined => {
  if (value === undefined) return undefined;
  switch (unit) {
    case 'money':
      return money(value, currency, { isShort: true });
    case 'percent':
      return share(value);
    case 'count':
      return count(Number(value));
    case 'months':
      return `${value} months`;
    case 'ratio':
      return value;
  }
};

/** What a metric changed by, with its sign: percentages in points. */
export const metricChangeText = (change: string, { unit }: Pick<MetricDefinition, 'unit'>, currency: string): string => {
  switch (unit) {
    case 'money':
      return money(change, currency, { isShort: true, isChange: true });
    case 'percent':
      return sharePoints(change);
    case 'months':
      return `${signed(change)} months`;
    case 'count':
    case 'ratio':
      return signed(change);
  }
};

/** Parts that are told by number; all others are money. */
const COUNTED = /customers|of them|months|^one$/;

const partText = ({ name, amount }: { readonly name: string; readonly amount: string }, currency: string): string =>
  amount.includes('/') ? name : `${name} ${COUNTED.test(name) ? count(Number(amount)) : money(amount, currency)}`;

/** How a figure came about, as sentences: its formula, what was divided by what, or why there is none. */
export const metricFormula = (
  { numerator, denominator, notDefined, from, to }: MetricFigure,
  { formula, purpose }: MetricDefinition,
  currency: string,
): string => {
  const parts = [numerator, denominator].flatMap((part) => (part === undefined ? [] : [partText(part, currency)]));
  return [
    `${purpose}. ${formula}.`,
    ...(notDefined === undefined ? [] : [notDefined.detail]),
    `${parts.join(' ÷ ')}; ${from} to ${to}.`,
  ].join(' ');
};

/** What explains the movements of the days that a metric looks at. */
export const metricExplanation = ({
  explain,
  from,
  to,
}: MetricFigure): readonly { readonly label: string; readonly explain: Explanation }[] =>
  explain === undefined ? [] : [{ label: `What moved from ${from} to ${to}`, explain }];

/** Metrics of a period, or of each since `from`, by the ids that are wanted. */
export const metricsAddress = (
  metrics: readonly string[],
  query: {
    readonly from?: string;
    readonly dimension?: string;
    readonly value?: string;
    readonly profile?: string | undefined;
    readonly asKnownOn?: string | undefined;
  },
) => addressOf('/api/v1/arr/metrics', { query: { ...query, metrics: metrics.join(',') } });
