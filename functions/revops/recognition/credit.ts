import { toEpochDay } from '../../platform/calendar.ts';
import { majorText, wholeMinorOf } from './amounts.ts';
import type { Decision } from './decisions.ts';
import { earnedBefore } from './earned.ts';
import type { EventGiven } from './event-schema.ts';
import type { State, Terms } from './state.ts';

/** Credits: the price falls for all of the term, so that what was earned of it is taken back at once and the rest is earned less (32-42). */

type Credit = Extract<EventGiven, { readonly type: 'credit' }> & { readonly id: string };

const sum = (state: State, terms: Terms, bound: number): bigint =>
  earnedBefore(state, terms, bound).reduce((total, { earnedMinor }) => total + earnedMinor, 0n);

/** The state after a credit: what it takes back of revenue is kept apart by what it was for. */
export const credited = (
  state: State,
  { id, on, amount, as }: Credit,
  terms: Terms,
): { readonly state: State; readonly decisions: readonly Decision[] } => {
  const amountMinor = wholeMinorOf(amount, terms.exponent);
  const part = {
    id,
    kind: 'credit',
    class: 'stated',
    amountMinor: -amountMinor,
    allocateTo: undefined,
    generation: state.generations.length - 1,
    transferred: undefined,
    percent: undefined,
  } as const;
  const after: State = { ...state, parts: [...state.parts, part], invoiced: state.invoiced - amountMinor, due: state.due - amountMinor };
  const bound = toEpochDay(on);
  const takenBack = sum(state, terms, bound) - sum(after, terms, bound);
  const text = majorText(takenBack, terms.exponent);
  const sentence = `The price falls by ${majorText(amountMinor, terms.exponent)}: ${text} of it was earned and is taken back, and the rest is earned less.`;
  return {
    state: { ...after, contra: new Map(state.contra).set(as, (state.contra.get(as) ?? 0n) + takenBack) },
    decisions: [{ on, rule: 'credit', paragraph: '606-10-32-42', about: id, sentence }],
  };
};
