import { Cron } from 'croner';

/** Due times of an expression of EventBridge Scheduler: `rate(5 minutes)`, `cron(0 6 ? * MON *)`, `at(2026-11-22T09:00:00)`. */
export interface DueTimes {
  /** First due time after an instant, in epoch milliseconds; undefined when there is none any more. */
  readonly after: (instantMs: number) => number | undefined;
  readonly once: boolean;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  minute: 60_000,
  minutes: 60_000,
  hour: 3_600_000,
  hours: 3_600_000,
  day: 86_400_000,
  days: 86_400_000,
};

/**
 * A rate counts from its start date; without one the cloud counts from the moment of creation, which a laptop has no
 * use for: here it counts from the epoch, so `rate(5 minutes)` is due at :00, :05, :10.
 */
const rate = (value: number, unit: string, startMs: number | undefined): DueTimes => {
  const everyMs = value * (UNIT_MS[unit] ?? Number.NaN);
  if (!Number.isInteger(value) || value < 1 || Number.isNaN(everyMs) || (value === 1) === unit.endsWith('s'))
    throw new Error(`rate(${value} ${unit}) is not a rate: rate(1 hour), rate(5 minutes)`);
  const anchorMs = startMs ?? 0;
  return { once: false, after: (instantMs) => Math.max(anchorMs, anchorMs + (Math.floor((instantMs - anchorMs) / everyMs) + 1) * everyMs) };
};

const DAY_NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** AWS counts days of the week from SUN = 1; names mean the same everywhere. `6L` is the last Friday, `6#3` the third. */
const dayOfWeek = (field: string): string => {
  const named = field.replace(/(?<![#/\d])([1-7])(?!\d)/g, (_all, day: string) => DAY_NAMES[Number(day) - 1] ?? day);
  return named.replace(/([A-Z]{3})L\b/g, '$1#L');
};

const cron = (fields: readonly string[], zone: string): DueTimes => {
  const [minute, hour, day, month, week, year] = fields;
  if (
    fields.length !== 6 ||
    minute === undefined ||
    hour === undefined ||
    day === undefined ||
    month === undefined ||
    week === undefined ||
    year === undefined
  ) {
    throw new Error(
      `cron(${fields.join(' ')}) has ${fields.length} fields; it takes minutes, hours, day of month, month, day of week, year`,
    );
  }
  if ((day === '?') === (week === '?')) throw new Error(`cron(${fields.join(' ')}): exactly one of day of month and day of week is ?`);
  const job = new Cron(`0 ${minute} ${hour} ${day.replace('?', '*')} ${month} ${dayOfWeek(week.replace('?', '*').toUpperCase())} ${year}`, {
    timezone: zone,
    paused: true,
    // AWS writes a step as 0/15.
    sloppyRanges: true,
  });
  return { once: false, after: (instantMs) => job.nextRun(new Date(instantMs))?.getTime() };
};

const at = (local: string, zone: string): DueTimes => {
  const dueMs = new Cron(local, { timezone: zone, paused: true }).nextRun(new Date(0))?.getTime();
  if (dueMs === undefined) throw new Error(`at(${local}) is not an instant`);
  return { once: true, after: (instantMs) => (instantMs < dueMs ? dueMs : undefined) };
};

export const parseSchedule = (expression: string, zone: string, startMs?: number): DueTimes => {
  const [, kind, inner = ''] = /^(rate|cron|at)\((.+)\)$/.exec(expression) ?? [];
  const fields = inner.trim().split(/\s+/);
  switch (kind) {
    case 'rate':
      return rate(Number(fields[0]), fields[1] ?? '', startMs);
    case 'cron':
      return cron(fields, zone);
    case 'at':
      return at(inner, zone);
    default:
      throw new Error(`${expression} is not a schedule: rate(…), cron(…) or at(…)`);
  }
};

const HOUR_MS = 3_600_000;
/** Enough to see a day of a schedule that runs in some hours only. */
const GAPS_LOOKED_AT = 30;

/** Whether two due times lie less than an hour apart: such a schedule is caught up with by its last due time alone. */
export const isMoreFrequentThanHourly = (due: DueTimes, fromMs: number): boolean => {
  let last = due.after(fromMs);
  for (let gap = 0; gap < GAPS_LOOKED_AT && last !== undefined; gap += 1) {
    const next = due.after(last);
    if (next !== undefined && next - last < HOUR_MS) return true;
    last = next;
  }
  return false;
};
