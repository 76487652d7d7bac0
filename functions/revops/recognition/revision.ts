import { fractionOf } from '../../platform/decimal.ts';
import { majorText, minorOf } from './amounts.ts';
import type { Decision } from './decisions.ts';
import { estimatedAmount } from './estimate.ts';
import type { EventGiven } from './event-schema.ts';
import { classOf } from './inception.ts';
import type { Measure } from './measure.ts';
import type { Generation, Obligation, State, Terms } from './state.ts';

/**
 * Estimates that are revised, ASC 606-10-32-14 and 32-42 to 32-45: the price is allocated on the basis of its beginning, so that what belongs to
 * satisfied obligations counts at once, and what was promised before a modification goes to what it was promised for.
 */

type Revision = Extract<EventGiven, { readonly type: 'estimate' }>;

interface Revised {
  readonly state: State;
  readonly decisions: readonly Decision[];
}

const ofPart = (state: State, event: Revision, exponent: number): Revised => {
  const part = state.parts.find(({ id }) => id === event.price);
  if (part === undefined) return { state, decisions: [] };
  const estimated = event.estimate === undefined ? undefined : estimatedAmount(event.estimate, event.constrainedTo, exponent);
  const amountMinor = estimated?.amountMinor ?? part.amountMinor;
  const uncertain = part.class === 'stated' ? 'stated' : classOf(amountMinor);
  const next = { ...part, amountMinor, class: event.resolved === true && amountMinor > 0n ? ('stated' as const) : uncertain };
  const change = majorText(amountMinor - part.amountMinor, exponent);
  const sentence = `${estimated?.sentence ?? 'It has come about.'} It was ${majorText(part.amountMinor, exponent)}: the change of ${change} is allocated as at the beginning, and counts at once where it was earned.`;
  return {
    state: { ...state, parts: state.parts.map((one) => (one.id === part.id ? next : one)) },
    decisions: [{ on: event.on, rule: 'estimate', paragraph: '606-10-32-43', about: part.id, sentence }],
  };
};

const ofUnitPrice = (state: State, event: Revision, exponent: number): Revised => {
  const expected = minorOf(event.expectedAmount ?? '0', exponent);
  const sentence = `A unit is expected to cost ${event.expectedAmount} in the end: earlier units are corrected at once.`;
  return {
    state: { ...state, unitPrices: state.unitPrices.map((one) => (one.id === event.price ? { ...one, expected } : one)) },
    decisions: [{ on: event.on, rule: 'estimate', paragraph: '606-10-32-43', about: event.price ?? '', sentence }],
  };
};

const measured = (measure: Measure, event: Revision, exponent: number): Measure => {
  if (measure.kind === 'units' && event.quantity !== undefined) return { ...measure, quantity: fractionOf(event.quantity) };
  if (measure.kind === 'cost' && event.expectedCost !== undefined) return { ...measure, expected: minorOf(event.expectedCost, exponent) };
  return measure;
};

const ofObligation = (state: State, event: Revision, exponent: number): Revised => {
  const { obligation: id = '', on } = event;
  const current = state.generations.at(-1) as Generation;
  const changed = (one: Obligation): Obligation => (one.id === id ? { ...one, measure: measured(one.measure, event, exponent) } : one);
  const returned = state.returns.get(id);
  const returns = new Map(state.returns);
  if (event.expectedReturns !== undefined && returned !== undefined)
    returns.set(id, { ...returned, expected: fractionOf(event.expectedReturns) });
  const told = [
    event.quantity === undefined ? [] : [`${event.quantity} units are expected in all`],
    event.expectedCost === undefined ? [] : [`the total cost is expected to be ${event.expectedCost}`],
    event.expectedReturns === undefined ? [] : [`${event.expectedReturns} units are expected back`],
  ].flat();
  const sentence = `Of ${id}, ${told.join(', ')}: what is earned is measured anew, and the difference counts at once.`;
  return {
    state: {
      ...state,
      returns,
      generations: [...state.generations.slice(0, -1), { ...current, obligations: current.obligations.map(changed) }],
    },
    decisions: [
      { on, rule: 'estimate', paragraph: event.expectedReturns === undefined ? '606-10-25-35' : '606-10-55-26', about: id, sentence },
    ],
  };
};

/** The state after a revision. */
export const revised = (state: State, event: Revision, { exponent }: Terms): Revised => {
  if (event.obligation !== undefined) return ofObligation(state, event, exponent);
  return event.expectedAmount === undefined ? ofPart(state, event, exponent) : ofUnitPrice(state, event, exponent);
};
