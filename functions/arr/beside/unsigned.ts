import { toEpochDay } from '../../platform/calendar.ts';
import { newestReadings } from '../evidence/terms.ts';
import type { Fact, SubscriptionFact } from '../lines/facts.ts';
import { stretchFrom } from '../lines/stretches.ts';
import { type Scope, shownBy, totalOf } from './amounts.ts';
import { fullyRamped } from './contracted.ts';

/** Readings of agreements and of what is claimed without one. */
const readingsUntil = (facts: readonly Fact[], on: string): readonly SubscriptionFact[] =>
  facts.flatMap((fact) =>
    fact.kind === 'subscription' && fact.data.evidence !== 'billed' && fact.data.observedOn <= on ? [fact.data] : [],
  );

/**
 * What is claimed as sold and not signed, as it was known on a day: a won opportunity without a contract, or a contract without the customer's
 * signature. Never ARR and never CARR; its worth a year, with its age since it was first claimed. `signed` are agreements that count as
 * contracted on the day.
 */
export const unsignedOn = (signed: ReadonlySet<string>, scope: Scope) => {
  const readings = readingsUntil(scope.facts, scope.on);
  const bookings = [...newestReadings(readings).values()].flatMap((fact) => {
    if (fact.evidence !== 'claimed' || fact.status !== 'active' || signed.has(fact.subscriptionId)) return [];
    const startDay = toEpochDay(fact.startsOn);
    const worth = fullyRamped(stretchFrom(fact, startDay, startDay), scope);
    if (worth === undefined) return [];
    const shownOn = claimedSince(fact, readings);
    return [
      {
        subscriptionId: fact.subscriptionId,
        ...shownBy(fact, scope),
        startsOn: fact.startsOn,
        shownOn,
        ageDays: scope.day - toEpochDay(shownOn),
        ...worth,
      },
    ];
  });
  return { annual: totalOf(bookings), bookings };
};

const claimedSince = (newest: SubscriptionFact, readings: readonly SubscriptionFact[]): string => {
  let first = newest.observedOn;
  for (const { subscriptionId, evidence, status, observedOn } of readings)
    if (subscriptionId === newest.subscriptionId && evidence === 'claimed' && status === 'active' && observedOn < first) first = observedOn;
  return first;
};
