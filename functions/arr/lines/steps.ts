import { toEpochDay } from '../../platform/calendar.ts';
import { type Ordered, orderFacts, type ScheduleFact } from './facts.ts';

/** A contracted step: a later phase of a subscription's schedule begins, and this is what was contracted for it. */
export interface Step {
  readonly day: number;
  readonly items: ScheduleFact['phases'][number]['items'];
}

export type Steps = ReadonlyMap<string, readonly Step[]>;
export const NO_STEPS: Steps = new Map();

const orderOfSchedule = (fact: ScheduleFact): Ordered => ({
  observedAt: fact.provenance.observedAt,
  eventId: fact.provenance.eventId,
  // Facts of before schedules told which showing they are have no chain either.
  place: fact.lifecycle ?? (fact.provenance.eventType.endsWith('.created') ? 'created' : 'changed'),
  fingerprint: fact.fingerprint ?? '',
  previousFingerprint: fact.previousFingerprint,
});

/** Steps by subscription, from all showings of its schedules in whatever order they came. */
export const stepsOf = (showings: readonly ScheduleFact[]): Steps => {
  if (showings.length === 0) return NO_STEPS;
  const steps = new Map<string, readonly Step[]>();
  for (const own of Map.groupBy(showings, ({ scheduleId }) => scheduleId).values()) {
    const ordered = orderFacts(own, orderOfSchedule);
    const subscriptionId = ordered.findLast((showing) => showing.subscriptionId !== undefined)?.subscriptionId;
    if (subscriptionId !== undefined) steps.set(subscriptionId, [...(steps.get(subscriptionId) ?? []), ...stepsOfSchedule(ordered)]);
  }
  return steps;
};

/**
 * The first phase is the start, not a step. A step that has begun stays as it was contracted, though a later showing may leave out what is
 * past; what is still to come is as the newest showing says, and nothing once the schedule was released or canceled.
 */
const stepsOfSchedule = (showings: readonly ScheduleFact[]): readonly Step[] => {
  const start = showings[0]?.phases[0]?.startsOn ?? '';
  let steps: readonly Step[] = [];
  for (const { status, observedOn, phases } of showings) {
    const observedDay = toEpochDay(observedOn);
    const isOver = status === 'released' || status === 'canceled';
    const begun = steps.filter(({ day }) => day <= observedDay);
    const told = phases
      .filter(({ startsOn }) => startsOn > start)
      .map(({ startsOn, items }) => ({ day: toEpochDay(startsOn), items }))
      .filter(({ day }) => !(isOver && day > observedDay) && !begun.some((step) => step.day === day));
    steps = [...begun, ...told];
  }
  return steps;
};
