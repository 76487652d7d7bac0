import { describe, expect, it } from 'vitest';
import type { LevelRule } from '../../../functions/arr/alerts/alert.ts';
import { evaluate, type HeldBySubject, heldOf, isChanged, type Judged, sentenceOf } from '../../../functions/arr/alerts/engine.ts';
import type { Figures } from '../../../functions/arr/alerts/figures.ts';
import { forecastVariance } from '../../../functions/arr/alerts/forecast-variance.ts';
import { growth } from '../../../functions/arr/alerts/growth.ts';
import { margin } from '../../../functions/arr/alerts/margin.ts';
import { marginFall } from '../../../functions/arr/alerts/margin-fall.ts';
import { retention } from '../../../functions/arr/alerts/retention.ts';
import { LEVEL_RULES } from '../../../functions/arr/alerts/rules.ts';
import { velocity } from '../../../functions/arr/alerts/velocity.ts';
import { told, well } from './figures.ts';

/** Looks at one rule again and again, an hour apart; each look's first subject. */
const course = (rule: LevelRule, ...figures: readonly Figures[]): readonly Judged[] => {
  let held: HeldBySubject = {};
  return figures.map((one, i) => {
    const judged = evaluate([rule], one, held, `2026-11-05T${String(10 + i)}:00:00.000Z`);
    held = heldOf(judged);
    return judged[0] as Judged;
  });
};
const saidOf = (judged: readonly Judged[]) =>
  judged.map(({ standing, change }) => (change === undefined ? standing : `${standing}, ${change}`));

/** ARR of a year ago is 10,000 throughout. */
const grown = (nowMinor: bigint | undefined, yearAgoMinor: bigint | undefined = 10_000n): Figures => {
  const { arr } = well();
  return well({ arr: { ...arr, nowMinor, yearAgoMinor } });
};
const added = (addedInMonthMinor: bigint): Figures => well({ arr: { ...well().arr, addedInMonthMinor } });
const retained = (num: bigint): Figures => well({ netRevenueRetention: told(num) });
const gross = (num: bigint): Figures => well({ margins: [{ month: '2026-10', name: 'gross', margin: told(num) }] });
const fell = (from: bigint, to: bigint): Figures =>
  well({ closedMonths: [{ month: '2026-09', name: 'gross', margin: told(to), before: told(from) }] });
const { forecast: _none, ...withoutForecast } = well();
const came = (actualMinor: bigint): Figures =>
  well({ forecast: { period: '2026-10', forecastMinor: 1_000n, actualMinor, explain: '/api/v1/arr/forecast' } });

/**
 * Of each rule: just on the good side, just beyond the threshold, farther, back within the band, just before its end, at its end, and beyond
 * the threshold again.
 */
const COURSES: readonly (readonly [string, LevelRule, readonly Figures[]])[] = [
  // 20% of 10,000 is 2,000; the band ends at 21%, 2,100
  ['growth below 20%', growth, [12_000n, 11_999n, 11_000n, 12_000n, 12_099n, 12_100n, 11_999n].map((now) => grown(now))],
  // The plan adds 100; the band ends at 105%
  ['velocity below the plan', velocity, [100n, 99n, -20n, 100n, 104n, 105n, 99n].map(added)],
  // The plan asks for 150%; the band ends at 151%
  ['net revenue retention below the plan', retention, [15_000n, 14_999n, 11_700n, 15_000n, 15_099n, 15_100n, 14_999n].map(retained)],
  ['a margin below 40%', margin, [4_000n, 3_999n, 3_000n, 4_000n, 4_099n, 4_100n, 3_999n].map(gross)],
  // 5% of 1,000 is 50, above as below; the band ends at 4%
  ['variance above 5%', forecastVariance, [1_050n, 1_051n, 1_200n, 950n, 959n, 960n, 949n].map(came)],
];

it('each rule about a level has a course here', () => {
  expect(new Set([...COURSES.map(([, rule]) => rule), marginFall])).toEqual(new Set(LEVEL_RULES));
});

