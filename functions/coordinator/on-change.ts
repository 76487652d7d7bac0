import { arrMovementsRecorded, noticeDeals, noticeStrategicCustomers, noticeWaitingDeals } from '../arr/index.ts';
import { fxRatesLoaded, planChanged } from '../company/events.ts';
import { opportunityRecorded } from '../integrations/events.ts';
import { nowIso } from '../platform/clock.ts';
import { type BusEnvelope, type DeclaredEvent, openDomainEvent, openEnvelope } from '../platform/envelope.ts';
import type { EventData } from '../platform/events.ts';
import { queueConsumer } from '../platform/handler.ts';
import { log } from '../platform/log.ts';
import { refreshSnapshot } from './snapshot.ts';

/** What this function consumes; its rule on the revenue bus is made from the same list. */
export const consumed = [arrMovementsRecorded, planChanged, fxRatesLoaded, opportunityRecorded] as const;

/**
 * Something that the dashboard shows has changed: one refresh for the whole batch, whatever is in it. What alerts tell of a single event, a deal
 * or a customer, is told first. An opportunity is on no dashboard.
 */
export const handler = queueConsumer('coordinator-on-change', async (messages) => {
  const failed: string[] = [];
  const types = new Set<string>();
  const events: DeclaredEvent<(typeof consumed)[number]>[] = [];
  for (const { messageId, body } of messages) {
    const envelope = openEnvelope(body);
    if (envelope.ok) types.add(envelope.value.detailType);
    if (envelope.ok && isUntold(envelope.value)) continue;
    const event = envelope.ok ? openDomainEvent(envelope.value, consumed) : envelope;
    if (event.ok) events.push(event.value);
    else {
      log.error('a message is no change that is known; it goes to the dead-letter queue', { messageId, code: event.problem.code });
      failed.push(messageId);
    }
  }
  const dataOf = <D extends (typeof consumed)[number]>({ name }: D) =>
    events.flatMap(({ type, data }) => (type === name ? [data as EventData<D>] : []));
  const at = nowIso();
  await noticeDeals(dataOf(opportunityRecorded), at);
  await noticeStrategicCustomers(
    dataOf(arrMovementsRecorded).flatMap(({ movements }) => movements),
    at,
  );
  if (types.has(fxRatesLoaded.name)) await noticeWaitingDeals(at);
  types.delete(opportunityRecorded.name);
  if (types.size > 0) await refreshSnapshot();
  return failed;
});

/** Most movements are news to the snapshot alone: those that nobody came, or changed an attribute, by are not looked into. */
const isUntold = ({ detailType, detail }: BusEnvelope): boolean =>
  detailType === arrMovementsRecorded.name && !/"cause":"(?:new|transfer)"/.test(String(detail['data']));
