import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Invocation, WorkerMessage, WorkerSetup } from './protocol.ts';

/** The thread in which a function runs: loads the bundle, then handles one invocation after the other. */
type Handler = (event: unknown, context: unknown) => unknown;

const setup = workerData as WorkerSetup;
const port = parentPort;
if (port === null) throw new Error('local/lambda/worker.ts runs in a worker thread only');
const send = (message: WorkerMessage): void => port.postMessage(message);

/** Longest time that a line waits for its way to the log, wall milliseconds. */
const OUTPUT_EVERY_MS = 50;

let output = '';
let outputTimer: NodeJS.Timeout | undefined;

const takeOutput = (): string => {
  const taken = output;
  output = '';
  clearTimeout(outputTimer);
  outputTimer = undefined;
  return taken;
};

/**
 * What the function writes travels with its answer, or after a moment: a worker's own output stream costs two messages
 * between the threads for each line. Errors are not kept back, because the function may not live to answer.
 */
const captureOutput = (): void => {
  const writer =
    (isError: boolean) =>
    (chunk: string | Uint8Array, encoding?: unknown, done?: () => void): boolean => {
      output += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
      if (isError) send({ kind: 'output', output: takeOutput() });
      else outputTimer ??= setTimeout(() => send({ kind: 'output', output: takeOutput() }), OUTPUT_EVERY_MS).unref();
      const callback = typeof encoding === 'function' ? encoding : done;
      callback?.();
      return true;
    };
  process.stdout.write = writer(false);
  process.stderr.write = writer(true);
  process.once('exit', () => {
    if (output !== '') send({ kind: 'output', output: takeOutput() });
  });
};

const failure = (requestId: string | undefined, error: unknown): WorkerMessage => {
  const known = error instanceof Error ? error : new Error(String(error));
  return { kind: 'failed', requestId, errorType: known.name, errorMessage: known.message, stack: known.stack ?? '' };
};

const contextOf = ({ requestId, deadlineMs }: Invocation): Readonly<Record<string, unknown>> => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
  functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'],
  memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
  logGroupName: process.env['AWS_LAMBDA_LOG_GROUP_NAME'],
  logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
  invokedFunctionArn: setup.functionArn,
  awsRequestId: requestId,
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
});

const load = async (): Promise<Handler> => {
  (globalThis as { [key: symbol]: unknown })[Symbol.for('ascent.test-clock')] = new BigInt64Array(setup.clock);
  const bundle = (await import(pathToFileURL(setup.handlerFile).href)) as Readonly<Record<string, unknown>>;
  const handler = bundle[setup.handlerExport];
  if (typeof handler !== 'function') throw new Error(`${setup.handlerFile} exports no function ${setup.handlerExport}`);
  return handler as Handler;
};

captureOutput();
const startedMs = performance.now();
const handler = await load().catch((error: unknown) => {
  send(failure(undefined, error));
  throw error;
});

port.on('message', (invocation: Invocation) => {
  const { requestId } = invocation;
  const cpuBefore = process.threadCpuUsage();
  // A handler may throw before its first await; the promise catches that too.
  Promise.resolve()
    .then(() => handler(invocation.payload, contextOf(invocation)))
    .then((value) => {
      const json = JSON.stringify(value) ?? 'null';
      const { user, system } = process.threadCpuUsage(cpuBefore);
      send({ kind: 'done', requestId, json, output: takeOutput(), cpuMs: (user + system) / 1000 });
    })
    .catch((error: unknown) => {
      console.error(
        JSON.stringify({ level: 'ERROR', message: 'Invoke Error', requestId, error: error instanceof Error ? error.stack : String(error) }),
      );
      send(failure(requestId, error));
    });
});
send({ kind: 'ready', initMs: performance.now() - startedMs });