describe.each(COURSES)('%s', (_, rule, figures) => {
  it('is raised once, kept while the figure is within the band, cleared at its end, and raised again', () => {
    const judged = course(rule, ...figures);
    expect(saidOf(judged)).toEqual(['clear', 'open, raised', 'open', 'open', 'open', 'clear, cleared', 'open, raised']);
    expect(judged.map(({ times }) => times)).toEqual([0, 1, 1, 1, 1, 1, 2]);
    expect(judged[4]?.since).toBe('2026-11-05T11:00:00.000Z');
    expect(judged[5]?.wasRaised).toMatchObject({ at: '2026-11-05T11:00:00.000Z', on: '2026-11-05' });
  });

  it('changes nothing when the same figures are looked at again', () => {
    const [, beyond] = figures as [Figures, Figures];
    const first = evaluate([rule], beyond, {}, '2026-11-05T10:00:00.000Z');
    const again = evaluate([rule], beyond, heldOf(first), '2026-11-05T11:00:00.000Z');
    expect(again.map(({ change }) => change).filter((change) => change !== undefined)).toEqual([]);
    expect(isChanged(heldOf(first), heldOf(again))).toBe(false);
  });

  it('clears at once where it is back beyond the whole band at one look', () => {
    const [, beyond, , , , back] = figures as readonly [Figures, Figures, Figures, Figures, Figures, Figures];
    expect(saidOf(course(rule, beyond, back))).toEqual(['open, raised', 'clear, cleared']);
  });
});

describe('a fall in margin of a closed month', () => {
  it('is raised by any fall, stays, and clears when a restatement takes it back', () => {
    // 75.00% after 75.01%: a fall of 0.01 points
    expect(saidOf(course(marginFall, fell(7_500n, 7_500n), fell(7_501n, 7_500n), fell(7_501n, 7_400n), fell(7_501n, 7_501n)))).toEqual([
      'clear',
      'open, raised',
      'open',
      'clear, cleared',
    ]);
  });

  it('of a month that is not looked at any more is never told as fine', () => {
    const october = well({ closedMonths: [{ month: '2026-10', name: 'gross', margin: told(7_600n), before: told(7_500n) }] });
    const lookedAtAfter = (before: Figures): readonly Judged[] => {
      const first = evaluate([marginFall], before, {}, '2026-11-05T10:00:00.000Z');
      return evaluate([marginFall], october, heldOf(first), '2026-11-05T11:00:00.000Z');
    };
    expect(lookedAtAfter(fell(7_501n, 7_500n))).toMatchObject([
      { reading: { subject: 'gross 2026-10' }, standing: 'clear' },
      { reading: { subject: 'gross 2026-09' }, standing: 'unknown', raised: { at: '2026-11-05T10:00:00.000Z' } },
    ]);
    expect(lookedAtAfter(fell(7_501n, 7_500n)).map(({ change }) => change)).toEqual([undefined, undefined]);
    expect(lookedAtAfter(fell(7_500n, 7_501n)).map(({ reading }) => reading.subject)).toEqual(['gross 2026-10']);
  });
});

describe('a figure that is exact', () => {
  it('is beyond its threshold by less than what is shown', () => {
    // 199,999 ÷ 1,000,000 = 19.9999%, shown as 20%
    expect(saidOf(course(growth, grown(1_199_999n, 1_000_000n)))).toEqual(['open, raised']);
    expect(course(growth, grown(1_199_999n, 1_000_000n))[0]?.figureBps).toBe(2_000);
  });
});

