import type { Catalogue, Learnt } from './catalogue.ts';
import type { StripeReader } from './client.ts';
import type { MappingContext } from './context.ts';
import type { CustomerDiscounts } from './customer-history.ts';
import {
  type CatalogueNeed,
  couponEmbeddedIn,
  discountsShownBy,
  fetchEntry,
  fetchEvent,
  fetchList,
  fetchObject,
  fetchSubscriptionsOf,
  type Satisfied,
} from './fetching.ts';
import type { Mapping } from './from-stripe.ts';
import type { Need, ParkProblem, Reading } from './outcomes.ts';
import type { Statement } from './restate.ts';
import type { ShownBy } from './sighting.ts';
import { openSourceEvent, type SourceEvent } from './source-event.ts';
import {
  type Because,
  mapSubject,
  type Subject,
  subjectOfEvent,
  subjectOfObject,
  subjectOfStatement,
  triggered,
  withList,
} from './subject.ts';

type Json = Readonly<Record<string, unknown>>;
type ObjectNeed = Extract<Need, { kind: 'object' }>;

/** What came of completing an event or of reading an object anew. */
export type Completion =
  | {
      readonly kind: 'mapped';
      readonly mapping: Mapping;
      readonly by: ShownBy;
      readonly trigger?: ShownBy;
    }
  | { readonly kind: 'parked'; readonly problem: ParkProblem }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Workbench {
  readonly reader: StripeReader;
  readonly context: MappingContext;
  /** Maps with the stored catalogue and what was learnt here. */
  readonly look: (map: (catalogue: Catalogue) => Reading<Mapping>, learnt: readonly Learnt[]) => Promise<Reading<Mapping>>;
  /** Keeps in the stored catalogue what an answer taught that was asked for at this time, milliseconds. */
  readonly learn: (learnt: readonly Learnt[], askedAtMs: number) => Promise<void>;
  /** The platform's clock, milliseconds. */
  readonly nowMs: () => number;
  /** Whether there is time for another step before the function is stopped. */
  readonly hasTime: () => boolean;
}

/** Needs are found in turns: a thin event's object, its further pages, the discounts of all its items, then their coupons. */
const MAX_TURNS = 6;

interface Progress {
  readonly subject: Subject;
  readonly learnt: readonly Learnt[];
}

/** The same items in the same state: the first page that the event showed is still the first page. */
const samePage = (shown: readonly Json[], now: readonly Json[]): boolean =>
  shown.every((item, i) => {
    const other = now[i];
    const price = (of: Json | undefined) => (of?.['price'] as { id?: unknown } | undefined)?.id;
    return other !== undefined && item['id'] === other['id'] && item['quantity'] === other['quantity'] && price(item) === price(other);
  });

/** What was learnt is kept at once: it is true whatever becomes of the event. */
const withLearnt = async (
  learnt: readonly Learnt[],
  askedAtMs: number,
  progress: Progress,
  bench: Workbench,
): Promise<{ readonly kind: 'got'; readonly value: Progress }> => {
  await bench.learn(learnt, askedAtMs);
  return { kind: 'got', value: { ...progress, learnt: [...progress.learnt, ...learnt] } };
};

const readAnew = async (need: ObjectNeed, progress: Progress, bench: Workbench): Promise<Satisfied<Progress>> => {
  // The state is at least as new as the moment before it was asked for: stamped later, it would outrank changes made meanwhile.
  const askedAtMs = bench.nowMs();
  const object = await fetchObject(bench.reader, need);
  if (object.kind !== 'got') return object;
  const { by, trigger } = progress.subject;
  const subject = triggered(subjectOfObject(object.value, askedAtMs, trigger ?? by), trigger ?? by);
  return withLearnt(discountsShownBy(object.value), askedAtMs, { ...progress, subject }, bench);
};

const moreItems = async (id: string, progress: Progress, bench: Workbench): Promise<Satisfied<Progress>> => {
  const { subject } = progress;
  const all = await fetchList(bench.reader, '/v1/subscription_items', [['subscription', id]]);
  if (all.kind !== 'got') return all;
  const shown = (subject.object['items'] as { readonly data?: readonly Json[] } | undefined)?.data ?? [];
  // The list shows the present. Where it has moved on since the event, the event cannot be completed: the present state is the fact.
  if (subject.event !== undefined && !samePage(shown, all.value))
    return readAnew({ kind: 'object', object: 'subscription', id }, progress, bench);
  return { kind: 'got', value: { ...progress, subject: withList(subject, 'items', all.value) } };
};

/** Lines of a finalised document never change, so they complete its event whenever they are read. */
const moreLines = async (need: Extract<Need, { kind: 'lines' }>, progress: Progress, bench: Workbench): Promise<Satisfied<Progress>> => {
  const collection = need.of === 'invoice' ? 'invoices' : 'credit_notes';
  const all = await fetchList(bench.reader, `/v1/${collection}/${encodeURIComponent(need.id)}/lines`, []);
  return all.kind === 'got' ? { kind: 'got', value: { ...progress, subject: withList(progress.subject, 'lines', all.value) } } : all;
};

const wholeEvent = async (id: string, progress: Progress, bench: Workbench): Promise<Satisfied<Progress>> => {
  const raw = await fetchEvent(bench.reader, id);
  if (raw.kind !== 'got') return raw;
  const event = openSourceEvent(raw.value);
  return event.ok
    ? { kind: 'got', value: { ...progress, subject: subjectOfEvent(event.value) } }
    : { kind: 'parked', problem: event.problem };
};

