import { fail, ok } from '../../platform/result.ts';
import { type CostFunction, type CostSum, costsOf } from './costs.ts';
import type { Facts, Metric, Window } from './metric.ts';
import { lacking, type Measured, part, quotient } from './ratio.ts';

/** Signs of what a margin is made of: what comes in, and what is spent. */
interface Recipe {
  readonly plus: readonly CostFunction[];
  readonly minus: readonly CostFunction[];
}

export const MARGINS_BY_NAME = {
  gross: { plus: ['revenue'], minus: ['cogs', 'support'] },
  contribution: { plus: ['revenue'], minus: ['cogs', 'support', 'sales', 'marketing'] },
  operating: { plus: ['revenue'], minus: ['cogs', 'support', 'sales', 'marketing', 'research', 'general'] },
  net: { plus: ['revenue'], minus: ['cogs', 'support', 'sales', 'marketing', 'research', 'general', 'other'] },
  'free-cash-flow': { plus: ['operating-cash-flow'], minus: ['capital-expenditure'] },
} as const satisfies Readonly<Record<string, Recipe>>;
export type MarginName = keyof typeof MARGINS_BY_NAME;

/** What is spent or earned in a window. A value's part of it is not known: nobody shares out what the company did not. */
export const spent = ({ costs }: Facts, functions: readonly CostFunction[], window: Window): CostSum =>
  costs === undefined ? fail('costs-missing', 'Costs are kept for the company as a whole: ask without a dimension.') : costsOf(costs, functions, window);

/** What is left after a margin's costs, in minor units. */
export const leftAfter = (facts: Facts, name: MarginName, window: Window): CostSum => {
  const { plus, minus }: Recipe = MARGINS_BY_NAME[name];
  const earned = spent(facts, plus, window);
  if (!earned.ok) return earned;
  const out = spent(facts, minus, window);
  return out.ok ? ok(earned.value - out.value) : out;
};

/** A margin: what is left, of revenue. */
export const marginOf = (facts: Facts, name: MarginName, window: Window): Measured => {
  const left = leftAfter(facts, name, window);
  if (!left.ok) return lacking(left.problem);
  const revenue = spent(facts, ['revenue'], window);
  if (!revenue.ok) return lacking(revenue.problem);
  return quotient(part(LEFT[name], left.value), part('revenue', revenue.value));
};

const LEFT: Readonly<Record<MarginName, string>> = {
  gross: 'gross profit',
  contribution: 'contribution',
  operating: 'operating result',
  net: 'net result',
  'free-cash-flow': 'free cash flow',
};

const margin = (name: MarginName, title: string, formula: string, purpose: string): Metric => ({
  id: `${name}-margin`,
  name: title,
  formula,
  unit: 'percent',
  purpose,
  source: 'SaaS Metrics Standards Board, income statement by function',
  switches: [],
  needs: ['costs'],
  measure: (facts) => marginOf(facts, name, facts.period),
});

/** What is left of revenue, by name: a margin without its name says nothing. */
export const MARGINS: readonly Metric[] = [
  margin('gross', 'Gross margin', '(revenue − cogs − support) ÷ revenue', 'What is left once customers are served'),
  margin(
    'contribution',
    'Contribution margin',
    '(revenue − cogs − support − sales − marketing) ÷ revenue',
    'What is left once customers are served and won',
  ),
  margin(
    'operating',
    'Operating margin',
    '(revenue − cogs − support − sales − marketing − research − general) ÷ revenue',
    'What the business earns by itself',
  ),
  margin('net', 'Net margin', '(operating result − other) ÷ revenue', 'What is left after interest, taxes and everything else'),
  margin(
    'free-cash-flow',
    'Free cash flow margin',
    '(operating cash flow − capital expenditure) ÷ revenue',
    'What is left in cash',
  ),
];
