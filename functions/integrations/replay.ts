import { Bug } from '../platform/bug.ts';
import { putEvent } from '../platform/clients/signed.ts';
import { nowIso, nowMs } from '../platform/clock.ts';
import { log } from '../platform/log.ts';
import { moveParked, type ParkedEvent } from './parked-store.ts';
import { SIGNAL_SOURCE } from './salesforce/company.ts';
import { signalToReplay } from './salesforce/park.ts';
import type { Source } from './status.ts';
import { eventToReplay } from './stripe/park.ts';
import { WEBHOOK_SOURCE } from './stripe/source-bus.ts';

/** Where an event is put in front of its vendor's intake, and as what. */
const entryOf = (parked: ParkedEvent, source: Source): { readonly source: string; readonly detail: unknown } => {
  switch (source.system) {
    case 'stripe':
      return { source: `${WEBHOOK_SOURCE}${source.instance}`, detail: eventToReplay(parked, source.config.livemode) };
    case 'salesforce':
      return { source: `${SIGNAL_SOURCE}${source.instance}`, detail: signalToReplay(parked) };
  }
};

/**
 * Sends a parked event through the front of the intake again. It is marked first: were the mark to come second, the intake might already have
 * closed it. A replay that is lost in between stays listed as `replaying` and can be repeated. `replayedBy` is the caller's id at the identity
 * provider: it stands with the event, parked anew or not, until it is replayed again; and in the log.
 */
export const replay = async (parked: ParkedEvent, source: Source, replayedBy: string): Promise<void> => {
  const busName = process.env['SOURCE_BUS_NAME'];
  if (busName === undefined || busName === '')
    throw new Bug('the environment variable SOURCE_BUS_NAME is missing: this function was wired without the bus');
  await moveParked({ ...parked, replayedBy, replayedAt: nowIso() }, 'replaying', nowMs());
  log.info('a parked event is taken in again', { caller: replayedBy, eventId: parked.eventId, instance: parked.instance });
  const entry = entryOf(parked, source);
  await putEvent({ busName, source: entry.source, detailType: parked.eventType, detail: JSON.stringify(entry.detail), timeMs: nowMs() });
};
