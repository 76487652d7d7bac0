import type { Movement } from '../events.ts';
import type { OnceRule } from './alert.ts';

export const strategicCustomer: OnceRule = {
  kind: 'once',
  id: 'strategic-customer-added',
  severity: 'info',
  ownerRole: 'sales-manager',
  tells: 'A company of the plan’s list (the Fortune 500) became a customer',
  threshold: 'each company, by its parent, of which no listed customer had ARR before; `plan.strategicCustomers` names list and year',
  hysteresis: 'none: each company once for ever; one that comes back was added before',
  from: 'plan',
  formula: 'a movement of cause `new`, effective within the plan, of a customer that is on the list that day (`alerts.strategicCustomers`)',
};

export const strategicList: OnceRule = {
  kind: 'once',
  id: 'strategic-list-changed',
  severity: 'info',
  ownerRole: 'revops',
  tells: 'A customer came onto the plan’s list or left it; nothing was sold by that, so it is told apart from customers added',
  threshold: 'each customer with ARR, day and direction',
  hysteresis: 'none: each once for ever',
  from: 'plan',
  formula: 'a movement of cause `transfer`, effective within the plan, that changes whether the customer is on the list',
};

/** Which attribute says by which value that a customer is on the list. */
export interface ListMark {
  readonly attribute: string;
  readonly value: string;
}

/** What a movement says of the list. `known`: a listed customer that began outside the plan, so that its company is no addition later. */
export interface ListNews {
  readonly what: 'added' | 'known' | 'listed' | 'unlisted';
  readonly customerId: string;
  readonly on: string;
  readonly movementId: string;
  /** Of the movement, in minor units of the plan currency; without a plan rate 0. */
  readonly planMinor: bigint;
}

export const listNewsOf = (
  movement: Movement,
  { attribute, value }: ListMark,
  plan: { readonly startsOn: string; readonly targetOn: string },
): ListNews | undefined => {
  const { cause, attributes, fromAttributes, customerId, effectiveOn: on, movementId, lines } = movement;
  const planMinor = lines.reduce((sum, line) => sum + BigInt(line.planDeltaMinor), 0n);
  const news = (what: ListNews['what']): ListNews => ({ what, customerId, on, movementId, planMinor });
  const isListed = attributes[attribute] === value;
  const isOfPlan = plan.startsOn <= on && on <= plan.targetOn;
  if (cause === 'new' && isListed && lines.some(({ deltaMinor }) => BigInt(deltaMinor) > 0n)) return news(isOfPlan ? 'added' : 'known');
  if (cause !== 'transfer' || fromAttributes === undefined || isListed === (fromAttributes[attribute] === value)) return undefined;
  if (!isOfPlan) return isListed ? news('known') : undefined;
  return news(isListed ? 'listed' : 'unlisted');
};

/** `Fortune 500 of 2026`: the list of the year that the plan names, or in which it begins. */
export const listName = (plan: {
  readonly startsOn: string;
  readonly strategicCustomers: { readonly list: string; readonly listYear?: number | undefined };
}): string => `${plan.strategicCustomers.list} of ${plan.strategicCustomers.listYear ?? plan.startsOn.slice(0, 4)}`;

export const newsSentence = ({ what, on, customerId }: ListNews, company: string, list: string): string => {
  const who = company === customerId ? `Company ${company}` : `Company ${company}, by its customer ${customerId},`;
  if (what === 'added') return `${who} of the list ${list} became a customer on ${on}.`;
  return `${who} ${what === 'listed' ? 'came onto' : 'left'} the list ${list} on ${on}.`;
};
