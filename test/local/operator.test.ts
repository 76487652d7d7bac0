import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkPort } from '../../local/http/port.ts';
import { type LocalStack, type LocalStackOptions, startLocalStack } from '../../local/stack.ts';
import { newFolder } from './assembly-fixture.ts';
import { postedSample, smallApp } from './small-app.ts';

let running: LocalStack | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const start = async (options: Partial<LocalStackOptions> = {}): Promise<LocalStack> => {
  running = await startLocalStack({ assemblyDir: smallApp(), dataDir: newFolder(), port: 0, samples: [postedSample], ...options });
  return running;
};

/** `npm run local -- …` against the stack. */
const local = (stack: LocalStack, ...words: readonly string[]): Promise<unknown> =>
  new Promise((resolve) => {
    const args = ['local/cli.ts', ...words, '--port', new URL(stack.url).port];
    execFile(process.execPath, args, { cwd: join(import.meta.dirname, '..', '..') }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });

describe('a running stack, asked by its operator', () => {
  it('says which names there are when the logs of an unknown one are asked for, and shows none for one that is silent', async () => {
    const stack = await start();
    expect(await local(stack, 'logs', 'ingset')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'no function, and nothing else that has logged, has "ingset" in its name; there are: consumer, ingest, projector\n',
    });
    expect(await local(stack, 'logs', 'ingest', '--level', 'debug')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await local(stack, 'logs', '--level', 'loud')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'level must be debug, info, warn, error or metric\n',
    });
  });

  it('advances its clock by what people write, and says what it takes where it gets anything else', async () => {
    const stack = await start({ clock: { atMs: Date.parse('2026-11-05T00:00:00Z'), frozen: true } });
    expect(await local(stack, 'clock', 'advance', '14')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'the clock advances by how long, like 14d, 2h or 1w (or ISO 8601, like P1M or PT5M), or until an instant, like 2026-11-05T00:00:00Z; received "14"\n',
    });
    expect(await local(stack, 'clock', 'advance', '2026-11-06')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('received "2026-11-06"'),
    });
    expect(await local(stack, 'clock', 'advance', '1d')).toMatchObject({ code: 0 });
    expect(new Date(stack.clock.now()).toISOString()).toBe('2026-11-06T00:00:00.000Z');
    expect(await local(stack, 'clock', 'set', 'noon')).toMatchObject({
      stderr: 'the clock is set to an instant, like 2026-11-05T00:00:00Z; received "noon"\n',
    });
  });

  it('gives the AWS CLI its way in, with rights to everything', async () => {
    const stack = await start();
    const { stdout } = (await local(stack, 'aws')) as { readonly stdout: string };
    expect(stdout).toBe(
      `export AWS_ENDPOINT_URL=${stack.endpoint}
export AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=${stack.operatorAccessKeyId}
export AWS_SECRET_ACCESS_KEY=local
`,
    );
  });

  it('says what it cannot replay, and that a broken file of secrets changes nothing', async () => {
    const dataDir = newFolder();
    const stack = await start({ dataDir });
    const span = ['2026-11-05T00:00:00Z', '2026-11-06T00:00:00Z'];
    expect(await local(stack, 'replay', 'gone', ...span)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^no bus gone has an archive/),
    });
    expect(await local(stack, 'replay', 'gone', '2026-11-05', '2026-11-06')).toMatchObject({
      stderr: 'a replay begins at an instant, like 2026-11-05T00:00:00Z; received "2026-11-05"\n',
    });
    expect(await local(stack, 'secrets')).toMatchObject({ code: 0, stdout: '{\n  "changed": []\n}\n' });
    writeFileSync(join(dataDir, 'secrets.json'), '{ "half": "whsec_');
    expect(await local(stack, 'secrets')).toEqual({
      code: 1,
      stdout: '',
      stderr: `${join(dataDir, 'secrets.json')} is not JSON: mend it, and give its secrets by name as they were\n`,
    });
  });

  it('is named, with each way on, to who wants to start another on its port', async () => {
    const stack = await start();
    const port = Number(new URL(stack.url).port);
    const message = `port ${port} is in use by a local stack of Ascent, which runs already (process ${process.pid}, data in `;
    await expect(checkPort(port)).rejects.toThrow(message);
    await expect(checkPort(port)).rejects.toThrow(`npm start -- --port ${port + 1} --data .ascent/other`);
    await expect(startLocalStack({ assemblyDir: smallApp(), dataDir: newFolder(), port })).rejects.toThrow(message);
  });
});
