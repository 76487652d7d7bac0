import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { company } from '../../ascent.config.ts';
import { demoContext, openIntake } from '../../bench/demo-facts.ts';
import { progress, tableText } from '../../bench/report.ts';
import { WEBHOOK_SECRET } from '../../bench/whole-stack.ts';
import type { DemoCompany } from '../../demo/company.ts';
import type { StripeEvent } from '../../demo/events.ts';
import { type Random, seeded } from '../../demo/random.ts';
import { ascentApp } from '../../lib/app.ts';
import { bundle } from '../../lib/bundles.ts';
import { openDemo, startDemoStripe } from '../../local/demo.ts';
import { startLocalStack } from '../../local/stack.ts';
import type { Fault } from '../../local/stripe.ts';
import { type Comparison, compare, messagesLeft } from './kill-reading.ts';
import { openTarget, sendAll, type Target } from './kill-sending.ts';
import { startKillable, type Victims } from './kill-stack.ts';
import type { Proof } from './proof.ts';

export interface KillOptions {
  readonly events: number;
  readonly kills: number;
  /** Chooses the customers and the moments of the kills. */
  readonly seed: number;
  /** Events are sent in any order, a tenth of them twice, while of a thousand calls of the functions, and of Stripe, so many fail. */
  readonly faultsPerMille?: number;
  readonly say: (sentence: string) => void;
  readonly onAnswered?: (answered: number, events: number) => void;
}

export interface KillOutcome extends Comparison {
  /** Customers whose whole histories were sent. */
  readonly histories: number;
  readonly kills: readonly string[];
  readonly answered: number;
  /** Sent again, because no 2xx came. */
  readonly repeated: number;
}

/** After the moment has come, so that a kill meets any step of what is under way. */
const LONGEST_PAUSE_MS = 60;
/** Of a thousand deliveries so many come twice, where there are faults. */
const REPEATED_PER_MILLE = 100;
/** In turn, each for some requests. */
const REQUESTS_OF_A_FAULT = 3;
const STRIPE_FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'slow', ms: 1_000 },
  { kind: 'reset' },
  { kind: 'status', status: 429, retryAfterSeconds: 1 },
  { kind: 'cut' },
  { kind: 'status', status: 502, html: true },
];
/** Longer than the visibility time-out of any queue: what failed has come back by then. */
const RETRIED_AFTER_MS = 3_600_000;
/** By then it is a dead letter. */
const MAX_RETRIES = 5;

const customerOf = ({ data: { object } }: StripeEvent): string | undefined => {
  if (object.object === 'customer') return object.id;
  return typeof object['customer'] === 'string' ? object['customer'] : undefined;
};

