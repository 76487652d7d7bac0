import { afterAll, expect, it } from 'vitest';
import { startWorker } from './pool.ts';
import type { Protection } from './protections.ts';

const SEEDS = 150;
const MOST_HAPPENINGS = 8;
const MOST_FAULTS = 8;

const workers = [startWorker(), startWorker()] as const;
afterAll(() => {
  for (const worker of workers) worker.end();
});

const cases: readonly (readonly [Protection, string, RegExp])[] = [
  ['marker', 'the condition that a showing is new', /^SRC#\S+ \S+ was written twice$/],
  ['version', 'the condition that a customer’s recording is new', /^missing: stripe\.main\.cus_\d fact \w+ evt_/],
  ['checkpoint', 'the condition that an entry of the totals is new', /^(missing|too much): MAIN /],
  ['adjusted', 'the condition that an adjustment is approved once', /^too much: |adjustments/],
  ['riding', 'the event on its item', /^missing: stripe\.main\.cus_\d fact /],
  ['listed', 'the list of the customers that have a book', /^missing: stripe\.main\.cus_\d \S+ \S+ at plan rate /],
  ['watched', 'the list of the customers of whom something may lapse', /^missing: .* churn at plan rate -/],
  ['durable answer', 'the answer to a webhook only when it is stored', /^missing: taken in: evt_/],
  ['sync', 'the sync of what an org may have told', /^missing: read last: /],
  ['reported failures', 'the failures of a batch that are reported', /^missing: /],
];

it.concurrent.each(cases.map((one, n) => [n, ...one] as const))(
  'without protection %i (%s: %s) seeds fail, and are told by a history of a few events and faults',
  async (n, without, _what, problem) => {
    const worker = workers[n % workers.length];
    const least = await worker?.ask('firstWithout', without, problem, SEEDS);
    if (least === undefined) throw new Error(`${SEEDS} seeds do not miss it`);
    if (process.env['ASCENT_STORIES'] !== undefined) console.log(least.story);
    expect(least.problems.some((one) => problem.test(one))).toBe(true);
    expect(least.happenings).toBeLessThanOrEqual(MOST_HAPPENINGS);
    expect(least.faults).toBeLessThanOrEqual(MOST_FAULTS);
    expect(least.story).toMatch(new RegExp(`^seed ${least.seed}: ${least.happenings} happenings and ${least.faults} faults are enough`));
  },
  600_000,
);
