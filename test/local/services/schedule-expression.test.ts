import { describe, expect, it } from 'vitest';
import { isMoreFrequentThanHourly, parseSchedule } from '../../../local/services/schedule-expression.ts';

const START = Date.UTC(2026, 0, 5, 9, 0, 0); // Monday
const next = (expression: string, count: number, zone = 'UTC', from = START): readonly string[] => {
  const due = parseSchedule(expression, zone);
  const all: string[] = [];
  for (let at = due.after(from); at !== undefined && all.length < count; at = due.after(at))
    all.push(new Date(at).toISOString().slice(0, 16));
  return all;
};

describe('schedule expressions', () => {
  it('count a rate from the epoch, or from the start date', () => {
    expect(next('rate(5 minutes)', 2)).toEqual(['2026-01-05T09:05', '2026-01-05T09:10']);
    expect(next('rate(1 day)', 1)).toEqual(['2026-01-06T00:00']);
    const startMs = START + 90_000;
    expect(parseSchedule('rate(1 hour)', 'UTC', startMs).after(START)).toBe(startMs);
    expect(parseSchedule('rate(1 hour)', 'UTC', startMs).after(startMs)).toBe(startMs + 3_600_000);
  });

  it('read the six fields of AWS, days of the week from SUN = 1', () => {
    expect(next('cron(0 6 ? * MON *)', 2)).toEqual(['2026-01-12T06:00', '2026-01-19T06:00']);
    expect(next('cron(0 6 ? * 2 *)', 1)).toEqual(['2026-01-12T06:00']);
    expect(next('cron(0 6 ? * 2-6 *)', 3)).toEqual(['2026-01-06T06:00', '2026-01-07T06:00', '2026-01-08T06:00']);
    expect(next('cron(0/30 9 * * ? *)', 3)).toEqual(['2026-01-05T09:30', '2026-01-06T09:00', '2026-01-06T09:30']);
    expect(next('cron(0 0 L * ? *)', 2)).toEqual(['2026-01-31T00:00', '2026-02-28T00:00']);
    expect(next('cron(0 0 ? * 6#3 *)', 1)).toEqual(['2026-01-16T00:00']); // third Friday of January 2026
    expect(next('cron(0 0 ? * 6L *)', 1)).toEqual(['2026-01-30T00:00']); // last Friday
    expect(next('cron(0 0 1 1 ? 2027)', 2)).toEqual(['2027-01-01T00:00']);
  });

  it('follow the time zone through the change of the clocks', () => {
    // Berlin is UTC+1 until 2026-03-29, then UTC+2.
    expect(next('cron(0 6 * * ? *)', 2, 'Europe/Berlin', Date.UTC(2026, 2, 28, 0))).toEqual(['2026-03-28T05:00', '2026-03-29T04:00']);
    expect(next('at(2026-07-01T09:00:00)', 2, 'Europe/Berlin')).toEqual(['2026-07-01T07:00']);
  });

  it('know which schedules are more frequent than hourly', () => {
    const frequent = (expression: string): boolean => isMoreFrequentThanHourly(parseSchedule(expression, 'UTC'), START);
    expect(frequent('rate(5 minutes)')).toBe(true);
    expect(frequent('rate(1 hour)')).toBe(false);
    expect(frequent('cron(0/15 9-17 * * ? *)')).toBe(true);
    expect(frequent('cron(0,30 3 * * ? *)')).toBe(true);
    expect(frequent('cron(0 3 * * ? *)')).toBe(false);
    expect(frequent('at(2026-07-01T09:00:00)')).toBe(false);
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(5 weeks)',
    'cron(0 6 * * *)',
    'cron(0 6 * * MON *)',
    'cron(0 6 ? * ? *)',
    'every day',
    'at(soon)',
  ])('refuses %s', (expression) => {
    expect(() => parseSchedule(expression, 'UTC')).toThrow();
  });
});
