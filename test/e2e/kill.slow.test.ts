import { expect, it } from 'vitest';
import { killAndCompare } from '../../scripts/proofs/kill.ts';

/**
 * `npm run prove -- kill` is the same with 5,000 events and five kills, and without other faults. The faults are those of the simulation
 * (test/simulation), fewer and unseeded: deliveries twice and in any order, services that throttle and fail with and without effect, a
 * Stripe that is slow, fails and breaks off, and kills of everything at once.
 */
it('50 histories on the local stack under faults and kills: loses nothing that was answered 2xx, and has each in ARR exactly once', async () => {
  const options = { events: 400, kills: 2, seed: 2, faultsPerMille: 20, say: () => undefined };
  const { kills, answered, histories, holds, table } = await killAndCompare(options);
  expect(table).not.toContain('DIFFERS');
  expect(histories).toBeGreaterThanOrEqual(50);
  // 400 events, and some of them twice.
  expect(answered).toBeGreaterThan(420);
  expect([holds, kills.length]).toEqual([true, 2]);
  expect(kills[0]).toContain('(with the emulator)');
  expect(kills[1]).toContain('(without the emulator)');
}, 240_000);
