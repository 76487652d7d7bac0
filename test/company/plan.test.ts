import { describe, expect, test } from 'vitest';
import { company } from '../../ascent.config.ts';
import { decidePlanChange } from '../../functions/company/change-plan.ts';
import {
  builtInPlan,
  type PlanContent,
  type PlanVersion,
  planContentSchema,
  planInForce,
  plannedArrMinor,
} from '../../functions/company/plan.ts';
import { CALENDAR_YEAR } from '../../functions/platform/fiscal.ts';

const builtIn = builtInPlan(company);
const plan = builtIn.content;

/** The same year by its flows: $219.0M gross adds, 19/23/23/35% by quarter and 20/25/55% within; losses $6.5/3.5/3.5/5.5M by quarter. */
const byFlows: PlanContent = {
  ...plan,
  phasing: {
    kind: 'flows',
    grossAddsMinor: '21900000000',
    // 19% × 20, 25, 55% = 3.8, 4.75, 10.45; 23% = 4.6, 5.75, 12.65; 35% = 7, 8.75, 19.25
    grossAddsMonthlyBps: [380, 475, 1045, 460, 575, 1265, 460, 575, 1265, 700, 875, 1925],
    lossesMonthlyMinor: [
      '217000000',
      '217000000',
      '216000000',
      '117000000',
      '117000000',
      '116000000',
      '117000000',
      '117000000',
      '116000000',
      '183000000',
      '183000000',
      '184000000',
    ],
  },
};

const at = (content: PlanContent, on: string): bigint => plannedArrMinor(content, on, CALENDAR_YEAR);

describe('the planned path', () => {
  test('starts at the opening and ends at the target', () => {
    expect([at(plan, '2025-12-31'), at(plan, '2026-12-31'), at(plan, '2027-05-01')]).toEqual([
      80_000_000_000n,
      100_000_000_000n,
      100_000_000_000n,
    ]);
  });

  test('meets the quarter ends of the net phasing', () => {
    // 200 × (3.50 + 4.38 + 9.62)% = 35.0; + 200 × 23.5% = 47.0; + 47.0
    expect([at(plan, '2026-03-31'), at(plan, '2026-06-30'), at(plan, '2026-09-30')]).toEqual([
      83_500_000_000n,
      88_200_000_000n,
      92_900_000_000n,
    ]);
  });

  test('meets the quarter ends of gross adds less losses', () => {
    // 800 + 219 × 19% − 6.5 = 835.11; + 219 × 23% − 3.5 = 881.98; + 46.87 = 928.85; + 219 × 35% − 5.5 = 1,000.00
    expect(['2026-03-31', '2026-06-30', '2026-09-30', '2026-12-31'].map((on) => at(byFlows, on))).toEqual([
      83_511_000_000n,
      88_198_000_000n,
      92_885_000_000n,
      100_000_000_000n,
    ]);
  });

  test('is linear by day within a month, at the end of each day, rounded half up', () => {
    // January adds 200M × 3.5% = 7M over 31 days: day 1 7M ÷ 31 = 225,806.4516…, day 10 2,258,064.516…
    expect([at(plan, '2026-01-01'), at(plan, '2026-01-10'), at(plan, '2026-01-31')]).toEqual([
      80_022_580_645n,
      80_225_806_452n,
      80_700_000_000n,
    ]);
  });

  test('follows a fiscal year that starts in another month', () => {
    const july = { ...plan, startsOn: '2026-07-01', targetOn: '2027-06-30' };
    expect(plannedArrMinor(july, '2026-07-31', { kind: 'months', startMonth: 7, yearNamedBy: 'end' })).toBe(80_700_000_000n);
  });
});

describe('a plan', () => {
  const refused = (change: object): string[] => {
    const parsed = planContentSchema.safeParse({ ...plan, ...change });
    return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.'));
  };

  test('of the configuration, and one by flows, are valid', () => {
    expect([refused({}), refused(byFlows)]).toEqual([[], []]);
  });

  test.each([
    ['a date that does not exist', { startsOn: '2026-02-30' }, 'startsOn'],
    ['a target before the start', { targetOn: '2025-12-31' }, 'targetOn'],
    ['a currency that is none', { currency: 'XYZ' }, 'currency'],
    ['an amount with decimals', { targetArrMinor: '1.5' }, 'targetArrMinor'],
    ['a composition that is not whole', { compositionBps: { landed: 3000, expanded: 5000, renewalUplift: 1000 } }, 'compositionBps'],
    ['shares of months that are not whole', { phasing: { kind: 'net', monthlyBps: [5000, 4999] } }, 'phasing.monthlyBps'],
    ['flows that do not lead to the target', { phasing: { ...byFlows.phasing, grossAddsMinor: '21900000001' } }, 'phasing'],
  ])('refuses %s', (_, change, field) => {
    expect(refused(change)).toEqual([field]);
  });
});

describe('the version in force', () => {
  const version = (number: number, startsOn: string, recordedAt: string): PlanVersion => ({
    version: number,
    content: { ...plan, startsOn, targetOn: '2028-12-31' },
    changedBy: 'user-1',
    reason: 'test',
    recordedAt,
  });
  const versions = [
    builtIn,
    version(2, '2027-01-01', '2026-06-01T00:00:00.000Z'),
    version(3, '2026-01-01', '2026-09-01T00:00:00.000Z'),
  ] as const;

  test('is the one that began last, and of the same start the one set last', () => {
    expect(['2026-11-05', '2027-01-01'].map((on) => planInForce(versions, on).version)).toEqual([3, 2]);
  });

  test('by what was known earlier leaves out what was set later', () => {
    expect(planInForce(versions, '2026-11-05', '2026-08-01T00:00:00.000Z').version).toBe(1);
    expect(planInForce(versions, '2027-11-05', '2026-05-01T00:00:00.000Z').version).toBe(1);
  });

  test('before any has begun is the first to come', () => {
    expect(planInForce(versions, '2025-06-30').version).toBe(3);
  });
});

describe('a change of the plan', () => {
  const change = {
    content: { ...plan, targetArrMinor: '110000000000' },
    reason: 'the board raised it',
    changedBy: 'user-1',
    recordedAt: '2026-11-05T10:00:00.000Z',
  };
  const decide = (parts: object) => decidePlanChange(builtIn, { ...change, ...parts }, CALENDAR_YEAR);

  test('makes the next version, with who, when and why', () => {
    expect(decide({ basedOnVersion: 1 })).toEqual({ ok: true, value: { version: 2, ...change } });
  });

  test('to what it is already changes nothing, whatever it is based on and however its keys are ordered', () => {
    const reordered = Object.fromEntries(Object.entries(plan).reverse());
    expect(decide({ content: reordered, basedOnVersion: 7 })).toEqual({ ok: true, value: builtIn });
  });

  test.each([
    ['no version that it is based on', {}, 'precondition-required'],
    ['another version than the latest', { basedOnVersion: 2 }, 'precondition-failed'],
    ['a phasing of another length than its period', { basedOnVersion: 1, content: { ...plan, targetOn: '2027-01-31' } }, 'phasing-invalid'],
  ])('refuses %s', (_, parts, code) => {
    expect(decide(parts)).toMatchObject({ ok: false, problem: { code } });
  });
});
