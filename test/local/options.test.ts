import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refusalOf, requestOf } from '../../local/cli.ts';
import { parseStartOptions } from '../../local/options.ts';

const FLAGS = { freeze: false, run: false };

describe('options of npm start', () => {
  it('have defaults', () => {
    expect(parseStartOptions([])).toEqual({
      empty: false,
      fresh: false,
      salesforce: true,
      auth: false,
      port: 8080,
      dataDir: '.ascent/data',
      help: false,
    });
  });

  it('are read', () => {
    expect(parseStartOptions(['--empty', '--fresh', '--no-salesforce', '--auth', '--port', '0', '--data', '/tmp/x'])).toEqual({
      empty: true,
      fresh: true,
      salesforce: false,
      auth: true,
      port: 0,
      dataDir: '/tmp/x',
      help: false,
    });
  });

  it('refuses an unknown one and a port that is none', () => {
    expect(() => parseStartOptions(['--frseh'])).toThrow("Unknown option '--frseh'");
    expect(() => parseStartOptions(['--port', '99999'])).toThrow('--port must be a whole number from 0 to 65535, and is 99999');
  });
});

describe('the command line of a running stack', () => {
  it.each([
    [['queues'], { method: 'GET', path: 'queues' }],
    [['clock'], { method: 'GET', path: 'clock' }],
    [['clock', 'advance', 'P1D'], { method: 'POST', path: 'clock/advance', body: { by: 'P1D' } }],
    [['clock', 'advance', '14'], { method: 'POST', path: 'clock/advance', body: { by: '14' } }],
    [['clock', 'advance', '2026-12-31T00:00:00Z'], { method: 'POST', path: 'clock/advance', body: { to: '2026-12-31T00:00:00Z' } }],
    [['redrive', 'posts-dead'], { method: 'POST', path: 'dead-letters/redrive', body: { queue: 'posts-dead' } }],
    [['token', 'arr/read'], { method: 'POST', path: 'token', body: { scopes: ['arr/read'] } }],
    [['token'], { method: 'POST', path: 'token', body: {} }],
    [['refill-totals'], { method: 'POST', path: 'refill-totals', body: { shards: 4 }, goOn: { shards: 4, goOn: true } }],
    [['rebuild-ledger'], { method: 'POST', path: 'rebuild-ledger', body: { shards: 4 } }],
    [['sync-stripe'], { method: 'POST', path: 'sync-stripe', body: {}, goOn: {} }],
    [['sync-stripe', '7'], { method: 'POST', path: 'sync-stripe', body: { days: 7 }, goOn: {} }],
    [['idle'], { method: 'GET', path: 'idle?timeoutMs=60000' }],
  ])('%j asks for %j', (words, request) => {
    expect(requestOf(words, FLAGS)).toEqual(request);
  });

  it('sets a clock that stands still', () => {
    expect(requestOf(['clock', 'set', '2026-01-01T00:00:00Z'], { ...FLAGS, freeze: true })).toEqual({
      method: 'PUT',
      path: 'clock',
      body: { now: '2026-01-01T00:00:00Z', frozen: true },
    });
  });

  it('filters logs by function and level', () => {
    expect(requestOf(['logs', 'ingest'], { ...FLAGS, level: 'error', limit: '5' })).toEqual({
      method: 'GET',
      path: 'logs?function=ingest&level=error&limit=5',
    });
  });

  it('asks for the token of somebody in roles, and not for scopes beside them', () => {
    const flags = { ...FLAGS, role: ['finance', 'revops'], subject: 'jo' };
    expect(requestOf(['token'], flags)).toEqual({ method: 'POST', path: 'token', body: { roles: ['finance', 'revops'], subject: 'jo' } });
    expect(requestOf(['token', 'arr/read'], flags)).toBeUndefined();
  });

  it('refuses what it does not know, and names it', () => {
    expect(requestOf(['explode'], FLAGS)).toBeUndefined();
    expect(refusalOf(['explode'])).toBe('"explode" is no command; npm run local lists them');
    expect(requestOf(['clock', 'set'], FLAGS)).toBeUndefined();
    expect(refusalOf(['costs'])).toBe('"costs" is not how costs is asked; npm run local lists how');
    expect([requestOf(['sync-stripe', 'all'], FLAGS), requestOf(['sync-stripe', '7', '8'], FLAGS)]).toEqual([undefined, undefined]);
    expect(refusalOf(['clock', 'set'])).toBe('"clock set" is not how clock is asked; npm run local lists how');
  });

  it.each([
    [['explode'], '"explode" is no command; npm run local lists them\n'],
    [['queues', '--prot', '3'], "Unknown option '--prot'\n"],
    [['queues', '--port', 'x'], '--port must be a whole number from 0 to 65535, and is x\n'],
  ])('says in one line what is wrong with %j', async (words, sentence) => {
    const root = join(import.meta.dirname, '..', '..');
    const outcome = await new Promise((resolve) => {
      execFile(process.execPath, ['local/cli.ts', ...words], { cwd: root }, (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      );
    });
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: sentence });
  });
});
