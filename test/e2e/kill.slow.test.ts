import { expect, it } from 'vitest';
import { killAndCompare } from '../../scripts/proofs/kill.ts';

/** `npm run prove -- kill` is the same with 5,000 events and five kills. */
it('loses nothing that was answered 2xx when it is killed, and has each in ARR exactly once', async () => {
  const { kills, answered, holds, table } = await killAndCompare({ events: 300, kills: 2, seed: 2, say: () => undefined });
  expect(table).not.toContain('DIFFERS');
  expect([holds, answered, kills.length]).toEqual([true, 300, 2]);
  expect(kills[0]).toContain('(with the emulator)');
  expect(kills[1]).toContain('(without the emulator)');
}, 180_000);
