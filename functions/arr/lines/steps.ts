import { toEpochDay } from '../../platform/calendar.ts';
import { type Ordered, orderFacts, type ScheduleFact } from './facts.ts';

/** A contracted step: a later phase of a subscription's schedule begins, and this is what was contracted for it. */
export interface Step {
  readonly day: number;
  readonly items: ScheduleFact['phases'][number]['items'];
  /** Lines with days of their own that begin or end as was contracted: then only these are of the step. */
  readonly lineIds?: ReadonlySet<string>;
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
 * The first phase is the start, not a step, wherever it was moved before the schedule began. A step is contracted in advance: a phase that a
 * showing tells of on its own day, or later, is an amendment (but the first showing of a schedule that was made before we heard of it may
 * tell of what is past). A step that has begun stays as it was contracted, though a later showing may leave out what is past; what is still
 * to come is as the newest showing says, and nothing once the schedule was released or canceled.
 */
const stepsOfSchedule = (showings: readonly ScheduleFact[]): readonly Step[] => {
  const planned = showings.findLast(({ status }) => status === 'not-started') ?? showings[0];
  const start = planned?.phases[0]?.startsOn ?? '';
  let steps: readonly Step[] = [];
  for (const [i, showing] of showings.entries()) {
    const observedDay = toEpochDay(showing.observedOn);
    const isOver = showing.status === 'released' || showing.status === 'canceled';
    const tellsOfThePast = i === 0 && orderOfSchedule(showing).place !== 'created';
    const begun = steps.filter(({ day }) => day <= observedDay);
    const told = showing.phases
      .filter(({ startsOn }) => startsOn > start)
      .map(({ startsOn, items }) => ({ day: toEpochDay(startsOn), items }))
      .filter(({ day }) => (day > observedDay ? !isOver : tellsOfThePast));
    steps = [...begun, ...told];
  }
  return steps;
};
