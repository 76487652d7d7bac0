import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DemoCompany, type DemoOptions, demoCompany } from '../demo/company.ts';
import type { Delivery } from '../demo/deliveries.ts';
import { type DemoProgress, type DemoTarget, loadDemo, timedLoads } from '../demo/load.ts';
import { openWebhookSender } from '../demo/webhook-sender.ts';
import { startToken } from './ask-api.ts';
import { markLoaded } from './data-folder.ts';
import type { LocalStack } from './stack.ts';
import { type StripeObject, type StripeServer, startStripe } from './stripe.ts';

/** The day on which the demo stands after loading: `TODAY` of its story. */
const TODAY = '2026-11-05';
const SEED = 1;
/** What a month of the story leaves to be done takes seconds; slower machines have time. */
const SETTLED_WITHIN_MS = 600_000;
const DAY_SECONDS = 86_400;

export const openDemo = (options: Partial<DemoOptions> = {}): DemoCompany => demoCompany({ seed: SEED, today: TODAY, ...options });

/** Stands in for Stripe's API while the demo runs: what the story says of its objects at the test clock's time. */
export const startDemoStripe = (demo: DemoCompany, now: () => number): Promise<StripeServer> => {
  const state = demo.stripeState();
  const kinds: Readonly<Record<string, (id: string) => StripeObject | undefined>> = {
    price: state.price,
    coupon: state.coupon,
    discount: state.discount,
  };
  return startStripe({
    now,
    provider: (objectType, id, atSeconds) => {
      state.moveTo(atSeconds);
      return (kinds[objectType] ?? state.object)(id);
    },
    lister: (objectType, atSeconds) => {
      state.moveTo(atSeconds);
      return state.list(objectType);
    },
  });
};

/** The company configuration of the functions, with the stand-in in Stripe's place. */
export const withStripeAt = (json: string, url: string): string => {
  const config = JSON.parse(json) as { stripe: { apiBase: string }[] };
  return JSON.stringify({ ...config, stripe: config.stripe.map((instance) => ({ ...instance, apiBase: url })) });
};

const secretOf = (dataDir: string, end: string): Record<string, unknown> => {
  const secrets = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as Record<string, Record<string, unknown>>;
  const name = Object.keys(secrets).find((key) => key.endsWith(end));
  const value = name === undefined ? undefined : secrets[name];
  if (value === undefined) throw new Error(`secrets.json of ${dataDir} has no ${end}`);
  return value;
};

/** Loads the story up to its today through the front door, or until the signal. What comes later is delivered as the clock moves: `deliverLater`. */
export const loadInto = async (
  stack: LocalStack,
  dataDir: string,
  demo: DemoCompany,
  { sent }: Pick<StripeServer, 'sent'>,
  onProgress: (progress: DemoProgress) => void,
  signal?: AbortSignal,
): Promise<number> => {
  const [webhookSecret = ''] = secretOf(dataDir, '/webhook-signing')['webhookSecrets'] as string[];
  const target: DemoTarget = {
    url: stack.url,
    token: () => startToken(stack.url),
    webhookSecret,
    setClock: (atMs) => stack.clock.set(atMs, { frozen: true }),
    advanceClock: (toMs) => stack.clock.advance(toMs),
    idle: () => stack.idle(SETTLED_WITHIN_MS),
    sent: (event) => sent(event as StripeObject),
  };
  const delivered = await loadDemo(
    target,
    {
      rates: demo.rates,
      costs: demo.costs,
      closingRates: demo.closingRates,
      deliveries: demo.events,
      deliveriesUntilToday: demo.deliveriesUntilToday,
      startsAt: demo.startsAt,
      todayAt: demo.todayAt,
    },
    onProgress,
    signal,
  );
  // From here on the clock runs, as a clock does.
  stack.clock.set(demo.todayAt * 1000, { frozen: false });
  markLoaded(dataDir, { seed: demo.seed, today: demo.today, delivered, salesforce: demo.salesforce !== undefined });
  return delivered;
};

const afterToday = (demo: DemoCompany): Delivery[] => {
  const later: Delivery[] = [];
  for (const delivery of demo.events) if (delivery.deliverAt > demo.todayAt) later.push(delivery);
  return later;
};

/**
 * As the test clock is advanced, Stripe's deliveries of the days that it passes arrive, day by day and signed with their day's time, finance
 * loads the months that close, and treasury what the market closed at.
 */
export const deliverLater = (stack: LocalStack, dataDir: string, demo: DemoCompany, { sent }: Pick<StripeServer, 'sent'>): void => {
  const [webhookSecret = ''] = secretOf(dataDir, '/webhook-signing')['webhookSecrets'] as string[];
  let later: readonly Delivery[] | undefined;
  stack.clock.addTimed({
    name: 'demo deliveries',
    plan: (fromMs, toMs) => {
      later ??= afterToday(demo);
      const due = later.filter((delivery) => delivery.deliverAt * 1000 > fromMs && delivery.deliverAt * 1000 <= toMs);
      const days = Map.groupBy(due, (delivery) => Math.floor(delivery.deliverAt / DAY_SECONDS));
      return [...days.values()].map((day) => {
        const at = Math.max(...day.map((delivery) => delivery.deliverAt));
        return {
          atMs: at * 1000,
          fire: async () => {
            const sender = openWebhookSender(`${stack.url}/webhooks/stripe`, webhookSecret, 8);
            for (const { event } of day) {
              await sender.send(event, at);
              sent(event);
            }
            sender.close();
          },
        };
      });
    },
  });
  stack.clock.addTimed({
    name: 'demo books and rates',
    plan: (fromMs, toMs) =>
      timedLoads(demo)
        .map(({ loadAt, load }) => ({ atMs: loadAt * 1000, fire: () => load({ url: stack.url, token: () => startToken(stack.url) }) }))
        .filter(({ atMs }) => atMs > fromMs && atMs <= toMs),
  });
};
