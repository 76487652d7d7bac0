import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, seeded } from './support.ts';

/** A fresh clone with a package manager and a Node that only tell what they were asked. */
const NPM = `#!/bin/sh
echo "npm $*" >> npm.log
[ -e npm-fails ] && { echo 'registry is away' >&2; exit 7; }
mkdir -p node_modules/node/bin && cp fake-node node_modules/node/bin/node
`;
const NODE = `#!/bin/sh
[ "$1" = --version ] && { echo v24.0.0; exit 0; }
case "$*" in *hang*)
  trap 'echo told; exit 9' TERM
  echo "ran $*"
  # A trap is heard between short sleeps; a signal just before a shell's \`wait\` may be heard after it.
  for i in $(seq 200); do sleep 0.1; done;;
esac
echo "ran $*"
exit 3
`;

const clone = (more: Readonly<Record<string, string>> = {}): string => {
  const root = seeded({
    'package-lock.json': '{ "packages": { "": {}, "node_modules/a": { "version": "1.0.0" } } }',
    'bin/npm': NPM,
    'fake-node': NODE,
    ...more,
  });
  cpSync(join(ROOT, 'scripts/run.mjs'), join(root, 'scripts/run.mjs'));
  for (const file of ['bin/npm', 'fake-node']) if (existsSync(join(root, file))) chmodSync(join(root, file), 0o755);
  return root;
};

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

const run = (
  root: string,
  args: readonly string[],
  path = `${root}/bin:/usr/bin:/bin`,
  onOut: (out: string, pid: number) => void = () => {},
): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['scripts/run.mjs', ...args], { cwd: root, env: { PATH: path } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      onOut(out, child.pid ?? 0);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    child.once('close', (status) => resolve({ status, out, err }));
  });

const installations = (root: string): number => readFileSync(join(root, 'npm.log'), 'utf8').split('\n').length - 1;

test('installs on a fresh clone, once, then runs the command on the own Node and passes its status on', async () => {
  const root = clone();
  const first = await run(root, ['start', '--empty']);
  expect(first.err).toContain('Nothing is installed yet: installing 1 packages');
  expect(first).toMatchObject({ status: 3, out: 'ran local/main.ts --empty\n' });
  const second = await run(root, ['start']);
  expect(second).toMatchObject({ status: 3, out: 'ran local/main.ts\n', err: '' });
  expect(installations(root)).toBe(1);
});

test('installs again when the lock file has changed', async () => {
  const root = clone();
  await run(root, ['start']);
  cpSync(
    join(seeded({ lock: '{ "packages": { "": {}, "node_modules/a": { "version": "2.0.0" } } }' }), 'lock'),
    join(root, 'package-lock.json'),
  );
  const { err } = await run(root, ['start']);
  expect(err).toContain('The lock file has changed');
  expect(installations(root)).toBe(2);
});

test('leaves an installation alone that agrees with the lock, whoever made it', async () => {
  const root = clone({
    'node_modules/.package-lock.json': '{ "packages": { "node_modules/a": { "version": "1.0.0" } } }',
    'node_modules/node/bin/node': NODE,
  });
  chmodSync(join(root, 'node_modules/node/bin/node'), 0o755);
  expect(await run(root, ['start'])).toMatchObject({ status: 3, err: '' });
  expect(existsSync(join(root, 'npm.log'))).toBe(false);
});

test('says in a sentence that npm is missing, that an installation failed, and which commands there are', async () => {
  const withoutNpm = await run(clone(), ['start'], '/nowhere');
  expect(withoutNpm.status).toBe(1);
  expect(withoutNpm.err).toContain('npm could not be started');
  const failing = await run(clone({ 'npm-fails': '' }), ['start']);
  expect(failing.status).toBe(1);
  expect(failing.err).toContain('registry is away');
  expect(failing.err).toContain('The installation did not end well (npm ci: status 7; what npm said is above).');
  const unknown = await run(clone(), ['begin']);
  expect(unknown.status).toBe(2);
  expect(unknown.err).toContain('<start | test | slow | bench');
});

test('passes a signal on, and waits for the orderly end', async () => {
  const root = clone();
  let told = false;
  const ended = await run(root, ['start', 'hang'], undefined, (out, pid) => {
    if (told || !out.includes('ran')) return;
    told = true;
    process.kill(pid, 'SIGTERM');
  });
  expect(ended).toMatchObject({ status: 9, out: 'ran local/main.ts hang\ntold\n' });
});

test('every command runs a file that exists', () => {
  const text = readFileSync(join(ROOT, 'scripts/run.mjs'), 'utf8');
  const files = [...text.matchAll(/'((?:local|bench|scripts|demo)\/[\w/-]+\.(?:ts|mjs))'/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThanOrEqual(5);
  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});
