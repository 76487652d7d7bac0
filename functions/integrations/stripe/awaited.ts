/** A look that came to its end: the events that were created between these times, and when it ended. Epoch milliseconds. */
export interface PastLook {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly atMs: number;
}

/** Stripe filters by whole seconds. */
const SECOND_MS = 1000;
/** What was put on the bus and is still neither recorded nor parked goes there again after so long, */
const AGAIN_EVERY_MS = 2 * 3_600_000;
/** and after so long no more: it is parked. So it is put there three times. */
const GIVEN_UP_AFTER_MS = 6 * 3_600_000;
/** More than there are in that time. */
const MOST_LOOKS = 24;

/**
 * What is to be done about an event that is missing: `new`, no look has found it before, and it is put on the bus; `again`, it is put there once
 * more; `waits`, it was put there lately; `given-up`, three times were in vain.
 */
export type Fate = 'new' | 'again' | 'waits' | 'given-up';

/** `looks`: those that have found events missing which are awaited, oldest first. */
export const fateOf = (createdMs: number, looks: readonly PastLook[], nowMs: number): Fate => {
  // What is missing now was missing then: nothing that was recorded or parked goes away.
  const firstMs = looks.find(({ sinceMs, untilMs }) => sinceMs - SECOND_MS < createdMs && createdMs <= untilMs)?.atMs;
  const lastMs = looks.at(-1)?.atMs;
  if (firstMs === undefined || lastMs === undefined) return 'new';
  if (nowMs - firstMs >= GIVEN_UP_AFTER_MS) return 'given-up';
  const puts = (untilMs: number): number => Math.floor((untilMs - firstMs) / AGAIN_EVERY_MS);
  return puts(nowMs) > puts(lastMs) ? 'again' : 'waits';
};

/** The looks to remember once one has come to its end that leaves events awaited, the oldest of them created at `missingSinceMs`. */
export const looksWith = (looks: readonly PastLook[], ended: PastLook, missingSinceMs: number): readonly PastLook[] =>
  [...looks.filter(({ untilMs, atMs }) => untilMs >= missingSinceMs && ended.atMs - atMs < GIVEN_UP_AFTER_MS), ended].slice(-MOST_LOOKS);
