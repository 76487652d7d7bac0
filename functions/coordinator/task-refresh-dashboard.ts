import { readWorked, recordForecast } from '../arr/index.ts';
import { mostSilent } from '../integrations/index.ts';
import { taskHandler } from '../platform/handler.ts';
import { log } from '../platform/log.ts';
import { silence } from '../platform/metrics.ts';
import { refreshSnapshot } from './snapshot.ts';

/** A day, as long as the alarm of `lib/coordinator.ts` waits: where it rings, the log says which source it is. */
const SAID_FROM_SECONDS = 86_400;

/** The schedule's refresh, with the metrics that alerts read, after the forecast of a month that has begun was recorded: time itself changes velocity, growth and the estimated arrival, and how long a source has been silent. */
export const handler = taskHandler('coordinator-refresh-dashboard', async () => {
  if (await recordForecast()) log.info('the forecast of the month was recorded');
  const { version, takenAt } = await refreshSnapshot(await readWorked());
  const source = await mostSilent();
  if (source !== undefined) {
    silence(source.silentSeconds);
    if (source.silentSeconds >= SAID_FROM_SECONDS) log.warn('a source has been silent for a day or longer', { source: source.id });
  }
  return { version, takenAt };
});
