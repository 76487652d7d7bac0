import { describe, expect, it } from 'vitest';
import { figureOf, questionOf } from '../../../functions/arr/figures/figure.ts';
import { type StatusInput, statusOf } from '../../../functions/arr/figures/status.ts';
import { Course, type HasRate } from '../../../functions/arr/totals/course.ts';
import { EVERYTHING, OPENING_DATE, type Step } from '../../../functions/arr/totals/series.ts';
import { type PlanContent, plannedPath } from '../../../functions/company/index.ts';
import { CALENDAR_YEAR } from '../../../functions/platform/fiscal.ts';

/** In dollars: one amount. In pounds: 1.30 dollars each, where they have a rate on the day, otherwise 0. */
const step = (date: string, amount: number, more: Partial<Step> & { plan?: number } = {}): Step => ({
  date,
  cause: more.cause ?? 'new',
  currency: more.currency ?? 'USD',
  amount: { amountMinor: BigInt(amount), planMinor: BigInt(more.plan ?? amount) },
});
const pounds = (date: string, amount: number, plan = 0, cause: Step['cause'] = 'new'): Step =>
  step(date, amount, { currency: 'GBP', plan, cause });

/** Pounds have a plan rate from 1 June 2026 on. */
const hasRate: HasRate = (currency, on) => currency === 'USD' || on >= '2026-06-01';

/** 800 dollars for long; 100 pounds from 10 March on, which are 130 dollars since the rate of 1 June. */
const STEPS = [
  step(OPENING_DATE, 700, { cause: 'opening' }),
  step('2026-02-10', 100),
  pounds('2026-03-10', 100),
  pounds('2026-06-01', 0, 130, 'fx'),
  step('2026-06-20', 70, { cause: 'expansion' }),
];
const course = new Course(STEPS, hasRate);

describe('ARR of a day', () => {
  it('is whole or unknown: a currency that has ARR and no plan rate makes it unknown', () => {
    expect(course.arrAt('2026-03-09')).toBe(800n); // 700 + 100
    expect(course.arrAt('2026-03-10')).toBeUndefined(); // and 100 pounds
    expect(course.arrAt('2026-05-31')).toBeUndefined();
    expect(course.arrAt('2026-06-01')).toBe(930n); // 800 + 130
    expect(course.arrAt('2026-06-20')).toBe(1_000n); // 930 + 70
  });

  it('is known again once the currency has no ARR any more', () => {
    const left = new Course([...STEPS.slice(0, 3), pounds('2026-04-01', -100, 0, 'churn')], hasRate);
    expect(left.arrAt('2026-03-31')).toBeUndefined();
    expect(left.arrAt('2026-04-01')).toBe(800n);
    // The period from one whole day to the other is not whole: 100 pounds came and went within it.
    expect(left.isWhole('2026-03-09', '2026-04-01')).toBe(false);
    expect(left.unconverted('2026-03-09', '2026-04-01')).toEqual([{ currency: 'GBP', on: '2026-03-10', amountMinor: 100n }]);
  });

  it('names the first day without a rate, and the ARR of that day in its own minor units', () => {
    expect(course.unconverted('2026-01-01', '2026-12-31')).toEqual([{ currency: 'GBP', on: '2026-03-10', amountMinor: 100n }]);
    expect(course.unconverted('2026-04-15')).toEqual([{ currency: 'GBP', on: '2026-04-15', amountMinor: 100n }]);
    expect(course.unconverted('2026-06-01', '2026-12-31')).toEqual([]);
  });

  it('of an origin, which is told in the plan currency alone, is as whole as the total', () => {
    const landed = new Course([step('2026-02-10', 100, { cause: 'stock' })], hasRate, STEPS);
    expect([landed.arrAt('2026-03-09'), landed.arrAt('2026-03-10'), landed.arrAt('2026-06-01')]).toEqual([100n, undefined, 100n]);
  });
});

describe('rows of the waterfall', () => {
  it('say what is unconverted from the opening to the closing', () => {
    const months = ['2026-02', '2026-03', '2026-04', '2026-06', '2026-07'].map((month) => ({
      startsOn: `${month}-01`,
      endsBefore: `2026-${String(Number(month.slice(5)) + 1).padStart(2, '0')}-01`,
    }));
    const rows = course.rows(months).map(({ openingMinor, closingMinor, unconverted }) => ({ openingMinor, closingMinor, unconverted }));
    expect(rows.map(({ unconverted }) => unconverted.map(({ currency, on }) => `${currency} ${on}`))).toEqual([
      [],
      ['GBP 2026-03-10'],
      ['GBP 2026-03-31'],
      ['GBP 2026-05-31'], // the opening of June
      [],
    ]);
    expect(rows[0]).toMatchObject({ openingMinor: 700n, closingMinor: 800n });
    expect(rows[4]).toMatchObject({ openingMinor: 1_000n, closingMinor: 1_000n });
  });
});

