import type { Due } from './dues.ts';
import type { Metric } from './metric.ts';
import { of } from './metric.ts';
import { lacking, part, quotient } from './ratio.ts';

const capped = ({ dueMinor, renewedMinor }: Due): bigint => (renewedMinor < dueMinor ? renewedMinor : dueMinor);

/** Renewal rate is not GRR: it looks at what came up, not at everything that there was. */
export const RENEWALS: readonly Metric[] = [
  {
    id: 'renewal-rate',
    name: 'Renewal rate',
    formula: 'Σ min(renewed, due) ÷ Σ due, of the signed lines whose term ended in the period and that are settled',
    unit: 'percent',
    purpose: 'How much is renewed of what came up for renewal',
    source: 'Gainsight, renewal calculations: won, capped at target ÷ target',
    switches: [],
    needs: ['ledger', 'renewals-due'],
    measure: ({ dues }) => {
      if ('code' in dues) return lacking(dues);
      const settled = dues.filter(({ isSettled }) => isSettled);
      const unrated = settled.find(({ lacksRate }) => lacksRate);
      if (unrated !== undefined)
        return lacking({ code: 'rate-missing', detail: `There is no rate of ${unrated.currency} for what came up on ${unrated.dueOn}.` });
      return quotient(
        part(
          'renewed of it',
          settled.reduce((sum, due) => sum + capped(due), 0n),
        ),
        part(
          'settled of what was due',
          settled.reduce((sum, due) => sum + due.dueMinor, 0n),
        ),
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
