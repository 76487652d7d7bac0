import { addFractions, fractionOf } from '../../platform/decimal.ts';
import { minorOf, wholeMinorOf } from './amounts.ts';
import type { Decision } from './decisions.ts';
import type { EventGiven } from './event-schema.ts';
import { judgedAgain } from './existence.ts';
import { type Done, NOTHING_DONE } from './measure.ts';
import type { ContractGiven } from './request.ts';
import type { State, Terms } from './state.ts';

/** What happens to a contract: events as they were given, and what falls due by the calendar alone. */

interface Due {
  readonly type: 'due';
  readonly id: string;
  readonly on: string;
  readonly amount: string;
}

interface Binding {
  readonly type: 'binding';
  readonly id: string;
  readonly on: string;
}

export type Happening = (EventGiven & { readonly id: string }) | Due | Binding;

/** Within a day: first what the contract is, then what was done under it, then what was billed and paid. */
const ORDER: Readonly<Record<Happening['type'], number>> = {
  criteria: 0,
  binding: 1,
  transfer: 2,
  progress: 3,
  cost: 4,
  invoice: 5,
  due: 6,
  payment: 7,
  refund: 8,
};

const inOrder = (a: Happening, b: Happening): number =>
  a.on !== b.on ? (a.on < b.on ? -1 : 1) : ORDER[a.type] - ORDER[b.type] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Events of one contract with what follows from its terms, in the one order in which they are taken in. */
export const happeningsOf = (given: ContractGiven, events: readonly (EventGiven & { readonly id: string })[]): readonly Happening[] => {
  const told = new Set(events.flatMap((event) => (event.type === 'transfer' ? [event.obligation] : [])));
  const all: Happening[] = [...events];
  for (const { id, satisfaction } of given.obligations) {
    if (satisfaction.method === 'atPoint' && satisfaction.on !== undefined && !told.has(id))
      all.push({ type: 'transfer', id: `transfer-${id}`, on: satisfaction.on, obligation: id });
  }
  for (const event of events) {
    if (event.type === 'invoice') all.push({ type: 'due', id: event.id, on: event.dueOn ?? event.on, amount: event.amount });
  }
  const from = given.cancellation?.nonCancellableFrom;
  if (from !== undefined) all.push({ type: 'binding', id: 'binding', on: from < given.signedOn ? given.signedOn : from });
  return all.sort(inOrder);
};

interface Taken {
  readonly state: State;
  readonly decisions: readonly Decision[];
}

const withDone = (state: State, obligation: string, change: (done: Done) => Done): Taken => ({
  state: { ...state, done: new Map(state.done).set(obligation, change(state.done.get(obligation) ?? NOTHING_DONE)) },
  decisions: [],
});

/** The state after one event. */
export const taken = (state: State, event: Happening, { exponent }: Terms): Taken => {
  const minor = (text: string): bigint => wholeMinorOf(text, exponent);
  switch (event.type) {
    case 'criteria':
      return { state: { ...state, exists: event.met }, decisions: [judgedAgain(event.on, event.met)] };
    case 'binding': {
      const sentence = 'The customer cannot cancel from now on: what falls due is a receivable.';
      return { state: { ...state, binding: true }, decisions: [{ on: event.on, rule: 'receivable', paragraph: '606-10-45-4', sentence }] };
    }
    case 'transfer':
      return withDone(state, event.obligation, (done) => ({
        ...done,
        transferred: true,
        units: event.units === undefined ? done.units : addFractions(done.units, fractionOf(event.units)),
      }));
    case 'progress':
      return withDone(state, event.obligation, (done) => ({ ...done, progress: fractionOf(event.share) }));
    case 'cost':
      return withDone(state, event.obligation, (done) =>
        event.uninstalled === true
          ? { ...done, uninstalled: addFractions(done.uninstalled, minorOf(event.amount, exponent)) }
          : { ...done, cost: addFractions(done.cost, minorOf(event.amount, exponent)) },
      );
    case 'invoice':
      return { state: { ...state, invoiced: state.invoiced + minor(event.amount) }, decisions: [] };
    case 'due':
      return { state: { ...state, due: state.due + minor(event.amount) }, decisions: [] };
    case 'payment':
      return { state: { ...state, paid: state.paid + minor(event.amount) }, decisions: [] };
    case 'refund':
      return { state: { ...state, refunded: state.refunded + minor(event.amount) }, decisions: [] };
  }
};
