import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a process with this id lives; one of another user counts too (EPERM). */
const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const take = (file: string): boolean => {
  try {
    const descriptor = openSync(file, 'wx');
    writeSync(descriptor, String(process.pid));
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
    const owner = Number(readFileSync(file, 'utf8'));
    if (owner !== process.pid && lives(owner))
      throw new Error(
        `the data folder ${dataDir} is in use by another local stack (process ${owner}); stop it, or give --data another folder`,
      );
    rmSync(file, { force: true });
    if (!take(file)) throw new Error(`the data folder ${dataDir} was just taken by another local stack`);
  }
  return () => rmSync(file, { force: true });
};
