import type { ReactNode } from 'react';
import { ABSENT, Derived } from './figure.tsx';
import { type MetricDefinition, type MetricFigure, metricExplanation, metricFormula, metricText } from './metric.ts';

/** A metric that opens its formula, what was divided by what, and from there what moved; where it has no value, why. */
export const MetricValue = ({
  figure,
  definition,
  currency,
  label = definition.name,
  size = 'medium',
}: {
  readonly figure: MetricFigure;
  readonly definition: MetricDefinition;
  readonly currency: string;
  /** What it is, for who hears it; the name of the metric by default. */
  readonly label?: string;
  readonly size?: 'large' | 'medium';
}): ReactNode => (
  <Derived
    label={label}
    size={size}
    text={metricText(figure, definition, currency) ?? ABSENT}
    exact={figure.value}
    formula={metricFormula(figure, definition, currency)}
    parts={metricExplanation(figure)}
  />
);
