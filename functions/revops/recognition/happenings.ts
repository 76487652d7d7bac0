import type { EventGiven } from './event-schema.ts';
import type { ContractGiven } from './request.ts';

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
  terminate: 2,
  modify: 3,
  estimate: 4,
  transfer: 5,
  progress: 6,
  cost: 7,
  sales: 8,
  return: 9,
  credit: 10,
  lapse: 10,
  repurchase: 10,
  payCustomer: 15,
  contractCost: 10,
  impairment: 11,
  invoice: 12,
  due: 13,
  payment: 14,
  refund: 15,
  writeOff: 16,
};

const inOrder = (a: Happening, b: Happening): number =>
  a.on !== b.on ? (a.on < b.on ? -1 : 1) : ORDER[a.type] - ORDER[b.type] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Events of one contract with what follows from its terms, in the one order in which they are taken in. */
export const happeningsOf = (given: ContractGiven, events: readonly (EventGiven & { readonly id: string })[]): readonly Happening[] => {
  const told = new Set(events.flatMap((event) => (event.type === 'transfer' ? [event.obligation] : [])));
  const all: Happening[] = [...events];
  const added = events.flatMap((event) => (event.type === 'modify' ? (event.add ?? []) : []));
  for (const { id, satisfaction } of [...given.obligations, ...added]) {
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
