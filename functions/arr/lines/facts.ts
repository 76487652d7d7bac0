import type { customerRecorded, subscriptionRecorded, subscriptionScheduleRecorded, usageBilled } from '../../integrations/events.ts';
import type { EventData } from '../../platform/events.ts';

/** As sources publish them. */
export type SubscriptionFact = EventData<typeof subscriptionRecorded>;
export type ScheduleFact = EventData<typeof subscriptionScheduleRecorded>;
export type CustomerFact = EventData<typeof customerRecorded>;
/** Decides nothing: it is kept to be shown beside ARR. */
export type UsageFact = EventData<typeof usageBilled>;

type Provenance = SubscriptionFact['provenance'];

/** What ARR itself states beside its sources: `customerId` is the whole id of the customer whose book it decides. */
interface Stated {
  /** `manual` where people state it, `ascent` where time does. */
  readonly provenance: Omit<Provenance, 'system'> & { readonly system: Provenance['system'] | 'ascent' };
  readonly customerId: string;
  /** Day on which it was stated, in the company's zone. */
  readonly observedOn: string;
}

/** Who stated it by hand, why, and who agreed: a second person. */
export interface ByHand {
  readonly reason: string;
  readonly proposedBy: string;
  readonly approvedBy: string;
}

/** That two customers are one, or are not, whatever sources say: by hand. */
export interface LinkFact extends Stated {
  readonly otherId: string;
  readonly isSame: boolean;
  readonly byHand: ByHand;
}

/** That a subscription bills an agreement, or does not: by hand. */
export interface PairFact extends Stated {
  readonly agreementId: string;
  readonly subscriptionId: string;
  readonly isSame: boolean;
  readonly byHand: ByHand;
}

/**
 * What time decides: thirty days after an agreement's term (`term`) or its billing (`billing`) ended on a day, nothing had come in its place,
 * so it has ended on that day. With `byHand`, a controller's word that it goes on all the same.
 */
export interface LapseFact extends Stated {
  readonly agreementId: string;
  readonly of: 'term' | 'billing';
  /** First day without. */
  readonly on: string;
  readonly byHand?: ByHand;
  /** Of a word by hand: whether it goes on; otherwise what time says holds again. */
  readonly goesOn?: boolean;
}

/** That a customer's ARR is to be told as more, or as less, than its sources say, from a day on: by hand. Its event is the ruling. */
export interface AdjustmentFact extends Stated {
  /** Signed minor units, never zero. */
  readonly amountMinor: string;
  readonly currency: string;
  readonly productId?: string;
  readonly legalEntity?: string;
  readonly on: string;
  /** First day without it. */
  readonly until?: string;
  readonly byHand: ByHand;
}

/** That an adjustment ends before its expiry: by hand. */
export interface AdjustmentEndFact extends Stated {
  readonly adjustmentId: string;
  /** First day without it. */
  readonly on: string;
  readonly byHand: ByHand;
}

/** What ARR is decided from, and the usage beside it: four kinds as sources publish them, and five that it states itself. */
export type Fact =
  | { readonly kind: 'subscription'; readonly data: SubscriptionFact }
  | { readonly kind: 'schedule'; readonly data: ScheduleFact }
  | { readonly kind: 'customer'; readonly data: CustomerFact }
  | { readonly kind: 'usage'; readonly data: UsageFact }
  | { readonly kind: 'link'; readonly data: LinkFact }
  | { readonly kind: 'pair'; readonly data: PairFact }
  | { readonly kind: 'lapse'; readonly data: LapseFact }
  | { readonly kind: 'adjustment'; readonly data: AdjustmentFact }
  | { readonly kind: 'adjustment-end'; readonly data: AdjustmentEndFact };

/** What ARR states itself: its `customerId` is the whole id. */
const STATED: ReadonlySet<Fact['kind']> = new Set(['link', 'pair', 'lapse', 'adjustment', 'adjustment-end']);

