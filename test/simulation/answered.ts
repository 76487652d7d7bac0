import type { FunctionName } from './functions.ts';

/** Runs a function; `ended` hears its answer, or undefined where it threw or was killed. */
export type Invoke = (fn: FunctionName, label: string, event: object, ended: (answer: unknown) => void) => void;

const SECOND = 1_000;
const HOUR = 3_600_000;
/** Between attempts of somebody who is not answered well. */
const AGAIN_AFTER_MS = [5 * SECOND, 60 * SECOND, 600 * SECOND, HOUR] as const;

export const againAfterMs = (attempt: number): number => AGAIN_AFTER_MS[Math.min(attempt, AGAIN_AFTER_MS.length) - 1] ?? HOUR;

export const statusOf = (answer: unknown): number => (answer as { readonly statusCode: number } | undefined)?.statusCode ?? 0;
