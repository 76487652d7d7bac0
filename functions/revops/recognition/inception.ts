import { toEpochDay } from '../../platform/calendar.ts';
import { fraction, fractionOf, mulFractions, round } from '../../platform/decimal.ts';
import { majorText, minorOf, ZERO } from './amounts.ts';
import type { Decision } from './decisions.ts';
import { estimatedAmount } from './estimate.ts';
import { existenceOf } from './existence.ts';
import type { Measure } from './measure.ts';
import type { ObligationGiven } from './obligation-schema.ts';
import type { PricePartGiven } from './price-schema.ts';
import { sellingPricesOf } from './selling-price.ts';
import type { PricePart, State, Terms, UnitPrice } from './state.ts';

/** The state of a contract before its first event, and why it is so. */

export const measureOf = ({ satisfaction, quantity }: ObligationGiven, exponent: number): Measure => {
  switch (satisfaction.method) {
    case 'atPoint':
      return { kind: 'point' };
    case 'days':
    case 'months':
      return { kind: 'time', by: satisfaction.method, from: toEpochDay(satisfaction.from), until: toEpochDay(satisfaction.until) };
    case 'units':
      return { kind: 'units', quantity: quantity === undefined ? undefined : fractionOf(quantity) };
    case 'progress':
      return { kind: 'progress' };
    case 'cost':
      return {
        kind: 'cost',
        expected: minorOf(satisfaction.expected, exponent),
        uninstalled: minorOf(satisfaction.uninstalled ?? '0', exponent),
      };
  }
};

const MEASURES = {
  point: ['606-10-25-30', 'at the point in time at which control passes'],
  time: ['606-10-25-31', 'evenly over time'],
  units: ['606-10-55-17', 'by units of output'],
  progress: ['606-10-25-31', 'over time, by the progress that is told'],
  cost: ['606-10-55-20', 'over time, by cost incurred of cost expected'],
} as const;

export const satisfactionDecision = (id: string, measure: Measure, on: string): Decision => {
  const [paragraph, says] = MEASURES[measure.kind];
  return { on, rule: 'satisfaction', paragraph, about: id, sentence: `${id} is satisfied ${says}.` };
};

interface Parts {
  readonly parts: readonly PricePart[];
  readonly unitPrices: readonly UnitPrice[];
  readonly decisions: readonly Decision[];
}

const NONE: Parts = { parts: [], unitPrices: [], decisions: [] };

const perUnit = (
  id: string,
  given: Extract<PricePartGiven, { kind: 'perUnit' }>,
  quantity: string | undefined,
  generation: number,
  exponent: number,
): Parts => {
  const stated = minorOf(given.amount, exponent);
  const expected = minorOf(given.expectedAmount ?? given.amount, exponent);
  if (quantity === undefined) return { ...NONE, unitPrices: [{ id, obligation: given.obligation, stated, expected }] };
  const units = fractionOf(quantity);
  const statedMinor = round(mulFractions(stated, units), 'half-up');
  const lessMinor = round(mulFractions(expected, units), 'half-up') - statedMinor;
  const part = { id, kind: given.kind, class: 'stated', amountMinor: statedMinor, allocateTo: undefined, generation } as const;
  return {
    ...NONE,
    parts: lessMinor === 0n ? [part] : [part, { ...part, id: `${id}-volume`, class: 'reduction', amountMinor: lessMinor }],
  };
};

/** One part of the price, estimated and constrained on a day. */
export const pricePartOf = (
  given: PricePartGiven,
  id: string,
  obligations: readonly ObligationGiven[],
  { on, generation, exponent }: { readonly on: string; readonly generation: number; readonly exponent: number },
): Parts => {
  const { kind } = given;
  switch (kind) {
    case 'fixed': {
      const amountMinor = round(minorOf(given.amount, exponent), 'half-up');
      return { ...NONE, parts: [{ id, kind, class: 'stated', amountMinor, allocateTo: given.allocateTo, generation }] };
    }
    case 'variable': {
      const { amountMinor, paragraph, sentence } = estimatedAmount(given.estimate, given.constrainedTo, exponent);
      const partClass = given.concession === true ? 'stated' : amountMinor < 0n ? 'reduction' : 'contingent';
      return {
        ...NONE,
        parts: [{ id, kind, class: partClass, amountMinor, allocateTo: given.allocateTo, generation }],
        decisions: [{ on, rule: 'variable', paragraph, about: id, sentence }],
      };
    }
    case 'perUnit':
      return perUnit(id, given, obligations.find((one) => one.id === given.obligation)?.quantity, generation, exponent);
  }
};

/** What a part is called that was not named. */
export const partIdOf = ({ id }: PricePartGiven, index: number): string => id ?? `price-${index + 1}`;

/** The state on the day of signing. */
export const inceptionOf = ({ given, exponent }: Terms): { readonly state: State; readonly decisions: readonly Decision[] } => {
  const { signedOn: on } = given;
  const { exists, decision } = existenceOf(given);
  const priced = given.price.map((part, index) =>
    pricePartOf(part, partIdOf(part, index), given.obligations, { on, generation: 0, exponent }),
  );
  const parts = priced.flatMap((one) => one.parts);
  const toAll = parts.filter(({ allocateTo }) => allocateTo === undefined).reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const { sellingPrices, decisions } = sellingPricesOf(given.obligations, fraction(toAll), on, exponent);
  const obligations = given.obligations.map((one) => ({
    id: one.id,
    name: one.name ?? one.id,
    measure: measureOf(one, exponent),
    sellingPrice: sellingPrices.get(one.id) ?? ZERO,
  }));
  const total = parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  return {
    state: {
      parts,
      unitPrices: priced.flatMap((one) => one.unitPrices),
      generations: [{ from: toEpochDay(on), obligations, base: new Map(), remeasured: new Set() }],
      done: new Map(),
      exists,
      binding: given.cancellation === undefined,
      invoiced: 0n,
      due: 0n,
      paid: 0n,
      refunded: 0n,
    },
    decisions: [
      decision,
      ...obligations.map(({ id, measure }) => satisfactionDecision(id, measure, on)),
      ...priced.flatMap((one) => one.decisions),
      {
        on,
        rule: 'transaction-price',
        paragraph: '606-10-32-2',
        sentence: `The transaction price is ${majorText(total, exponent)} ${given.currency}.`,
      },
      ...(obligations.length > 1 ? decisions : []),
    ],
  };
};
