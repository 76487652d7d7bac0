import type { EventData } from '../../platform/events.ts';
import { digest } from '../../platform/ids.ts';
import type { subscriptionScheduleRecorded } from '../events.ts';
import { present } from '../present.ts';
import type { MappingContext } from './context.ts';
import { applyPrevious } from './fingerprint.ts';
import { parked, type Reading, read } from './outcomes.ts';
import { lifecycleOf, provenanceOf, type Sighting } from './sighting.ts';
import { readSnapshot, type ScheduleSnapshot, scheduleSnapshot } from './snapshots.ts';

export type ScheduleFact = EventData<typeof subscriptionScheduleRecorded>;

const STATUSES: Readonly<Record<string, ScheduleFact['status']>> = {
  not_started: 'not-started',
  active: 'active',
  completed: 'completed',
  released: 'released',
  canceled: 'canceled',
};

const phasesOf = ({ phases }: ScheduleSnapshot, context: MappingContext): ScheduleFact['phases'] =>
  phases.map((phase) => ({
    startsOn: context.dayOf(phase.start_date),
    ...present('endsOn', phase.end_date == null ? undefined : context.dayOf(phase.end_date)),
    items: phase.items.map((item) => ({ priceId: item.price, ...present('quantity', item.quantity?.toString()) })),
  }));

/** Hash of what a fact says of the schedule. */
const fingerprintOf = (schedule: ScheduleSnapshot, context: MappingContext): string =>
  digest(
    JSON.stringify([
      schedule.status,
      schedule.subscription ?? schedule.released_subscription ?? null,
      schedule.customer ?? null,
      phasesOf(schedule, context),
    ]),
  );

/** Fingerprint of the state right before an update. */
const previousFingerprintOf = ({ object, previous }: Sighting, context: MappingContext): string | undefined => {
  const before = previous === undefined ? undefined : scheduleSnapshot.safeParse(applyPrevious(object, previous));
  return before?.success ? fingerprintOf(before.data, context) : undefined;
};

/** The phases of a schedule: contracted steps, each on its own date. A released schedule still names the subscription that it led. */
export const mapSchedule = (sighting: Sighting, context: MappingContext): Reading<ScheduleFact> => {
  const snapshot = readSnapshot(scheduleSnapshot, sighting.object, 'subscription schedule');
  if (snapshot.kind !== 'read') return snapshot;
  const schedule = snapshot.value;
  if (schedule.customer == null) return parked('customer-missing', `Schedule ${schedule.id} has no customer.`, 'customer');
  const status = STATUSES[schedule.status];
  if (status === undefined)
    return parked(
      'status-unknown',
      `Schedule ${schedule.id} has status "${schedule.status}"; known are ${Object.keys(STATUSES).join(', ')}.`,
      'status',
    );
  return read({
    provenance: provenanceOf(sighting, context),
    scheduleId: schedule.id,
    ...present('subscriptionId', schedule.subscription ?? schedule.released_subscription),
    customerId: schedule.customer,
    status,
    observedOn: context.dayOf(sighting.observedAt),
    phases: phasesOf(schedule, context),
    lifecycle: lifecycleOf(sighting, 'subscription_schedule'),
    fingerprint: fingerprintOf(schedule, context),
    ...present('previousFingerprint', previousFingerprintOf(sighting, context)),
  });
};
