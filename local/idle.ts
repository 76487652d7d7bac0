import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { Busy } from './service.ts';

export interface StillBusy {
  readonly name: string;
  readonly pending: number;
}

/** How long to sleep while there is work, in wall milliseconds. */
const LOOK_EVERY_MS = 2;
/** Quiet looks in a row, one a turn of the event loop, that count as idle: work hops between parts within a turn. */
const QUIET_LOOKS = 4;

export const busyParts = (parts: readonly Busy[]): readonly StillBusy[] =>
  parts.map((part) => ({ name: part.name, pending: part.pending() })).filter(({ pending }) => pending > 0);

/** Waits until nothing is pending anywhere. Answers with what still is when the time is over (empty: idle). */
export const waitUntilIdle = async (parts: readonly Busy[], flush: () => void, timeoutMs: number): Promise<readonly StillBusy[]> => {
  const deadline = performance.now() + timeoutMs;
  let quiet = 0;
  while (quiet < QUIET_LOOKS) {
    flush();
    // One busy part is enough: the cheap ones come first, and the others are not asked.
    const busy = parts.some((part) => part.pending() > 0);
    quiet = busy ? 0 : quiet + 1;
    if (busy && performance.now() > deadline) return busyParts(parts);
    await (busy ? wait(LOOK_EVERY_MS) : nextTurn());
  }
  return [];
};
