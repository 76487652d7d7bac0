import type { LocalClock } from '../service.ts';

// While the clock is frozen or a due time lies far ahead, it is looked at again this often; a move looks at once.
const LONGEST_NAP_MS = 1_000;

/** Calls back when the test clock has reached a due time, whether the clock runs there or is moved there. */
export interface WakeUps {
  /** One due time per key; an earlier one replaces a later one. */
  readonly at: (key: string, dueMs: number, callback: () => void) => void;
  readonly stop: () => void;
}

export const createWakeUps = (clock: LocalClock): WakeUps => {
  const waiting = new Map<string, { readonly dueMs: number; readonly callback: () => void }>();
  let timer: NodeJS.Timeout | undefined;
  let timerDueMs = Number.POSITIVE_INFINITY;
  let stopped = false;

  const arm = (): void => {
    if (stopped || waiting.size === 0) return;
    const nowMs = clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const { dueMs } of waiting.values()) next = Math.min(next, dueMs);
    if (timer !== undefined && timerDueMs <= next) return;
    clearTimeout(timer);
    timerDueMs = next;
    timer = setTimeout(look, Math.min(Math.max(next - nowMs, 1), LONGEST_NAP_MS));
    timer.unref();
  };

  const look = (): void => {
    clearTimeout(timer);
    timer = undefined;
    timerDueMs = Number.POSITIVE_INFINITY;
    const nowMs = clock.now();
    const due = [...waiting].filter(([, { dueMs }]) => dueMs <= nowMs);
    for (const [key] of due) waiting.delete(key);
    for (const [, { callback }] of due) callback();
    arm();
  };

  clock.onMove(() => {
    if (!stopped) look();
  });

  return {
    at: (key, dueMs, callback) => {
      const known = waiting.get(key);
      if (known !== undefined && known.dueMs <= dueMs) return;
      waiting.set(key, { dueMs, callback });
      arm();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      waiting.clear();
    },
  };
};
