import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** A DynamoDB that answers at an address. */
export interface DynamoDbEndpoint {
  readonly host: string;
  readonly port: number;
  /** File of its own SQLite database, where it is the one that we started. */
  readonly databaseFile?: string;
  readonly stop: () => Promise<void>;
}

const STARTED_WITHIN_MS = 10_000;
const ENDED_WITHIN_MS = 2_000;
const POLL_MS = 5;

/** The native emulator is a package for one platform; elsewhere its owner points to another DynamoDB. */
const findEmulator = (): string | undefined => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  try {
    return createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
  } catch {
    return undefined;
  }
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('No free port was found.')),
      );
    });
  });

/** Whether the process is an emulator on this very file: the id of a dead one may belong to another by now. */
const isOurs = (pid: number, databaseFile: string): boolean => {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words[0]?.endsWith('dynoxide') === true && words.includes(databaseFile);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
};

/** Ends the emulator of a former run that was killed: it outlives its parent. Only a process that still runs our binary on our file is ended. */
const reap = async (pidFile: string, databaseFile: string): Promise<void> => {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (Number.isInteger(pid) && pid > 1 && isOurs(pid, databaseFile)) {
    process.kill(pid, 'SIGKILL');
    const deadlineMs = Date.now() + ENDED_WITHIN_MS;
    // A child that its parent has not waited for yet keeps its entry with an empty command line.
    while (isOurs(pid, databaseFile) && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  rmSync(pidFile, { force: true });
};

/** Removes a database of the emulator with its log files: a log without its file would be played into the next one. */
const removeDatabase = (file: string): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
};

const waitUntilUp = async (child: ChildProcess, port: number, errors: () => string): Promise<void> => {
  const deadlineMs = Date.now() + STARTED_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The DynamoDB emulator ended with code ${child.exitCode}: ${errors()}`);
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch {
      if (Date.now() > deadlineMs) throw new Error(`The DynamoDB emulator did not answer within ${STARTED_WITHIN_MS} ms: ${errors()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
};

const startEmulator = async (binary: string, dataDir: string, onDeath: (sentence: string) => void): Promise<DynamoDbEndpoint> => {
  const pidFile = join(dataDir, 'dynamodb.pid');
  const databaseFile = join(dataDir, 'dynamodb.db');
  await reap(pidFile, databaseFile);
  if (!existsSync(databaseFile)) removeDatabase(databaseFile);
  const port = await freePort();
  const child = spawn(binary, ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', databaseFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  let stopping = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      if (!stopping) onDeath(`The DynamoDB emulator ended by itself (${signal ?? code}): ${errors}`);
      resolve();
    });
    child.once('error', (error) => {
      errors += error.message;
      resolve();
    });
  });
  if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
  const killOnExit = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killOnExit);
  const stop = async (): Promise<void> => {
    stopping = true;
    process.off('exit', killOnExit);
    child.kill('SIGTERM');
    await ended;
    rmSync(pidFile, { force: true });
  };
  try {
    await waitUntilUp(child, port, () => errors);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    databaseFile,
    stop,
  };
};

/** Starts the emulator, or takes `AWS_ENDPOINT_URL_DYNAMODB` where it is given or where the emulator does not run. */
export const startDynamoDb = async (
  dataDir: string,
  externalUrl: string | undefined,
  onDeath: (sentence: string) => void = () => undefined,
): Promise<DynamoDbEndpoint> => {
  if (externalUrl !== undefined && externalUrl !== '') {
    const url = new URL(externalUrl);
    return { host: url.hostname, port: Number(url.port === '' ? 80 : url.port), stop: async () => undefined };
  }
  const binary = findEmulator();
  if (binary === undefined) {
    throw new Error(
      `The DynamoDB emulator that comes with the project runs on linux-x64 only, this is ${process.platform}-${process.arch}. ` +
        'Start another one (DynamoDB Local, LocalStack) and set AWS_ENDPOINT_URL_DYNAMODB to its address, e.g. http://127.0.0.1:8000.',
    );
  }
  return startEmulator(binary, dataDir, onDeath);
};
