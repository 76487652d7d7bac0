import { Bug } from '../platform/bug.ts';
import { secretText } from '../platform/clients/signed.ts';
import { nowMs } from '../platform/clock.ts';
import type { TimeLeft } from '../platform/time-left.ts';

/** How long a secret that was read is used without asking again. */
export const SECRET_TTL_MS = 5 * 60_000;
/** Soonest that a signature which fits no secret makes us ask again: whoever sends us rubbish cannot make us call at will. */
export const REFRESH_AT_MOST_EVERY_MS = 30_000;

interface Cached {
  readonly text: string;
  readonly readAtMs: number;
}

const cache = new Map<string, Cached>();

/**
 * Secret ids by instance, from an environment variable that holds them as JSON; the first instance is the default one. The caller reads the
 * variable by its literal name: that is how the local stack sees at its start that a function lacks it.
 */
export const secretIds = (variable: string, json: string | undefined): ReadonlyMap<string, string> => {
  if (json === undefined || json === '')
    throw new Bug(`the environment variable ${variable} is missing: this function was wired without its secrets`);
  return new Map(Object.entries(JSON.parse(json) as Record<string, string>));
};

const fresh = async (secretId: string, now: number, timeLeft?: TimeLeft): Promise<string> => {
  const text = await secretText(secretId, timeLeft);
  cache.set(secretId, { text, readAtMs: now });
  return text;
};

/** The secret's text, at most five minutes old. The test clock may jump: a time before the reading counts as old, too. */
export const cachedSecret = async (secretId: string, timeLeft?: TimeLeft): Promise<string> => {
  const now = nowMs();
  const cached = cache.get(secretId);
  const age = cached === undefined ? Number.POSITIVE_INFINITY : now - cached.readAtMs;
  return cached !== undefined && age >= 0 && age < SECRET_TTL_MS ? cached.text : fresh(secretId, now, timeLeft);
};

/** The secret's text, read again now, or `undefined` where it was read only just. */
export const refreshedSecret = async (secretId: string, timeLeft?: TimeLeft): Promise<string | undefined> => {
  const now = nowMs();
  const cached = cache.get(secretId);
  if (cached !== undefined && Math.abs(now - cached.readAtMs) < REFRESH_AT_MOST_EVERY_MS) return undefined;
  return fresh(secretId, now, timeLeft);
};
