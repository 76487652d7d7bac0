import { digest } from '../../platform/ids.ts';
import type { MappingContext } from './context.ts';
import type { SubscriptionFact } from './reading.ts';

/** What a recorded reading of an agreement says of whose it is. */
export interface Holding {
  readonly observedAt: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly customerId: string;
}

/** The same, with the fact that was recorded with it, as JSON text. */
export interface ToldHolding extends Holding {
  readonly data: string;
}

/** A customer that an agreement was taken from, and the reading that first showed it with another one. */
export interface Departure<Reading extends Holding> {
  readonly customerId: string;
  readonly shownBy: Reading;
}

/**
 * Customers that the readings of one agreement (oldest first) name and the newest does not, each with the first reading behind its last one.
 * They depend on the set of readings only.
 */
export const departuresIn = <Reading extends Holding>(readings: readonly Reading[]): readonly Departure<Reading>[] => {
  const leftBy = new Map<string, Reading | undefined>();
  for (const reading of readings) {
    for (const [customerId, shownBy] of leftBy) if (shownBy === undefined) leftBy.set(customerId, reading);
    leftBy.set(reading.customerId, undefined);
  }
  return [...leftBy].flatMap(([customerId, shownBy]) => (shownBy === undefined ? [] : [{ customerId, shownBy }]));
};

/** Under which what is taken from former customers is kept, apart from the agreement's own readings. */
export const departuresId = (agreementId: string): string => `left:${agreementId}`;

/**
 * The fact that takes an agreement from a former customer: canceled, without lines, and without the keys that tie it to billing. All of it, its
 * event id too, follows from the reading that showed the other customer, behind which it sorts, so it is one fact however often, when and by
 * whom it is found.
 */
export const departureFact = (
  { customerId, shownBy: { observedAt, eventId, eventType, data } }: Departure<ToldHolding>,
  { instance, dayOf }: MappingContext,
): SubscriptionFact => {
  const { subscriptionId, legalEntity, currency, evidence, startsOn, agreementId } = JSON.parse(data) as SubscriptionFact;
  const content = {
    subscriptionId,
    customerId,
    legalEntity,
    currency,
    status: 'canceled' as const,
    evidence,
    collectionPaused: false,
    startsOn,
    startsOnStated: true as const,
    ...(agreementId === undefined ? {} : { agreementId }),
    discounts: [],
    lines: [],
    lifecycle: 'observed' as const,
  };
  const provenance = {
    system: 'salesforce' as const,
    instance: instance.instance,
    // The hash of what was read gives way to whom it was read away from.
    eventId: `${eventId.slice(0, eventId.lastIndexOf(':'))}:left:${customerId}`,
    eventType,
    observedAt,
  };
  return { provenance, ...content, observedOn: dayOf(observedAt), fingerprint: digest(JSON.stringify(content)) };
};
