import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../local/service.ts';
import { createTestClock, fn, functionArn, type Harness, queue, queueArn, START_MS, schedule, startServices } from './support.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';

const RESOURCES: readonly Resource[] = [
  fn('refresh'),
  queue('daily'),
  schedule('refresh', {
    ScheduleExpression: 'rate(5 minutes)',
    State: 'ENABLED',
    Target: { Arn: functionArn('refresh'), RoleArn, Input: '{"at":"<aws.scheduler.scheduled-time>"}' },
  }),
  schedule('daily', {
    ScheduleExpression: 'cron(0 6 * * ? *)',
    Target: { Arn: queueArn('daily'), RoleArn, Input: '{"day":"<aws.scheduler.scheduled-time>"}' },
  }),
];

/** As the stack's clock moves: plans, stops at each due time, fires, waits. */
const advance = async (stack: Harness, toMs: number): Promise<readonly string[]> => {
  const [timed] = stack.services.timed;
  if (timed === undefined) throw new Error('no scheduler');
  const stops = timed.plan(stack.clock.now(), toMs);
  for (const { atMs, fire } of stops) {
    stack.clock.moveTo(atMs);
    await fire();
    await stack.idle();
  }
  stack.clock.moveTo(toMs);
  await stack.idle();
  return stops.map(({ atMs }) => new Date(atMs).toISOString().slice(0, 16));
};
const daily = (stack: Harness): readonly unknown[] =>
  stack.services.queues.peek(queueArn('daily'), 100).map(({ body }): unknown => JSON.parse(body));

describe('the scheduler', () => {
  it('fires a frequent schedule once at its last due time, and every other each time, in order', async () => {
    const stack = await startServices(RESOURCES);
    // From Monday 09:00 over two 06:00 to Wednesday 07:02.
    const stops = await advance(stack, START_MS + 2 * DAY - 2 * HOUR + 2 * MINUTE);
    expect(stops).toEqual(['2026-01-06T06:00', '2026-01-07T06:00', '2026-01-07T07:00']);
    expect(daily(stack)).toEqual([{ day: '2026-01-06T06:00:00Z' }, { day: '2026-01-07T06:00:00Z' }]);
    expect(stack.invocations).toEqual([{ functionArn: functionArn('refresh'), payload: { at: '2026-01-07T07:00:00Z' } }]);
    expect(await advance(stack, START_MS + 2 * DAY - 2 * HOUR + 5 * MINUTE)).toEqual(['2026-01-07T07:05']);
    await stack.stop();
  });

  it('fires by itself while the clock runs, once', async () => {
    const startedMs = Date.now();
    // Half a second before a due time of the five-minute schedule.
    const running = { ...createTestClock(), now: () => START_MS + 5 * MINUTE - 500 + (Date.now() - startedMs) };
    const stack = await startServices(RESOURCES, { clock: running });
    await expect.poll(() => stack.invocations.length, { timeout: 5_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(stack.invocations).toEqual([{ functionArn: functionArn('refresh'), payload: { at: '2026-01-05T09:05:00Z' } }]);
    await stack.stop();
  });

  it('fires nothing of what lies between when the time is set, and again what is due after it is set back', async () => {
    const stack = await startServices(RESOURCES);
    stack.clock.moveTo(START_MS + 30 * DAY);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(daily(stack)).toEqual([]);
    expect(stack.invocations).toEqual([]);
    stack.clock.moveTo(START_MS);
    await advance(stack, START_MS + DAY);
    expect(daily(stack)).toEqual([{ day: '2026-01-06T06:00:00Z' }]);
    await stack.stop();
  });

  it('remembers over a restart what has fired, and catches up with what fell due meanwhile', async () => {
    const first = await startServices(RESOURCES);
    await advance(first, START_MS + DAY);
    await first.stop('keep');
    const second = await startServices(RESOURCES, { dataDir: first.dataDir, clock: createTestClock(START_MS + 2 * DAY) });
    await second.idle();
    expect(daily(second)).toEqual([{ day: '2026-01-06T06:00:00Z' }, { day: '2026-01-07T06:00:00Z' }]);
    expect(second.invocations).toEqual([{ functionArn: functionArn('refresh'), payload: { at: '2026-01-07T09:00:00Z' } }]);
    await second.stop();
  });

  it('refuses a role that may not invoke, an unknown target and an expression that is none', async () => {
    await expect(startServices(RESOURCES, { allowed: () => false })).rejects.toThrow(
      'Ascent/Test/refresh (AWS::Scheduler::Schedule): its role does not allow lambda:InvokeFunction on Ascent/Test/refresh',
    );
    const lost = schedule('lost', { ScheduleExpression: 'rate(1 hour)', Target: { Arn: queueArn('nowhere'), RoleArn } });
    await expect(startServices([lost])).rejects.toThrow('neither a function nor a queue of the template');
    const odd = schedule('odd', { ScheduleExpression: 'hourly', Target: { Arn: queueArn('daily'), RoleArn } });
    await expect(startServices([queue('daily'), odd])).rejects.toThrow('hourly is not a schedule');
  });
});