describe('a figure that is missing', () => {
  const UNTOLD: readonly (readonly [LevelRule, Figures, string])[] = [
    [
      growth,
      well({ arr: { ...well().arr, nowMinor: undefined, unconverted: 'There is no plan rate EUR/USD on 2026-11-05.' } }),
      'Year-over-year growth of ARR cannot be told: There is no plan rate EUR/USD on 2026-11-05.',
    ],
    [growth, grown(10n, 0n), 'Year-over-year growth of ARR cannot be told: There was no ARR a year before.'],
    [
      velocity,
      well({ plan: { ...well().plan, monthFrom: '2025-12-31' } }),
      'ARR added in the last month, of what the phased plan adds in it, cannot be told: The plan began on 2026-01-01: a month of it is not over yet.',
    ],
    [
      velocity,
      well({ on: '2027-01-01' }),
      'ARR added in the last month, of what the phased plan adds in it, cannot be told: The plan ended on 2026-12-31, and no other is in force.',
    ],
    [
      velocity,
      well({ plan: { ...well().plan, addedInMonthMinor: 0n } }),
      'ARR added in the last month, of what the phased plan adds in it, cannot be told: The plan adds nothing in this month.',
    ],
    [
      retention,
      well({ netRevenueRetention: { ok: false, reason: 'There was no customer 12 months ago.' } }),
      'Net revenue retention cannot be told: There was no customer 12 months ago.',
    ],
    [marginFall, well({ closedMonths: [] }), 'A fall in margin of a closed month cannot be told: No month is closed yet.'],
    [margin, well({ margins: [] }), 'The gross margin cannot be told: No costs are recorded.'],
    [
      marginFall,
      well({ closedMonths: [{ month: '2026-09', name: 'gross', margin: told(1n), before: { ok: false, reason: 'Cogs are missing.' } }] }),
      'The fall of the gross margin in 2026-09, in points, cannot be told: Of the month before: Cogs are missing.',
    ],
    [
      forecastVariance,
      withoutForecast,
      'The variance of ARR from its forecast cannot be told: No forecast of the last month that is over is recorded.',
    ],
  ];

  it.each(UNTOLD)('of $id is said with its reason, neither as fine nor as raised', (rule, figures, sentence) => {
    const [judged] = course(rule, figures) as [Judged];
    expect(judged).toMatchObject({ standing: 'unknown', times: 0 });
    expect(judged).not.toHaveProperty('figureBps');
    expect(judged.change).toBeUndefined();
    expect(sentenceOf(judged)).toBe(sentence);
  });

  it('neither clears an alert nor raises it twice', () => {
    const gone = well({ netRevenueRetention: { ok: false, reason: 'Nobody knows.' } });
    const judged = course(retention, retained(11_700n), gone, retained(11_700n), gone, retained(15_100n));
    expect(saidOf(judged)).toEqual(['open, raised', 'unknown', 'open', 'unknown', 'clear, cleared']);
    expect(judged[1]?.raised).toEqual({ at: '2026-11-05T10:00:00.000Z', on: '2026-11-05', figureBps: 11_700 });
    expect(judged.map(({ times }) => times)).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('thresholds', () => {
  it('are the plan’s where it has them: another version of it judges anew', () => {
    const plan = { ...well().plan, netRevenueRetentionBps: 11_000 };
    const judged = course(retention, retained(11_700n), well({ netRevenueRetention: told(11_700n), plan }));
    // 117% is below 150%, and above 110% + 1
    expect(saidOf(judged)).toEqual(['open, raised', 'clear, cleared']);
  });

  it('say beside a target that cannot be met that it cannot', () => {
    const plan = { ...well().plan, retentionConflicts: ['The built-in plan’s own targets disagree by 25 points.'] };
    const [judged] = course(retention, well({ netRevenueRetention: told(11_700n), plan })) as [Judged];
    expect(sentenceOf(judged)).toBe(
      'Net revenue retention is 117%; its alert is raised below 150% and clears at 151%. The built-in plan’s own targets disagree by 25 points.',
    );
  });

  it('are the configuration’s elsewhere', () => {
    const { settings } = well();
    const strict = { ...settings, growth: { belowBps: 2_600, bandBps: 0 } };
    expect(saidOf(course(growth, well(), well({ settings: strict }), well()))).toEqual(['clear', 'open, raised', 'clear, cleared']);
  });
});

it('each margin is a subject of its own', () => {
  const both = evaluate(
    [margin],
    well({
      margins: [
        { month: '2026-09', name: 'gross', margin: told(3_000n) },
        { month: '2026-10', name: 'gross', margin: told(7_600n) },
        { month: '2026-10', name: 'contribution', margin: told(3_900n) },
      ],
    }),
    {},
    '2026-11-05T10:00:00.000Z',
  );
  // The last month counts: gross 76% of October, contribution 39%.
  expect(both.map(({ reading, standing }) => [reading.subject, standing])).toEqual([
    ['gross', 'clear'],
    ['contribution', 'open'],
  ]);
});
