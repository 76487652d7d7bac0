import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DemoCompany } from '../demo/company.ts';
import type { DemoProgress } from '../demo/load.ts';
import { checkContents, contentsOf, isLoaded, loadedSalesforce, markContents } from './data-folder.ts';
import { loadDeclaredSamples } from './declared-samples.ts';
import { deliverLater, loadInto, openDemo, startDemoStripe, withStripeAt } from './demo.ts';
import { makeLists } from './demo-lists.ts';
import { fillDemoOrg, readDemoOrg } from './demo-salesforce.ts';
import { checkPort } from './http/port.ts';
import type { LogEntry } from './lambda/logs.ts';
import { lockDataFolder } from './lock.ts';
import { milestoneText, placesText } from './milestone-text.ts';
import { parseStartOptions, START_HELP, type StartOptions } from './options.ts';
import { type StandIns, startOrgs } from './salesforce/stand-in.ts';
import { type LocalStack, type LocalStackOptions, startLocalStack } from './stack.ts';
import type { StripeServer } from './stripe.ts';
import { synthesise } from './synth.ts';

/** What `npm start` runs: bundles and synthesises the CDK app, then runs what came out of it on this machine. */
const WORK = resolve('.ascent');

/** Errors and warnings reach the terminal; everything else is at /local and by `npm run local -- logs`. */
const printLog = ({ level, source, line }: LogEntry): void => {
  if (level === 'error' || level === 'warn') console.error(`${level === 'error' ? 'error' : 'warning'}  ${source}: ${line}`);
};

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

/** The table is gone for good: figures without it would be none. What was acknowledged is in the data folder. */
const endFor = (sentence: string): never => {
  console.error(`\nthe local stack ends: ${sentence} Start it again with: npm start`);
  process.exit(1);
};

const startOn = async (assemblyDir: string, options: StartOptions, more: Partial<LocalStackOptions> = {}): Promise<LocalStack> => {
  const startedMs = performance.now();
  const stack = await startLocalStack({
    assemblyDir,
    dataDir: resolve(options.dataDir),
    port: options.port,
    fresh: options.fresh,
    auth: options.auth,
    samples: await loadDeclaredSamples(),
    onLog: printLog,
    onFatal: endFor,
    ...more,
  });
  console.log(`local stack up in ${seconds(startedMs)}: ${stack.url} (pages for operators: ${stack.url}/local)`);
  return stack;
};

/** What would stop the start is found before anything is bundled. Returns the release of the data folder. */
const prepare = async (options: StartOptions): Promise<() => void> => {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  checkContents(dataDir, options);
  await checkPort(options.port);
  return lockDataFolder(dataDir);
};

/** Bundles and synthesises while the data folder is held; the stack takes the folder for itself afterwards. */
const build = async (options: StartOptions): Promise<string> => {
  const release = await prepare(options);
  mkdirSync(WORK, { recursive: true });
  const assemblyDir = join(WORK, 'cdk.out');
  rmSync(assemblyDir, { recursive: true, force: true });
  const synthStartedMs = performance.now();
  await synthesise(assemblyDir).finally(release);
  console.log(`bundled and synthesised in ${seconds(synthStartedMs)}`);
  return assemblyDir;
};

/** `onUp` gets the stack as soon as it answers, before the demo company is loaded: a signal then stops it cleanly. */
const startAll = async (options: StartOptions, onUp: (stack: LocalStack) => void): Promise<void> => {
  const assemblyDir = await build(options);
  if (!options.empty) return startWithDemo(assemblyDir, options, onUp);
  const stack = await startOn(assemblyDir, options);
  markContents(resolve(options.dataDir), 'own');
  onUp(stack);
  console.log(`ready, without the demo company. Send it an event: docs/start.md says how. The API: ${stack.url}/api/v1/docs`);
};

/** A progress line on a terminal is drawn again and again; in a log file it comes every ten percent. */
const progressBar = (): ((progress: DemoProgress) => void) => {
  let shown = -1;
  return ({ delivered, total, clockMs }) => {
    const percent = Math.floor((100 * delivered) / Math.max(1, total));
    const step = process.stdout.isTTY ? percent : Math.floor(percent / 10) * 10;
    if (step === shown) return;
    shown = step;
    const bar = '█'.repeat(Math.floor(percent / 4)).padEnd(25, '░');
    const line = `loading the demo company ${bar} ${String(percent).padStart(3)}%  ${new Date(clockMs).toISOString().slice(0, 10)}`;
    process.stdout.write(process.stdout.isTTY ? `\r${line}${percent === 100 ? '\n' : ''}` : `${line}\n`);
  };
};

