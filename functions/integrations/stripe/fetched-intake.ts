import { subscriptionTieFound } from '../../arr/events.ts';
import { Bug } from '../../platform/bug.ts';
import { nowIso, nowMs } from '../../platform/clock.ts';
import type { StripeInstance } from '../../platform/config.ts';
import { openDomainEvent, openEnvelope } from '../../platform/envelope.ts';
import type { EventData } from '../../platform/events.ts';
import type { QueueMessage } from '../../platform/handler.ts';
import { log } from '../../platform/log.ts';
import { commit, type Write } from '../../platform/table.ts';
import { cachedSecret, refreshedSecret, secretIds } from '../secrets.ts';
import { parkWrite } from '../store.ts';
import type { Outcome } from '../watermark.ts';
import { learn } from './catalogue-store.ts';
import { stripeReader } from './client.ts';
import { contextOf, instanceNamed, WEBHOOK_SOURCE } from './company.ts';
import { type Completion, completeEvent, readObject, type Workbench } from './complete.ts';
import { type Delivery, isOpened, openDelivery } from './delivery.ts';
import { type IncompleteMessage, incompleteMessage } from './incomplete-queue.ts';
import { closeParked, mark } from './intake.ts';
import { parkedItem } from './park.ts';
import { triggerWrite, writesOf } from './record.ts';
import { withCatalogue } from './with-catalogue.ts';

const API_KEYS = 'STRIPE_API_KEY_SECRET_IDS';
/** Kept free at the end of an invocation, for writing. */
const RESERVE_MS = 8_000;

/** `{"apiKey":"rk_…"}`: a restricted key that only reads. */
const apiKeyOf = (text: string): string => {
  const key = /"apiKey"\s*:\s*"([^"\s]+)"/.exec(text)?.[1];
  if (key === undefined) throw new Bug('the API key secret holds no key under apiKey: put in a restricted key that reads');
  return key;
};

const benchOf = (config: StripeInstance, remainingMs: () => number): Workbench => {
  const secretId = secretIds(API_KEYS).get(config.instance);
  if (secretId === undefined) throw new Bug(`${API_KEYS} has no secret for the instance ${config.instance}`);
  const reader = stripeReader({
    apiBase: config.apiBase,
    apiKey: async () => apiKeyOf(await cachedSecret(secretId)),
    rereadApiKey: async () => {
      const text = await refreshedSecret(secretId);
      return text === undefined ? undefined : apiKeyOf(text);
    },
    budgetMs: () => remainingMs() - RESERVE_MS,
  });
  return {
    reader,
    context: contextOf(config),
    look: async (map, learnt) => {
      const [reading] = await withCatalogue(config.instance, [map], learnt);
      return reading ?? { kind: 'incomplete', needs: [] };
    },
    nowMs,
  };
};

interface Work {
  readonly delivery: Delivery;
  readonly completion: Completion;
}

const workOn = async (message: IncompleteMessage, messageId: string, remainingMs: () => number): Promise<Work> => {
  const { instance, event: raw } = message;
  const delivery = openDelivery(
    { source: `${WEBHOOK_SOURCE}${instance}`, raw, busEventId: messageId, detailType: 'unknown' },
    instanceNamed(instance),
    messageId,
  );
  if (!isOpened(delivery)) return { delivery, completion: { kind: 'parked', problem: delivery.problem } };
  const bench = benchOf(delivery.config, remainingMs);
  if (message.kind === 'complete') return { delivery, completion: await completeEvent(delivery.event, bench) };
  return { delivery, completion: await readObject({ kind: 'object', object: message.object, id: message.id }, delivery.eventType, bench) };
};

const writesFor = ({ delivery, completion }: Work, recordedAt: string): readonly Write[] => {
  if (completion.kind === 'failed') return [];
  if (completion.kind === 'parked') return [parkWrite(parkedItem(delivery, completion.problem, recordedAt))];
  const { mapping, by, trigger } = completion;
  const writes = writesOf(delivery.instance, mapping, by, recordedAt);
  return trigger === undefined ? writes : [triggerWrite(delivery.instance, mapping.objectId, trigger, recordedAt), ...writes];
};

const committed = async (work: Work): Promise<Outcome> => {
  const { delivery, completion } = work;
  const fields = { eventId: delivery.eventId, eventType: delivery.eventType, instance: delivery.instance };
  if (completion.kind === 'failed') {
    log.warn('Stripe could not be read', { ...fields, reason: completion.reason });
    return 'failed';
  }
  if (completion.kind === 'mapped') await learn(delivery.instance, [...completion.learnt, ...completion.mapping.learnt], nowIso());
  const result = await commit(writesFor(work, nowIso()));
  if (!result.ok) return result.problem.code === 'conflict' ? 'duplicate' : 'failed';
  if (completion.kind !== 'parked') return 'recorded';
  log.warn('an event was parked', { ...fields, reason: completion.problem.code });
  return 'parked';
};

const concluded = async (work: Work): Promise<boolean> => {
  const outcome = await committed(work);
  const isTaken = work.completion.kind === 'mapped' && (outcome === 'recorded' || outcome === 'duplicate');
  if (isTaken) await closeParked(work.delivery);
  await mark(work.delivery.instance, [{ delivery: work.delivery, outcome }]);
  return outcome !== 'failed';
};

/** Two states share a second and nothing tells their order: the state of now settles it, as a fact of its own. */
const settleTie = async (
  { instance, subscriptionId }: EventData<typeof subscriptionTieFound>,
  remainingMs: () => number,
): Promise<boolean> => {
  const config = instanceNamed(instance);
  if (config === undefined) throw new Bug(`a tie names the instance ${instance}, which is not configured`);
  const completion = await readObject(
    { kind: 'object', object: 'subscription', id: subscriptionId },
    subscriptionTieFound.name,
    benchOf(config, remainingMs),
  );
  if (completion.kind === 'mapped') {
    await learn(instance, completion.learnt, nowIso());
    const result = await commit(writesOf(instance, completion.mapping, completion.by, nowIso()));
    return result.ok || result.problem.code === 'conflict';
  }
  // What Stripe does not show any more stays as the order by event id has it.
  log.warn('a tie could not be settled', {
    instance,
    subscriptionId,
    reason: completion.kind === 'failed' ? completion.reason : completion.problem.code,
  });
  return completion.kind === 'parked';
};

/** Takes in one message: an event or object that waits for a reading, or a tie that the revenue bus tells of. False: to be delivered again. */
export const takeInFetched = async ({ messageId, body }: QueueMessage, remainingMs: () => number): Promise<boolean> => {
  const message = incompleteMessage.safeParse(JSON.parse(body));
  if (message.success) return concluded(await workOn(message.data, messageId, remainingMs));
  const envelope = openEnvelope(body);
  const tie = envelope.ok ? openDomainEvent(envelope.value, [subscriptionTieFound]) : envelope;
  if (!tie.ok) throw new Bug('a message of the incomplete queue has none of its forms');
  return settleTie(tie.value.data, remainingMs);
};
