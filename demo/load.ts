import type { CostFile } from './costs.ts';
import type { RateFile } from './market.ts';
import { openWebhookSender } from './webhook-sender.ts';

export interface DemoDelivery {
  /** Epoch seconds of the test clock at which Stripe delivers it. */
  readonly deliverAt: number;
  readonly event: object;
}

/** What loading needs of the system that it loads into; it uses the front door only, and the clock. */
export interface DemoTarget {
  readonly url: string;
  /** An access token, where the API asks for one. */
  readonly token?: () => Promise<string>;
  readonly webhookSecret: string;
  readonly setClock: (atMs: number) => void;
  readonly advanceClock: (toMs: number) => Promise<void>;
  readonly idle: () => Promise<void>;
  /** Told of each event once it was answered: Stripe lists what it has sent. */
  readonly sent?: (event: object) => void;
}

export interface DemoStory {
  readonly rates: readonly object[];
  /** What finance and treasury load, each in order of time. */
  readonly costs?: readonly CostFile[];
  readonly closingRates?: readonly RateFile[];
  /** In the order of their delivery, made as they are taken. */
  readonly deliveries: Iterable<DemoDelivery>;
  /** How many of them come until today. */
  readonly deliveriesUntilToday: number;
  /** Epoch seconds at which the story begins, and of "today". */
  readonly startsAt: number;
  readonly todayAt: number;
}

export interface DemoProgress {
  readonly delivered: number;
  readonly total: number;
  readonly clockMs: number;
}

const CONNECTIONS = 24;
/** The test clock is advanced through its schedules once a month of the story; in between it is only set. */
const MONTH_SECONDS = 30 * 86_400;

type FrontDoor = Pick<DemoTarget, 'url' | 'token'>;

/** What is loaded row by row has to be taken as a whole. */
const put = async (target: FrontDoor, what: string, path: string, type: string, body: string): Promise<void> => {
  const authorization = target.token === undefined ? {} : { authorization: `Bearer ${await target.token()}` };
  const answer = await fetch(`${target.url}${path}`, { method: 'PUT', headers: { 'content-type': type, ...authorization }, body });
  const text = await answer.text();
  const isWhole = answer.ok && (JSON.parse(text) as { problems: readonly unknown[] }).problems.length === 0;
  if (!isWhole) throw new Error(`${what} were not taken as a whole: ${answer.status} ${text}`);
};

const putRates = (target: FrontDoor, rates: readonly object[]): Promise<void> =>
  put(target, 'the rates', '/api/v1/fx/rates', 'application/json', JSON.stringify({ rates }));

const putCosts = (target: FrontDoor, { month, csv }: CostFile): Promise<void> =>
  put(target, `the costs of ${month.slice(0, 7)}`, '/api/v1/costs', 'text/csv', csv);

/** Something that is loaded at a time of its own, epoch seconds. */
interface Timed {
  readonly loadAt: number;
  readonly load: (target: FrontDoor) => Promise<void>;
}

/** What is loaded beside the webhooks, in order of time. */
export const timedLoads = ({ costs = [], closingRates = [] }: Pick<DemoStory, 'costs' | 'closingRates'>): readonly Timed[] =>
  [
    ...closingRates.map(({ loadAt, rates }) => ({ loadAt, load: (target: FrontDoor) => putRates(target, rates) })),
    ...costs.map((file) => ({ loadAt: file.loadAt, load: (target: FrontDoor) => putCosts(target, file) })),
  ].sort((a, b) => a.loadAt - b.loadAt);

/** Loads what is loaded after one moment and until another, each at its own time. */
const loadTimed = async (target: DemoTarget, timed: readonly Timed[], after: number, until: number): Promise<void> => {
  for (const { loadAt, load } of timed) {
    if (loadAt <= after || loadAt > until) continue;
    target.setClock(loadAt * 1000);
    await load(target);
  }
};

/**
 * Loads the story up to its today as genuine webhooks, each at its own time of the test clock. Rejects with the signal's reason, once the
 * webhooks under way have been answered.
 */
export const loadDemo = async (
  target: DemoTarget,
  story: DemoStory,
  onProgress: (progress: DemoProgress) => void,
  signal?: AbortSignal,
): Promise<number> => {
  const sender = openWebhookSender(`${target.url}/webhooks/stripe`, target.webhookSecret, CONNECTIONS);
  try {
    target.setClock(story.startsAt * 1000);
    const timed = timedLoads(story);
    await putRates(target, story.rates);
    for (const { load } of timed.filter(({ loadAt }) => loadAt <= story.startsAt)) await load(target);
    await target.idle();
    let loadedUntil = story.startsAt;
    let settledAt = story.startsAt;
    let delivered = 0;
    for (const day of byDay(story.deliveries, story.todayAt)) {
      const at = day[day.length - 1]?.deliverAt ?? settledAt;
      await loadTimed(target, timed, loadedUntil, at);
      loadedUntil = at;
      if (at - settledAt >= MONTH_SECONDS) {
        await target.advanceClock(at * 1000);
        settledAt = at;
      } else target.setClock(at * 1000);
      await sendAll(day, (delivery) => sender.send(delivery.event, at).then(() => target.sent?.(delivery.event)), signal);
      signal?.throwIfAborted();
      delivered += day.length;
      onProgress({ delivered, total: story.deliveriesUntilToday, clockMs: at * 1000 });
    }
    await loadTimed(target, timed, loadedUntil, story.todayAt);
    await target.advanceClock(story.todayAt * 1000);
    await target.idle();
    return delivered;
  } finally {
    sender.close();
  }
};

const DAY_SECONDS = 86_400;
const dayOf = (delivery: DemoDelivery | undefined): number => Math.floor((delivery?.deliverAt ?? 0) / DAY_SECONDS);

/** Day by day until a moment: only one day's events are in memory. */
function* byDay(deliveries: Iterable<DemoDelivery>, until: number): Generator<DemoDelivery[], void, undefined> {
  let day: DemoDelivery[] = [];
  for (const delivery of deliveries) {
    if (delivery.deliverAt > until) break;
    if (day.length > 0 && dayOf(day[0]) !== dayOf(delivery)) {
      yield day;
      day = [];
    }
    day.push(delivery);
  }
  if (day.length > 0) yield day;
}

/** At most `CONNECTIONS` under way at once; after the signal no further one begins. */
const sendAll = async <T>(items: readonly T[], send: (item: T) => Promise<void>, signal: AbortSignal | undefined): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined && signal?.aborted !== true; item = items[next++]) await send(item);
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, items.length) }, lane));
};
