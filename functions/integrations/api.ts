import { companyConfig, type StripeInstance } from '../platform/config.ts';
import { cursorInvalid } from '../platform/cursor.ts';
import { apiHandler, type PageWanted } from '../platform/http.ts';
import { fail, ok, type Problem, type Result } from '../platform/result.ts';
import { replay } from './replay.ts';
import { integrationRoutes } from './routes.ts';
import { type Integration, instant, integrationId, integrations } from './status.ts';
import { isParkedPosition, openParkedEvents, type ParkedEvent, parkedEvent } from './store.ts';

const integrationNamed = (id: string): Result<StripeInstance, Problem<'integration-unknown'>> => {
  const all = companyConfig().stripe;
  const found = all.find((instance) => integrationId(instance) === id);
  return found === undefined
    ? fail('integration-unknown', `There is no integration "${id}"; there are ${all.map(integrationId).join(', ')}.`, 'id')
    : ok(found);
};

const shownIntegration = ({ id, config: { instance, livemode }, watermark: { lastEvent, throughAt, counts } }: Integration) => ({
  id,
  system: 'stripe' as const,
  instance,
  livemode,
  ...(lastEvent === undefined ? {} : { lastEvent: shownLast(lastEvent) }),
  ...(throughAt === undefined || throughAt === 0 ? {} : { dataThroughAt: instant(throughAt) }),
  deliveries: counts,
});

const shownLast = ({ observedAt, ...last }: NonNullable<Integration['watermark']['lastEvent']>) => ({
  ...last,
  occurredAt: instant(observedAt),
});

const shownParked = ({ eventId, eventType, state, parkedAt, observedAt, reason, detail, field }: ParkedEvent) => ({
  eventId,
  eventType,
  state,
  ...(observedAt === undefined ? {} : { occurredAt: instant(observedAt) }),
  parkedAt,
  reason,
  detail,
  ...(field === undefined ? {} : { field }),
});

/** One page of an instance's open parked events, oldest first. */
const parkedPage = async ({ instance }: StripeInstance, { limit, position }: PageWanted) =>
  position === undefined || isParkedPosition('stripe', instance, position)
    ? ok(await openParkedEvents('stripe', instance, limit, position))
    : cursorInvalid;

export const handler = apiHandler('integrations/api', integrationRoutes, {
  listIntegrations: async () => ok({ items: (await integrations()).map(shownIntegration) }),

  listParkedEvents: async ({ params, page }) => {
    const config = integrationNamed(params.id);
    if (!config.ok) return config;
    const listed = await parkedPage(config.value, page);
    if (!listed.ok) return listed;
    const { items, next } = listed.value;
    return ok({ items: items.map(shownParked), nextCursor: next });
  },

  replayParkedEvent: async ({ params }) => {
    const config = integrationNamed(params.id);
    if (!config.ok) return config;
    const parked = await parkedEvent('stripe', config.value.instance, params.eventId);
    if (parked === undefined) return fail('parked-event-unknown', 'No event of this id is parked here.', 'eventId');
    if (parked.state === 'replayed') return fail('already-replayed', 'This event has been taken in since.', 'eventId');
    await replay(parked, config.value);
    return ok({ eventId: parked.eventId, state: 'replaying' });
  },

  replayParkedEvents: async ({ params, page }) => {
    const config = integrationNamed(params.id);
    if (!config.ok) return config;
    const listed = await parkedPage(config.value, page);
    if (!listed.ok) return listed;
    const { items, next } = listed.value;
    // One after another: the intake behind the bus sets the pace, and a failure leaves the rest parked.
    for (const parked of items) await replay(parked, config.value);
    return ok({ items: items.map(({ eventId }) => ({ eventId, state: 'replaying' as const })), nextCursor: next });
  },
});
