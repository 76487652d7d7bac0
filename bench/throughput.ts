import type { Delivery } from '../demo/deliveries.ts';
import { openDemo, startDemoStripe } from '../local/demo.ts';
import { type LoadResult, openSender, type Sender } from './load.ts';
import { probeRate, probeTemplate } from './probe.ts';
import { startWholeStack, WEBHOOK_SECRET, type WholeStack } from './whole-stack.ts';

/** Accepted webhooks per second and the time until their ARR is visible, on the whole local stack, at given rates. */
export interface Step {
  readonly perSecond: number;
  readonly sent: number;
  readonly accepted: number;
  readonly acceptedPerSecond: number;
  readonly ack: Percentiles;
  readonly customer: Percentiles;
  readonly status: Percentiles;
  readonly lostProbes: number;
  /** Messages waiting or held, mean of the step's second and last third. */
  readonly backlog: { readonly middle: number; readonly end: number };
  readonly drainSeconds: number;
  readonly sustained: boolean;
}

export interface Percentiles {
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface ThroughputPlan {
  readonly rates: readonly number[];
  readonly secondsPerStep: number;
  /** Only the customers of the opening book whose number divides by it are loaded beforehand. */
  readonly oneIn: number;
}

const LOADING_CONNECTIONS = 24;
const PROBES_PER_SECOND = 2;
const BACKLOG_EVERY_MS = 250;
const IDLE_LIMIT_MS = 120_000;
/** A backlog may breathe by this many seconds of arrivals. */
const SLACK_SECONDS = 0.5;
/** Share of the asked rate that has to be accepted. */
const MIN_ACCEPTED = 0.98;

export const percentiles = (values: readonly number[]): Percentiles => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { samples: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
};

const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length);

/** What goes ahead of the first step, unmeasured: workers start, and the paths that are measured are compiled. */
const WARM_UP = { perSecond: 60, seconds: 10 } as const;

/** Bodies in the order of the story; all are signed with the time at which they are sent. */
const bodiesOf = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ event }) => JSON.stringify(event));

const measureStep = async (
  { stack }: WholeStack,
  sender: Sender,
  bodies: readonly string[],
  perSecond: number,
  firstProbe: number,
): Promise<Step> => {
  const queues = stack.resources.ofType('AWS::SQS::Queue');
  const backlogs: number[] = [];
  const watch = setInterval(() => {
    let waiting = 0;
    for (const { arn } of queues) {
      const { visible, inFlight } = stack.services.queues.counts(arn);
      waiting += visible + inFlight;
    }
    backlogs.push(waiting);
  }, BACKLOG_EVERY_MS);
  let sentMs = performance.now();
  const drained = Promise.withResolvers<void>();
  const result: LoadResult = await sender.run({ kind: 'step', bodies, perSecond, probesPerSecond: PROBES_PER_SECOND, firstProbe }, () => {
    clearInterval(watch);
    sentMs = performance.now();
    stack.idle(IDLE_LIMIT_MS).then(drained.resolve, drained.reject);
  });
  await drained.promise;
  const drainSeconds = (performance.now() - sentMs) / 1000;
  const third = Math.floor(backlogs.length / 3);
  const backlog = { middle: mean(backlogs.slice(third, 2 * third)), end: mean(backlogs.slice(2 * third)) };
  const acceptedPerSecond = result.accepted / result.seconds;
  const wanted = perSecond + PROBES_PER_SECOND;
  return {
    perSecond,
    sent: result.sent,
    accepted: result.accepted,
    acceptedPerSecond,
    ack: percentiles(result.ackMs),
    customer: percentiles(result.customerMs),
    status: percentiles(result.statusMs),
    lostProbes: result.lost,
    backlog,
    drainSeconds,
    sustained:
      result.accepted === result.sent &&
      result.lost === 0 &&
      acceptedPerSecond >= wanted * MIN_ACCEPTED &&
      backlog.end <= backlog.middle + wanted * SLACK_SECONDS,
  };
};

const OPENING_ENDS = Date.parse('2025-01-01T00:00:00Z') / 1000;

/** Opening book loaded, then step after step through the story's further events. `onStep` as each ends. */
export const measureThroughput = async (plan: ThroughputPlan, onStep: (step: Step) => void): Promise<readonly Step[]> => {
  const demo = openDemo();
  const deliveries = [...demo.events];
  const whole = await startWholeStack({ clock: { atMs: demo.todayAt * 1000, frozen: false }, stripe: (now) => startDemoStripe(demo, now) });
  const { stack } = whole;
  const template = probeTemplate(deliveries.map(({ event }) => event));
  const sender = openSender({ url: stack.url, secret: WEBHOOK_SECRET, clockOffsetMs: stack.clock.now() - Date.now(), template });
  try {
    await whole.api('/api/v1/fx/rates', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rates: [...demo.rates, probeRate] }),
    });
    // The stand-in for Stripe walks to today once, before anybody waits for it.
    await fetch(`${whole.stripe.url}/v1/prices/none`, { headers: { authorization: `Bearer ${whole.stripe.apiKey}` } });
    const opening = deliveries.filter(({ deliverAt }) => deliverAt < OPENING_ENDS).filter((_delivery, i) => i % plan.oneIn === 0);
    const rest = bodiesOf(deliveries.filter(({ deliverAt }) => deliverAt >= OPENING_ENDS));
    await sender.run({ kind: 'load', bodies: bodiesOf(opening), connections: LOADING_CONNECTIONS });
    await stack.idle(IDLE_LIMIT_MS);
    const steps: Step[] = [];
    let next = WARM_UP.perSecond * WARM_UP.seconds;
    await sender.run({ kind: 'step', bodies: rest.slice(0, next), perSecond: WARM_UP.perSecond, probesPerSecond: 0, firstProbe: 0 });
    await stack.idle(IDLE_LIMIT_MS);
    for (const perSecond of plan.rates) {
      const count = perSecond * plan.secondsPerStep;
      if (next + count > rest.length)
        throw new Error(`the demo has ${rest.length} webhooks after its opening book, too few for these steps`);
      const step = await measureStep(whole, sender, rest.slice(next, next + count), perSecond, next);
      next += count;
      steps.push(step);
      onStep(step);
    }
    if (stack.denied().length > 0) throw new Error(`calls were denied: ${JSON.stringify(stack.denied())}`);
    return steps;
  } finally {
    await sender.stop();
    await whole.stop();
  }
};
