#!/usr/bin/env node
// Every npm script starts here. Plain JavaScript for Node 20 or newer with nothing installed: it installs what is missing, then runs the
// command on the project's own Node (the npm package `node`, 24.x), whatever Node the machine has.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const BINARIES = join(MODULES, '.bin');
const LOCK_FILE = join(ROOT, 'package-lock.json');
/** Holds the hash of the lock file that node_modules was last found to agree with. */
const STAMP = join(MODULES, '.ascent-installed');
const NODE = join(MODULES, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const OLDEST_NODE = 20;
const RUNTIME_MAJOR = 24;
const PROGRESS_EVERY_MS = 5_000;

/** What was checked the last time is checked again where it, or what it imports, has changed. */
const checked = (name) => ['--noEmit', '--incremental', '--tsBuildInfoFile', `.ascent/types/${name}.json`];
const TYPECHECK = [
  ['node_modules/typescript/bin/tsc', ...checked('all')],
  ['node_modules/typescript/bin/tsc', '--project', 'web', ...checked('web')],
];
const LINT = ['node_modules/@biomejs/biome/bin/biome', 'check'];
const UNUSED = ['node_modules/knip/bin/knip.js'];

/** What each command runs, in order; the caller's arguments go to the last step. */
const COMMANDS = {
  start: [['local/main.ts']],
  // Before the tests, which would build it side by side.
  test: [['web/build.ts'], ['node_modules/vitest/vitest.mjs', 'run', '--project', 'quick']],
  slow: [['web/build.ts'], ['node_modules/vitest/vitest.mjs', 'run', '--project', 'slow']],
  bench: [['bench/main.ts']],
  prove: [['scripts/prove.ts']],
  local: [['local/cli.ts']],
  docs: [['scripts/docs.ts']],
  web: [['web/build.ts']],
  screenshots: [['scripts/screenshots.ts']],
  synth: [['node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--no-notices']],
  typecheck: TYPECHECK,
  lint: [LINT],
  format: [[...LINT, '--write']],
  unused: [UNUSED],
  check: [...TYPECHECK, LINT, UNUSED, ['scripts/docs.ts', '--check']],
};
/** Commands whose own time is worth knowing. */
const TIMED = new Set(['synth', 'check']);

const fail = (sentence, status = 1) => {
  console.error(sentence);
  process.exit(status);
};

const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

const lockHash = () => createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');

const locked = () => Object.entries(readJson(LOCK_FILE).packages).filter(([path]) => path !== '');

/** npm leaves a copy of the lock file in node_modules when, and only when, an installation has ended well. */
const agreesWithLock = () => {
  const copy = join(MODULES, '.package-lock.json');
  if (!existsSync(copy)) return false;
  const installed = readJson(copy).packages;
  return locked().every(([path, wanted]) => {
    const found = installed[path];
    // An optional package for another platform is rightly absent.
    return found === undefined
      ? wanted.optional === true || wanted.devOptional === true
      : found.version === wanted.version && found.integrity === wanted.integrity;
  });
};

const isInstalled = () => {
  if (!existsSync(NODE)) return false;
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash()) return true;
  if (!agreesWithLock()) return false;
  writeFileSync(STAMP, lockHash());
  return true;
};

/** npm must not run on a Node that it is about to delete. */
const pathOutsideModules = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !resolve(folder).includes(`${sep}node_modules${sep}`))
    .join(delimiter);

const showProgress = (startedMs) => {
  const wanted = locked().filter(([, { optional }]) => optional !== true);
  const show = () => {
    const unpacked = wanted.filter(([path]) => existsSync(join(ROOT, path, 'package.json'))).length;
    console.error(`  ${seconds(startedMs)}: ${unpacked} of ${wanted.length} packages`);
  };
  return setInterval(show, PROGRESS_EVERY_MS);
};

/** Installs exactly what the lock file says. */
const install = () =>
  new Promise((resolve) => {
    const startedMs = performance.now();
    console.error(
      `${existsSync(MODULES) ? 'The lock file has changed' : 'Nothing is installed yet'}: installing ${locked().length} packages into node_modules (npm ci)`,
    );
    const progress = showProgress(startedMs);
    const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, PATH: pathOutsideModules() },
      shell: process.platform === 'win32',
    });
    npm.once('error', (error) =>
      fail(
        `npm could not be started (${error.message}). Install Node ${OLDEST_NODE} or newer together with npm, then run the same command again.`,
      ),
    );
    npm.once('close', (status, signal) => {
      clearInterval(progress);
      if (status !== 0) {
        fail(
          `The installation did not end well (npm ci: ${signal ?? `status ${status}`}; what npm said is above). Check the network and the registry (npm config get registry), then run the same command again.`,
        );
      }
      writeFileSync(STAMP, lockHash());
      console.error(`installed in ${seconds(startedMs)}`);
      resolve();
    });
  });

const checkRuntime = () => {
  const { stdout, error } = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  if (error === undefined && stdout.startsWith(`v${RUNTIME_MAJOR}.`)) return;
  fail(
    `node_modules has no working Node ${RUNTIME_MAJOR}: the package \`node\` sets it up in its install script. Allow install scripts (npm config get ignore-scripts must say false), delete node_modules, and run the same command again.`,
  );
};

/** Runs one step to its end. The step has the terminal; signals that reach only this process are passed on. */
const runStep = (args) =>
  new Promise((resolve) => {
    let child;
    const forward = (signal) => {
      // Ctrl-C in a terminal reaches the child by itself; a second one would cut its orderly stop short.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    // Before the child: it may have been heard of by the time this goes on.
    for (const signal of signals) process.on(signal, forward);
    child = spawn(NODE, args, {
      cwd: ROOT,
      stdio: 'inherit',
      // Whatever a step starts by the name `node` is the same Node.
      env: { ...process.env, PATH: `${BINARIES}${delimiter}${process.env.PATH ?? ''}` },
    });
    child.once('error', (error) => fail(`${args[0]} could not be started: ${error.message}`));
    child.once('close', (status, signal) => {
      for (const name of signals) process.removeListener(name, forward);
      // As shells report an end by signal.
      resolve(status ?? 128 + constants.signals[signal]);
    });
  });

const nameOf = ([script, ...rest]) => [script.split('/').at(-1), ...rest].join(' ');

const runCommand = async (name, args) => {
  const steps = COMMANDS[name];
  const startedMs = performance.now();
  let failed = 0;
  for (const [index, step] of steps.entries()) {
    const stepMs = performance.now();
    const status = await runStep(index === steps.length - 1 ? [...step, ...args] : step);
    if (steps.length > 1) console.error(`${status === 0 ? 'ok    ' : 'failed'}  ${nameOf(step)} (${seconds(stepMs)})`);
    // One run shows every check that fails, not only the first.
    failed ||= status;
  }
  if (TIMED.has(name)) console.error(`${name} took ${seconds(startedMs)}`);
  return failed;
};

const [command = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(COMMANDS, command)) fail(`node scripts/run.mjs <${Object.keys(COMMANDS).join(' | ')}> [arguments]`, 2);
if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE)
  fail(`Node ${OLDEST_NODE} or newer is needed to start; this is ${process.version}.`);
if (!isInstalled()) await install();
checkRuntime();
process.exitCode = await runCommand(command, args);
