import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { METRICS } from '../../../functions/arr/metrics/catalogue.ts';
import type { Costs } from '../../../functions/arr/metrics/costs.ts';
import type { Due } from '../../../functions/arr/metrics/dues.ts';
import type { Metric } from '../../../functions/arr/metrics/metric.ts';
import { type Flows, factsTold, figure, ledgerTold, moving, percent, type Told } from './told.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');

/** Cells of the rows of the table below a heading, without its head. */
const rowsBelow = (heading: string): readonly (readonly string[])[] =>
  (PAGE.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

it('docs/metrics.md has every metric as the catalogue has it', () => {
  expect(rowsBelow('Reference')).toEqual(
    METRICS.map(({ id, name, formula, unit, over = 'period', purpose, source }) => [
      `\`${id}\``,
      name,
      formula,
      unit,
      over,
      purpose,
      source,
    ]),
  );
  expect(new Set(METRICS.map(({ id }) => id)).size).toBe(METRICS.length);
});

/** `opening 1000, new 200` by name. */
const numbersOf = (example: string): ReadonlyMap<string, number> =>
  new Map(
    example.split(', ').map((words) => {
      const [, name = '', number = ''] = /^(.+) (−?\d+)$/.exec(words) ?? [];
      return [name, Number(number.replace('−', '-'))];
    }),
  );

const FLOWS = ['opening', 'new', 'expansion', 'contraction', 'churn', 'reactivation'] as const satisfies readonly (keyof Flows)[];
const BESIDE = ['due', 'renewed', 'after'];
const MONTHS_2025 = ['04', '05', '06', '07', '08', '09', '10', '11', '12'].map((month) => `2025-${month}-01`);
const MONTHS = [...MONTHS_2025, '2026-01-01', '2026-02-01', '2026-03-01'];
/** The quarter before the one that ends with March 2026. */
const BEFORE = ['2025-10-01', '2025-11-01', '2025-12-01'];

/** The same costs in every month of the window; `… before` in those of the quarter before. */
const costsOf = (numbers: ReadonlyMap<string, number>): Costs => {
  const told = [...numbers].filter(([name]) => !(FLOWS as readonly string[]).includes(name) && !BESIDE.includes(name));
  const ofMonth = (month: string): readonly (readonly [string, bigint])[] =>
    told
      .filter(([name]) => name.endsWith(' before') === (BEFORE.includes(month) && told.some(([one]) => one.endsWith(' before'))))
      .map(([name, major]) => [name.replace(' before', ''), BigInt(major) * 100n] as const);
  return Object.fromEntries(MONTHS.map((month) => [month, Object.fromEntries(ofMonth(month))]));
};

const shown = (metric: Metric, numbers: ReadonlyMap<string, number>): string => {
  const flows = Object.fromEntries(FLOWS.flatMap((name) => (numbers.has(name) ? [[name, numbers.get(name)]] : []))) as Flows;
  const [due, renewed = 0, after] = ['due', 'renewed', 'after'].map((name) => numbers.get(name));
  const beside: readonly Told[] = [
    ...(due === undefined ? [] : [{ on: '2026-03-10', customer: 'stays', cause: 'renewal' as const, major: renewed }]),
    ...(after === undefined ? [] : [{ on: '2026-06-10', customer: 'stays', cause: 'churn' as const, major: -after }]),
  ];
  const dues: readonly Due[] | undefined =
    due === undefined
      ? undefined
      : [
          {
            ...{
              customerId: 'stays',
              productId: 'p',
              legalEntity: 'acme',
              currency: 'USD',
              dueOn: '2026-03-10',
              isSettled: true,
              attributes: {},
            },
            ...{ dueMinor: BigInt(due) * 100n, renewedMinor: BigInt(renewed) * 100n },
          },
        ];
  const ledger = ledgerTold([...moving('2026-03-10', flows), ...beside]);
  const facts = factsTold(ledger, { on: '2026-03-31', costs: costsOf(numbers), ...(dues === undefined ? {} : { dues }) });
  switch (metric.unit) {
    case 'percent':
      return `${percent(facts, metric.id, 2)}%`;
    case 'money':
      return figure(facts, metric.id, 0).replace(/00$/, '');
    case 'count':
      return figure(facts, metric.id, 0);
    default:
      return figure(facts, metric.id, 2);
  }
};

it('every worked example of docs/metrics.md comes out, and every metric has one', () => {
  const examples = rowsBelow('Worked examples');
  expect(examples.map(([id]) => id)).toEqual(METRICS.map(({ id }) => `\`${id}\``));
  const found = examples.map(([id = '', example = '', , arithmetic]) => {
    const metric = METRICS.find((one) => `\`${one.id}\`` === id) as Metric;
    return [id, example, shown(metric, numbersOf(example)), arithmetic];
  });
  expect(found).toEqual(examples);
});
