import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Since when a process runs, in the kernel's ticks; undefined where `/proc` does not tell. */
const startOf = (pid: number): string | undefined => {
  try {
    // The name, in brackets, may hold anything. The fields behind it are counted from the third on; the start is the 22nd.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19];
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
};

/** Whether the process lives that took the lock; its id may belong to another one by now, which started at another time. */
const lives = (pid: number, start: string | undefined): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // One of another user counts too (EPERM).
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return start === undefined || start === startOf(pid);
};

const take = (file: string): boolean => {
  try {
    const descriptor = openSync(file, 'wx');
    writeSync(descriptor, [process.pid, startOf(process.pid)].join(' ').trim());
    closeSync(descriptor);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/** One stack at a time works on a data folder; the lock of a killed one is taken over. Returns its release. */
export const lockDataFolder = (dataDir: string): (() => void) => {
  const file = join(dataDir, 'stack.pid');
  if (!take(file)) {
    const [pid, start] = readFileSync(file, 'utf8').split(' ');
    // 0: killed before it had written who it was.
    const owner = Number(pid);
    if (owner > 0 && owner !== process.pid && lives(owner, start))
      throw new Error(
        `the data folder ${dataDir} is in use by another local stack (process ${owner}); stop it, or give --data another folder`,
      );
    rmSync(file, { force: true });
    if (!take(file)) throw new Error(`the data folder ${dataDir} was just taken by another local stack`);
  }
  return () => rmSync(file, { force: true });
};
