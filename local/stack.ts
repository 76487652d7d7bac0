import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AssemblyError, loadAssembly } from './assembly/load.ts';
import { resolveResources } from './assembly/resources.ts';
import { openClock, type TestClock } from './clock.ts';
import { type Caller, type Denied, OPERATOR_ACCESS_KEY_ID, openGateway } from './gateway.ts';
import { type AdminParts, createAdmin } from './http/admin.ts';
import { createAuthorizer } from './http/authorizer.ts';
import { openIssuer } from './http/issuer.ts';
import { readApi } from './http/routes.ts';
import { startHttpServer } from './http/server.ts';
import { busyParts, type StillBusy, waitUntilIdle } from './idle.ts';
import { type Checkpoints, openCheckpoints } from './lambda/checkpoints.ts';
import { type LocalFunction, type Overrides, readFunctions } from './lambda/functions.ts';
import { type LogEntry, type LogStore, openLogs } from './lambda/logs.ts';
import type { Mapping, MappingParts } from './lambda/mapping.ts';
import { type FunctionPool, openPool } from './lambda/pool.ts';
import { startQueueMapping } from './lambda/queue-mapping.ts';
import { startStreamMapping } from './lambda/stream-mapping.ts';
import { lockDataFolder } from './lock.ts';
import { type Observer, observedQueues } from './observe.ts';
import { openPolicies } from './policy.ts';
import { setLocalSecrets } from './secrets.ts';
import type { Busy, Resources, ServiceContext, Services } from './service.ts';
import { compilePattern } from './services/event-pattern.ts';
import { createServices } from './services/index.ts';
import { readFrontDoor } from './web/distribution.ts';
import { checkWiring, functionOf, type SampleEvent } from './wiring.ts';

export interface LocalStackOptions {
  /** Folder of the synthesised cloud assembly. */
  readonly assemblyDir: string;
  /** Folder that survives a restart. */
  readonly dataDir: string;
  /** Port for people; 0 takes a free one. */
  readonly port: number;
  /** Empties the data folder first. */
  readonly fresh?: boolean;
  /** Asks for tokens even from loopback. */
  readonly auth?: boolean;
  /** Where the test clock starts, instead of where it stood (or, the first time, the machine's time). */
  readonly clock?: { readonly atMs: number; readonly frozen?: boolean };
  /** Other values for variables that the template gives its functions. */
  readonly env?: Overrides;
  /** Retained samples; every rule must fit one of them. Undefined: rules are not checked. */
  readonly samples?: readonly SampleEvent[];
  /** Values of secrets by name, text or JSON; the others come from `secrets.json` in the data folder. */
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly onLog?: (entry: LogEntry) => void;
  /** Called where the stack cannot go on: with why. It is to be ended then. */
  readonly onFatal?: (sentence: string) => void;
  readonly observer?: Observer;
}

export interface LocalStack {
  /** `http://localhost:8080` */
  readonly url: string;
  /** Base of the internal port of all services, and the access key of a caller who may do everything. */
  readonly endpoint: string;
  readonly operatorAccessKeyId: string;
  readonly region: string;
  readonly resources: Resources;
  readonly services: Services;
  readonly clock: TestClock;
  readonly logs: LogStore;
  readonly functions: FunctionPool;
  /** Calls that a role's policies did not allow since the start; empty in a healthy stack. */
  readonly denied: () => readonly Denied[];
  /** Waits until nothing is pending anywhere; rejects with what still is when the time is over. */
  readonly idle: (timeoutMs?: number) => Promise<void>;
  /** Stops everything. Whatever was acknowledged is in the data folder already, so a kill loses nothing either. */
  readonly stop: () => Promise<void>;
}

export const REGION = 'us-east-1';
export const ACCOUNT_ID = '000000000000';
const DEFAULT_IDLE_TIMEOUT_MS = 60_000;
/** A day of the clock may be a day's work of a large company on a slow machine. */
const MOVE_TIMEOUT_MS = 600_000;
const MAX_STOP_WAIT_MS = 2_000;

const callersOf = (functions: readonly LocalFunction[]): ReadonlyMap<string, Caller> =>
  new Map<string, Caller>([
    [OPERATOR_ACCESS_KEY_ID, { name: 'operator', construct: 'operator', roleArn: undefined }],
    ...functions.map((fn): [string, Caller] => [fn.accessKeyId, { name: fn.name, construct: fn.construct, roleArn: fn.roleArn }]),
  ]);

const startMappings = (
  functions: readonly LocalFunction[],
  services: Services,
  checkpoints: Checkpoints,
  parts: MappingParts,
): readonly Mapping[] =>
  parts.resources
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => properties['Enabled'] !== false)
    .map((resource) => {
      const fn = functionOf(resource, functions);
      const source = String(resource.properties['EventSourceArn']);
      if (source.startsWith('arn:aws:sqs:')) return startQueueMapping(resource, fn, services.queues, parts);
      if (!source.startsWith('arn:aws:dynamodb:'))
        throw new AssemblyError(resource.path, `the local stack does not support the event source ${source}`);
      const matcher = (pattern: unknown) => compilePattern(pattern).matches;
      return startStreamMapping(resource, fn, { ...parts, streams: services.streams, queues: services.queues, checkpoints, matcher });
    });

/** Waits for the functions that run, though not for one that hangs: its work comes again at the next start. */
const untilEnded = async (pool: Busy): Promise<void> => {
  const untilMs = performance.now() + MAX_STOP_WAIT_MS;
  while (pool.pending() > 0 && performance.now() < untilMs) await delay(10);
};

