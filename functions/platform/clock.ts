/**
 * The platform's clock: the only place that reads the current time for the business.
 * On AWS it is the machine's clock. The local stack shares two 64-bit integers with its workers:
 * [0] a frozen instant in epoch milliseconds (0: not frozen), [1] an offset in milliseconds from the machine's clock.
 */
const TEST_CLOCK = Symbol.for('ascent.test-clock');

export const nowMs = (): number => {
  const shared = (globalThis as { [TEST_CLOCK]?: BigInt64Array })[TEST_CLOCK];
  if (shared === undefined) return Date.now();
  const frozenMs = Atomics.load(shared, 0);
  return frozenMs === 0n ? Date.now() + Number(Atomics.load(shared, 1)) : Number(frozenMs);
};

/** ISO instant in UTC with milliseconds. */
export const nowIso = (): string => new Date(nowMs()).toISOString();
