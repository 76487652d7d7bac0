import { Bug } from '../../platform/bug.ts';
import { putEvent } from '../../platform/clients/signed.ts';
import { nowMs } from '../../platform/clock.ts';
import type { TimeLeft } from '../../platform/time-left.ts';
import type { Accepted } from './webhook.ts';

/** Source on the bus of what our own webhook put there: this and the instance's name. */
export const WEBHOOK_SOURCE = 'ascent.stripe/';

/** Puts an event in front of the intake: of a webhook, and of what the sync found to be missing. It is durable once this has answered. */
export const putOnSourceBus = async ({ type, detail }: Accepted, instance: string, timeLeft?: TimeLeft): Promise<void> => {
  const busName = process.env['SOURCE_BUS_NAME'];
  if (busName === undefined || busName === '')
    throw new Bug('the environment variable SOURCE_BUS_NAME is missing: this function was wired without the bus');
  await putEvent({ busName, source: `${WEBHOOK_SOURCE}${instance}`, detailType: type, detail, timeMs: nowMs() }, timeLeft);
};
