import { nowIso } from '../platform/clock.ts';
import { errorFields, log } from '../platform/log.ts';
import { readSnapshot } from './snapshot.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Liveness is that this runs; readiness is that the table answers. A snapshot that is missing is said, and no failure: an empty book has none. */
export const healthOf = async (): Promise<{ readonly status: 'ok' | 'failing'; readonly time: string; readonly checks: Check[] }> => {
  const check = await tableCheck();
  return { status: check.ok ? 'ok' : 'failing', time: nowIso(), checks: [check] };
};

const tableCheck = async (): Promise<Check> => {
  try {
    const snapshot = await readSnapshot();
    return {
      name: 'table',
      ok: true,
      detail: snapshot === undefined ? 'answers; no snapshot yet' : `answers; snapshot ${snapshot.version} of ${snapshot.takenAt}`,
    };
  } catch (error) {
    log.error('the table does not answer', errorFields(error));
    return { name: 'table', ok: false, detail: 'does not answer' };
  }
};
