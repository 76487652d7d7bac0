import { factKeyOf, type UsageFact } from '../lines/facts.ts';

/**
 * What a book knows of billed usage, which decides nothing: enough to tell a fact that is new from a repetition, so that an invoice is recorded
 * without reading what was recorded before.
 */
export interface KnownUsage {
  /** The source's second of the newest facts, */
  readonly observedAt: number;
  /** and the keys of all facts of that second, sorted: one payment may tell of an invoice twice within it. */
  readonly keys: readonly string[];
}

const keyOf = (data: UsageFact): string => factKeyOf({ kind: 'usage', data });

/** Whether a fact is certainly none that the book was made from; of what is older than the newest, a book cannot tell. */
export const isNewUsage = (known: KnownUsage | undefined, fact: UsageFact): boolean => {
  const { observedAt } = fact.provenance;
  if (known === undefined || observedAt > known.observedAt) return true;
  return observedAt === known.observedAt && !known.keys.includes(keyOf(fact));
};

/** With one more fact, in whatever order they come, and however often. */
export const withUsage = (known: KnownUsage | undefined, fact: UsageFact): KnownUsage => {
  const { observedAt } = fact.provenance;
  if (known !== undefined && observedAt < known.observedAt) return known;
  const others = known?.observedAt === observedAt ? known.keys : [];
  return { observedAt, keys: [...new Set([...others, keyOf(fact)])].sort() };
};
