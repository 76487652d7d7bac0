import type { customerRecorded, subscriptionRecorded, subscriptionScheduleRecorded } from '../integrations/events.ts';
import type { EventData } from '../platform/events.ts';

/** The three kinds of fact that ARR is decided from, as sources publish them. */
export type SubscriptionFact = EventData<typeof subscriptionRecorded>;
export type ScheduleFact = EventData<typeof subscriptionScheduleRecorded>;
export type CustomerFact = EventData<typeof customerRecorded>;

export type Fact =
  | { readonly kind: 'subscription'; readonly data: SubscriptionFact }
  | { readonly kind: 'schedule'; readonly data: ScheduleFact }
  | { readonly kind: 'customer'; readonly data: CustomerFact };

/** What orders two facts of one object: the source's second, its own chain of states, and at last the event id. */
export interface Ordered {
  readonly observedAt: number;
  readonly eventId: string;
  readonly first: boolean;
  readonly last: boolean;
  readonly fingerprint: string;
  readonly previousFingerprint: string | undefined;
}

/**
 * Orders facts of one object by the source's time; facts of one second by their chain (the state that each says came right before it),
 * and where no chain tells, by event id. The result depends on the set only, never on the order of arrival.
 */
export const orderFacts = <T>(facts: readonly T[], key: (fact: T) => Ordered): readonly T[] => {
  if (facts.length < 2) return facts;
  const keyed = facts.map((fact) => ({ fact, key: key(fact) }));
  keyed.sort((a, b) => a.key.observedAt - b.key.observedAt || (a.key.eventId < b.key.eventId ? -1 : a.key.eventId > b.key.eventId ? 1 : 0));
  const ordered: T[] = [];
  for (let start = 0; start < keyed.length; ) {
    let end = start + 1;
    while (end < keyed.length && keyed[end]?.key.observedAt === keyed[start]?.key.observedAt) end += 1;
    if (end === start + 1) ordered.push((keyed[start] as { fact: T }).fact);
    else for (const entry of chain(keyed.slice(start, end))) ordered.push(entry.fact);
    start = end;
  }
  return ordered;
};

/** Facts of one second, sorted by event id, put in the order of their chain. */
const chain = <T extends { readonly key: Ordered }>(sameSecond: T[]): T[] => {
  const remaining = [...sameSecond.filter((e) => e.key.first), ...sameSecond.filter((e) => !(e.key.first || e.key.last))];
  const result: T[] = [];
  while (remaining.length > 0) {
    const next = remaining.findIndex(
      (entry) =>
        entry.key.first ||
        !remaining.some(
          (other) => other !== entry && other.key.fingerprint === entry.key.previousFingerprint && !follows(other.key, entry.key),
        ),
    );
    result.push(...remaining.splice(Math.max(next, 0), 1));
  }
  return [...result, ...sameSecond.filter((e) => e.key.last && !e.key.first)];
};

/** Whether `a` says that it came right after `b`. */
export const follows = (a: Ordered, b: Ordered): boolean => a.previousFingerprint !== undefined && a.previousFingerprint === b.fingerprint;
