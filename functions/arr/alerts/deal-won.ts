import { compareFractions, type Fraction, fractionOf, mulFractions } from '../../platform/decimal.ts';
import { roundHalfAway } from '../lines/rating.ts';
import type { OnceRule } from './alert.ts';

export const dealWon: OnceRule = {
  kind: 'once',
  id: 'deal-won',
  severity: 'info',
  ownerRole: 'sales-manager',
  tells: 'A large deal was won, as the CRM says; a win is no ARR before it is signed',
  threshold: 'an amount above $5M (`alerts.dealWon.aboveMinor`, in the plan currency), closing since the plan in force began',
  hysteresis: 'none: each deal once for ever, whatever is amended, reopened or won again',
  from: 'configuration',
  formula: 'amount of the opportunity that is closed and won, at the plan rate of the day on which it closes',
};

/** An opportunity as its source shows it. */
export interface Opportunity {
  readonly provenance: { readonly system: string; readonly instance: string; readonly eventId: string };
  readonly opportunityId: string;
  readonly customerId?: string | undefined;
  readonly currency: string;
  /** Decimal text of minor units. */
  readonly amountMinor?: string | undefined;
  readonly isClosed: boolean;
  readonly isWon: boolean;
  readonly deleted: boolean;
  readonly closesOn: string;
}

/** What is kept of a won deal until it can be told whether it is large. */
export interface WonDeal {
  readonly customerId?: string;
  readonly currency: string;
  readonly amountMinor: string;
  readonly closesOn: string;
  readonly eventId: string;
}

/** A deal by its source: `salesforce.main.006…`. */
export const dealOf = ({ provenance: { system, instance }, opportunityId }: Opportunity): string =>
  `${system}.${instance}.${opportunityId}`;

/** The deal that was won; undefined where it is not won, or closes before the plan in force began: that is history, and no news. */
export const wonOf = (opportunity: Opportunity, planStartsOn: string): WonDeal | undefined => {
  const { isClosed, isWon, deleted, amountMinor, currency, closesOn, customerId, provenance } = opportunity;
  if (!isClosed || !isWon || deleted || amountMinor === undefined || closesOn < planStartsOn) return undefined;
  const { system, instance, eventId } = provenance;
  const known = customerId === undefined ? {} : { customerId: `${system}.${instance}.${customerId}` };
  return { ...known, currency, amountMinor, closesOn, eventId };
};

/** Minor units of the plan currency for one of a currency, on a day; undefined without a plan rate. */
export type PlanFactor = (currency: string, on: string) => Fraction | undefined;

export type Size = { readonly isTold: true; readonly isLarge: boolean; readonly planMinor: bigint } | { readonly isTold: false };

/** Whether a deal is above the threshold, compared exactly; its amount is rounded once. Not told without a plan rate. */
export const sizeOf = ({ currency, amountMinor, closesOn }: WonDeal, aboveMinor: string, factor: PlanFactor): Size => {
  const rate = factor(currency, closesOn);
  if (rate === undefined) return { isTold: false };
  const amount = mulFractions(fractionOf(amountMinor), rate);
  return {
    isTold: true,
    isLarge: compareFractions(amount, { num: BigInt(aboveMinor), den: 1n }) > 0,
    planMinor: roundHalfAway(amount),
  };
};

const rateMissingFor = ({ currency, closesOn }: WonDeal, planCurrency: string): string =>
  `There is no plan rate ${currency}/${planCurrency} on ${closesOn}: load one of that day or earlier by PUT /api/v1/fx/rates.`;

export const dealSentence = (subject: string, { closesOn, currency, amountMinor, eventId }: WonDeal): string =>
  `Deal ${subject} was won, closing on ${closesOn}, at ${amountMinor} minor units of ${currency} (event ${eventId}).`;

/** What is said of all deals that wait, in one sentence; undefined where none does. */
export const waitingSentence = (deals: readonly WonDeal[], planCurrency: string): string | undefined => {
  const [first] = deals.toSorted((a, b) => (a.closesOn < b.closesOn ? -1 : 1));
  if (first === undefined) return undefined;
  const many = deals.length === 1 ? 'one won deal is' : `${deals.length} won deals are`;
  return `Whether ${many} large cannot be told: ${rateMissingFor(first, planCurrency)}`;
};
