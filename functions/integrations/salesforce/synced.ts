import { nowIso } from '../../platform/clock.ts';
import type { QueueMessage } from '../../platform/handler.ts';
import { log } from '../../platform/log.ts';
import { count } from '../../platform/metrics.ts';
import { markIntake } from '../watermark.ts';
import { noteTakenIn } from './changes.ts';
import { instanceNamed } from './company.ts';
import { Dirty } from './dirty.ts';
import { takeIn } from './intake.ts';
import { openOrg } from './org-reading.ts';
import { listedFor } from './sync-plan.ts';
import { syncMessage } from './sync-queue.ts';
import { listAllNextNight, want } from './sync-store.ts';

/** From this delivery on, what could not be read is left to the next sync, which lists all of the object again. */
const LAST_DELIVERY = 4;
const PLACE = 0;

/** Reads the records of one message. False: it is to be delivered again. */
export const readSynced = async ({ messageId, body, receiveCount }: QueueMessage, remainingMs: () => number): Promise<boolean> => {
  const { instance, object, ids } = syncMessage.parse(JSON.parse(body));
  const config = instanceNamed(instance);
  if (config === undefined) {
    log.warn('records of an instance that is not configured any more are left', { messageId, instance });
    return true;
  }
  const dirty = new Dirty();
  for (const id of ids) dirty.mark(object, id, [PLACE]);
  const taken = await takeIn(dirty, openOrg(config, remainingMs));
  await noteTakenIn(instance, taken);
  const outcome = taken.outcomes.get(PLACE) ?? 'dropped';
  if (outcome === 'parked') count('Parked', 1);
  const [newest] = [...taken.recorded].sort((a, b) => b.observedAt - a.observedAt);
  if (newest !== undefined) {
    const { eventId, eventType, observedAt } = newest;
    const counts = { recorded: taken.recorded.length };
    await markIntake({ system: 'salesforce', instance, counts, last: { eventId, eventType, observedAt }, recordedAt: nowIso() });
  }
  if (outcome === 'incomplete' && taken.problem?.code === 'refused-by-source') {
    // Asking the same again soon would be refused again.
    for (const all of listedFor(object)) await listAllNextNight(instance, all);
    return true;
  }
  if (outcome === 'incomplete' && receiveCount >= LAST_DELIVERY) {
    for (const all of listedFor(object)) await want(instance, all, 0);
    return true;
  }
  return outcome !== 'failed' && outcome !== 'incomplete';
};
