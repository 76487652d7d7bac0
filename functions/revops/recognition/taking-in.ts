import { addFractions, fractionOf } from '../../platform/decimal.ts';
import { minorOf, wholeMinorOf } from './amounts.ts';
import { capitalised, impaired } from './contract-costs.ts';
import { credited } from './credit.ts';
import type { Decision } from './decisions.ts';
import { judgedAgain } from './existence.ts';
import type { Happening } from './happenings.ts';
import { lapsed } from './lapse.ts';
import { type Done, NOTHING_DONE } from './measure.ts';
import { modified, terminated } from './modification.ts';
import { revised } from './revision.ts';
import { withSales } from './royalty.ts';
import type { State, Terms } from './state.ts';

/** What an event makes of a state: a row a type. */

interface Taken {
  readonly state: State;
  readonly decisions: readonly Decision[];
}

type Taking = {
  readonly [Type in Happening['type']]: (state: State, event: Extract<Happening, { readonly type: Type }>, terms: Terms) => Taken;
};

const quietly = (state: State): Taken => ({ state, decisions: [] });

const withDone = (state: State, obligation: string, change: (done: Done) => Done): Taken =>
  quietly({ ...state, done: new Map(state.done).set(obligation, change(state.done.get(obligation) ?? NOTHING_DONE)) });

const minor = (text: string, { exponent }: Terms): bigint => wholeMinorOf(text, exponent);

const TAKING: Taking = {
  criteria: (state, { on, met, retained = false }) => ({
    state: { ...state, exists: met, retained },
    decisions: [judgedAgain(on, met, retained)],
  }),
  binding: (state, { on }) => {
    const sentence = 'The customer cannot cancel from now on: what falls due is a receivable.';
    return { state: { ...state, binding: true }, decisions: [{ on, rule: 'receivable', paragraph: '606-10-45-4', sentence }] };
  },
  terminate: terminated,
  modify: modified,
  estimate: revised,
  transfer: (state, { obligation, units }) =>
    withDone(state, obligation, (done) => ({
      ...done,
      transferred: true,
      units: units === undefined ? done.units : addFractions(done.units, fractionOf(units)),
    })),
  progress: (state, { obligation, share }) => withDone(state, obligation, (done) => ({ ...done, progress: fractionOf(share) })),
  cost: (state, { obligation, amount, uninstalled }, { exponent }) =>
    withDone(state, obligation, (done) => {
      const kind = uninstalled === true ? 'uninstalled' : 'cost';
      return { ...done, [kind]: addFractions(done[kind], minorOf(amount, exponent)) };
    }),
  sales: withSales,
  return: (state, { obligation, units }) => {
    const known = state.returns.get(obligation) ?? { expected: fractionOf('0'), returned: fractionOf('0') };
    return quietly({
      ...state,
      returns: new Map(state.returns).set(obligation, { ...known, returned: addFractions(known.returned, fractionOf(units)) }),
    });
  },
  contractCost: (state, event, terms) => {
    const { cost, decision } = capitalised(event, terms);
    return { state: cost === undefined ? state : { ...state, costs: [...state.costs, cost] }, decisions: [decision] };
  },
  impairment: (state, { on, cost, amount }, terms) =>
    quietly({ ...state, costs: state.costs.map((one) => (one.id === cost ? impaired(one, on, minor(amount, terms)) : one)) }),
  credit: credited,
  lapse: (state, { on }) => lapsed(state, on, false),
  repurchase: (state, { on }) => lapsed(state, on, true),
  payCustomer: (state, { amount }, terms) => quietly({ ...state, paidToCustomer: state.paidToCustomer + minor(amount, terms) }),
  invoice: (state, { amount }, terms) => quietly({ ...state, invoiced: state.invoiced + minor(amount, terms) }),
  due: (state, { amount }, terms) => quietly({ ...state, due: state.due + minor(amount, terms) }),
  payment: (state, { amount }, terms) => quietly({ ...state, paid: state.paid + minor(amount, terms) }),
  refund: (state, { amount }, terms) => quietly({ ...state, refunded: state.refunded + minor(amount, terms) }),
  writeOff: (state, { amount }, terms) => quietly({ ...state, writtenOff: state.writtenOff + minor(amount, terms) }),
};

/** The state after one event, and what was decided with it. */
export const taken = (state: State, event: Happening, terms: Terms): Taken =>
  (TAKING[event.type] as (state: State, event: Happening, terms: Terms) => Taken)(state, event, terms);
