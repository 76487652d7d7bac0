import { toEpochDay } from '../../platform/calendar.ts';
import type { Decision } from './decisions.ts';
import { accruedBefore } from './repurchase.ts';
import type { State } from './state.ts';

/** The end of an agreement to buy a good back: unused, so that the good is sold (55-71, 55-78), or used. */
export const lapsed = (
  state: State,
  on: string,
  isBoughtBack: boolean,
): { readonly state: State; readonly decisions: readonly Decision[] } => {
  const { repurchase } = state;
  if (repurchase === undefined) return { state, decisions: [] };
  const accrued = accruedBefore(repurchase, toEpochDay(on) + 1);
  const isFinancing = repurchase.kind === 'financing';
  const liability = repurchase.soldMinor + (isFinancing ? accrued : -accrued);
  const paidBackMinor = isBoughtBack ? repurchase.priceMinor : 0n;
  const ended = { interestMinor: isFinancing ? accrued : -accrued, revenueMinor: liability - paidBackMinor, paidBackMinor };
  const sentence = isBoughtBack
    ? 'The good is bought back: the liability is settled.'
    : 'The option ends unused: the liability becomes revenue.';
  return {
    state: { ...state, repurchase: undefined, lapsed: ended },
    decisions: [{ on, rule: 'repurchase', paragraph: isBoughtBack ? '606-10-55-70' : '606-10-55-71', sentence }],
  };
};
