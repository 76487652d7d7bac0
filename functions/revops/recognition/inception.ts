import { toEpochDay } from '../../platform/calendar.ts';
import { divFractions, type Fraction, fraction, fractionOf, mulFractions, round, subFractions } from '../../platform/decimal.ts';
import { majorText, minorOf, plainText, ZERO } from './amounts.ts';
import type { Decision } from './decisions.ts';
import { estimatedAmount } from './estimate.ts';
import { existenceOf } from './existence.ts';
import { type Financing, financingOf } from './financing.ts';
import { agentsOf, roleDecision } from './intermediaries.ts';
import type { Measure } from './measure.ts';
import type { ObligationGiven } from './obligation-schema.ts';
import type { PricePartGiven } from './price-schema.ts';
import { repurchaseOf } from './repurchase.ts';
import { sellingPricesOf } from './selling-price.ts';
import type { Goods, Obligation, PartClass, PricePart, Returns, State, Terms, UnitPrice } from './state.ts';

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
  readonly financings: readonly Financing[];
  readonly incentives: State['incentives'];
  readonly unitPrices: readonly UnitPrice[];
  readonly decisions: readonly Decision[];
}

const NONE: Parts = { parts: [], financings: [], incentives: [], unitPrices: [], decisions: [] };
const PLAIN = { class: 'stated', allocateTo: undefined, transferred: undefined, percent: undefined } as const;

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
  const part = { ...PLAIN, id, kind: given.kind, amountMinor: statedMinor, generation };
  return {
    ...NONE,
    parts: lessMinor === 0n ? [part] : [part, { ...part, id: `${id}-volume`, class: 'reduction', amountMinor: lessMinor }],
  };
};

/** An uncertain amount below 0 is given back; one above is owed when it has come about. */
export const classOf = (amountMinor: bigint): PartClass => (amountMinor < 0n ? 'reduction' : 'contingent');

/** One part of the price, estimated and constrained on a day. */
export const pricePartOf = (
  given: PricePartGiven,
  id: string,
  obligations: readonly ObligationGiven[],
  { on, generation, terms }: { readonly on: string; readonly generation: number; readonly terms: Terms },
): Parts => {
  const { kind } = given;
  const { exponent, policies } = terms;
  switch (kind) {
    case 'nonCash': {
      const amountMinor = round(mulFractions(minorOf(given.fairValue, exponent), fractionOf(given.quantity ?? '1')), 'half-up');
      const sentence = `What is paid in kind is worth ${majorText(amountMinor, exponent)} on ${on}, and later changes of its worth are no change of the price.`;
      return {
        ...NONE,
        parts: [{ ...PLAIN, id, kind, amountMinor, allocateTo: given.allocateTo, generation }],
        decisions: [{ on, rule: 'non-cash', paragraph: '606-10-32-21', about: id, sentence }],
      };
    }
    case 'financed': {
      const { amountMinor, financing, decision } = financingOf(given, id, exponent, policies.financingExpedient);
      return {
        ...NONE,
        parts: [{ ...PLAIN, id, kind, amountMinor, allocateTo: given.allocateTo, generation }],
        financings: financing === undefined ? [] : [financing],
        decisions: [decision],
      };
    }
    case 'payableToCustomer': {
      const less = subFractions(minorOf(given.amount, exponent), minorOf(given.distinctGood ?? '0', exponent));
      const share = divFractions(less, minorOf(given.committedPurchases, exponent));
      const sentence = `${majorText(round(less, 'half-up'), exponent)} of what is paid to the customer is for nothing distinct: it lowers revenue by ${plainText(mulFractions(share, fraction(100n)))}% of what the customer buys.`;
      return {
        ...NONE,
        incentives: [{ share }],
        decisions: [{ on, rule: 'payable-to-customer', paragraph: '606-10-32-25', about: id, sentence }],
      };
    }
    case 'fixed': {
      const amountMinor = round(minorOf(given.amount, exponent), 'half-up');
      return {
        ...NONE,
        parts: [{ ...PLAIN, id, kind, amountMinor, allocateTo: given.allocateTo, transferred: given.transferred, generation }],
      };
    }
    case 'variable': {
      const { amountMinor, paragraph, sentence } = estimatedAmount(given.estimate, given.constrainedTo, exponent);
      const partClass = given.concession === true ? 'stated' : classOf(amountMinor);
      return {
        ...NONE,
        parts: [{ ...PLAIN, id, kind, class: partClass, amountMinor, allocateTo: given.allocateTo, generation }],
        decisions: [{ on, rule: 'variable', paragraph, about: id, sentence }],
      };
    }
    case 'royalty': {
      const percent = fractionOf(given.percent);
      const sentence = `${id} is ${given.percent}% of sales or usage of a licence: it counts when they occur, and is not estimated before.`;
      return {
        ...NONE,
        parts: [{ ...PLAIN, id, kind, class: 'owed', amountMinor: 0n, allocateTo: given.allocateTo, percent, generation }],
        decisions: [{ on, rule: 'royalty', paragraph: '606-10-55-65', about: id, sentence }],
      };
    }
    case 'perUnit':
      return perUnit(id, given, obligations.find((one) => one.id === given.obligation)?.quantity, generation, exponent);
  }
};

