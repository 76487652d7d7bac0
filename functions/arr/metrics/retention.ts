import type { Facts, Metric } from './metric.ts';
import { gainsOf, lossesOf, of } from './metric.ts';
import { part, quotient } from './ratio.ts';

/** SaaS Metrics Standards Board: the cohort is closed, so that new customers are in neither part. */
const SMSB = 'SaaS Metrics Standards Board (closed cohort of 12 months before)';
const BASE = 'ARR of the cohort 12 months before';

const cohortNow = ({ definitions, year: { retained } }: Facts): bigint =>
  definitions.reactivationInNrr === 'included' ? retained.nowMinor : retained.stayedMinor;

const cohortKept = ({ definitions, year: { retained } }: Facts): bigint =>
  definitions.reactivationInNrr === 'included' ? retained.keptMinor : retained.keptStayedMinor;

/** How much of what there was is still there. */
export const RETENTION: readonly Metric[] = [
  {
    id: 'nrr',
    name: 'Net revenue retention',
    formula: 'ARR now of the customers with ARR 12 months before ÷ their ARR then',
    unit: 'percent',
    over: 'year',
    purpose: 'What existing customers become in a year, with what they add and take away',
    source: SMSB,
    switches: ['reactivationInNrr'],
    needs: ['ledger'],
    measure: (facts) => quotient(part('their ARR now', cohortNow(facts)), part(BASE, facts.year.retained.baseMinor)),
  },
  {
    id: 'grr',
    name: 'Gross revenue retention',
    formula: 'Σ per customer min(ARR then, ARR now) ÷ Σ ARR then, of the customers with ARR 12 months before',
    unit: 'percent',
    over: 'year',
    purpose: 'What is kept of existing customers before anything that they add; never above 100%, nor above NRR',
    source: SMSB,
    switches: ['reactivationInNrr'],
    needs: ['ledger'],
    measure: (facts) => quotient(part('kept of it', cohortKept(facts)), part(BASE, facts.year.retained.baseMinor)),
  },
  {
    id: 'nrr-movements',
    name: 'NRR by movements',
    formula: '(opening + expansion − contraction − churn [+ reactivation]) ÷ opening, over 12 months',
    unit: 'percent',
    over: 'year',
    purpose: 'NRR as a waterfall shows it: also what customers added and took away who came within the year',
    source: 'NetSuite, Pitchkit: (ending − new) ÷ beginning',
    switches: ['reactivationInNrr'],
    needs: ['ledger'],
    measure: ({ definitions, year: { bridge } }) => {
      const back = definitions.reactivationInNrr === 'included' ? of(bridge, 'reactivation') : 0n;
      const kept = bridge.openingMinor + gainsOf(bridge) - lossesOf(bridge) + back;
      return quotient(part('opening ARR with what it gained and lost', kept), part('opening ARR', bridge.openingMinor));
    },
  },
  {
    id: 'grr-movements',
    name: 'GRR by movements',
    formula: '(opening − contraction − churn) ÷ opening, over 12 months',
    unit: 'percent',
    over: 'year',
    purpose: 'GRR as a waterfall shows it: losses of customers who came within the year count, and what was won back does not',
    source: 'SaaS Metrics Standards Board, by movements',
    switches: [],
    needs: ['ledger'],
    measure: ({ year: { bridge } }) =>
      quotient(part('opening ARR less losses', bridge.openingMinor - lossesOf(bridge)), part('opening ARR', bridge.openingMinor)),
  },
  {
    id: 'logo-retention',
    name: 'Logo retention',
    formula: 'customers of 12 months before who have ARR now ÷ customers 12 months before',
    unit: 'percent',
    over: 'year',
    purpose: 'How many customers are kept, whatever their size',
    source: SMSB,
    switches: ['reactivationInNrr'],
    needs: ['ledger'],
    measure: ({ definitions, year: { retained } }) =>
      quotient(
        part('of them now', definitions.reactivationInNrr === 'included' ? retained.still : retained.stayed),
        part('customers 12 months before', retained.customers),
      ),
  },
];
