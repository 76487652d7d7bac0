import { expect, test } from 'vitest';
import { runOf, shortest, story, trialOf, tried } from './seeds.ts';

/** `npm run prove -- simulation` takes other seeds, and more of them. */
const FIRST = Number(process.env['ASCENT_FIRST_SEED'] ?? '1');
const SEEDS = Number(process.env['ASCENT_SEEDS'] ?? '100');
const MAX_MS_OF_A_SEED = 2_000;

test('nothing is lost or doubled: books and totals are those of the faultless run, whatever befalls the functions', {
  timeout: 60_000 + SEEDS * MAX_MS_OF_A_SEED,
}, async () => {
  let lived = 0;
  for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
    const failure = await tried(seed);
    if (failure !== undefined) throw new Error(story(await shortest(failure)));
    lived += 1;
  }
  expect(lived).toBe(SEEDS);
});

test('a seed always gives the same run, whatever ran before it', async () => {
  const first = await runOf(trialOf(7));
  await runOf(trialOf(8));
  const again = await runOf(trialOf(7));
  expect(again.traceHash).toBe(first.traceHash);
  expect(again.faults).toEqual(first.faults);
  expect((await runOf(trialOf(8))).traceHash).not.toBe(first.traceHash);
});

test('faults of every kind befall the lives, before, between and after the writes of each function', async () => {
  const kinds = new Set<string>();
  // Every fourth: each lives another company's life.
  for (let seed = 4; seed <= 64; seed += 4)
    for (const fault of (await runOf(trialOf(seed))).faults) kinds.add(fault.slice(fault.lastIndexOf(': ') + 2));
  expect([...kinds].sort()).toEqual([
    'delivered twice',
    'failed-after',
    'failed-before',
    'in-conflict',
    'its position is lost',
    'killed-after',
    'killed-before',
    'partly-done',
    'puts half and fails',
    'sent twice',
    'throttled',
    'unanswered-after',
    'unanswered-before',
  ]);
});