/** From 700 to 1,100 over 2026, evenly phased by month. */
const content = {
  startsOn: '2026-01-01',
  targetOn: '2026-12-31',
  openingArrMinor: '700',
  targetArrMinor: '1100',
  compositionBps: { landed: 3_000, expanded: 5_000, renewalUplift: 2_000 },
  phasing: { kind: 'net', monthlyBps: [833, 833, 834, 833, 833, 834, 833, 833, 834, 833, 833, 834] },
  targetsBps: { netRevenueRetention: 10_000 },
} as unknown as PlanContent;

/** The same history as counters of the totals. */
const totals: StatusInput['totals'] = {
  before: new Map([
    ['total||USD', 700n],
    ['origin|landed|USD', 700n],
  ]),
  months: new Map([
    [
      '2026-02',
      new Map([
        ['10|total||new|USD', 100n],
        ['10|origin|landed|stock|USD', 100n],
      ]),
    ],
    ['2026-03', new Map([['10|total||new|GBP', 100n]])],
    [
      '2026-06',
      new Map([
        ['01|total||fx|GBP=', 130n],
        ['01|origin|landed|stock|USD', 130n],
        ['20|total||expansion|USD', 70n],
        ['20|origin|expanded|stock|USD', 70n],
      ]),
    ],
  ]),
};

const statusOn = (on: string, rates: HasRate = hasRate) =>
  statusOf({
    totals,
    plan: { version: 1, content, changedBy: 'configuration', reason: 'built in' },
    planCurrency: 'USD',
    planned: plannedPath(content, CALENDAR_YEAR),
    on,
    hasRate: rates,
  });

describe('status without a plan rate', () => {
  it('says nothing that rests on unknown ARR, and what is missing', () => {
    const status = statusOn('2026-04-30');
    expect(status.arrMinor).toBeUndefined();
    expect(status.milestone).toEqual({
      targetMinor: 1_100n,
      targetOn: '2026-12-31',
      progressBps: undefined,
      gapClosedBps: undefined,
      remainingMinor: undefined,
      thresholds: undefined,
    });
    // 700 + 400 × (833 + 833 + 834 + 833) ÷ 10,000 = 833; a month earlier 700 + 400 × 25% = 800, on 30 March 30⁄31 of the way: 799
    expect(status.velocity).toEqual({
      dailyMinor: undefined,
      weeklyMinor: undefined,
      monthlyMinor: undefined,
      plannedMonthlyMinor: 34n,
      aheadOfPlanMinor: undefined,
      plannedArrMinor: 833n,
      requiredDailyMinor: undefined,
    });
    expect(status.growth).toEqual({
      yearAgoMinor: 700n,
      monthOverMonthBps: undefined,
      quarterOverQuarterBps: undefined,
      yearOverYearBps: undefined,
    });
    expect(status.eta).toBeUndefined();
    expect(status.composition).toEqual({ originOfStock: undefined, twelveMonthBridge: undefined, bookingsMix: undefined });
    expect(status.byCurrency).toEqual([
      { currency: 'GBP', amountMinor: 100n },
      { currency: 'USD', amountMinor: 800n, planMinor: 800n },
    ]);
    expect(status.unconverted).toEqual([
      {
        currency: 'GBP',
        on: '2026-03-10',
        amountMinor: 100n,
        code: 'rate-missing',
        detail: 'There is no plan rate GBP/USD on 2026-03-10: load one of that day or earlier by PUT /api/v1/fx/rates.',
      },
    ]);
  });

  it('says what rests on days that are whole, and leaves out what looks at the others', () => {
    const status = statusOn('2026-07-05');
    expect(status.arrMinor).toBe(1_000n);
    expect(status.milestone).toMatchObject({ progressBps: 9_091, gapClosedBps: 7_500, remainingMinor: 100n }); // 1,000 ÷ 1,100; 300 ÷ 400
    expect(status.milestone.thresholds).toBeUndefined(); // 90% may have been crossed in spring
    expect(status.velocity).toMatchObject({ dailyMinor: 0n, weeklyMinor: 0n, monthlyMinor: 70n }); // on 5 June: 930
    expect(status.growth).toEqual({ yearAgoMinor: 700n, monthOverMonthBps: 753, quarterOverQuarterBps: undefined, yearOverYearBps: 4_286 }); // 70 ÷ 930; 5 April; 300 ÷ 700
    expect(status.eta).toBeUndefined();
    expect(status.composition.originOfStock).toMatchObject({ totalMinor: 1_000n });
    expect([status.composition.twelveMonthBridge, status.composition.bookingsMix]).toEqual([undefined, undefined]);
    expect(status.unconverted.map(({ currency, on }) => [currency, on])).toEqual([['GBP', '2026-03-10']]);
  });

  it('says everything once the rate reaches back', () => {
    const status = statusOn('2026-07-05', () => true);
    expect(status.unconverted).toEqual([]);
    expect(status.milestone.thresholds?.map(({ reachedOn }) => reachedOn)).toEqual(['2026-06-20', undefined, undefined, undefined]); // 990 of 1,100
    expect(status.eta?.confidenceBps).toBe(8_000);
    expect(status.composition.bookingsMix).toMatchObject({ totalMinor: 170n }); // 100 new, 70 expansion
    expect(status.composition.twelveMonthBridge).toMatchObject({
      openingMinor: 700n,
      closingMinor: 1_000n,
      movements: [{ name: 'expansion' }, { name: 'fx' }, { name: 'new' }],
    });
  });
});