const startWithDemo = async (assemblyDir: string, options: StartOptions, onUp: (stack: LocalStack) => void): Promise<void> => {
  const dataDir = resolve(options.dataDir);
  const demo = openDemo({ salesforce: (options.fresh ? undefined : loadedSalesforce(dataDir)) ?? options.salesforce });
  let now = (): number => demo.todayAt * 1000;
  const stripe = await startDemoStripe(demo, () => now());
  const orgs = await startOrgs(assemblyDir, () => now());
  const isConnected = demo.salesforce === undefined || loadedSalesforce(dataDir) === true;
  const hasOrg = fillDemoOrg(orgs, demo);
  const up = await startOn(assemblyDir, options, {
    env: { ASCENT_CONFIG: (json) => orgs.config(withStripeAt(json, stripe.url)) },
    secrets: { 'ascent/stripe/main/api-key': { apiKey: stripe.apiKey }, ...(isConnected ? orgs.secrets : {}) },
  });
  const endRelay = orgs.relayAlways(up);
  const stopping = new AbortController();
  let load: Promise<void> = Promise.resolve();
  let reading: Promise<void> = Promise.resolve();
  onUp({
    ...up,
    // Its sender first: what is under way is answered, and nothing fails for want of a stack.
    stop: async () => {
      stopping.abort();
      await Promise.allSettled([load, reading]);
      endRelay();
      try {
        await up.stop();
      } finally {
        await Promise.all([stripe.stop(), orgs.stop()]);
      }
    },
  });
  now = up.clock.now;
  if (!isLoaded(dataDir)) {
    load = loadDemoInto(up, dataDir, demo, stripe, stopping.signal);
    await load;
  }
  if (stopping.signal.aborted) return;
  deliverLater(up, dataDir, demo, stripe);
  console.log(`${await milestoneText(up.url)}${placesText(up.url)}`);
  reading = makeLists(up).then(() => (hasOrg ? readOrg(up, dataDir, orgs, stopping.signal) : undefined));
  await reading;
};

/** Has the demo's org read, while what the terminal says can be looked at. */
const readOrg = async (stack: LocalStack, dataDir: string, orgs: StandIns, signal: AbortSignal): Promise<void> => {
  const startedMs = performance.now();
  console.log('reading the demo company’s Salesforce; the figures above are there meanwhile');
  try {
    const facts = await readDemoOrg(stack, dataDir, orgs, signal);
    console.log(`Salesforce is in: ${facts.toLocaleString('en')} facts in ${seconds(startedMs)}`);
    console.log(await milestoneText(stack.url));
    await makeLists(stack);
  } catch (error) {
    if (error !== signal.reason) throw error;
    console.log('stopped before Salesforce was read: the sync goes on with it after the next start');
  }
};

/** Loads the demo company into a folder that it has to itself. Where the signal ends it, the next start begins it again. */
const loadDemoInto = async (
  stack: LocalStack,
  dataDir: string,
  demo: DemoCompany,
  stripe: StripeServer,
  signal: AbortSignal,
): Promise<void> => {
  if (contentsOf(dataDir) === 'demo')
    console.log('the demo was not loaded to its end the last time: it is loaded again from its beginning, and what is there counts once');
  markContents(dataDir, 'demo');
  const startedMs = performance.now();
  try {
    const delivered = await loadInto(stack, dataDir, demo, stripe, progressBar(), signal);
    console.log(`loaded ${delivered.toLocaleString('en')} webhooks in ${seconds(startedMs)}`);
  } catch (error) {
    if (error !== signal.reason) throw error;
    console.log('stopped before the demo was loaded: the next start loads it again from its beginning');
  }
};

/** Stops once, on the first of the signals; a second one ends the process at once. */
const stopOnSignal = (stack: LocalStack): void => {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    console.log('\nstopping, once what is under way has ended; the same again stops at once');
    stack.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
};

const run = async (): Promise<void> => {
  const options = parseStartOptions(process.argv.slice(2));
  if (options.help) {
    console.log(START_HELP);
    return;
  }
  await startAll(options, stopOnSignal);
};

if (import.meta.main) {
  run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
