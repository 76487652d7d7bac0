import type { Attributes } from '../../functions/platform/clients/attributes.ts';
import type { RelayedEvent } from '../../local/salesforce/events.ts';
import { labelOfDetail } from './calls.ts';
import { PARTNER_SOURCE, subscribed } from './functions.ts';
import type { Outages } from './outages.ts';
import type { Queue } from './queue.ts';
import type { BusEntry } from './services.ts';
import type { StreamRecord } from './stream.ts';
import type { Surroundings } from './surroundings.ts';

export type QueueName = keyof typeof subscribed | 'stripe-events' | 'salesforce-changes' | 'salesforce-sync';

/** A bus tries again at ever longer intervals, within a day. */
const AGAIN_MS = 30_000;

/** Numbers that differ from run to run are no part of a label. */
const labelOf = (id: string): string => id.replace(/\brefetch:([^:]*):\d+:/g, 'refetch:$1:').replace(/^fx-rate-set-\d+$/, 'fx-rate-set');

/** The pipe behind the table's stream, the buses, and their rules. */
export class Buses {
  readonly #around: Surroundings;
  readonly #outages: Outages;
  readonly #queues: Readonly<Record<QueueName, Queue>>;

  constructor(around: Surroundings, outages: Outages, queues: Readonly<Record<QueueName, Queue>>) {
    this.#around = around;
    this.#outages = outages;
    this.#queues = queues;
  }

  /** The pipe: new items that carry an event, to the revenue bus. */
  publish(shard: string, batch: readonly StreamRecord[], done: (succeeded: boolean) => void): void {
    const { agenda, chance, history } = this.#around;
    const name = chance.occurrence(`pipe ${shard} ${batch[0]?.label}`);
    const random = chance.of(name);
    const fails = this.#around.mayBefall(`${name}: puts half and fails`, random);
    const published = history.without === 'riding' ? [] : fails ? batch.slice(0, Math.ceil(batch.length / 2)) : batch;
    for (const { eventName, dynamodb } of published) this.toRevenueBus(eventName, dynamodb.NewImage);
    agenda.in(random.below(50), () => done(!fails));
  }

  toRevenueBus(kind: StreamRecord['eventName'], item: Attributes): void {
    const event = item['event'];
    if (kind !== 'INSERT' || event === undefined || !('M' in event)) return;
    const fields = Object.fromEntries(Object.entries(event.M).map(([name, value]) => [name, 'S' in value ? value.S : '']));
    const { type = '', source = '', id = '', version, recordedAt, subject, data } = fields;
    for (const [name, types] of Object.entries(subscribed))
      if (types.has(type) && (name !== 'coordinator-changes' || this.#around.history.life.isWatched))
        this.#deliver(name as QueueName, id, source, type, { id, type, version, recordedAt, subject, data });
  }

  toSourceBus({ Source: source, DetailType: type, Detail: text }: BusEntry): void {
    const detail = JSON.parse(text) as { readonly id?: string; readonly key?: string };
    const queue = source.startsWith('ascent.salesforce/') ? 'salesforce-changes' : 'stripe-events';
    this.#deliver(queue, labelOfDetail(detail), source, type, detail);
  }

  /** As an org's event relay puts it. */
  toOrgBus(id: string, { source, detailType, detail }: RelayedEvent): void {
    this.#deliver('salesforce-changes', id, source, detailType, JSON.parse(detail) as object);
  }

  /** As Stripe's own event destination puts it. */
  toPartnerBus(event: { readonly id: string; readonly type: string }): void {
    this.#deliver('stripe-events', event.id, PARTNER_SOURCE, event.type, event);
  }

  /** A bus hands an event to a rule's queue: at least once, in any order. */
  #deliver(name: QueueName, id: string, source: string, type: string, detail: object): void {
    const { agenda, chance, isRandom } = this.#around;
    const label = labelOf(id);
    const occurrence = chance.occurrence(`bus to ${name} ${label}`);
    const random = chance.of(occurrence);
    const body = JSON.stringify({ id: occurrence, source, 'detail-type': type, time: new Date(agenda.nowMs).toISOString(), detail });
    const delayMs = (): number => (isRandom ? random.below(random.chance(50) ? 90_000 : 300) : 5);
    const refusedMs = this.#around.mayBefall(`${occurrence}: refused by its queue at first`, random)
      ? AGAIN_MS * (1 + random.below(20))
      : 0;
    agenda.in(delayMs() + refusedMs, () => this.#put(name, label, body));
    if (this.#around.mayBefall(`${occurrence}: delivered twice`, random)) agenda.in(delayMs(), () => this.#put(name, label, body));
  }

  #put(name: QueueName, label: string, body: string): void {
    const { agenda } = this.#around;
    const fullUntilMs = this.#outages.fullUntil(agenda.nowMs);
    if (fullUntilMs === undefined) this.#queues[name].put(label, body);
    else agenda.at(fullUntilMs + AGAIN_MS, () => this.#put(name, label, body));
  }
}
