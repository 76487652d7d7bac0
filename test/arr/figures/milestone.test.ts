import { describe, expect, it } from 'vitest';
import { conflictsOf } from '../../../functions/arr/figures/composition.ts';
import {
  etaOf,
  growthBps,
  milestoneOf,
  ratioBps,
  reachedOn,
  thresholdAmount,
  velocityOf,
} from '../../../functions/arr/figures/milestone.ts';
import { Course } from '../../../functions/arr/totals/course.ts';
import { arrAt, type Step, waterfall } from '../../../functions/arr/totals/series.ts';
import { type PlanContent, plannedPath } from '../../../functions/company/index.ts';
import { CALENDAR_YEAR } from '../../../functions/platform/fiscal.ts';

/** From 800 to 1,000 (minor units) over 2026, evenly phased by month. */
const plan = {
  startsOn: '2026-01-01',
  targetOn: '2026-12-31',
  openingArrMinor: '800',
  targetArrMinor: '1000',
  compositionBps: { landed: 3_000, expanded: 5_000, renewalUplift: 2_000 },
  phasing: { kind: 'net', monthlyBps: [833, 833, 834, 833, 833, 834, 833, 833, 834, 833, 833, 834] },
  targetsBps: { netRevenueRetention: 15_000 },
} as unknown as PlanContent;

const planned = plannedPath(plan, CALENDAR_YEAR);

const step = (date: string, amount: number, cause: Step['cause'] = 'new'): Step => ({
  date,
  cause,
  currency: 'USD',
  amount: { amountMinor: BigInt(amount), planMinor: BigInt(amount) },
});

const courseOf = (...steps: Step[]): Course => new Course(steps, () => true);

describe('milestone', () => {
  it('shows progress as ARR over target, and the share of the gap that is closed', () => {
    // 900 ÷ 1,000 = 90%; (900 − 800) ÷ (1,000 − 800) = 50%; 1,000 − 900 = 100 remain
    const milestone = milestoneOf(courseOf(step('2025-06-01', 800), step('2026-05-05', 100)), plan, '2026-06-30');
    expect(milestone).toMatchObject({ progressBps: 9_000, gapClosedBps: 5_000, remainingMinor: 100n });
    expect(milestone.thresholds?.map((t) => t.reachedOn)).toEqual(['2026-05-05', undefined, undefined, undefined]);
  });

  it('names the first day at whose end the amount was reached, whatever moved within the day', () => {
    const steps = [
      step('2025-06-01', 800),
      step('2026-03-01', 150),
      step('2026-03-01', -60, 'contraction'),
      step('2026-04-01', 20),
      step('2026-05-01', -50, 'churn'),
    ];
    // end of 1 March: 890; end of 1 April: 910; falls below again on 1 May
    expect(reachedOn(steps, 900n, '2026-01-01', '2026-12-31')).toBe('2026-04-01');
    expect(reachedOn(steps, 900n, '2026-01-01', '2026-03-31')).toBeUndefined();
  });

  it('counts an amount that was passed before the plan as reached on its first day', () => {
    expect(reachedOn([step('2025-06-01', 950)], 900n, '2026-01-01', '2026-12-31')).toBe('2026-01-01');
    expect(reachedOn([step('2025-06-01', 950), step('2025-12-31', -100, 'churn')], 900n, '2026-01-01', '2026-12-31')).toBeUndefined();
  });

  it('needs the whole share: 90% of 1,001 is 900.9, so 901', () => {
    expect(thresholdAmount(1_001n, 9_000)).toBe(901n);
    expect(thresholdAmount(1_000n, 9_000)).toBe(900n);
  });

  it('gives ratios in basis points, half away from zero, and none over nothing', () => {
    expect(ratioBps(1n, 3n)).toBe(3_333);
    expect(ratioBps(-1n, 20_000n)).toBe(-1); // −0.5 basis points
    expect(growthBps(110n, 100n)).toBe(1_000);
    expect(growthBps(110n, 0n)).toBeUndefined();
  });
});

describe('velocity', () => {
  it('compares what was added with the phased plan and says what is required per day', () => {
    const course = courseOf(step('2025-06-01', 800), step('2026-06-25', 90), step('2026-06-30', 10));
    const velocity = velocityOf(course, plan, planned, '2026-06-30');
    // half a year of an even plan: 800 + 200 × 50% = 900; ARR is 900; 100 remain over 184 days = 0.54 → 1
    expect(velocity).toMatchObject({
      dailyMinor: 10n,
      weeklyMinor: 100n,
      monthlyMinor: 100n,
      plannedArrMinor: 900n,
      aheadOfPlanMinor: 0n,
      requiredDailyMinor: 1n,
    });
    // 30 May: 800 + 67 (four months: 33.33%) + 15 or 16 of the 16 of May (30 ÷ 31 days) = 882; 900 − 882 = 18
    expect(velocity.plannedMonthlyMinor).toBe(18n);
  });
});