/** The customer that a fact is about, unique over systems and instances: `<system>.<instance>.<id at the source>`. */
export const customerIdOf = ({ kind, data }: Fact): string =>
  STATED.has(kind) ? data.customerId : `${data.provenance.system}.${data.provenance.instance}.${data.customerId}`;

/** Names a fact among those of its customer: an event of one instance of a source tells at most one fact of each kind. */
export const factKeyOf = ({ kind, data: { provenance } }: Fact): string =>
  `${provenance.system}/${provenance.instance}/${provenance.eventId}/${kind}`;

/** What orders two facts of one object: the source's second, its own chain of states, and at last the event id. */
export interface Ordered {
  readonly observedAt: number;
  readonly eventId: string;
  /** Which showing of the object it is: nothing comes before its creation, nothing after its deletion. */
  readonly place: SubscriptionFact['lifecycle'];
  /** Of the state that it shows. */
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
  const at = (place: Ordered['place']): T[] => sameSecond.filter((entry) => entry.key.place === place);
  const events = [...at('created'), ...at('changed')];
  const result = pathThrough(events) ?? linked(events);
  for (const reading of at('observed')) result.splice(placeOfReading(reading, result), 0, reading);
  return [...result, ...at('deleted')];
};

/** More facts of one second than this are put in order without looking for a path through all of them. */
const MAX_PATH = 8;

/** An order in which each says that it came right after the one before; the first by event id where there are several. */
const pathThrough = <T extends { readonly key: Ordered }>(events: readonly T[]): T[] | undefined => {
  if (events.length > MAX_PATH) return undefined;
  const extend = (path: T[], rest: readonly T[]): T[] | undefined => {
    if (rest.length === 0) return path;
    const last = path[path.length - 1];
    for (const next of rest) {
      if (last !== undefined && !follows(next.key, last.key)) continue;
      const found = extend(
        [...path, next],
        rest.filter((other) => other !== next),
      );
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return extend([], events);
};

/** Each after those that it says it came after, as far as they tell. */
const linked = <T extends { readonly key: Ordered }>(events: readonly T[]): T[] => {
  const remaining = [...events];
  const result: T[] = [];
  while (remaining.length > 0) {
    const next = remaining.findIndex(
      (entry) =>
        entry.key.place === 'created' ||
        !remaining.some(
          (other) => other !== entry && other.key.fingerprint === entry.key.previousFingerprint && !follows(other.key, entry.key),
        ),
    );
    result.push(...remaining.splice(Math.max(next, 0), 1));
  }
  return result;
};

/**
 * Where a reading stands among the events of its second. It tells of no state before it: it comes right after the event whose state it read,
 * or right before the one that came after that state. Where neither is there, or the events leave their own order open, it settles them: last.
 */
const placeOfReading = <T extends { readonly key: Ordered }>({ key: { fingerprint: state } }: T, events: readonly T[]): number => {
  if (isOpen(events.flatMap(({ key }) => (key.place === 'observed' ? [] : [key])))) return events.length;
  const shownBy = events.findLastIndex(({ key }) => key.fingerprint === state);
  if (shownBy >= 0) return shownBy + 1;
  const leftBy = events.findIndex(({ key }) => key.previousFingerprint === state);
  return leftBy >= 0 ? leftBy : events.length;
};

/** Whether facts of one second leave open which state came last: their chain has more than one end, or none (a circle). */
export const isOpen = (keys: readonly Ordered[]): boolean => {
  const changes = keys.filter(({ place }) => place !== 'created');
  const states = new Set(changes.map(({ fingerprint }) => fingerprint));
  if (states.size < 2) return false;
  const isLeft = (state: string): boolean => changes.some((key) => key.previousFingerprint === state && key.fingerprint !== state);
  return [...states].filter((state) => !isLeft(state)).length !== 1;
};

/** Whether `a` says that it came right after `b`. */
export const follows = (a: Ordered, b: Ordered): boolean => a.previousFingerprint !== undefined && a.previousFingerprint === b.fingerprint;