describe('a figure', () => {
  const figure = (wanted: Parameters<typeof questionOf>[0]) => {
    const question = questionOf(wanted);
    if (!question.ok) throw new Error(question.problem.detail);
    return figureOf(course, question.value, EVERYTHING);
  };

  it('of a day is the opening of its month and the movements since', () => {
    expect(figure({ on: '2026-02-10' })).toMatchObject({
      amountMinor: 800n,
      openingMinor: 700n,
      movementsMinor: 100n,
      closingMinor: 800n,
      byCurrency: [{ currency: 'USD', openingMinor: 700n, movementsMinor: 100n, closingMinor: 800n, planMinor: 800n }],
      hasOpening: true,
    });
  });

  it('of a period is what moved, for all causes or for one', () => {
    expect(figure({ from: '2026-06-02', to: '2026-06-30' })).toMatchObject({ amountMinor: 70n, openingMinor: 930n, closingMinor: 1_000n });
    expect(figure({ from: '2026-01-01', to: '2026-02-28', cause: 'new' })).toEqual({
      amountMinor: 100n,
      openingMinor: undefined,
      movementsMinor: 100n,
      closingMinor: undefined,
      byCurrency: [{ currency: 'USD', openingMinor: undefined, movementsMinor: 100n, closingMinor: undefined, planMinor: 100n }],
      unconverted: [],
      hasOpening: true,
    });
  });

  it('that looks at a day without a plan rate is told by currency only', () => {
    expect(figure({ on: '2026-03-31' })).toMatchObject({
      amountMinor: undefined,
      openingMinor: 800n,
      movementsMinor: undefined,
      byCurrency: [
        { currency: 'GBP', openingMinor: 0n, movementsMinor: 100n, closingMinor: 100n, planMinor: undefined },
        { currency: 'USD', openingMinor: 800n, movementsMinor: 0n, closingMinor: 800n, planMinor: 800n },
      ],
      unconverted: [{ currency: 'GBP', on: '2026-03-10', amountMinor: 100n }],
    });
  });

  it('is asked for by a day or by a period, and by nothing that contradicts it', () => {
    const code = (wanted: Parameters<typeof questionOf>[0]): string => {
      const question = questionOf(wanted);
      return question.ok ? 'ok' : question.problem.code;
    };
    expect(code({ from: '2026-01-01' })).toBe('question-incomplete');
    expect(code({ on: '2026-01-01', value: 'Starter' })).toBe('question-incomplete');
    expect(code({ on: '2026-01-01', cause: 'new' })).toBe('question-invalid');
    expect(code({ on: '2026-01-01', to: '2026-02-01' })).toBe('question-invalid');
    expect(code({ from: '2026-01-01', to: '2026-01-31', dimension: 'origin', value: 'landed', cause: 'new' })).toBe('question-invalid');
    expect(code({ from: '2026-02-01', to: '2026-01-31' })).toBe('period-invalid');
    expect(code({ from: '2016-01-01', to: '2025-12-31' })).toBe('ok'); // ten years to the day
    expect(code({ from: '2016-01-01', to: '2026-01-01' })).toBe('period-invalid');
  });
});

it('is not whole while a currency whose rate was just loaded has not been decided under it', () => {
  const steps = [
    { date: '2026-01-10', cause: 'new' as const, currency: 'GBP', amount: { amountMinor: 100n, planMinor: 0n } },
    { date: '2026-06-10', cause: 'new' as const, currency: 'USD', amount: { amountMinor: 50n, planMinor: 50n } },
  ];
  const course = new Course(steps, () => true);
  expect(course.arrAt('2026-01-09')).toBe(0n);
  expect(course.arrAt('2026-06-30')).toBeUndefined();
  expect(course.unconverted('2026-06-30')).toEqual([{ currency: 'GBP', on: '2026-06-30', amountMinor: 100n }]);
});