/** Pid files stay: by them the lock holds, and an emulator that outlived a killed stack is found and ended. */
const emptyFolder = (dataDir: string): void => {
  for (const name of readdirSync(dataDir)) if (!name.endsWith('.pid')) rmSync(join(dataDir, name), { recursive: true, force: true });
};

/** Runs a synthesised assembly on this machine. Every mistake in the wiring rejects with a sentence that names the construct. */
export const startLocalStack = async (options: LocalStackOptions): Promise<LocalStack> => {
  mkdirSync(options.dataDir, { recursive: true });
  const undo: (() => Promise<void> | void)[] = [];
  const stopAll = async (): Promise<void> => {
    // Last started, first stopped; one that fails does not keep the others running.
    const failures: unknown[] = [];
    for (const stop of undo.splice(0).reverse())
      await Promise.resolve()
        .then(stop)
        .catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'the local stack did not stop cleanly');
  };
  try {
    return await start(options, undo, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
};

const start = async (
  options: LocalStackOptions,
  undo: (() => Promise<void> | void)[],
  stopAll: () => Promise<void>,
): Promise<LocalStack> => {
  const { dataDir } = options;
  undo.push(lockDataFolder(dataDir));
  if (options.fresh === true) emptyFolder(dataDir);
  const logs = openLogs(options.onLog ?? (() => undefined));
  const log: ServiceContext['log'] = (level, construct, message) => logs.append(construct, message, level);
  const gateway = await openGateway();
  undo.push(gateway.stop);

  const stacks = loadAssembly(options.assemblyDir);
  const resources = resolveResources(stacks, { region: REGION, accountId: ACCOUNT_ID, endpoint: gateway.endpoint });
  const functions = readFunctions(resources, stacks, options.env);
  const policies = openPolicies(resources);
  const api = readApi(resources);
  checkWiring({ resources, functions, policies, api, samples: options.samples });

  const busy: Busy[] = [];
  const mappings: Mapping[] = [];
  // Only once nothing runs: a window that is cut short again and again while others still work would gather nothing.
  const flush = (): void => {
    if (pool.pending() === 0) for (const mapping of mappings) mapping.flush();
  };
  const idle = async (timeoutMs = DEFAULT_IDLE_TIMEOUT_MS): Promise<void> => {
    const left: readonly StillBusy[] = await waitUntilIdle(busy, flush, timeoutMs);
    if (left.length > 0)
      throw new Error(
        `the local stack is still busy after ${timeoutMs} ms: ${left.map(({ name, pending }) => `${name} (${pending})`).join(', ')}`,
      );
  };
  const clock = openClock({ file: join(dataDir, 'clock.json'), settle: () => idle(MOVE_TIMEOUT_MS) });
  if (options.clock !== undefined) clock.set(options.clock.atMs, { frozen: options.clock.frozen ?? false });

  const pool = openPool(functions, { region: REGION, endpoint: gateway.endpoint, clock: clock.shared.buffer, logs });
  undo.push(pool.stop);
  const services = createServices({
    resources,
    clock,
    invoker: pool,
    dataDir,
    region: REGION,
    accountId: ACCOUNT_ID,
    log,
    ...(options.onFatal === undefined ? {} : { fatal: options.onFatal }),
    allowed: (roleArn, needed) => policies.decide(roleArn, needed) === 'allowed',
  });
  gateway.attach({
    services: services.services,
    callers: callersOf(functions),
    policies,
    accountId: ACCOUNT_ID,
    log,
    observer: options.observer,
  });
  for (const part of services.parts) {
    await part.start();
    undo.push(part.stop);
  }
  for (const timed of services.timed) clock.addTimed(timed);
  await setLocalSecrets(dataDir, resources, services.secrets, options.secrets ?? {});

  const checkpoints = openCheckpoints(join(dataDir, 'checkpoints.sqlite'));
  undo.push(checkpoints.close);
  // Nothing is handed out any more by then: what runs may still use the services, so that a stop says no errors.
  undo.push(() => untilEnded(pool));
  const polled = { ...services, queues: observedQueues(services.queues, options.observer) };
  mappings.push(...startMappings(functions, polled, checkpoints, { resources, region: REGION, invoker: pool, onRoom: pool.onRoom, log }));
  undo.push(() => {
    for (const mapping of mappings) mapping.stop();
  });

  const issuer = await openIssuer(join(dataDir, 'issuer.json'));
  const allScopes = [...new Set((api?.routes ?? []).flatMap((route) => route.authorizer?.scopes ?? []))].sort();
  const authorize = createAuthorizer({ auth: options.auth === true, issuer, allScopes });
  const adminParts: AdminParts = {
    clock,
    pool,
    services,
    resources,
    dataDir,
    aws: { endpoint: gateway.endpoint, region: REGION },
    logs,
    denied: gateway.denied,
    issuer,
    api,
    allScopes,
    busy: () => busyParts(busy),
    idle,
  };
  const server = await startHttpServer(options.port, {
    api,
    authorize,
    invoker: pool,
    clock,
    accountId: ACCOUNT_ID,
    log,
    admin: createAdmin(adminParts),
    frontDoor: readFrontDoor(resources, stacks),
  });
  undo.push(server.stop);
  // Cheap ones first: while a function runs, nobody counts messages.
  busy.push(pool, server, ...services.busy, ...mappings);

  return {
    url: server.url,
    endpoint: gateway.endpoint,
    operatorAccessKeyId: OPERATOR_ACCESS_KEY_ID,
    region: REGION,
    resources,
    services,
    clock,
    logs,
    functions: pool,
    denied: gateway.denied,
    idle,
    stop: stopAll,
  };
};
