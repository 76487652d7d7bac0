import { type Fraction, reduced } from '../../platform/decimal.ts';
import { explainPath } from '../figures/figure.ts';
import { EVERYTHING } from '../totals/series.ts';
import { METRICS, PLACES } from './catalogue.ts';
import type { Cut } from './cut.ts';
import { NO_VALUE } from './cut.ts';
import type { Facts, Metric, Window } from './metric.ts';
import { formatRatio, lacking, type NotDefined, type Part } from './ratio.ts';

/** `12` or `1/3`: exact, in lowest terms. */
const exact = (value: Fraction): string => {
  const { num, den } = reduced(value);
  return den === 1n ? String(num) : `${num}/${den}`;
};

const partAnswer = (part: Part | undefined) => (part === undefined ? undefined : { name: part.name, amount: exact(part.amount) });

/** The path that explains what moved in a window; none for customers without the attribute, of whom no total is kept. */
const explainedBy = ({ from, to }: Window, cut: Cut, value: string, profile: string | undefined): string | undefined => {
  if (cut.dimension === 'total') return explainPath({ from, to }, EVERYTHING, profile);
  return value === NO_VALUE ? undefined : explainPath({ from, to }, { dimension: cut.dimension, value }, profile);
};

const windowOf = (facts: Facts, { over }: Metric): Window =>
  over === 'year' ? facts.year : over === 'quarter' ? facts.quarter : facts.period;

/** What is said of all figures of one value. */
interface Told {
  readonly cut: Cut;
  readonly value: string;
  /** Why figures that rest on the ledger are left out. */
  readonly missing: NotDefined | undefined;
  /** The profile's name, where it is not that in force. */
  readonly profile: string | undefined;
}

/** A metric's figure: its value as decimal text with the unit's places, or why there is none, with what it was made of. */
const figureAnswer = (metric: Metric, facts: Facts, { cut, value, missing, profile }: Told) => {
  const measured = missing !== undefined && metric.needs.includes('ledger') ? lacking(missing) : metric.measure(facts);
  const window = windowOf(facts, metric);
  return {
    id: metric.id,
    from: window.from,
    to: window.to,
    ...(measured.value.ok ? { value: formatRatio(measured.value.value, PLACES[metric.unit]) } : { notDefined: measured.value.problem }),
    numerator: partAnswer(measured.numerator),
    denominator: partAnswer(measured.denominator),
    explain: explainedBy(window, cut, value, profile),
  };
};

/** Figures of one period and value, in the order of the catalogue. */
export const figureAnswers = (metrics: readonly Metric[], facts: Facts, told: Told) =>
  metrics.map((metric) => figureAnswer(metric, facts, told));

/** What is said once of each metric. */
export const definitionAnswer = ({ id, name, formula, unit, purpose, source, switches, needs }: Metric) => ({
  id,
  name,
  formula,
  unit,
  purpose,
  source,
  switches: [...switches],
  needs: [...needs],
});

/** The metrics that are asked for by their ids (all by default), and the first id that is none of one. */
export const metricsAsked = (ids: string | undefined): { readonly metrics: readonly Metric[]; readonly unknown?: string } => {
  if (ids === undefined) return { metrics: METRICS };
  const asked = ids.split(',').map((id) => id.trim());
  const unknown = asked.find((id) => !METRICS.some((metric) => metric.id === id));
  return { metrics: METRICS.filter(({ id }) => asked.includes(id)), ...(unknown === undefined ? {} : { unknown }) };
};
