import * as z from 'zod/mini';
import { defineRoutes } from '../platform/routes.ts';

const named = (description: string) => z.string().check(z.minLength(1), z.maxLength(120), z.describe(description));
const id = named('The vendor and the configured instance, e.g. `stripe-main`');
const instant = z.string();
const count = z.int();

const integration = z.object({
  id,
  system: z.enum(['stripe', 'salesforce']),
  instance: z.string(),
  /** Of Stripe: live or test mode. */
  livemode: z.optional(z.boolean()),
  /** `waiting`: nothing has been heard yet. `failing`: what was tried last, failed. */
  status: z.enum(['waiting', 'ok', 'failing']),
  /** The event taken in last: the source's time, ours, and the difference. Absent before the first one. */
  lastEvent: z.optional(
    z.object({ eventId: z.string(), eventType: z.string(), occurredAt: instant, recordedAt: instant, lagSeconds: z.int() }),
  ),
  /** Time of the source up to which it has been heard, but before anything that is known to be missing. */
  dataThroughAt: z.optional(instant),
  /** By how much what was heard of it last lies behind now; it grows while the source is silent. */
  silentSeconds: z.optional(z.int()),
  /** Deliveries by what became of them; a repeated delivery counts again. */
  deliveries: z.object({ recorded: count, duplicate: count, parked: count, incomplete: count, dropped: count, failed: count }),
  /** Events that wait because they could not be taken in; at most 500 are counted. */
  parked: count,
  /** Why the source could not be read, the last time that this was so. */
  lastProblem: z.optional(z.object({ at: instant, code: z.string(), detail: z.string(), mendedAt: z.optional(instant) })),
  /**
   * Objects of Salesforce, or groups of Stripe's events: how they are heard of, up to when the source was asked for them, whether more is known to
   * wait. Of Stripe also how many events had not come by themselves and were found, and when some were last.
   */
  sync: z.array(
    z.object({
      object: z.string(),
      by: z.enum(['events', 'polling']),
      throughAt: z.optional(instant),
      isUnread: z.boolean(),
      missed: z.optional(count),
      missedAt: z.optional(instant),
    }),
  ),
});

const parkedEvent = z.object({
  eventId: z.string(),
  eventType: z.string(),
  state: z.enum(['parked', 'replaying', 'replayed']),
  occurredAt: z.optional(instant),
  parkedAt: instant,
  /** Stable code of why it could not be taken in. */
  reason: z.string(),
  /** What is wrong with the event, in one sentence. The event itself is kept and not shown. */
  detail: z.string(),
  field: z.optional(z.string()),
  /** Of one that is being replayed: who asked for it, by the id at the identity provider, and when. */
  replayedBy: z.optional(z.string()),
  replayedAt: z.optional(instant),
});

const replayed = z.object({ eventId: z.string(), state: z.literal('replaying') });
const unknownIntegration = { 'integration-unknown': 404 } as const;

export const integrationRoutes = defineRoutes({
  listIntegrations: {
    method: 'GET',
    path: '/api/v1/integrations',
    scope: 'integrations/read',
    summary: 'Source systems: the last event, how late it was, and what became of all deliveries',
    response: z.object({ items: z.array(integration) }),
  },
  listParkedEvents: {
    method: 'GET',
    path: '/api/v1/integrations/{id}/parked',
    scope: 'integrations/read',
    summary: 'Events that could not be taken in, oldest first, each with its reason',
    params: z.object({ id }),
    query: z.object({}),
    response: z.object({ items: z.array(parkedEvent), nextCursor: z.nullable(z.string()) }),
    problems: unknownIntegration,
    paged: true,
  },
  replayParkedEvent: {
    method: 'POST',
    path: '/api/v1/integrations/{id}/parked/{eventId}/replay',
    scope: 'integrations/write',
    summary: 'Sends one parked event through the intake again',
    params: z.object({ id, eventId: named('Id of the parked event, e.g. `evt_123`') }),
    response: replayed,
    problems: { ...unknownIntegration, 'parked-event-unknown': 404, 'already-replayed': 409 },
  },
  replayParkedEvents: {
    method: 'POST',
    path: '/api/v1/integrations/{id}/replay',
    scope: 'integrations/write',
    summary: 'Sends one page of the parked events through the intake again; go on with the cursor until it is null',
    params: z.object({ id }),
    query: z.object({}),
    response: z.object({ items: z.array(replayed), nextCursor: z.nullable(z.string()) }),
    problems: unknownIntegration,
    paged: true,
  },
});
