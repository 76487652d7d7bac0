import { describe, expect, it } from 'vitest';
import { CALENDAR_YEAR, fiscalPeriodOf } from '../../../functions/platform/fiscal.ts';
import {
  boundsInForce,
  type Closing,
  decideChange,
  NEVER_CLOSED,
  type PeriodAction,
  placeOf,
  statusOf,
} from '../../../functions/revops/ledger/periods.ts';

const month = (on: string) => fiscalPeriodOf(CALENDAR_YEAR, on, 'month');
const tag = { kind: 'late-data', reason: 'usage came late' } as const;

/** September is locked, October soft-closed. */
const closing: Closing = { version: 3, softClosedBefore: '2026-11-01', lockedBefore: '2026-10-01' };

const place = (on: string, more: Partial<Parameters<typeof placeOf>[3]> = {}, of: Closing = closing) => {
  const placed = placeOf(on, of, CALENDAR_YEAR, { mayPostSoftClosed: false, ...more });
  return placed.ok ? placed.value : placed.problem.code;
};

const change = (
  action: PeriodAction,
  on: string,
  more: { readonly by?: string; readonly closedBy?: string } = {},
  of: Closing = closing,
) => {
  const decided = decideChange(of, {
    action,
    period: month(on),
    by: more.by ?? 'ann',
    at: '2026-12-05T10:00:00.000Z',
    reason: 'r',
    today: '2026-12-05',
    closedBy: more.closedBy,
  });
  if (!decided.ok) return decided.problem.code;
  return decided.value === undefined ? 'as it stands' : [decided.value.softClosedBefore, decided.value.lockedBefore];
};

describe('a journal', () => {
  it('goes to its own day while its month is open to who posts', () => {
    expect(place('2026-11-01')).toEqual({ accountingOn: '2026-11-01', period: '2026-11-01' });
    expect(place('2026-10-31', { mayPostSoftClosed: true })).toEqual({ accountingOn: '2026-10-31', period: '2026-10-01' });
    expect(place('2019-01-01', {}, NEVER_CLOSED)).toEqual({ accountingOn: '2019-01-01', period: '2019-01-01' });
  });

  it('for a closed month is refused, or goes to the first open day where it says why it comes late', () => {
    expect(place('2026-10-31')).toBe('period-closed');
    expect(place('2026-09-30', { mayPostSoftClosed: true })).toBe('period-closed');
    expect(place('2026-10-31', { tag })).toEqual({
      accountingOn: '2026-11-01',
      period: '2026-11-01',
      moved: { from: '2026-10-31', because: 'the fiscal month from 2026-10-01 is soft-closed' },
    });
    expect(place('2026-09-30', { tag, mayPostSoftClosed: true })).toEqual({
      accountingOn: '2026-10-01',
      period: '2026-10-01',
      moved: { from: '2026-09-30', because: 'the fiscal month from 2026-09-01 is locked' },
    });
  });

  it('counts by the stricter of before and after while a change is under way', () => {
    const pending = { action: 'reopen', period: '2026-10-01', by: 'ann', at: '', reason: '' } as const;
    const reopening: Closing = { ...closing, pending: { ...pending, softClosedBefore: '2026-10-01', lockedBefore: '2026-10-01' } };
    expect(place('2026-10-31', {}, reopening)).toBe('period-closed');
    const locking: Closing = {
      ...closing,
      pending: { ...pending, action: 'lock', softClosedBefore: '2026-11-01', lockedBefore: '2026-11-01' },
    };
    expect(place('2026-10-31', { mayPostSoftClosed: true }, locking)).toBe('period-closed');
    expect(statusOf(month('2026-10-01'), boundsInForce(locking))).toBe('locked');
  });
});

describe('a month', () => {
  it('is closed with all before it, and locked once it is soft-closed', () => {
    expect(change('soft-close', '2026-11-15')).toEqual(['2026-12-01', '2026-10-01']);
    expect(change('soft-close', '2026-03-15', {}, NEVER_CLOSED)).toEqual(['2026-04-01', '0000-00-00']);
    expect(change('lock', '2026-10-15', { closedBy: 'bob' })).toEqual(['2026-11-01', '2026-11-01']);
    expect(change('lock', '2026-11-15')).toBe('period-out-of-order');
  });

  it('is reopened where it is the last closed one, also when it is locked', () => {
    expect(change('reopen', '2026-10-15', { closedBy: 'bob' })).toEqual(['2026-10-01', '2026-10-01']);
    expect(change('reopen', '2026-09-15')).toBe('period-out-of-order');
    const locked: Closing = { ...closing, lockedBefore: '2026-11-01' };
    expect(change('reopen', '2026-10-15', { closedBy: 'bob' }, locked)).toEqual(['2026-10-01', '2026-10-01']);
  });

  it('is answered as it stands where it stands so already', () => {
    expect([
      change('soft-close', '2026-10-15'),
      change('soft-close', '2026-09-15'),
      change('lock', '2026-09-15'),
      change('reopen', '2026-11-15'),
    ]).toEqual(Array(4).fill('as it stands'));
  });

  it('refuses to be closed before it is over, and to be locked or reopened by who closed it', () => {
    expect(change('soft-close', '2026-12-05')).toBe('period-not-over');
    expect(change('lock', '2026-10-15', { closedBy: 'ann' })).toBe('second-person-needed');
    expect(change('reopen', '2026-10-15', { closedBy: 'ann' })).toBe('second-person-needed');
  });

  it('takes one change at a time, and goes on with one that was begun', () => {
    const pending = {
      action: 'lock',
      period: '2026-10-01',
      by: 'bob',
      at: '',
      reason: '',
      softClosedBefore: '2026-11-01',
      lockedBefore: '2026-11-01',
    } as const;
    expect(change('lock', '2026-10-15', { closedBy: 'ann' }, { ...closing, pending })).toEqual(['2026-11-01', '2026-11-01']);
    expect(change('reopen', '2026-10-15', {}, { ...closing, pending })).toBe('period-changing');
    expect(change('lock', '2026-11-15', {}, { ...closing, pending })).toBe('period-changing');
  });
});
