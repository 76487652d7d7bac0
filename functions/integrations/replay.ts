import { Bug } from '../platform/bug.ts';
import { putEvent } from '../platform/clients/signed.ts';
import { nowMs } from '../platform/clock.ts';
import type { StripeInstance } from '../platform/config.ts';
import { moveParked, type ParkedEvent } from './store.ts';
import { WEBHOOK_SOURCE } from './stripe/company.ts';
import { eventToReplay } from './stripe/park.ts';

/**
 * Sends a parked event through the front of the intake again. It is marked first: were the mark to come second, the intake might already have
 * closed it. A replay that is lost in between stays listed as `replaying` and can be repeated.
 */
export const replay = async (parked: ParkedEvent, { instance, livemode }: StripeInstance): Promise<void> => {
  const busName = process.env['SOURCE_BUS_NAME'];
  if (busName === undefined || busName === '')
    throw new Bug('the environment variable SOURCE_BUS_NAME is missing: this function was wired without the bus');
  await moveParked(parked, 'replaying', nowMs());
  const detail = JSON.stringify(eventToReplay(parked, livemode));
  await putEvent({ busName, source: `${WEBHOOK_SOURCE}${instance}`, detailType: parked.eventType, detail, timeMs: nowMs() });
};