describe('estimated arrival', () => {
  it('is the plan itself when the pace has been the plan for a year', () => {
    const steps = Array.from({ length: 24 }, (_, i) =>
      step(`${2025 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-28`, i === 0 ? 616 : 16),
    );
    const eta = etaOf(courseOf(...steps.filter((s) => s.date <= '2026-06-30')), plan, planned, '2026-06-30');
    // 616 + 17 × 16 = 888 at mid-year; 112 remain at 16 a month: about seven months
    expect(eta?.on?.slice(0, 7)).toBe('2027-01');
    expect(eta?.confidenceBps).toBe(8_000);
    expect((eta?.earliest ?? '') <= (eta?.on ?? '')).toBe(true);
  });

  it('says the day itself once the target is reached, and none when nothing is added', () => {
    expect(etaOf(courseOf(step('2025-06-01', 800), step('2026-03-03', 250)), plan, planned, '2026-06-30')).toMatchObject({
      on: '2026-03-03',
      method: 'reached',
    });
    expect(etaOf(courseOf(step('2025-01-01', 800)), plan, planned, '2026-06-30')).toMatchObject({ on: undefined, confidenceBps: 8_000 });
  });
});

describe('waterfall', () => {
  it('foots: opening + movements = closing, and one closing is the next opening', () => {
    const steps = [
      step('2026-01-10', 100),
      step('2026-02-10', 50, 'expansion'),
      step('2026-02-20', 100, 'renewed'),
      step('2026-02-28', -30, 'contraction'),
    ];
    const rows = waterfall(steps, [
      { startsOn: '2026-01-01', endsBefore: '2026-02-01' },
      { startsOn: '2026-02-01', endsBefore: '2026-03-01' },
    ]);
    expect(rows.map((row) => [row.openingMinor, [...row.byCause], row.closingMinor, row.renewedMinor])).toEqual([
      [0n, [['new', 100n]], 100n, 0n],
      [
        100n,
        [
          ['expansion', 50n],
          ['contraction', -30n],
        ],
        120n,
        100n,
      ],
    ]);
    expect(arrAt(steps, '2026-02-28')).toBe(120n);
  });
});

describe('consistency of a plan', () => {
  it('names an NRR that cannot hold: at 150% the base alone would take 6.6 months', () => {
    // ln(1.25) ÷ ln(1.5) × 12 = 6.604
    const [first, second] = conflictsOf({ version: 1, content: plan });
    // 1,000 ÷ 800 = 125%; 150 − 125 = 25 points
    expect(first).toEqual({
      code: 'nrr-above-growth',
      sentence:
        "The built-in plan's own targets disagree by 25 points: it asks for net revenue retention of 150%, and for a growth that leaves room for 125% even without one new customer (at 150% the opening base alone would reach the target in 6.6 months); no figure rests on it, and a new version of the plan (PUT /api/v1/plan) with netRevenueRetention of 12500 basis points or less settles it.",
      targetBps: 15_000,
      feasibleBps: 12_500,
    });
    // (800 + 200 × 70%) ÷ 800 = 117.5%; 150 − 117.5 = 32.5 points
    expect(second).toEqual({
      code: 'nrr-above-composition',
      sentence:
        "The built-in plan's own targets disagree by 32.5 points: it asks for net revenue retention of 150%, and for 30% of the growth from new customers, which leaves the opening base room for 117.5%; no figure rests on it, and a new version of the plan (PUT /api/v1/plan) with netRevenueRetention of 11750 basis points or less settles it.",
      targetBps: 15_000,
      feasibleBps: 11_750,
    });
  });

  it('names the version of a plan that was set, and has nothing left to say once its remedy was taken', () => {
    expect(conflictsOf({ version: 3, content: plan })[0]?.sentence).toMatch(/^Plan version 3's own targets disagree by 25 points: /);
    const mended = (netRevenueRetention: number) => ({ ...plan, targetsBps: { ...plan.targetsBps, netRevenueRetention } });
    expect(conflictsOf({ version: 4, content: mended(12_500) }).map(({ code }) => code)).toEqual(['nrr-above-composition']);
    expect(conflictsOf({ version: 4, content: mended(11_750) })).toEqual([]);
  });

  it('says nothing about a plan that fits', () => {
    const content = { ...plan, targetsBps: { ...plan.targetsBps, netRevenueRetention: 11_000 } };
    expect(conflictsOf({ version: 1, content })).toEqual([]);
  });
});

it('is not reached on a day that is still to come, however high ARR stands before its plan begins', () => {
  const steps = [{ date: '2026-03-01', cause: 'new' as const, currency: 'USD', amount: { amountMinor: 100n, planMinor: 100n } }];
  expect(reachedOn(steps, 90n, '2027-01-01', '2026-11-01')).toBeUndefined();
  expect(reachedOn(steps, 90n, '2027-01-01', '2027-01-01')).toBe('2027-01-01');
});
