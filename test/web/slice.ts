import { startWholeStack, type WholeStack } from '../../bench/whole-stack.ts';
import { loadInto, openDemo, startDemoStripe } from '../../local/demo.ts';

/** Every 100th customer of the demo, and its Salesforce left out: enough for each cause and each currency, loaded in seconds. */
const EVERY = 100;

const LISTS_MADE_WITHIN_MS = 600_000;

const customersOf = (): ReadonlySet<string> => {
  const all = [...openDemo().events].flatMap(({ event }) => (event.type === 'customer.created' ? [event.data.object.id] : []));
  return new Set([...new Set(all)].filter((_, i) => i % EVERY === 0));
};

/** The whole of Ascent with a slice of the demo company in it, standing where the demo stands. */
export const startSlice = async (): Promise<WholeStack> => {
  const demo = openDemo({ customers: customersOf() });
  const whole = await startWholeStack({
    clock: { atMs: demo.startsAt * 1000, frozen: true },
    stripe: (now) => startDemoStripe(demo, now),
  });
  await loadInto(whole.stack, whole.dataDir, demo, whole.stripe, () => undefined);
  // Lists of customers are made for whoever asks, by the task that comes next.
  await whole.api('/api/v1/arr/beside');
  await whole.stack.clock.advance(whole.stack.clock.now() + LISTS_MADE_WITHIN_MS);
  return whole;
};
