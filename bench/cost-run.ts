import type { Delivery } from '../demo/deliveries.ts';
import { type DemoProgress, loadDemo } from '../demo/load.ts';
import { fnv1a32 } from '../functions/platform/ids.ts';
import { openDemo, startDemoStripe } from '../local/demo.ts';
import { type Cost, costOf, type Usage } from './cost.ts';
import { openMeter } from './meter.ts';
import { prices } from './prices.ts';
import type { WriteKind } from './table-meter.ts';
import { startWholeStack, WEBHOOK_SECRET } from './whole-stack.ts';

export interface CostRun {
  readonly webhooks: number;
  readonly seconds: number;
  readonly usage: Usage;
  readonly writes: readonly WriteKind[];
  readonly cost: Cost;
}

/** Whose event it is: a customer's whole story is taken or left, so that the mix stays the demo's. Products and prices belong to nobody. */
const customerOf = ({ event }: Delivery): string | undefined => {
  const { object, id, customer } = event.data.object as { readonly object?: unknown; readonly id: string; readonly customer?: unknown };
  if (typeof customer === 'string') return customer;
  return object === 'product' || object === 'price' ? undefined : id;
};

/** Loads the story of one in so many customers up to its today through the front door, and counts what it would have cost. */
export const measureCost = async (oneIn: number, onProgress: (progress: DemoProgress) => void): Promise<CostRun> => {
  const demo = openDemo();
  const deliveries = [...demo.events].filter((delivery) => {
    const customer = customerOf(delivery);
    return customer === undefined || fnv1a32(customer) % oneIn === 0;
  });
  const deliveriesUntilToday = deliveries.filter(({ deliverAt }) => deliverAt <= demo.todayAt).length;
  const meter = openMeter();
  const whole = await startWholeStack({
    clock: { atMs: demo.startsAt * 1000, frozen: true },
    stripe: (now) => startDemoStripe(demo, now),
    observer: meter.observer,
    onLog: meter.onLog,
  });
  const { stack } = whole;
  try {
    meter.start(stack);
    const startedMs = performance.now();
    const webhooks = await loadDemo(
      {
        url: stack.url,
        webhookSecret: WEBHOOK_SECRET,
        setClock: (atMs) => stack.clock.set(atMs, { frozen: true }),
        advanceClock: stack.clock.advance,
        idle: () => stack.idle(),
      },
      { rates: demo.rates, deliveries, deliveriesUntilToday, startsAt: demo.startsAt, todayAt: demo.todayAt },
      onProgress,
    );
    const seconds = (performance.now() - startedMs) / 1000;
    const { usage, writes } = meter.usage(webhooks);
    return { webhooks, seconds, usage, writes, cost: costOf(usage, prices) };
  } finally {
    await whole.stop();
  }
};
