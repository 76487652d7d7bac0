import { type Fact, factKeyOf } from '../lines/facts.ts';
import { agreementIdsOf, agreementsOf, billedOf, billingKey, billingKeysOf, sharedNames } from './members.ts';

/**
 * How customers whose facts name each other find each other. A claim is kept beside the fact that makes it and says whose fact names an
 * agreement, or what bills one; every fact that makes claims asks who made others, once before and once after it is recorded: of two that
 * come at the same time, the one that is recorded last finds the other.
 */

/** Told by an agreement, or by what is billed. */
export type Side = 'agreement' | 'billing';

export interface Claim {
  /** `agreement <id>`, or `billing <system>/<instance>/<subscription>`. */
  readonly key: string;
  readonly side: Side;
}

/** More customers than this, of both sides together, claim no name of one: what so many bear says nothing of any of them. */
export const MAX_CLAIMANTS = 40;

/** Customers that made claims of a key, by their side; all of them, or so many that they are too many. */
export type Claimants = Readonly<Record<Side, readonly string[]>>;

/** Whether a name says nothing: claims are never taken back, so one that has become too common stays so, whatever comes in whatever order. */
export const isTooCommon = (claimants: Claimants, others: readonly string[] = []): boolean =>
  new Set([...claimants.agreement, ...claimants.billing, ...others]).size > MAX_CLAIMANTS;

/** Who made claims of a key, of one side or of both. */
export interface Question {
  readonly key: string;
  /** Whose claims concern the one that asks; how many customers there are is told by both sides. */
  readonly side?: Side;
  /** The subscription that is named: its source knows whose it is, though it makes no claim. */
  readonly billedBy?: { readonly system: string; readonly instance: string; readonly subscriptionId: string };
}

interface Claiming {
  readonly made: readonly Claim[];
  readonly asked: readonly Question[];
}

const NOTHING: Claiming = { made: [], asked: [] };

export const claimsOf = (fact: Fact): Claiming => {
  if (fact.kind !== 'subscription') return NOTHING;
  const { evidence, agreementId, status, billedBy = [] } = fact.data;
  if (evidence === 'billed') {
    const bills: Question = { key: `billing ${billingKey(fact.data)}`, side: 'agreement' };
    if (agreementId === undefined) return { made: [], asked: [bills] };
    const key = `agreement ${agreementId}`;
    return { made: [{ key, side: 'billing' }], asked: [{ key, side: 'agreement' }, bills] };
  }
  if (status !== 'active') return NOTHING;
  const named = agreementIdsOf(fact.data).map((id) => `agreement ${id}`);
  const billing = billingKeysOf(fact.data).map((key) => `billing ${key}`);
  return {
    made: [...named, ...billing].map((key) => ({ key, side: 'agreement' })),
    asked: [...named.map((key) => ({ key })), ...billing.map((key, i) => ({ key, ...(billedBy[i] && { billedBy: billedBy[i] }) }))],
  };
};

/**
 * What an agreement's earlier readings asked: a key that it lets go may be another customer's alone from now on, who was not one with anybody as
 * long as both bore it.
 */
const earlierAsked = (fact: Fact, known: readonly Fact[]): readonly Question[] => {
  if (fact.kind !== 'subscription' || fact.data.evidence === 'billed') return [];
  const { subscriptionId } = fact.data;
  return known.flatMap((one) =>
    one.kind === 'subscription' && one.data.evidence !== 'billed' && one.data.subscriptionId === subscriptionId ? claimsOf(one).asked : [],
  );
};

const claimName = ({ key, side }: Claim): string => `${side} ${key}`;
const questionName = ({ key, side }: Question): string => `${side ?? 'both'} ${key}`;

/** What a customer's facts claim and ask as they stand: whoever came with one of these names since then has found it. */
const standing = (known: readonly Fact[]) => {
  const own = [...billedOf(known), ...agreementsOf(known)].map((data) => claimsOf({ kind: 'subscription', data }));
  const made = new Set(own.flatMap((one) => one.made.map(claimName)));
  const asked = new Set(own.flatMap((one) => one.asked.map(questionName)));
  return {
    isMade: (claim: Claim): boolean => made.has(claimName(claim)),
    isAsked: (question: Question): boolean => asked.has(questionName({ key: question.key })) || asked.has(questionName(question)),
  };
};

/**
 * What some facts that arrive claim and ask beyond what is known; one that was recorded before asks all again, as it may have been cut short,
 * and so does one that lets go what its agreement named.
 */
export const newClaims = (arriving: readonly Fact[], known: readonly Fact[]): Claiming => {
  const keys = new Set(known.map(factKeyOf));
  const settled = standing(known);
  const made = new Map<string, Claim>();
  const asked = new Map<string, Question>();
  for (const fact of arriving) {
    const isKnown = keys.has(factKeyOf(fact));
    const own = claimsOf(fact);
    for (const claim of own.made) if (!isKnown && !settled.isMade(claim)) made.set(claimName(claim), claim);
    for (const question of own.asked) if (isKnown || !settled.isAsked(question)) asked.set(questionName(question), question);
    const named = new Set(own.asked.map(({ key }) => key));
    for (const question of earlierAsked(fact, known)) if (!named.has(question.key)) asked.set(questionName(question), question);
  }
  return { made: [...made.values()], asked: [...asked.values()] };
};

/**
 * Who else bears names that agreements of several of some customers bear: who was one with none of them may be one with all, once they are one.
 * Nobody asks for a name that says nothing.
 */
export const sharedAsked = (factsOf: ReadonlyMap<string, readonly Fact[]>, tooCommon: ReadonlySet<string>): readonly Question[] => {
  const shared = new Set([...sharedNames(factsOf)].filter((name) => !tooCommon.has(name)));
  if (shared.size === 0) return [];
  const agreements = [...factsOf.values()].flatMap(agreementsOf);
  const asked = agreements.flatMap((data) => claimsOf({ kind: 'subscription', data }).asked).filter(({ key }) => shared.has(key));
  return [...new Map(asked.map((question) => [question.key, question])).values()];
};