const entryOf = async (need: CatalogueNeed, progress: Progress, bench: Workbench): Promise<Satisfied<Progress>> => {
  const askedAtMs = bench.nowMs();
  const entries = await fetchEntry(bench.reader, need, Math.floor(askedAtMs / 1000));
  // A coupon that was deleted still reduces; an older API version shows it inside the event.
  const embedded = need.kind === 'coupon' && entries.kind === 'parked' ? couponEmbeddedIn(progress.subject.object, need.id) : undefined;
  if (embedded !== undefined) return withLearnt([embedded], askedAtMs, progress, bench);
  return entries.kind === 'got' ? withLearnt(entries.value, askedAtMs, progress, bench) : entries;
};

const satisfy = (need: Need, progress: Progress, bench: Workbench): Promise<Satisfied<Progress>> => {
  switch (need.kind) {
    case 'price':
    case 'coupon':
    case 'discount':
    case 'customer':
      return entryOf(need, progress, bench);
    case 'items':
      return moreItems(need.id, progress, bench);
    case 'lines':
      return moreLines(need, progress, bench);
    case 'object':
      return readAnew(need, progress, bench);
    case 'event':
      return wholeEvent(need.id, progress, bench);
  }
};

/** One turn: every need of the reading, each once; a reading of the whole object makes the other needs void. */
const turn = async (needs: readonly Need[], start: Progress, bench: Workbench): Promise<Satisfied<Progress>> => {
  let progress = start;
  for (const need of new Map(needs.map((one) => [JSON.stringify(one), one])).values()) {
    const next = await satisfy(need, progress, bench);
    if (next.kind !== 'got') return next;
    const replaced = next.value.subject !== progress.subject;
    progress = next.value;
    if (replaced) break;
  }
  return { kind: 'got', value: progress };
};

/** Fetches what a subject lacks until it can be mapped. Bounded in turns; the reader is bounded in attempts and time. */
const finish = async (start: Progress, bench: Workbench): Promise<Completion> => {
  let progress = start;
  for (let turns = 0; turns < MAX_TURNS; turns += 1) {
    const { subject, learnt } = progress;
    const reading = await bench.look((catalogue) => mapSubject(subject, catalogue, bench.context), learnt);
    if (reading.kind === 'parked') return reading;
    if (reading.kind === 'read') {
      return {
        kind: 'mapped',
        mapping: reading.value,
        by: subject.by,
        ...(subject.trigger === undefined ? {} : { trigger: subject.trigger }),
      };
    }
    const next = await turn(reading.needs, progress, bench);
    if (next.kind !== 'got') return next;
    progress = next.value;
  }
  return {
    kind: 'parked',
    problem: { code: 'shape-unreadable', detail: `The event still lacked something after ${MAX_TURNS} readings of Stripe.` },
  };
};

/** Completes an event: with its own id and time where only a detail was missing, as a reading of our own where the whole object was. */
export const completeEvent = (event: SourceEvent, bench: Workbench): Promise<Completion> =>
  finish({ subject: subjectOfEvent(event), learnt: [] }, bench);

/** Reads an object because an event about something else changed it. That event has its own marker, so this reading has no trigger. */
export const readObject = async (need: ObjectNeed, because: Because, bench: Workbench): Promise<Completion> => {
  const askedAtMs = bench.nowMs();
  const object = await fetchObject(bench.reader, need);
  return object.kind === 'got' ? readingOf(object.value, askedAtMs, because, bench) : object;
};

const readingOf = async (object: Json, askedAtMs: number, because: Because, bench: Workbench): Promise<Completion> => {
  const learnt = discountsShownBy(object);
  await bench.learn(learnt, askedAtMs);
  return finish({ subject: subjectOfObject(object, askedAtMs, because), learnt }, bench);
};

/** What is known of a customer's discounts, read where it was forgotten; what was heard is never undone by a reading. */
export const readCustomer = async (
  id: string,
  stored: (id: string) => Promise<CustomerDiscounts>,
  bench: Workbench,
): Promise<Satisfied<CustomerDiscounts>> => {
  const customer = await stored(id);
  if (customer.known) return { kind: 'got', value: customer };
  const askedAtMs = bench.nowMs();
  const entries = await fetchEntry(bench.reader, { kind: 'customer', id }, Math.floor(askedAtMs / 1000));
  if (entries.kind !== 'got') return entries;
  await bench.learn(entries.value, askedAtMs);
  return { kind: 'got', value: await stored(id) };
};

/** States a fact anew, by what is known now of the discounts that it inherits. */
export const stateAnew = (statement: Statement, bench: Workbench): Promise<Completion> =>
  finish({ subject: subjectOfStatement(statement), learnt: [] }, bench);

/** Readings of a customer's subscriptions, and the ids of all of them, also of those that were canceled and are not read. */
export interface SubscriptionsRead {
  readonly completions: readonly Completion[];
  readonly subscriptionIds: readonly string[];
}

/** Reads all subscriptions of a customer, because the discount that they inherit changed; one after another, until Stripe does not answer. */
export const readSubscriptionsOf = async (customerId: string, because: Because, bench: Workbench): Promise<SubscriptionsRead> => {
  const askedAtMs = bench.nowMs();
  const all = await fetchSubscriptionsOf(bench.reader, customerId);
  if (all.kind !== 'got') return { completions: [all], subscriptionIds: [] };
  const completions: Completion[] = [];
  for (const object of all.value) {
    if (object['status'] === 'canceled') continue;
    const completion = await readingOf(object, askedAtMs, because, bench);
    completions.push(completion);
    if (completion.kind === 'failed') break;
  }
  return { completions, subscriptionIds: all.value.map(({ id }) => String(id)) };
};
