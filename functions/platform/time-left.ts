/** Milliseconds that may still be spent on waiting for others; below zero where they are used up. */
export type TimeLeft = () => number;

/** Kept back of every invocation, so that there is time to answer that there was none. */
const ANSWER_MS = 500;

/**
 * What an invocation may spend on waiting, or a part of what it may spend from now on (`share`, 0 to 1), so that what comes after it has the
 * rest. `remainingMs` is Lambda's: milliseconds until it stops the function.
 */
export const timeLeftOf = (remainingMs: () => number, share = 1): TimeLeft => {
  const keptMs = (remainingMs() - ANSWER_MS) * (1 - share) + ANSWER_MS;
  return () => remainingMs() - keptMs;
};
