import { randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { LocalFunction } from './functions.ts';
import type { LogStore } from './logs.ts';
import type { Invocation, WorkerMessage, WorkerSetup } from './protocol.ts';

export type Outcome =
  | { readonly ok: true; readonly payload: unknown; readonly cpuMs?: number }
  | { readonly ok: false; readonly error: string };

export interface InstanceSurroundings {
  readonly region: string;
  /** Base of the internal port. */
  readonly endpoint: string;
  readonly clock: SharedArrayBuffer;
  readonly logs: LogStore;
}

/** One worker thread with the function loaded: Lambda's execution environment. */
export interface Instance {
  /** Runs one invocation; never rejects. Call again only after it has answered. */
  readonly run: (payload: unknown) => Promise<Outcome>;
  /** False after a timeout, a crash or a failed load: the pool lets go of it. */
  readonly alive: () => boolean;
  readonly stop: () => Promise<void>;
}

/** Longest time for loading a bundle. Lambda allows 10 s on its own machine; a busy laptop gets more. */
const INIT_LIMIT_MS = 30_000;

/** Megabytes for a worker's young objects. */
const YOUNG_GENERATION_MB = 24;

const environmentOf = (fn: LocalFunction, { region, endpoint }: InstanceSurroundings): Readonly<Record<string, string>> => ({
  PATH: process.env['PATH'] ?? '',
  TZ: 'UTC',
  ...fn.environment,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: fn.accessKeyId,
  AWS_SECRET_ACCESS_KEY: 'local',
  // Whatever the person's own AWS configuration says must not reach a function.
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_LAMBDA_FUNCTION_NAME: fn.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomUUID().replaceAll('-', '')}`,
});

/** Splits chunks into lines for the log. */
const lineWriter = (write: (line: string) => void): ((chunk: string) => void) => {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') write(line);
  };
};

interface Waiting {
  readonly requestId: string;
  readonly answer: (outcome: Outcome) => void;
}

export const startInstance = (fn: LocalFunction, surroundings: InstanceSurroundings): Instance => {
  const { logs } = surroundings;
  const setup: WorkerSetup = {
    handlerFile: fn.handlerFile,
    handlerExport: fn.handlerExport,
    clock: surroundings.clock,
    functionArn: fn.arn,
  };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: setup,
    env: { ...environmentOf(fn, surroundings) },
    // The parent's flags (a test runner's loader, an inspector) are not the function's.
    execArgv: ['--no-warnings', ...(fn.environment['NODE_OPTIONS']?.includes('--enable-source-maps') ? ['--enable-source-maps'] : [])],
    stdout: true,
    stderr: true,
    // A small nursery: with V8's own, thirty idle workers hold a gigabyte.
    resourceLimits: { maxOldGenerationSizeMb: Math.max(64, fn.memoryMb), maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  const writeOutput = lineWriter((line) => logs.append(fn.name, line));
  // What comes here was written before the worker took over its streams, or by Node itself: a fatal error, say.
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', writeOutput);

  let alive = true;
  let waiting: Waiting | undefined;
  let loadFailure: string | undefined;
  const loaded = Promise.withResolvers<void>();

  const answer = (outcome: Outcome): void => {
    const current = waiting;
    waiting = undefined;
    current?.answer(outcome);
  };
  const die = (error: string): void => {
    alive = false;
    loadFailure ??= error;
    loaded.resolve();
    answer({ ok: false, error });
  };

  const initTimer = setTimeout(() => {
    die(`Init timed out after ${INIT_LIMIT_MS / 1000} s`);
    void worker.terminate();
  }, INIT_LIMIT_MS);

  worker.on('message', (message: WorkerMessage) => {
    if ('output' in message && message.output !== '') writeOutput(message.output);
    if (message.kind === 'ready') loaded.resolve();
    else if (message.kind === 'done' && message.requestId === waiting?.requestId)
      answer({ ok: true, payload: JSON.parse(message.json), cpuMs: message.cpuMs });
    else if (message.kind === 'failed' && message.requestId === undefined) die(`${message.errorType}: ${message.errorMessage}`);
    else if (message.kind === 'failed' && message.requestId === waiting?.requestId)
      answer({ ok: false, error: `${message.errorType}: ${message.errorMessage}` });
  });
  worker.on('error', (error) => {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    // A failed load was already reported by the worker itself.
    if (loadFailure === undefined) logs.append(fn.name, JSON.stringify({ level: 'ERROR', message: `Uncaught: ${message}` }));
    die(message);
  });
  worker.on('exit', (code) => {
    clearTimeout(initTimer);
    die(`Runtime.ExitError: the runtime exited with status ${code}`);
  });
  void loaded.promise.then(() => clearTimeout(initTimer));

  const run = async (payload: unknown): Promise<Outcome> => {
    await loaded.promise;
    if (!alive) return { ok: false, error: loadFailure ?? 'Runtime.ExitError' };
    const requestId = randomUUID();
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    waiting = { requestId, answer: resolve };
    const timer = setTimeout(() => {
      const error = `Task timed out after ${(fn.timeoutMs / 1000).toFixed(2)} seconds`;
      logs.append(fn.name, JSON.stringify({ level: 'ERROR', message: error, requestId }));
      die(error);
      void worker.terminate();
    }, fn.timeoutMs);
    const invocation: Invocation = { requestId, payload, deadlineMs: Date.now() + fn.timeoutMs };
    worker.postMessage(invocation);
    const outcome = await promise;
    clearTimeout(timer);
    return outcome;
  };

  return {
    run,
    alive: () => alive,
    stop: async () => {
      alive = false;
      await worker.terminate();
    },
  };
};
