import { afterAll, expect, test } from 'vitest';
import { kindOf } from './faults.ts';
import { liveSeeds, startWorker } from './pool.ts';

/** `npm run prove -- simulation` lives others, and more of them. */
const SEEDS = 100;

const worker = startWorker();
afterAll(() => worker.end());

test('nothing is lost or doubled: books and totals are those of the faultless run, whatever befalls the functions', async () => {
  const { seeds, failed, faults, counts } = await liveSeeds(1, SEEDS);
  expect(failed ?? '').toBe('');
  expect(seeds).toBe(SEEDS);
  // What has to happen for the seeds to say something: all kinds of faults, and all that Ascent does about them.
  expect(Object.keys(faults).sort()).toEqual([
    'Salesforce is out',
    'Stripe is out',
    'a queue is out',
    'answers 429',
    'answers 500',
    'answers 503',
    'answers a page of a proxy',
    'breaks off',
    'called for late',
    'called for twice',
    'cannot lock a row',
    'clocks differ',
    'delivered twice',
    'ends the session',
    'failed-after',
    'failed-before',
    'in-conflict',
    'is over its limit',
    'its position is lost',
    'killed-after',
    'killed-before',
    'lost by the relay',
    'missed',
    'not-taken',
    'on the partner bus, too',
    'partly-done',
    'puts half and fails',
    'refused by its queue at first',
    'relayed twice',
    'sent twice',
    'slow',
    'the bus is out',
    'the queues is out',
    'the secrets is out',
    'the table is out',
    'throttled',
    'time jumps',
    'too slow',
    'unanswered-after',
    'unanswered-before',
  ]);
  expect(Object.keys(counts).sort()).toEqual([
    'arr-api',
    'company-api',
    'foldings',
    'ingest',
    'lapses stated by the clock',
    'lapses taken back',
    'lapses that met another writer',
    'on-change',
    'on-commit',
    'on-event',
    'on-fact',
    'on-incomplete',
    'on-rates',
    'recordings of customers in the book of another',
    'redriven',
    'requests to Salesforce',
    'requests to Stripe',
    'salesforce-ingest',
    'salesforce-on-change',
    'salesforce-on-sync',
    'salesforce-sync',
    'task-lapses',
    'task-refresh-dashboard',
  ]);
}, 300_000);

test('a milestone that time alone reaches is told: on the plan’s first day, and nothing has moved since', async () => {
  // Its company is above the whole target by September 2025, and the plan begins in 2026.
  const { seeds, failed } = await worker.ask('seedsFrom', 1_110, 1);
  expect(failed ?? '').toBe('');
  expect(seeds).toBe(1);
}, 60_000);

test('a seed always gives the same run, whatever ran before it', async () => {
  const first = await worker.ask('run', 7);
  await worker.ask('run', 38);
  const again = await worker.ask('run', 7);
  expect(again.traceHash).toBe(first.traceHash);
  expect(again.faults).toEqual(first.faults);
  expect((await worker.ask('run', 38)).traceHash).not.toBe(first.traceHash);
}, 60_000);

test('a fault is counted by its kind', () => {
  expect(kindOf('on-event: PutItem SRC#stripe#main#cus_1 5#evt_1 (2): killed-after')).toBe('killed-after');
  expect(kindOf('1: the table is out for 34 minutes')).toBe('the table is out');
  expect(kindOf('time jumps 12 hours')).toBe('time jumps');
});
