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
import { forget, learn } from './catalogue-store.ts';
import { stripeReader } from './client.ts';
import { contextOf, instanceNamed, WEBHOOK_SOURCE } from './company.ts';
import { type Completion, completeEvent, readObject, readSubscriptionsOf, type Workbench } from './complete.ts';
import { type Delivery, isOpened, openDelivery } from './delivery.ts';
import { type IncompleteMessage, incompleteMessage } from './incomplete-queue.ts';
import { closeParked, mark } from './intake.ts';
import { parkedItem } from './park.ts';
import { triggerWrite, writesOf } from './record.ts';
import type { Because } from './subject.ts';
import { withCatalogue } from './with-catalogue.ts';

/** Kept free at the end of an invocation, for writing. */
const RESERVE_MS = 8_000;

/** `{"apiKey":"rk_…"}`: a restricted key that only reads. */
const apiKeyOf = (text: string): string => {
  const key = /"apiKey"\s*:\s*"([^"\s]+)"/.exec(text)?.[1];
  if (key === undefined) throw new Bug('the API key secret holds no key under apiKey: put in a restricted key that reads');
  return key;
};

const benchOf = (config: StripeInstance, remainingMs: () => number): Workbench => {
  const secretId = secretIds('STRIPE_API_KEY_SECRET_IDS', process.env['STRIPE_API_KEY_SECRET_IDS']).get(config.instance);
  if (secretId === undefined) throw new Bug(`STRIPE_API_KEY_SECRET_IDS has no secret for the instance ${config.instance}`);
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
    learn: (learnt, askedAtMs) => learn(config.instance, learnt, new Date(askedAtMs).toISOString()),
    nowMs,
  };
};

interface Work {
  readonly delivery: Delivery;
  /** What came of the event, and of each reading that it led to. */
  readonly completions: readonly Completion[];
}

/** Reads what an event changed without showing it: one object, or all subscriptions of a customer. */
const readChanged = async (object: string, id: string, because: Because, bench: Workbench): Promise<readonly Completion[]> =>
  object === 'customer' ? readSubscriptionsOf(id, because, bench) : [await readObject({ kind: 'object', object, id }, because, bench)];

/** The event, and what it leads to. That is read before the event is recorded: a crash in between has all of it done again. */
const withFollowUps = async (
  completion: Completion,
  because: Because,
  instance: string,
  bench: Workbench,
): Promise<readonly Completion[]> => {
  if (completion.kind !== 'mapped') return [completion];
  const { forgotten, followUps } = completion.mapping;
  await forget(instance, forgotten);
  const readings: Completion[] = [];
  for (const { object, id } of followUps) readings.push(...(await readChanged(object, id, because, bench)));
  return [...readings, completion];
};

const workOn = async (message: IncompleteMessage, messageId: string, remainingMs: () => number): Promise<Work> => {
  const { instance, event: raw } = message;
  const delivery = openDelivery(
    { source: `${WEBHOOK_SOURCE}${instance}`, raw, busEventId: messageId, detailType: 'unknown' },
    instanceNamed(instance),
    messageId,
  );
  if (!isOpened(delivery)) return { delivery, completions: [{ kind: 'parked', problem: delivery.problem }] };
  const bench = benchOf(delivery.config, remainingMs);
  return {
    delivery,
    completions:
      message.kind === 'complete'
        ? await withFollowUps(await completeEvent(delivery.event, bench), delivery, instance, bench)
        : await readChanged(message.object, message.id, delivery, bench),
  };
};

const writesFor = (delivery: Delivery, completion: Completion, recordedAt: string): readonly Write[] => {
  if (completion.kind === 'failed') return [];
  if (completion.kind === 'parked') return [parkWrite(parkedItem(delivery, completion.problem, recordedAt))];
  const { mapping, by, trigger } = completion;
  const writes = writesOf(delivery.instance, mapping, by, recordedAt);
  return trigger === undefined ? writes : [triggerWrite(delivery.instance, mapping.objectId, trigger, recordedAt), ...writes];
};

const committed = async (delivery: Delivery, completion: Completion): Promise<Outcome> => {
  const fields = { eventId: delivery.eventId, eventType: delivery.eventType, instance: delivery.instance };
  if (completion.kind === 'failed') {
    log.warn('Stripe could not be read', { ...fields, reason: completion.reason });
    return 'failed';
  }
  if (completion.kind === 'mapped') await learn(delivery.instance, completion.mapping.learnt, nowIso());
  const result = await commit(writesFor(delivery, completion, nowIso()));
  if (!result.ok) return result.problem.code === 'conflict' ? 'duplicate' : 'failed';
  if (completion.kind !== 'parked') return 'recorded';
  log.warn('an event was parked', { ...fields, reason: completion.problem.code });
  return 'parked';
};

/** What became of the delivery as a whole: it comes again where any part failed, and is parked where any part was. */
const concluded = async ({ delivery, completions }: Work): Promise<boolean> => {
  const outcomes: Outcome[] = [];
  for (const completion of completions) outcomes.push(await committed(delivery, completion));
  const isParked = completions.some(({ kind }) => kind === 'parked');
  const outcome = outcomes.find((one) => one === 'failed') ?? outcomes.find((one) => one === 'parked') ?? outcomes.at(-1) ?? 'recorded';
  if (outcome !== 'failed' && !isParked) await closeParked(delivery);
  await mark(delivery.instance, [{ delivery, outcome }]);
  return outcome !== 'failed';
};

/** Two states share a second and nothing tells their order: the state of now settles it, as a fact of its own. */
const settleTie = async (
  { instance, subscriptionId }: EventData<typeof subscriptionTieFound>,
  tieId: string,
  remainingMs: () => number,
): Promise<boolean> => {
  const config = instanceNamed(instance);
  if (config === undefined) throw new Bug(`a tie names the instance ${instance}, which is not configured`);
  const completion = await readObject(
    { kind: 'object', object: 'subscription', id: subscriptionId },
    { eventId: tieId, eventType: subscriptionTieFound.name },
    benchOf(config, remainingMs),
  );
  if (completion.kind === 'mapped') {
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
  return settleTie(tie.value.data, tie.value.id, remainingMs);
};