const shuffled = <T>(items: readonly T[], random: Random): T[] =>
  items
    .map((item) => ({ item, at: random.below(1_000_000_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** So many deliveries until today, duplicates included: whole histories of customers, chosen by the seed, and what belongs to no customer. */
const chooseEvents = (demo: DemoCompany, count: number, random: Random): readonly StripeEvent[] => {
  const all: StripeEvent[] = [];
  for (const { deliverAt, event } of demo.events) if (deliverAt <= demo.todayAt) all.push(event);
  const byCustomer = Map.groupBy(all, customerOf);
  const chosen = new Set(byCustomer.get(undefined));
  for (const customer of shuffled([...byCustomer.keys()], random)) {
    for (const event of byCustomer.get(customer) ?? []) chosen.add(event);
    if (chosen.size >= count) break;
  }
  return all.filter((event) => chosen.has(event)).slice(0, count);
};

/** One moment in each of as many parts of the way: how many events have been answered by then. */
const momentsOf = ({ events, kills }: KillOptions, random: Random): readonly number[] =>
  Array.from({ length: kills }, (_, k) => Math.floor(((k + 0.05 + random.below(800) / 1_000) * events) / kills));

const putRates = async (url: string, { rates }: DemoCompany): Promise<void> => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/fx/rates`, { method: 'PUT', headers, body: JSON.stringify({ rates }) });
  if (!answer.ok) throw new Error(`the plan rates were answered ${answer.status} ${await answer.text()}`);
};

const synthesise = (folder: string, apiBase: string): string => {
  const [instance, ...others] = company.stripe;
  if (instance === undefined) throw new Error('the configuration has a Stripe instance');
  const outdir = join(folder, 'cdk.out');
  ascentApp({ company: { ...company, stripe: [{ ...instance, apiBase }, ...others] }, bundles: bundle(), outdir }).app.synth();
  return outdir;
};

/** Sends, kills and starts again, then lets the stack come to rest and compares all that it says. */
export const killAndCompare = async (options: KillOptions): Promise<KillOutcome> => {
  const { say, seed } = options;
  const random = seeded(seed);
  const demo = openDemo();
  const events = chooseEvents(demo, options.events, random);
  const { faultsPerMille = 0 } = options;
  const sent = faultsPerMille === 0 ? events : shuffled([...events, ...events.filter(() => random.chance(REPEATED_PER_MILLE))], random);
  const moments = momentsOf({ ...options, events: sent.length }, random);
  // The clock runs, as it does for whoever works with the stack: what falls due meanwhile falls due.
  const offsetMs = demo.todayAt * 1000 - Date.now();
  const nowMs = (): number => Date.now() + offsetMs;
  const folder = mkdtempSync(join(tmpdir(), 'ascent-kill-'));
  const stripe = await startDemoStripe(demo, nowMs);
  if (faultsPerMille > 0) for (const fault of STRIPE_FAULTS) stripe.fail(fault, REQUESTS_OF_A_FAULT);
  let target: Target | undefined;
  try {
    const files = { assemblyDir: synthesise(folder, stripe.url), dataDir: join(folder, 'data') };
    const instance = company.stripe[0]?.instance;
    const first = await startKillable({
      ...files,
      faultsPerMille,
      clock: { atMs: nowMs() },
      secrets: {
        [`ascent/stripe/${instance}/webhook-signing`]: { webhookSecrets: [WEBHOOK_SECRET] },
        [`ascent/stripe/${instance}/api-key`]: { apiKey: stripe.apiKey },
      },
    });
    const sentTo = openTarget(first);
    target = sentTo;
    await putRates(first.url, demo);
    const kills: string[] = [];
    const killings: Promise<void>[] = [];
    const killNow = async (answered: number, number: number): Promise<void> => {
      const victims: Victims = number === 1 ? 'stack' : 'group';
      await wait(random.below(LONGEST_PAUSE_MS));
      const doomed = await sentTo.up();
      const startedMs = performance.now();
      // The very same options but for clock and secrets: the data folder has them.
      sentTo.replace(doomed.kill(victims).then(() => startKillable({ ...files, faultsPerMille })));
      await sentTo.up();
      const sentence = `kill ${number + 1} at ${answered} answered (${victims === 'group' ? 'with' : 'without'} the emulator), up again in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
      kills.push(sentence);
      say(sentence);
    };
    const { answered, repeated } = await sendAll(sent, sentTo, nowMs, (count) => {
      options.onAnswered?.(count, sent.length);
      const number = moments.indexOf(count);
      if (number >= 0) killings.push(killNow(count, number));
    });
    await Promise.all(killings);
    await (await sentTo.up()).stop();
    say('all answered; coming to rest and comparing');

    const state = demo.stripeState();
    state.moveTo(demo.todayAt);
    const factOf = openIntake(state);
    const facts = events.flatMap((event) => factOf(event) ?? []);
    const eventIds = new Set(events.map(({ id }) => id));
    const expected = { eventIds, facts, context: demoContext(demo), today: demo.today };
    const histories = new Set(events.map(customerOf).filter((customer) => customer !== undefined)).size;
    return { ...(await settleAndCompare(files, expected)), kills, answered, repeated, histories };
  } finally {
    // One that did not come up again has said so already.
    await Promise.allSettled([target?.up().then((stack) => stack.stop())]);
    await stripe.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

const settleAndCompare = async (
  files: { readonly assemblyDir: string; readonly dataDir: string },
  expected: Parameters<typeof compare>[1],
): Promise<Comparison> => {
  const stack = await startLocalStack({ ...files, port: 0 });
  try {
    await stack.idle(300_000);
    const api = async <T>(path: string): Promise<T> => {
      const response = await fetch(`${stack.url}${path}`);
      if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    };
    let retries = 0;
    do {
      await stack.clock.advance(stack.clock.now() + RETRIED_AFTER_MS);
      await stack.idle();
      retries += 1;
    } while (retries < MAX_RETRIES && (await messagesLeft({ api })) > 0);
    return await compare({ stack, api }, expected);
  } finally {
    await stack.stop();
  }
};

const EVENTS = 5_000;
const KILLS = 5;
const SEED = 1;

export const kill: Proof = {
  name: 'kill',
  proves: `what was answered 2xx survives ${KILLS} kills without a word while events are sent, and is in ARR exactly once`,
  run: async () => {
    const startedMs = performance.now();
    console.error(`kill: ${EVENTS.toLocaleString('en')} events, ${KILLS} kills, seed ${SEED}`);
    const outcome = await killAndCompare({
      events: EVENTS,
      kills: KILLS,
      seed: SEED,
      say: (sentence) => console.error(`kill: ${sentence}`),
      onAnswered: progress('kill: answered'),
    });
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    return {
      holds: outcome.holds && outcome.kills.length === KILLS && outcome.answered === EVENTS,
      sentence: `${outcome.answered.toLocaleString('en')} events answered, ${outcome.repeated} sent again, ${outcome.kills.length} kills (seed ${SEED}), in ${seconds} s.`,
      table: `${tableText(
        ['kills'],
        outcome.kills.map((sentence) => [sentence]),
      )}\n\n${outcome.table}`,
    };
  },
};
