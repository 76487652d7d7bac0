import { toEpochDay } from '../../platform/calendar.ts';
import { compareFractions, divFractions, type Fraction, fraction, fractionOf, mulFractions, subFractions } from '../../platform/decimal.ts';
import { majorText, minorOf, ZERO } from './amounts.ts';
import type { Decision } from './decisions.ts';
import type { EventGiven } from './event-schema.ts';
import { obligationOf, pricePartOf, returnsOf, satisfactionDecision, sharedMinor } from './inception.ts';
import { doneBefore, type Measure, NOTHING_DONE, shareSince, totalOf } from './measure.ts';
import { sellingPricesOf } from './selling-price.ts';
import type { Generation, Obligation, PricePart, State, Terms } from './state.ts';

/**
 * Modifications, ASC 606-10-25-10 to 25-13. What is added at its own price is a contract by itself (25-12). Otherwise the rest of the contract
 * becomes the next generation: what is distinct is accounted for from now on (25-13a), what is not is measured again from its beginning
 * (25-13b), and both may be in one contract (25-13c).
 */

export type Modification = Extract<EventGiven, { readonly type: 'modify' }> & { readonly id: string };

interface Modified {
  readonly state: State;
  readonly decisions: readonly Decision[];
}

type Change = NonNullable<Modification['change']>[number];

const measureAfter = (measure: Measure, change: Change | undefined, exponent: number): Measure => {
  if (change === undefined) return measure;
  if (measure.kind === 'time' && change.until !== undefined) return { ...measure, until: toEpochDay(change.until) };
  if (measure.kind === 'units' && change.quantity !== undefined) return { ...measure, quantity: fractionOf(change.quantity) };
  if (measure.kind === 'cost' && change.expectedCost !== undefined) return { ...measure, expected: minorOf(change.expectedCost, exponent) };
  return measure;
};

/** What is left, at the price at which the whole would be sold: in proportion to what there is to do. */
const restOf = (before: Obligation, base: Fraction, after: Measure, from: Fraction, state: State): Fraction => {
  const done = state.done.get(before.id) ?? NOTHING_DONE;
  const earlier = subFractions(totalOf(before.measure, done), base);
  if (earlier.num <= 0n) return before.sellingPrice;
  return mulFractions(before.sellingPrice, divFractions(subFractions(totalOf(after, done), from), earlier));
};

/** What the change adds to the price, in minor units. */
const partsOf = (event: Modification, state: State, terms: Terms, generation: number) => {
  const obligations = [...terms.given.obligations, ...(event.add ?? [])];
  const priced = (event.price ?? []).map((part, index) =>
    pricePartOf(part, part.id ?? `${event.id}-price-${index + 1}`, obligations, { on: event.on, generation, terms }),
  );
  return {
    parts: priced.flatMap((one) => one.parts),
    unitPrices: [...state.unitPrices, ...priced.flatMap((one) => one.unitPrices)],
    decisions: priced.flatMap((one) => one.decisions),
  };
};

const minorSum = (parts: readonly PricePart[]): bigint => parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

/** What is added and nothing else, at what it would be sold for alone: a contract by itself. */
const separately = (event: Modification, state: State, terms: Terms): Modified | undefined => {
  const { on, add = [], remove = [], change = [], separate } = event;
  const index = state.generations.length - 1;
  const current = state.generations[index];
  if (current === undefined || add.length === 0 || remove.length + change.length > 0 || separate === false) return undefined;
  const { parts, unitPrices, decisions } = partsOf(event, state, terms, index);
  const { sellingPrices } = sellingPricesOf(add, { price: fraction(sharedMinor(parts)), on, exponent: terms.exponent });
  const worth = [...sellingPrices.values()].reduce(
    (sum, price) => fraction(sum.num * price.den + price.num * sum.den, sum.den * price.den),
    ZERO,
  );
  if (separate !== true && compareFractions(worth, fraction(minorSum(parts))) !== 0) return undefined;
  const added = add.map((one) => ({ ...obligationOf(one, sellingPrices.get(one.id), terms.exponent), apart: true }));
  const ids = add.map(({ id }) => id);
  const sentence = `${ids.join(', ')} for ${majorText(minorSum(parts), terms.exponent)} is distinct and at its own price: a contract by itself, and the rest stays as it was.`;
  return {
    state: {
      ...state,
      parts: [...state.parts, ...parts.map((part) => ({ ...part, allocateTo: part.allocateTo ?? ids }))],
      unitPrices,
      returns: new Map([...state.returns, ...returnsOf(add)]),
      generations: [...state.generations.slice(0, -1), { ...current, obligations: [...current.obligations, ...added] }],
    },
    decisions: [{ on, rule: 'modification', paragraph: '606-10-25-12', sentence }, ...decisions],
  };
};

interface Rest {
  readonly obligations: readonly Obligation[];
  readonly base: ReadonlyMap<string, Fraction>;
  readonly remeasured: ReadonlySet<string>;
  /** Ids whose rest is distinct from what was transferred. */
  readonly distinct: readonly string[];
}

