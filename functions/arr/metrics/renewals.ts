import { toEpochDay } from '../../platform/calendar.ts';
import { CAUSES, type Ledger } from '../ledger/rows.ts';
import type { Metric } from './metric.ts';
import { of } from './metric.ts';
import { lacking, part, quotient } from './ratio.ts';

/** A term of a customer that ends, with what there is to renew, and what of it was won so far. */
export interface Due {
  readonly customerId: string;
  /** First day after the term: the day on which a renewal takes effect. */
  readonly dueOn: string;
  /** ARR of the term that ends, in minor units of the plan currency. */
  readonly dueMinor: bigint;
  /** ARR renewed of it; more than was due counts as what was due. */
  readonly renewedMinor: bigint;
  /** Whether it is settled: renewed, lost, or past its grace. What is open is neither. */
  readonly isSettled: boolean;
}

/** A term's end before anybody looked at what became of it. */
export type TermEnd = Pick<Due, 'customerId' | 'dueOn' | 'dueMinor'>;

const RENEWAL = CAUSES.indexOf('renewal');
const CHURN = CAUSES.indexOf('churn');

/**
 * What became of terms that end, by the ledger: a renewal of the customer on the day or up to `graceDays` later has won what it carries; churn
 * within these days, or the days gone by on `asOf`, settles the rest as lost.
 */
export const duesOf = ({ rows, names }: Ledger, ends: readonly TermEnd[], graceDays: number, asOf: string): readonly Due[] => {
  const customers = new Map<string, readonly TermEnd[]>(Map.groupBy(ends, ({ customerId }) => customerId));
  const told = new Map<TermEnd, { renewed: bigint; churned: bigint }>(ends.map((end) => [end, { renewed: 0n, churned: 0n }]));
  for (let row = 0; row < rows.length; row += 1) {
    const cause = rows.cause[row];
    if (cause !== RENEWAL && cause !== CHURN) continue;
    for (const end of customers.get(names.customers[rows.customer[row] as number] as string) ?? []) {
      const late = (rows.day[row] as number) - toEpochDay(end.dueOn);
      const found = told.get(end);
      if (found === undefined || late < 0 || late > graceDays) continue;
      if (cause === RENEWAL) found.renewed += rows.planMinor[row] as bigint;
      else found.churned += rows.planMinor[row] as bigint;
    }
  }
  return ends.map((end) => {
    const { renewed, churned } = told.get(end) ?? { renewed: 0n, churned: 0n };
    const isOver = toEpochDay(asOf) - toEpochDay(end.dueOn) > graceDays;
    return { ...end, renewedMinor: renewed, isSettled: churned < 0n || isOver || renewed >= end.dueMinor };
  });
};

const capped = ({ dueMinor, renewedMinor }: Due): bigint => (renewedMinor < dueMinor ? renewedMinor : dueMinor);

/** Renewal rate is not GRR: it looks at what came up, not at everything that there was. */
export const RENEWALS: readonly Metric[] = [
  {
    id: 'renewal-rate',
    name: 'Renewal rate',
    formula: 'Σ min(renewed, due) ÷ Σ due, of the terms that ended in the period and are settled',
    unit: 'percent',
    purpose: 'How much is renewed of what came up for renewal',
    source: 'Gainsight, renewal calculations: won, capped at target ÷ target',
    switches: [],
    needs: ['ledger', 'renewals-due'],
    measure: ({ dues, period }) => {
      if (dues === undefined) return lacking({ code: 'dues-missing', detail: `Nobody told which terms end from ${period.from} to ${period.to}.` });
      const settled = dues.filter(({ isSettled }) => isSettled);
      return quotient(
        part('renewed of it', settled.reduce((sum, due) => sum + capped(due), 0n)),
        part('settled of what was due', settled.reduce((sum, due) => sum + due.dueMinor, 0n)),
      );
    },
  },
  {
    id: 'renewed-of-ended',
    name: 'Renewed of what was renewed or left',
    formula: 'ARR renewed ÷ (ARR renewed + churn), by the movements of the period',
    unit: 'percent',
    purpose: 'The nearest to a renewal rate that movements alone can tell: who leaves within a term counts as well',
    source: 'docs/concepts.md (renewal movements)',
    switches: [],
    needs: ['ledger'],
    measure: ({ period: { bridge } }) =>
      quotient(part('ARR renewed', bridge.renewedMinor), part('ARR renewed or left', bridge.renewedMinor - of(bridge, 'churn'))),
  },
];
