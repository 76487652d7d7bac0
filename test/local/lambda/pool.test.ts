import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openClock } from '../../../local/clock.ts';
import { type LocalFunction, missingVariables } from '../../../local/lambda/functions.ts';
import { openLogs } from '../../../local/lambda/logs.ts';
import { type FunctionPool, openPool } from '../../../local/lambda/pool.ts';
import { newFolder } from '../assembly-fixture.ts';
import { FN } from './fakes.ts';

let pool: FunctionPool | undefined;
afterEach(async () => pool?.stop());

const open = (code: string, more: Partial<LocalFunction> = {}) => {
  const folder = newFolder();
  const handlerFile = join(folder, 'index.mjs');
  writeFileSync(handlerFile, code);
  const fn = { ...FN, handlerFile, ...more };
  const clock = openClock({ file: join(folder, 'clock.json'), settle: () => Promise.resolve() });
  const logs = openLogs(() => undefined);
  pool = openPool([fn], { region: 'us-east-1', endpoint: 'http://127.0.0.1:1', clock: clock.shared.buffer, logs });
  return { pool, clock, logs, fn, invoke: (payload: unknown = {}) => (pool as FunctionPool).invoke(fn.arn, payload) };
};

describe('a function in its workers', () => {
  it('gets its own environment, the context and the test clock', async () => {
    const { invoke, clock } = open(
      `export const handler = async (event, context) => ({ event, own: process.env.OWN, key: process.env.AWS_ACCESS_KEY_ID, home: process.env.HOME,
         name: context.functionName, arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis(), now: Number(globalThis[Symbol.for('ascent.test-clock')][0]) })`,
      { environment: { OWN: 'yes' } },
    );
    clock.set(1_792_062_304_000, { frozen: true });
    const { payload } = (await invoke({ a: 1 })) as { readonly payload: Readonly<Record<string, unknown>> };
    expect(payload).toMatchObject({ event: { a: 1 }, own: 'yes', key: 'LOCALREADER', name: 'reader', arn: FN.arn, now: 1_792_062_304_000 });
    expect(payload['home']).toBeUndefined();
    expect(payload['left']).toBeGreaterThan(500);
  });

  it('runs at most two at once, the others wait their turn', async () => {
    const {
      invoke,
      pool: opened,
      fn,
    } = open('let n = 0; export const handler = async () => { n += 1; await new Promise((r) => setTimeout(r, 20)); return n; }');
    const all = [invoke(), invoke(), invoke(), invoke()];
    expect(opened.room(fn.arn)).toBe(0);
    expect(opened.pending()).toBe(4);
    const results = (await Promise.all(all)).map((outcome) => (outcome.ok ? outcome.payload : outcome.error));
    // Each worker counts its own invocations, and each of the two had at least one.
    expect(results.filter((own) => own === 1)).toHaveLength(2);
    expect(opened.status()).toMatchObject([{ workers: 2, running: 0, invocations: 4, errors: 0 }]);
  });

  it('respects a reservation of one', async () => {
    const { invoke, pool: opened } = open('let n = 0; export const handler = async () => (n += 1)', { maxConcurrency: 1 });
    await Promise.all([invoke(), invoke()]);
    expect(opened.status()).toMatchObject([{ workers: 1, invocations: 2 }]);
  });

  it('answers a thrown error by name, and goes on', async () => {
    const { invoke } = open("export const handler = async (event) => { if (event.bad) throw new TypeError('no'); return 'fine'; }");
    expect(await invoke({ bad: true })).toEqual({ ok: false, error: 'TypeError: no' });
    expect(await invoke()).toEqual({ ok: true, payload: 'fine' });
  });

  it('replaces a worker that runs past its timeout, even in an endless loop', async () => {
    const { invoke, logs } = open("export const handler = async (event) => { while (event.spin); return 'fine'; }", { timeoutMs: 200 });
    expect(await invoke({ spin: true })).toEqual({ ok: false, error: 'Task timed out after 0.20 seconds' });
    expect(await invoke()).toEqual({ ok: true, payload: 'fine' });
    expect(logs.read({ level: 'error' }).map(({ source }) => source)).toEqual(['reader']);
  });

  it('replaces a worker that ends itself', async () => {
    const { invoke } = open("export const handler = async (event) => { if (event.leave) process.exit(3); return 'fine'; }");
    expect(await invoke({ leave: true })).toEqual({ ok: false, error: 'Runtime.ExitError: the runtime exited with status 3' });
    expect(await invoke()).toEqual({ ok: true, payload: 'fine' });
  });

  it('says why a bundle does not load', async () => {
    const { invoke } = open("throw new Error('broken bundle');");
    expect(await invoke()).toEqual({ ok: false, error: 'Error: broken bundle' });
  });

  it('captures what it writes, with level and name', async () => {
    const { invoke, logs } = open(
      `export const handler = async () => { console.log(JSON.stringify({ level: 'WARN', message: 'careful' })); process.stdout.write('two\\nlines\\n'); }`,
    );
    await invoke();
    for (let looks = 0; looks < 100 && logs.read({}).length < 3; looks += 1) await wait(5);
    expect(logs.read({ source: 'reader' }).map(({ level, line }) => [level, line])).toEqual([
      ['warn', '{"level":"WARN","message":"careful"}'],
      ['info', 'two'],
      ['info', 'lines'],
    ]);
  });
});

describe('variables that a bundle reads', () => {
  const missing = (code: string, environment: Readonly<Record<string, string>> = {}): readonly string[] =>
    missingVariables(open(code, { environment }).fn);

  it('must be in the template, in either way of writing', () => {
    expect(missing(`process.env.TABLE_NAME; process.env["BUS_NAME"]; process.env['QUEUE_URL']`, { TABLE_NAME: 't' })).toEqual([
      'BUS_NAME',
      'QUEUE_URL',
    ]);
  });

  it('need not be where the runtime or a library provides them, or where the code sets them', () => {
    expect(
      missing(
        `process.env.AWS_REGION; process.env.POWERTOOLS_DEV; process.env.NODE_DEBUG; process.env._X_AMZN_TRACE_ID; process.env.OWN = '1'`,
      ),
    ).toEqual([]);
  });
});