/** What is left of each obligation that is not satisfied and not removed. */
const restAfter = (event: Modification, state: State, current: Generation, exponent: number): Rest => {
  const bound = toEpochDay(event.on);
  const obligations: Obligation[] = [];
  const base = new Map<string, Fraction>();
  const remeasured = new Set<string>();
  const distinct: string[] = [];
  for (const before of current.obligations) {
    const { id, measure } = before;
    const done = state.done.get(id) ?? NOTHING_DONE;
    const change = event.change?.find((one) => one.obligation === id);
    const after = measureAfter(measure, change, exponent);
    const start = current.base.get(id) ?? ZERO;
    const share = shareSince(start, after, done, bound);
    const isOver = share.num === share.den && !(after.kind === 'units' && after.quantity === undefined);
    if (event.remove?.includes(id) === true || isOver) continue;
    const isBegun = share.num > 0n;
    const isOne = isBegun && (after.kind === 'progress' || after.kind === 'cost' || event.notDistinct?.includes(id) === true);
    const from = isOne ? start : doneBefore(after, done, bound);
    if (isOne) remeasured.add(id);
    else distinct.push(id);
    base.set(id, from);
    const given = change?.sellingPrice;
    const sellingPrice = given === undefined ? restOf(before, start, after, from, state) : minorOf(given, exponent);
    obligations.push({ ...before, measure: after, sellingPrice });
  }
  return { obligations, base, remeasured, distinct };
};

/** Which of the three ways of 25-13 it is. */
const wayOf = ({ remeasured, distinct }: Rest, added: readonly string[]): readonly [paragraph: string, sentence: string] => {
  const ahead = [...distinct, ...added];
  const again = [...remeasured].join(', ');
  if (remeasured.size === 0)
    return [
      '606-10-25-13(a)',
      `What is left (${ahead.join(', ') || 'nothing'}) is distinct from what was transferred: the contract ends and a new one begins, and only what is to come changes.`,
    ];
  if (ahead.length === 0)
    return [
      '606-10-25-13(b)',
      `What is left of ${again} is not distinct from what was transferred: it is measured again from its beginning, and the difference counts at once.`,
    ];
  return [
    '606-10-25-13(c)',
    `${again} is measured again from its beginning, as its rest is not distinct; ${ahead.join(', ')} changes from now on only.`,
  ];
};

/** A change when nothing is left to transfer: it counts at once, for what was transferred. */
const afterwards = (state: State, event: Modification, terms: Terms): Modified => {
  const { parts, unitPrices, decisions } = partsOf(event, state, terms, state.generations.length - 1);
  const sentence = `Nothing is left to transfer: the change of the price by ${majorText(minorSum(parts), terms.exponent)} counts at once.`;
  return {
    state: { ...state, parts: [...state.parts, ...parts], unitPrices },
    decisions: [{ on: event.on, rule: 'modification', paragraph: '606-10-32-43', sentence }, ...decisions],
  };
};

/** The state after a modification. */
export const modified = (state: State, event: Modification, terms: Terms): Modified => {
  const alone = separately(event, state, terms);
  if (alone !== undefined) return alone;
  const { on, add = [] } = event;
  const { exponent } = terms;
  const current = state.generations.at(-1);
  if (current === undefined) return { state, decisions: [] };
  const rest = restAfter(event, state, current, exponent);
  if (rest.obligations.length + add.length + (event.remove ?? []).length === 0) return afterwards(state, event, terms);
  const { parts, unitPrices, decisions } = partsOf(event, state, terms, state.generations.length);
  const priced = sellingPricesOf(add, { price: fraction(sharedMinor(parts)), on, exponent });
  const added = add.map((one) => obligationOf(one, priced.sellingPrices.get(one.id), exponent));
  const [paragraph, sentence] = wayOf(
    rest,
    added.map(({ id }) => id),
  );
  const next: Generation = {
    from: toEpochDay(on),
    obligations: [...rest.obligations, ...added],
    base: rest.base,
    remeasured: rest.remeasured,
  };
  const total = `It changes the price by ${majorText(minorSum(parts), exponent)}.`;
  return {
    state: {
      ...state,
      parts: [...state.parts, ...parts],
      unitPrices,
      returns: new Map([...state.returns, ...returnsOf(add)]),
      generations: [...state.generations, next],
    },
    decisions: [
      { on, rule: 'modification', paragraph, sentence: `${sentence} ${total}` },
      ...added.map(({ id, measure }) => satisfactionDecision(id, measure, on)),
      ...decisions,
      ...priced.decisions,
    ],
  };
};

/** The end of the contract: nothing more is promised, so what is not earned is no part of the price. */
export const terminated = (state: State, event: { readonly on: string; readonly retained?: boolean | undefined }): Modified => {
  const retained = event.retained === true;
  const end: Generation = { from: toEpochDay(event.on), obligations: [], base: new Map(endBase(state, event.on)), remeasured: new Set() };
  const sentence = `The contract ends: what was not earned is no part of the price any more. What was paid beyond is ${retained ? 'kept, and earned' : 'to be paid back'}.`;
  return {
    state: { ...state, generations: [...state.generations, end], ended: retained ? 'retained' : 'refundable', binding: false },
    decisions: [{ on: event.on, rule: 'termination', paragraph: '606-10-25-11', sentence }],
  };
};

/** What is done of everything on the day of the end: what is told later earns nothing more. */
const endBase = (state: State, on: string): readonly (readonly [string, Fraction])[] =>
  (state.generations.at(-1)?.obligations ?? []).map(({ id, measure }) => [
    id,
    doneBefore(measure, state.done.get(id) ?? NOTHING_DONE, toEpochDay(on)),
  ]);