/** What a part is called that was not named. */
export const partIdOf = ({ id }: PricePartGiven, index: number): string => id ?? `price-${index + 1}`;

const goodsOf = ({ goods, quantity }: ObligationGiven, exponent: number): Goods | undefined =>
  goods === undefined
    ? undefined
    : {
        unitCost: minorOf(goods.unitCost, exponent),
        recoveryCost: minorOf(goods.recoveryCost ?? '0', exponent),
        quantity: fractionOf(quantity ?? '1'),
      };

/** An obligation as it is accounted for, with its weight in the allocation. */
export const obligationOf = (given: ObligationGiven, sellingPrice: Fraction | undefined, exponent: number): Obligation => ({
  id: given.id,
  name: given.name ?? given.id,
  measure: measureOf(given, exponent),
  sellingPrice: sellingPrice ?? ZERO,
  apart: false,
  goods: goodsOf(given, exponent),
});

/** Returns that are expected of goods, by obligation. */
export const returnsOf = (given: readonly ObligationGiven[]): readonly (readonly [string, Returns])[] =>
  given.flatMap(({ id, goods }) => {
    const expected = goods?.expectedReturns;
    if (expected === undefined) return [];
    return [[id, { expected: expected === 'unknown' ? expected : fractionOf(expected), returned: ZERO }] as const];
  });

/** What there is to allocate to all obligations by their selling prices. */
export const sharedMinor = (parts: readonly PricePart[]): bigint =>
  parts
    .filter(({ allocateTo, transferred }) => allocateTo === undefined && transferred === undefined)
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);

const EMPTY = {
  done: new Map(),
  costs: [],
  contra: new Map(),
  lapsed: undefined,
  retained: false,
  ended: 'no',
  invoiced: 0n,
  due: 0n,
  paid: 0n,
  refunded: 0n,
  writtenOff: 0n,
  paidToCustomer: 0n,
} as const;

/** The state on the day of signing. */
export const inceptionOf = (terms: Terms): { readonly state: State; readonly decisions: readonly Decision[] } => {
  const { given, exponent } = terms;
  const { signedOn: on } = given;
  const { exists, decision } = existenceOf(given);
  const priced = given.price.map((part, index) =>
    pricePartOf(part, partIdOf(part, index), given.obligations, { on, generation: 0, terms }),
  );
  const parts = priced.flatMap((one) => one.parts);
  const price = fraction(sharedMinor(parts));
  const { sellingPrices, decisions } = sellingPricesOf(given.obligations, { price, bundles: given.bundles, on, exponent });
  const obligations = given.obligations.map((one) => obligationOf(one, sellingPrices.get(one.id), exponent));
  const agreements = given.obligations.map((one) => repurchaseOf(one, on, exponent));
  const total = parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  return {
    state: {
      ...EMPTY,
      parts,
      unitPrices: priced.flatMap((one) => one.unitPrices),
      generations: [{ from: toEpochDay(on), obligations, base: new Map(), remeasured: new Set() }],
      returns: new Map(returnsOf(given.obligations)),
      financings: priced.flatMap((one) => one.financings),
      agents: new Map(agentsOf(given.obligations)),
      incentives: priced.flatMap((one) => one.incentives),
      repurchase: agreements.find((one) => one.repurchase !== undefined)?.repurchase,
      exists,
      binding: given.cancellation === undefined,
    },
    decisions: [
      decision,
      ...obligations.map(({ id, measure }) => satisfactionDecision(id, measure, on)),
      ...given.obligations.flatMap((one) => roleDecision(one, on)),
      ...agreements.flatMap((one) => one.decisions),
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
