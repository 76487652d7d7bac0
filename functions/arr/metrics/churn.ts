import { type Fraction, fraction, reduced, sumFractions } from '../../platform/decimal.ts';
import { fail } from '../../platform/result.ts';
import type { Bridge } from './bridges.ts';
import type { Facts, Metric } from './metric.ts';
import { gainsOf, lossesOf, of } from './metric.ts';
import { type Measured, part, quotient, whole } from './ratio.ts';

const GROSS = 'ChartMogul, MRR churn rate (help article 203359341)';
const NET = 'ChartMogul, net MRR churn rate (help article 4414075567250)';

/** Net churn takes off what was gained of customers who were there, or had been. */
const netLossesOf = (bridge: Bridge): bigint => lossesOf(bridge) - gainsOf(bridge) - of(bridge, 'reactivation');

const overPeriod =
  (losses: (bridge: Bridge) => bigint) =>
  ({ period: { bridge } }: Facts): Measured =>
    quotient(part('losses', losses(bridge)), part('opening ARR', bridge.openingMinor));

/** Each day on its own opening; a day that loses what had not been there at its beginning has no rate. */
const overDays =
  (losses: (bridge: Bridge) => bigint) =>
  ({ days }: Facts): Measured => {
    const rates: Fraction[] = [];
    for (const day of days()) {
      const lost = losses(day);
      if (lost === 0n) continue;
      if (day.openingMinor <= 0n) return { value: fail('not-defined', 'ARR moved on a day that began with none, or with less.') };
      rates.push(reduced(fraction(lost, day.openingMinor)));
    }
    return whole(part('sum of daily rates', sumFractions(rates)));
  };

const byProfile =
  (losses: (bridge: Bridge) => bigint) =>
  (facts: Facts): Measured =>
    (facts.definitions.churnFormula === 'daily' ? overDays : overPeriod)(losses)(facts);

/** What was lost of what was there, in revenue and in customers. */
export const CHURN: readonly Metric[] = [
  {
    id: 'logo-churn',
    name: 'Logo churn',
    formula: 'customers with ARR at the beginning and none at the end ÷ customers at the beginning',
    unit: 'percent',
    purpose: 'How many customers leave, whatever their size',
    source: 'ChartMogul, Polar: customers lost ÷ customers at the start',
    switches: [],
    needs: ['ledger'],
    measure: ({ period: { retained } }) =>
      quotient(part('lost customers', retained.customers - retained.still), part('customers at the beginning', retained.customers)),
  },
  {
    id: 'gross-churn',
    name: 'Gross revenue churn',
    formula: 'by the profile: gross-churn-period or gross-churn-daily',
    unit: 'percent',
    purpose: 'What is lost of existing revenue',
    source: GROSS,
    switches: ['churnFormula'],
    needs: ['ledger'],
    measure: byProfile(lossesOf),
  },
  {
    id: 'gross-churn-period',
    name: 'Gross revenue churn of the period',
    formula: '(churn + contraction) ÷ opening ARR',
    unit: 'percent',
    purpose: 'The formula for few, large customers (B2B)',
    source: GROSS,
    switches: [],
    needs: ['ledger'],
    measure: overPeriod(lossesOf),
  },
  {
    id: 'gross-churn-daily',
    name: 'Gross revenue churn, summed daily',
    formula: 'Σ over days (churn + contraction) ÷ the day’s opening ARR',
    unit: 'percent',
    purpose: 'The formula for many, small customers (B2C): who comes and leaves within the period counts on its day',
    source: GROSS,
    switches: [],
    needs: ['ledger'],
    measure: overDays(lossesOf),
  },
  {
    id: 'net-churn',
    name: 'Net revenue churn',
    formula: 'by the profile: net-churn-period or net-churn-daily',
    unit: 'percent',
    purpose: 'What is lost once gains of existing customers are taken off; negative where they are more',
    source: NET,
    switches: ['churnFormula'],
    needs: ['ledger'],
    measure: byProfile(netLossesOf),
  },
  {
    id: 'net-churn-period',
    name: 'Net revenue churn of the period',
    formula: '(churn + contraction − expansion − reactivation) ÷ opening ARR',
    unit: 'percent',
    purpose: 'The formula for few, large customers (B2B)',
    source: NET,
    switches: [],
    needs: ['ledger'],
    measure: overPeriod(netLossesOf),
  },
  {
    id: 'net-churn-daily',
    name: 'Net revenue churn, summed daily',
    formula: 'Σ over days (churn + contraction − expansion − reactivation) ÷ the day’s opening ARR',
    unit: 'percent',
    purpose: 'The formula for many, small customers (B2C)',
    source: NET,
    switches: [],
    needs: ['ledger'],
    measure: overDays(netLossesOf),
  },
  {
    id: 'quick-ratio',
    name: 'Quick ratio',
    formula: '(new + reactivation + expansion) ÷ (churn + contraction)',
    unit: 'ratio',
    purpose: 'How much is gained for each unit lost',
    source: 'dbt MRR playbook, Pitchkit, super-calc',
    switches: [],
    needs: ['ledger'],
    measure: ({ period: { bridge } }) =>
      quotient(part('gains', of(bridge, 'new') + of(bridge, 'reactivation') + gainsOf(bridge)), part('losses', lossesOf(bridge))),
  },
  {
    id: 'quick-ratio-without-reactivation',
    name: 'Quick ratio without reactivation',
    formula: '(new + expansion) ÷ (churn + contraction)',
    unit: 'ratio',
    purpose: 'The same without what came back',
    source: 'Baremetrics',
    switches: [],
    needs: ['ledger'],
    measure: ({ period: { bridge } }) => quotient(part('gains', of(bridge, 'new') + gainsOf(bridge)), part('losses', lossesOf(bridge))),
  },
];
