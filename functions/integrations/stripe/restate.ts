import type { Catalogue } from './catalogue.ts';
import type { MappingContext } from './context.ts';
import { type Inherited, inheritedDiscounts, inheritedFrom } from './customer-discounts.ts';
import { type CustomerDiscounts, idsInKey, keyUntil } from './customer-history.ts';
import { subscriptionDiscounts } from './discounts.ts';
import type { Mapping } from './from-stripe.ts';
import { type Reading, read } from './outcomes.ts';
import type { ShownBy } from './sighting.ts';
import type { SubscriptionFact } from './subscriptions.ts';

/** A fact about a subscription as it was recorded, and what the discounts are called that it inherited; absent where it had its own. */
export interface Statement extends ShownBy {
  readonly fact: SubscriptionFact;
  readonly inherited?: string;
}

/**
 * A fact that is stated anew keeps its time, its fingerprints and its place: its id is the first one's with a number behind it, which sorts
 * right after it and before any other id of the source. The statement with the highest number counts.
 */
const NUMBERED = /^(.*)\.(\d{4})$/;

const firstIdOf = (eventId: string): string => NUMBERED.exec(eventId)?.[1] ?? eventId;

const nextIdOf = (eventId: string): string => {
  const [, first = eventId, number = '1'] = NUMBERED.exec(eventId) ?? [];
  return `${first}.${String(Number(number) + 1).padStart(4, '0')}`;
};

/** The last statements of facts that inherit, where by what is known now of the customer they inherit something else. */
export const staleStatements = (statements: readonly Statement[], customer: CustomerDiscounts): readonly Statement[] => {
  const last = new Map<string, Statement>();
  for (const statement of statements) {
    const first = firstIdOf(statement.eventId);
    const other = last.get(first);
    // By length first: an id without a number is the first one.
    if (other === undefined || other.eventId.length < statement.eventId.length || other.eventId < statement.eventId)
      last.set(first, statement);
  }
  const current = [...last.values()];
  return current.filter((statement) => {
    if (statement.inherited === undefined) return false;
    const until = supersededAt(statement, current);
    return keyUntil(statement.inherited, until) !== keyUntil(inheritedFrom(customer, statement.observedAt).key, until);
  });
};

/** Second at which the subscription was next shown: what a state inherits from then on is nothing to it. */
const supersededAt = ({ fact, observedAt }: Statement, statements: readonly Statement[]): number => {
  let until = Number.POSITIVE_INFINITY;
  for (const other of statements)
    if (other.fact.subscriptionId === fact.subscriptionId && other.observedAt > observedAt && other.observedAt < until)
      until = other.observedAt;
  return until;
};

/** The fact with the discounts that it inherits by what is known now, in place of those that it inherited. */
export const restated = (statement: Statement, catalogue: Catalogue, context: MappingContext): Reading<Mapping> => {
  const { fact, observedAt } = statement;
  const inherited = inheritedDiscounts(fact.customerId, observedAt, catalogue);
  return inherited.kind === 'read' ? withInherited(statement, inherited.value, catalogue, context) : inherited;
};

const withInherited = (
  { fact, eventId, inherited: before = '' }: Statement,
  { discounts, key }: Inherited,
  catalogue: Catalogue,
  context: MappingContext,
): Reading<Mapping> => {
  const owner = { subscriptionId: fact.subscriptionId, currency: fact.currency.toLowerCase() };
  const spread = subscriptionDiscounts(discounts, fact.lines, owner, catalogue, context);
  if (spread.kind !== 'read') return spread;
  const replaced = new Set(idsInKey(before));
  const lines = fact.lines.map((line) => ({
    ...line,
    discounts: [...line.discounts.filter(({ discountId }) => !replaced.has(discountId)), ...(spread.value.ofLines.get(line.lineId) ?? [])],
  }));
  const provenance = { ...fact.provenance, eventId: nextIdOf(eventId) };
  return read({
    objectId: fact.subscriptionId,
    told: { kind: 'subscription', fact: { ...fact, provenance, discounts: [...spread.value.whole], lines } },
    warnings: [],
    inherited: key,
    learnt: [],
    forgotten: [],
    followUps: [],
  });
};

/** By which event the fact is stated anew. */
export const restatedBy = ({ eventId, eventType, observedAt }: Statement): ShownBy => ({
  eventId: nextIdOf(eventId),
  eventType,
  observedAt,
});
