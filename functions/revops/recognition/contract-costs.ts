import { toEpochDay } from '../../platform/calendar.ts';
import { majorText, partOf, wholeMinorOf, ZERO } from './amounts.ts';
import type { Decision } from './decisions.ts';
import type { EventGiven } from './event-schema.ts';
import { type Measure, NOTHING_DONE, shareSince } from './measure.ts';
import type { ContractCost, Terms } from './state.ts';

/** Costs of obtaining and fulfilling a contract, ASC 340-40: capitalised, amortised evenly over what they benefit, impaired. */

type CostEvent = Extract<EventGiven, { readonly type: 'contractCost' }>;

const ONE_YEAR_DAYS = 366;

/** Of a capitalised cost before a bound; an expensed one is amortised at once. */
const amortisedBefore = ({ amountMinor, from, until }: ContractCost, bound: number): bigint => {
  const period: Measure = { kind: 'time', by: 'months', from, until };
  return until <= from || bound >= until ? amountMinor : partOf(amountMinor, shareSince(ZERO, period, NOTHING_DONE, bound));
};

/** What a cost is on the books, and why. */
export const capitalised = (
  event: CostEvent,
  { exponent, policies }: Terms,
): { readonly cost?: ContractCost; readonly decision: Decision } => {
  const { id, on, kind, amount, from = on, until, incremental = true, recoverable = true, otherGuidance } = event;
  const amountMinor = wholeMinorOf(amount, exponent);
  const text = majorText(amountMinor, exponent);
  const decided = (paragraph: string, sentence: string): Decision => ({
    on,
    rule: 'contract-cost',
    paragraph,
    about: id ?? kind,
    sentence,
  });
  if (otherGuidance !== undefined)
    return { decision: decided('340-40-15-3', `${text} falls under other guidance, ${otherGuidance}: it is not in these books.`) };
  const days = until === undefined ? 0 : toEpochDay(until) - toEpochDay(from);
  const cost = (end: string): ContractCost => ({
    id: id ?? kind,
    amountMinor,
    from: toEpochDay(from),
    until: toEpochDay(end),
    impairedMinor: 0n,
    pastMinor: 0n,
  });
  const expensed = (paragraph: string, why: string) => ({ cost: cost(from), decision: decided(paragraph, `${text} is expensed: ${why}.`) });
  if (kind === 'obtain' && !incremental) return expensed('340-40-25-3', 'it would have been spent without the contract');
  if (!recoverable || until === undefined)
    return expensed(kind === 'obtain' ? '340-40-25-1' : '340-40-25-5', 'it is not expected to be recovered');
  if (kind === 'obtain' && policies.costExpedient && days <= ONE_YEAR_DAYS)
    return expensed('340-40-25-4', 'it benefits at most a year, by policy');
  const paragraph = kind === 'obtain' ? '340-40-25-1' : '340-40-25-5';
  return {
    cost: cost(until),
    decision: decided(paragraph, `${text} is capitalised and amortised evenly from ${from} until ${until} (340-40-35-1).`),
  };
};

/** A cost after it was written down on a day: what is left is amortised over the rest. */
export const impaired = (cost: ContractCost, on: string, minor: bigint): ContractCost => {
  const bound = toEpochDay(on);
  const past = amortisedBefore(cost, bound);
  return {
    ...cost,
    amountMinor: cost.amountMinor - past - minor,
    from: Math.max(bound, cost.from),
    pastMinor: cost.pastMinor + past,
    impairedMinor: cost.impairedMinor + minor,
  };
};

/** All costs before a bound, minor units: carried, amortised or expensed, written down. */
export const contractCostsBefore = (costs: readonly ContractCost[], bound: number) => {
  const sums = { assetMinor: 0n, amortisedMinor: 0n, impairedMinor: 0n };
  for (const cost of costs) {
    const amortised = amortisedBefore(cost, bound);
    sums.assetMinor += cost.amountMinor - amortised;
    sums.amortisedMinor += cost.pastMinor + amortised;
    sums.impairedMinor += cost.impairedMinor;
  }
  return sums;
};
