import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A DynamoDB that answers at an address. */
export interface DynamoDbEndpoint {
  readonly host: string;
  readonly port: number;
  /** File of its own SQLite database, where it is the one that we started. */
  readonly databaseFile?: string;
  /** While it is being started again after it ended by itself: until then nothing is to be asked. Rejects where that was given up. */
  readonly restarting: () => Promise<void> | undefined;
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
    while (isOurs(pid, databaseFile) && Date.now() < deadlineMs) await sleep(POLL_MS);
  }
  rmSync(pidFile, { force: true });
};

/** Removes a database of the emulator with its log files: a log without its file would be played into the next one. */
const removeDatabase = (file: string): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
};

/** A process of the emulator. */
interface Emulator {
  readonly child: ChildProcess;
  /** The end of what it said. */
  readonly errors: () => string;
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
}

/** What it says there although nothing is wrong. */
const GREETING = /^Dynoxide listening on .*\n?/m;

const spawned = (binary: string, port: number, databaseFile: string): Emulator => {
  const child = spawn(binary, ['serve', '--host', '127.0.0.1', '--port', String(port), '--db-path', databaseFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString().replace(GREETING, '')).slice(-2_000);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`${signal ?? `code ${code}`}${errors === '' ? '' : `: ${errors.trim()}`}`));
    child.once('error', (error) => resolve(error.message));
  });
  return { child, errors: () => errors, ended };
};

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const waitUntilUp = async ({ child, errors }: Emulator, port: number): Promise<void> => {
  const deadlineMs = Date.now() + STARTED_WITHIN_MS;
  for (;;) {
    if (hasEnded(child)) throw new Error(`The DynamoDB emulator ended with code ${child.exitCode ?? child.signalCode}: ${errors()}`);
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch {
      if (Date.now() > deadlineMs) throw new Error(`The DynamoDB emulator did not answer within ${STARTED_WITHIN_MS} ms: ${errors()}`);
      await sleep(POLL_MS);
    }
  }
};

/** What is heard of an emulator that ended by itself. */
export interface Deaths {
  /** It runs again, on the same file. */
  readonly onRestart: (sentence: string) => void;
  /** It does not run any more. */
  readonly onGivenUp: (sentence: string) => void;
}

/** An emulator that ended by itself is started again after these waits; one that does so more often within ten minutes is not mended by it. */
const WAITS_MS: readonly number[] = [100, 1_000, 5_000];
const RECENT_MS = 600_000;

const startEmulator = async (binary: string, dataDir: string, deaths: Deaths, waitsMs: readonly number[]): Promise<DynamoDbEndpoint> => {
  const pidFile = join(dataDir, 'dynamodb.pid');
  const databaseFile = join(dataDir, 'dynamodb.db');
  await reap(pidFile, databaseFile);
  if (!existsSync(databaseFile)) removeDatabase(databaseFile);
  const port = await freePort();
  let stopping = false;
  let restarting: Promise<void> | undefined;
  let recentMs: number[] = [];

  const launched = async (): Promise<Emulator> => {
    const emulator = spawned(binary, port, databaseFile);
    if (emulator.child.pid !== undefined) writeFileSync(pidFile, String(emulator.child.pid));
    try {
      await waitUntilUp(emulator, port);
    } catch (error) {
      emulator.child.kill('SIGKILL');
      throw error;
    }
    return emulator;
  };
  const again = async (how: string): Promise<void> => {
    for (let last = how; !stopping; ) {
      const nowMs = Date.now();
      recentMs = recentMs.filter((atMs) => atMs > nowMs - RECENT_MS);
      const waitMs = waitsMs[recentMs.length];
      if (waitMs === undefined) {
        const sentence = `The DynamoDB emulator ended by itself ${recentMs.length + 1} times within ten minutes, the last time with ${last}. What was acknowledged is in ${dataDir}.`;
        deaths.onGivenUp(sentence);
        throw new Error(sentence);
      }
      recentMs.push(nowMs);
      await sleep(waitMs);
      if (stopping) return;
      try {
        current = watched(await launched());
        restarting = undefined;
        deaths.onRestart(`The DynamoDB emulator ended by itself (${last}) and was started again: what was acknowledged is there.`);
        return;
      } catch (error) {
        last = String(error);
      }
    }
  };
  const watched = (emulator: Emulator): Emulator => {
    void emulator.ended.then((how) => {
      if (stopping) return;
      restarting = again(how);
      // Whoever asks the table is told.
      restarting.catch(() => undefined);
    });
    return emulator;
  };
  let current = watched(await launched());
  const killOnExit = (): void => {
    current.child.kill('SIGKILL');
  };
  process.once('exit', killOnExit);
  const stop = async (): Promise<void> => {
    stopping = true;
    process.off('exit', killOnExit);
    await restarting?.catch(() => undefined);
    current.child.kill('SIGTERM');
    await current.ended;
    rmSync(pidFile, { force: true });
  };
  return { host: '127.0.0.1', port, databaseFile, restarting: () => restarting, stop };
};

/** Starts the emulator, or takes `AWS_ENDPOINT_URL_DYNAMODB` where it is given or where the emulator does not run. */
export const startDynamoDb = async (
  dataDir: string,
  externalUrl: string | undefined,
  deaths: Deaths = { onRestart: () => undefined, onGivenUp: () => undefined },
  waitsMs = WAITS_MS,
): Promise<DynamoDbEndpoint> => {
  if (externalUrl !== undefined && externalUrl !== '') {
    const url = new URL(externalUrl);
    return { host: url.hostname, port: Number(url.port === '' ? 80 : url.port), restarting: () => undefined, stop: async () => undefined };
  }
  const binary = findEmulator();
  if (binary === undefined) {
    throw new Error(
      `The DynamoDB emulator that comes with the project runs on linux-x64 only, this is ${process.platform}-${process.arch}. ` +
        'Start another one (DynamoDB Local, LocalStack) and set AWS_ENDPOINT_URL_DYNAMODB to its address, e.g. http://127.0.0.1:8000.',
    );
  }
  return startEmulator(binary, dataDir, deaths, waitsMs);
};
