import { cursorInvalid } from '../platform/cursor.ts';
import { apiHandler, type PageWanted } from '../platform/http.ts';
import { fail, ok, type Problem, type Result } from '../platform/result.ts';
import { isParkedPosition, openParkedEvents, type ParkedEvent, parkedEvent } from './parked-store.ts';
import { present } from './present.ts';
import { replay } from './replay.ts';
import { integrationRoutes } from './routes.ts';
import { type Integration, instant, integrations, parkedCount, type Source, sources, statusOf } from './status.ts';
import { heldMs } from './sync-status.ts';

const sourceNamed = (id: string): Result<Source, Problem<'integration-unknown'>> => {
  const all = sources();
  const found = all.find((source) => source.id === id);
  return found === undefined
    ? fail('integration-unknown', `There is no integration "${id}"; there are ${all.map((source) => source.id).join(', ')}.`, 'id')
    : ok(found);
};

const shownProblem = ({ at, code, detail, mendedAt }: NonNullable<Integration['sync']['problem']>) => ({
  at,
  code,
  detail,
  ...(mendedAt === undefined ? {} : { mendedAt }),
});

const shownSync = ({ objects, problem }: Integration['sync']) => ({
  ...(problem === undefined ? {} : { lastProblem: shownProblem(problem) }),
  sync: objects.map((synced) => {
    const { object, by, isUnread, missed, missedAt } = synced;
    const throughMs = heldMs(synced);
    return {
      object,
      by,
      ...(throughMs === undefined ? {} : { throughAt: new Date(throughMs).toISOString() }),
      isUnread,
      ...present('missed', missed),
      ...present('missedAt', missedAt),
    };
  }),
});

const shownIntegration = async (integration: Integration) => {
  const { source, watermark, throughAt, silentSeconds, sync } = integration;
  const { lastEvent, counts } = watermark;
  return {
    id: source.id,
    system: source.system,
    instance: source.instance,
    ...(source.system === 'stripe' ? { livemode: source.config.livemode } : {}),
    status: statusOf(integration),
    ...(lastEvent === undefined ? {} : { lastEvent: shownLast(lastEvent) }),
    ...(throughAt === undefined ? {} : { dataThroughAt: instant(throughAt) }),
    ...(silentSeconds === undefined ? {} : { silentSeconds }),
    deliveries: counts,
    parked: await parkedCount(source),
    ...shownSync(sync),
  };
};

const shownLast = ({ observedAt, ...last }: NonNullable<Integration['watermark']['lastEvent']>) => ({
  ...last,
  occurredAt: instant(observedAt),
});

const shownParked = ({ eventId, eventType, state, parkedAt, observedAt, reason, detail, field, replayedBy, replayedAt }: ParkedEvent) => ({
  eventId,
  eventType,
  state,
  ...(observedAt === undefined ? {} : { occurredAt: instant(observedAt) }),
  parkedAt,
  reason,
  detail,
  ...(field === undefined ? {} : { field }),
  ...(replayedBy === undefined ? {} : { replayedBy }),
  ...(replayedAt === undefined ? {} : { replayedAt }),
});

/** One page of a source's open parked events, oldest first. */
const parkedPage = async ({ system, instance }: Source, { limit, position }: PageWanted) =>
  position === undefined || isParkedPosition(system, instance, position)
    ? ok(await openParkedEvents(system, instance, limit, position))
    : cursorInvalid;

export const handler = apiHandler('integrations/api', integrationRoutes, {
  listIntegrations: async () => ok({ items: await Promise.all((await integrations()).map(shownIntegration)) }),

  listParkedEvents: async ({ params, page }) => {
    const source = sourceNamed(params.id);
    if (!source.ok) return source;
    const listed = await parkedPage(source.value, page);
    if (!listed.ok) return listed;
    const { items, next } = listed.value;
    return ok({ items: items.map(shownParked), nextCursor: next });
  },

  replayParkedEvent: async ({ params, caller }) => {
    const source = sourceNamed(params.id);
    if (!source.ok) return source;
    const parked = await parkedEvent(source.value.system, source.value.instance, params.eventId);
    if (parked === undefined) return fail('parked-event-unknown', 'No event of this id is parked here.', 'eventId');
    if (parked.state === 'replayed') return fail('already-replayed', 'This event has been taken in since.', 'eventId');
    await replay(parked, source.value, caller.subject);
    return ok({ eventId: parked.eventId, state: 'replaying' });
  },

  replayParkedEvents: async ({ params, page, caller }) => {
    const source = sourceNamed(params.id);
    if (!source.ok) return source;
    const listed = await parkedPage(source.value, page);
    if (!listed.ok) return listed;
    const { items, next } = listed.value;
    // One after another: the intake behind the bus sets the pace, and a failure leaves the rest parked.
    for (const parked of items) await replay(parked, source.value, caller.subject);
    return ok({ items: items.map(({ eventId }) => ({ eventId, state: 'replaying' as const })), nextCursor: next });
  },
});
