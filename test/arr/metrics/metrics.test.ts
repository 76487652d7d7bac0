import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../../functions/arr/ledger/rows.ts';
import { bridgeOf, bridgesOf } from '../../../functions/arr/metrics/bridges.ts';
import { retentionChange } from '../../../functions/arr/metrics/change.ts';
import { type Cohort, cohortsOf } from '../../../functions/arr/metrics/cohorts.ts';
import type { Costs } from '../../../functions/arr/metrics/costs.ts';
import { type Cut, cutBy, dimensionsOf, uncut } from '../../../functions/arr/metrics/cut.ts';
import { type Due, duesByAttribute, duesByValue } from '../../../functions/arr/metrics/dues.ts';
import type { Facts } from '../../../functions/arr/metrics/metric.ts';
import { atParents } from '../../../functions/arr/metrics/parents.ts';
import { Months, periodsUpTo } from '../../../functions/arr/metrics/periods.ts';
import { retainedOf } from '../../../functions/arr/metrics/retained.ts';
import { asOfToday } from '../../../functions/arr/metrics/today.ts';
import { constantView, planView, reportedView } from '../../../functions/arr/metrics/views.ts';
import { enterprise, PRESETS } from '../../../functions/arr/profiles/presets.ts';
import { toEpochDay } from '../../../functions/platform/calendar.ts';
import { fraction } from '../../../functions/platform/decimal.ts';
import { CALENDAR_YEAR, type FiscalCalendar } from '../../../functions/platform/fiscal.ts';
import { factsTold, figure, ledgerTold, measured, moving, percent, type Told } from './told.ts';

const days = (...dates: readonly string[]): Int32Array => Int32Array.from(dates, toEpochDay);

/**
 * Six customers over fourteen months, who come, grow, shrink, leave and come back, with amounts so small that every month can be summed by heart:
 *
 * | customer | ARR                                                        |
 * | -------- | ---------------------------------------------------------- |
 * | a        | 50 from January to March 2025, 60 again from June on       |
 * | b        | 100 from January, 120 from May, 90 from October on         |
 * | c        | 30 in February                                             |
 * | d        | 80 from March on                                           |
 * | e        | 40 in May                                                  |
 * | f        | 25 from January 2026 on                                    |
 */
const HISTORY: readonly Told[] = [
  { on: '2025-01-01', customer: 'a', cause: 'new', major: 50 },
  { on: '2025-01-01', customer: 'b', cause: 'new', major: 100 },
  { on: '2025-02-01', customer: 'c', cause: 'new', major: 30 },
  { on: '2025-03-01', customer: 'd', cause: 'new', major: 80 },
  { on: '2025-03-01', customer: 'c', cause: 'churn', major: -30 },
  { on: '2025-04-01', customer: 'a', cause: 'churn', major: -50 },
  { on: '2025-05-01', customer: 'e', cause: 'new', major: 40 },
  { on: '2025-05-01', customer: 'b', cause: 'expansion', major: 20 },
  { on: '2025-06-01', customer: 'e', cause: 'churn', major: -40 },
  { on: '2025-06-01', customer: 'a', cause: 'reactivation', major: 60 },
  { on: '2025-10-01', customer: 'b', cause: 'contraction', major: -30 },
  { on: '2026-01-01', customer: 'f', cause: 'new', major: 25 },
];
const history = ledgerTold(HISTORY);

describe('a history of fourteen months', () => {
  it('foots month by month, with its customers', () => {
    const month = (on: string) => {
      const facts = factsTold(history, { on });
      const { byCause, closingMinor } = facts.period.bridge;
      return [
        Object.fromEntries([...byCause].map(([cause, amount]) => [cause, Number(amount) / 100])),
        Number(closingMinor) / 100,
        figure(facts, 'customers', 0),
      ];
    };
    expect(month('2025-01-31')).toEqual([{ new: 150 }, 150, '2']);
    expect(month('2025-02-28')).toEqual([{ new: 30 }, 180, '3']);
    expect(month('2025-03-31')).toEqual([{ new: 80, churn: -30 }, 230, '3']);
    expect(month('2025-04-30')).toEqual([{ churn: -50 }, 180, '2']);
    expect(month('2025-05-31')).toEqual([{ new: 40, expansion: 20 }, 240, '3']);
    expect(month('2025-06-30')).toEqual([{ churn: -40, reactivation: 60 }, 260, '3']);
    expect(month('2025-10-31')).toEqual([{ contraction: -30 }, 230, '3']);
    expect(month('2026-01-31')).toEqual([{ new: 25 }, 255, '4']);
  });

  it('keeps its January, with what came back where the profile counts that', () => {
    const of = (definitions: Facts['definitions']) => {
      const facts = factsTold(history, { on: '2026-01-31', definitions });
      return ['nrr', 'grr', 'logo-retention'].map((id) => percent(facts, id, 2));
    };
    // Base 150 (a 50, b 100). With a back: 60 + 90 = 150; min(50, 60) + min(100, 90) = 140; 2 of 2.
    expect(of(PRESETS['chartmogul-b2b'])).toEqual(['100.00', '93.33', '100.00']);
    // Without: 90; 90; 1 of 2.
    expect(of(PRESETS.smsb)).toEqual(['60.00', '60.00', '50.00']);
  });

  it('has a quick ratio of 1.5 in June with what came back, and of 0 without; none in July', () => {
    const june = factsTold(history, { on: '2025-06-30' });
    expect([figure(june, 'quick-ratio', 2), figure(june, 'quick-ratio-without-reactivation', 2)]).toEqual(['1.50', '0.00']); // 60 / 40, 0 / 40
    expect(measured(factsTold(history, { on: '2025-07-31' }), 'quick-ratio').value).toEqual({
      ok: false,
      problem: { code: 'not-defined', detail: 'It would divide by losses, which is 0.' },
    });
  });

  it('has a first cohort of two, of which one is away in April and May', () => {
    const ends = periodsUpTo(CALENDAR_YEAR, 'month', '2025-01-01', '2026-01-31').map(({ endsOn }) => endsOn);
    const [first] = cohortsOf(history.rows, uncut(history.rows, history.names), days(...ends), [0])[0] as readonly [Cohort];
    expect(first.customers).toBe(2);
    expect(first.active).toEqual([2, 2, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2]);
    expect(first.arrMinor.map((amount) => Number(amount) / 100)).toEqual([150, 150, 150, 100, 120, 180, 180, 180, 180, 150, 150, 150, 150]);
  });

  it('is the same however far the profile’s windows reach: a year before there was nothing', () => {
    expect(percent(factsTold(history, { on: '2025-06-30' }), 'nrr', 2)).toBe('not-defined');
  });
});

describe('who is there', () => {
  it('has not left who ends one line and begins another on the same day', () => {
    const ledger = ledgerTold([
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 50, line: 'old' },
      { on: '2025-06-01', customer: 'a', cause: 'transfer', major: -50, line: 'old', lineCause: 'churn' },
      { on: '2025-06-01', customer: 'a', cause: 'transfer', major: 50, line: 'new', lineCause: 'new' },
    ]);
    const facts = factsTold(ledger, { on: '2026-01-31', definitions: PRESETS.smsb });
    expect([percent(facts, 'nrr', 0), percent(facts, 'logo-retention', 0)]).toEqual(['100', '100']);
  });

  it('came as new once more where the profile decided so after it had been gone', () => {
    const ledger = ledgerTold([
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 50 },
      { on: '2025-02-01', customer: 'a', cause: 'churn', major: -50 },
      { on: '2025-09-01', customer: 'a', cause: 'new', major: 30 },
    ]);
    const facts = factsTold(ledger, { on: '2025-09-30' });
    expect([figure(facts, 'new-customers', 0), figure(facts, 'acv-new', 0)]).toEqual(['1', '3000']);
  });

  it('is not counted as new where what made it new was corrected away on the same day', () => {
    const ledger = ledgerTold([
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 50 },
      { on: '2025-01-01', customer: 'a', cause: 'new', major: -50, recordedOn: '2025-03-01' },
    ]);
    const facts = factsTold(ledger, { on: '2025-01-31' });
    expect([figure(facts, 'new-customers', 0), figure(facts, 'customers', 0)]).toEqual(['0', '0']);
  });

  it('counts renewals in no movement', () => {
    const ledger = ledgerTold([
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 80 },
      { on: '2025-01-01', customer: 'b', cause: 'new', major: 20 },
      { on: '2026-01-01', customer: 'a', cause: 'renewal', major: 80 },
      { on: '2026-01-01', customer: 'b', cause: 'churn', major: -20 },
    ]);
    const facts = factsTold(ledger, { on: '2026-01-31' });
    expect(facts.period.bridge).toMatchObject({ openingMinor: 10_000n, closingMinor: 8_000n, renewedMinor: 8_000n });
    expect(percent(facts, 'renewed-of-ended', 0)).toBe('80'); // 80 / (80 + 20)
  });
});

describe('values of a dimension', () => {
  const SMB = { segment: 'SMB', region: 'EMEA' };
  const ENTERPRISE = { segment: 'Enterprise', region: 'EMEA' };
  const ledger = ledgerTold([
    { on: '2025-01-01', customer: 'a', cause: 'new', major: 40, attributes: SMB },
    { on: '2025-01-01', customer: 'b', cause: 'new', major: 60, attributes: SMB },
    { on: '2025-01-01', customer: 'c', cause: 'new', major: 10 },
    { on: '2025-05-01', customer: 'a', cause: 'transfer', major: 40, attributes: ENTERPRISE, fromAttributes: SMB },
    { on: '2025-06-01', customer: 'a', cause: 'expansion', major: 20, attributes: ENTERPRISE },
    { on: '2025-06-01', customer: 'b', cause: 'contraction', major: -30, attributes: SMB },
  ]);
  const cut = cutBy(ledger.rows, ledger.names, 'segment') as Cut;

  it('are those of attributes, products, entities and currencies', () => {
    expect(dimensionsOf(ledger.names)).toEqual(['currency', 'entity', 'product', 'region', 'segment']);
    expect(cut.values).toEqual(['', 'Enterprise', 'SMB']);
    expect(cutBy(ledger.rows, ledger.names, 'colour')).toBeUndefined();
  });

  it('keep a customer in retention where it was when the cohort was taken', () => {
    const smb = factsTold(ledger, { on: '2026-01-31', dimension: 'segment', value: 'SMB' });
    expect(smb.year.retained).toMatchObject({ baseMinor: 10_000n, nowMinor: 9_000n, keptMinor: 7_000n, customers: 2, closing: 1 });
    expect([percent(smb, 'nrr', 0), percent(smb, 'grr', 0)]).toEqual(['90', '70']); // (60 + 30) / 100, (40 + 30) / 100
    expect([...smb.year.bridge.byCause]).toEqual([
      ['contraction', -3_000n],
      ['transfer', -4_000n],
    ]);
    expect(percent(factsTold(ledger, { on: '2026-01-31', dimension: 'segment', value: 'Enterprise' }), 'nrr', 0)).toBe('not-defined');
  });

  it('are those of today for all of a customer’s history where that is asked for: nothing is transferred', () => {
    const today = asOfToday(ledger.rows, cut, toEpochDay('2026-01-31'));
    const looks = days('2025-01-31', '2026-01-31');
    const retained = retainedOf(ledger.rows, today, looks, [{ from: 0, to: 1 }]);
    expect(retained.of(0, 1)).toMatchObject({ baseMinor: 4_000n, nowMinor: 6_000n, customers: 1 }); // a
    expect(retained.of(0, 2)).toMatchObject({ baseMinor: 6_000n, nowMinor: 3_000n, customers: 1 }); // b
    expect(asOfToday(ledger.rows, cutBy(ledger.rows, ledger.names, 'product') as Cut, 0).ofParts).toBe(true);
  });

  it('are those of who comes later, or has an adjustment alone, as they are told: what is known ahead is in the view of today', () => {
    const ahead = ledgerTold([
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 40, attributes: SMB },
      { on: '2025-02-01', customer: 'b', cause: 'adjustment', major: 7, attributes: SMB },
      {
        on: '2025-03-01',
        customer: 'b',
        cause: 'transfer',
        major: 7,
        attributes: ENTERPRISE,
        fromAttributes: SMB,
        lineCause: 'adjustment',
      },
      { on: '2026-05-01', customer: 'c', cause: 'new', major: 90, attributes: ENTERPRISE, recordedOn: '2026-01-01' },
      {
        on: '2026-06-01',
        customer: 'c',
        cause: 'transfer',
        major: 90,
        attributes: SMB,
        fromAttributes: ENTERPRISE,
        recordedOn: '2026-01-01',
      },
      { on: '2026-07-01', customer: 'c', cause: 'churn', major: -90, attributes: SMB, recordedOn: '2026-01-01' },
    ]);
    const then = cutBy(ahead.rows, ahead.names, 'segment') as Cut;
    const today = asOfToday(ahead.rows, then, toEpochDay('2026-01-31'));
    const bridges = bridgesOf(ahead.rows, today, days('2026-01-31', '2026-06-30', '2026-07-31'));
    const closing = (look: number) =>
      ['SMB', 'Enterprise'].map((value) => bridgeOf(bridges, today.values.indexOf(value), -1, look).closingMinor);
    expect([closing(0), closing(1), closing(2)]).toEqual([
      [4_000n, 700n],
      [4_000n, 9_700n],
      [4_000n, 700n],
    ]);
  });

  it('hold a customer that changed and was corrected on one day where it is in the end', () => {
    const corrected = ledgerTold([
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 40, attributes: SMB },
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 40, attributes: ENTERPRISE, recordedOn: '2025-02-01' },
      { on: '2025-01-01', customer: 'a', cause: 'new', major: -40, attributes: SMB, recordedOn: '2025-02-01' },
    ]);
    const facts = factsTold(corrected, { on: '2026-01-31', dimension: 'segment', value: 'Enterprise' });
    expect(facts.year.retained).toMatchObject({ baseMinor: 4_000n, customers: 1, closing: 1 });
  });

  it('are looked at product by product: who goes from one to another has left the first', () => {
    const swap = ledgerTold([
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 40, product: 'old' },
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 10, product: 'other' },
      { on: '2025-06-01', customer: 'a', cause: 'transfer', major: -40, product: 'old', lineCause: 'churn' },
      { on: '2025-06-01', customer: 'a', cause: 'transfer', major: 40, product: 'new', lineCause: 'new' },
    ]);
    const of = (value: string) => factsTold(swap, { on: '2026-01-31', dimension: 'product', value });
    expect([percent(of('old'), 'nrr', 0), percent(of('other'), 'nrr', 0), percent(of('new'), 'nrr', 0)]).toEqual([
      '0',
      '100',
      'not-defined',
    ]);
    expect([...of('old').year.bridge.byCause]).toEqual([['churn', -4_000n]]);
    expect(percent(factsTold(swap, { on: '2026-01-31' }), 'nrr', 0)).toBe('100');
  });
});

describe('currency views', () => {
  const ledger = ledgerTold([
    { on: '2025-12-01', customer: 'a', cause: 'new', minor: 10_000n, planMinor: 11_000n, currency: 'EUR' },
    { on: '2025-12-01', customer: 'b', cause: 'new', minor: 5_000n },
    { on: '2026-01-10', customer: 'a', cause: 'expansion', minor: 2_000n, planMinor: 2_200n, currency: 'EUR' },
    { on: '2026-01-20', customer: 'a', cause: 'fx', minor: 0n, planMinor: 600n, currency: 'EUR' },
  ]);
  const looks = days('2025-12-31', '2026-01-31');
  /** 1.20 at the end of December, 1.25 on 10 January, 1.15 at its end. */
  const rates = new Map([
    [toEpochDay('2025-12-31'), fraction(120n, 100n)],
    [toEpochDay('2026-01-10'), fraction(125n, 100n)],
    [toEpochDay('2026-01-31'), fraction(115n, 100n)],
  ]);

  it('reported: balances at the closing rate, movements at that of their day, and FX is what is left', () => {
    const { rows, missing } = reportedView(ledger.rows, ledger.names, 'USD', looks, (_, day) => rates.get(day));
    expect(missing).toEqual([]);
    const { bridge } = factsTold({ ...ledger, rows }, { on: '2026-01-31' }).period;
    // 100 € × 1.20 + 50; 20 € × 1.25 = 25; 120 € × 1.15 + 50 = 188; FX 188 − 170 − 25 = −7
    expect(bridge).toMatchObject({ openingMinor: 17_000n, closingMinor: 18_800n });
    expect([...bridge.byCause].sort()).toEqual([
      ['expansion', 2_500n],
      ['fx', -700n],
    ]);
  });

  it('reported: who leaves between two looks has nothing from that day on, whatever rates did before', () => {
    const left = ledgerTold([
      { on: '2025-12-01', customer: 'a', cause: 'new', minor: 10_000n, currency: 'EUR' },
      { on: '2026-01-10', customer: 'a', cause: 'churn', minor: -10_000n, currency: 'EUR' },
      { on: '2026-01-20', customer: 'a', cause: 'reactivation', minor: 9_000n },
    ]);
    const { rows } = reportedView(left.rows, left.names, 'USD', looks, (_, day) => rates.get(day));
    const { bridge, retained } = factsTold({ ...left, rows }, { on: '2026-01-31' }).period;
    // 100 € × 1.20; × 1.25 when they leave; FX 125 − 120 on that day.
    expect([...bridge.byCause].sort()).toEqual([
      ['churn', -12_500n],
      ['fx', 500n],
      ['reactivation', 9_000n],
    ]);
    expect(retained).toMatchObject({ baseMinor: 12_000n, nowMinor: 9_000n, stayedMinor: 0n, keptStayedMinor: 0n });
  });

  it('reported: says which rate is missing, and for which day', () => {
    const { missing } = reportedView(ledger.rows, ledger.names, 'USD', looks, (_, day) =>
      day < toEpochDay('2026-01-31') ? fraction(1n) : undefined,
    );
    expect(missing).toEqual([{ currency: 'EUR', day: toEpochDay('2026-01-31') }]);
    // ARR that came on 1 December is first told at the end of the month: by the rate of that day.
    expect(reportedView(ledger.rows, ledger.names, 'USD', looks, () => undefined).missing).toEqual([
      { currency: 'EUR', day: toEpochDay('2025-12-31') },
    ]);
  });

  it('reported: needs no rate of a currency that nobody had any more when it is first looked at', () => {
    const gone = ledgerTold([
      { on: '2020-12-01', customer: 'a', cause: 'new', minor: 10_000n, currency: 'CHF' },
      { on: '2021-12-01', customer: 'a', cause: 'churn', minor: -10_000n, currency: 'CHF' },
      { on: '2021-12-01', customer: 'b', cause: 'new', minor: 7_000n },
    ]);
    const { rows, missing } = reportedView(gone.rows, gone.names, 'USD', looks, () => undefined);
    expect(missing).toEqual([]);
    expect(factsTold({ ...gone, rows }, { on: '2026-01-31' }).period.bridge).toMatchObject({ openingMinor: 7_000n, closingMinor: 7_000n });
  });

  it('constant: all of history at the rates of the last look, so that nothing is FX and NRR is of what customers did', () => {
    // The plan rate falls from 1.10 to 1.00 on 1 March: 120 € lose 12.00.
    const told = ledgerTold([
      { on: '2025-01-10', customer: 'a', cause: 'new', minor: 10_000n, planMinor: 11_000n, currency: 'EUR' },
      { on: '2025-06-10', customer: 'a', cause: 'expansion', minor: 2_000n, planMinor: 2_200n, currency: 'EUR' },
      { on: '2026-03-01', customer: 'a', cause: 'fx', minor: 0n, planMinor: -1_200n, currency: 'EUR' },
    ]);
    const year = days('2025-02-28', '2025-03-31', '2026-02-28', '2026-03-31');
    const rateOn = (_: string, day: number) => (day < toEpochDay('2026-03-01') ? fraction(11n, 10n) : fraction(1n));
    const { rows, missing } = constantView(told.rows, told.names, 'USD', year, rateOn);
    expect(missing).toEqual([]);
    const [plan, constant] = [told, { ...told, rows }].map((ledger) => factsTold(ledger, { on: '2026-03-31' }));
    // 120 € × 1.00 of 100 € × 1.10, and of 100 € × 1.00; of the first, 10.91 points less are FX
    expect([percent(plan as Facts, 'nrr', 2), percent(constant as Facts, 'nrr', 2)]).toEqual(['109.09', '120.00']);
    expect([(plan as Facts).period.bridge.byCause.get('fx'), (constant as Facts).period.bridge.byCause.get('fx')]).toEqual([
      -1_200n,
      undefined,
    ]);
    expect([figure(plan as Facts, 'arr', 0), figure(constant as Facts, 'arr', 0)]).toEqual(['12000', '12000']);
    // What is missing is the plan rate of the last look alone.
    expect(constantView(told.rows, told.names, 'USD', year, () => undefined).missing).toEqual([
      { currency: 'EUR', day: toEpochDay('2026-03-31') },
    ]);
  });

  it('plan: says which plan rate is missing on the first day looked at, or of which nothing was decided under one', () => {
    const since = (first: string) => (_: string, day: number) => day >= toEpochDay(first);
    expect(planView(ledger.rows, ledger.names, 'USD', looks, since('2020-01-01')).missing).toEqual([]);
    expect(planView(ledger.rows, ledger.names, 'USD', looks, since('2026-01-01')).missing).toEqual([
      { currency: 'EUR', day: toEpochDay('2025-12-31') },
    ]);
    const undecided = ledgerTold([{ on: '2026-01-05', customer: 'a', cause: 'new', minor: 10_000n, planMinor: 0n, currency: 'EUR' }]);
    expect(planView(undecided.rows, undecided.names, 'USD', looks, since('2020-01-01')).missing).toEqual([
      { currency: 'EUR', day: toEpochDay('2026-01-05') },
    ]);
  });
});

describe('unit economics', () => {
  const whole = { cogs: 2_000n, support: 500n, sales: 1_500n, marketing: 500n, research: 1_000n, general: 500n, other: 1_000n };
  const cash = { 'operating-cash-flow': -3_000n, 'capital-expenditure': 1_000n };
  const costs: Costs = { '2026-03-01': { revenue: 10_000n, ...whole, ...cash } };
  const flows = { opening: 1000, new: 120, churn: 20 };
  const facts = (kept: Costs | undefined = costs, on = '2026-03-31') =>
    factsTold(ledgerTold(moving('2026-03-10', flows)), { on, ...(kept === undefined ? {} : { costs: kept }) });

  it('has a margin for each name', () => {
    expect(['gross', 'contribution', 'operating', 'net', 'free-cash-flow'].map((name) => percent(facts(), `${name}-margin`, 0))).toEqual([
      '75', // (100 − 20 − 5) / 100
      '55', // less 15 and 5
      '40', // less 10 and 5
      '30', // less 10
      '-40', // (−30 − 10) / 100
    ]);
  });

  it('caps the lifetime that LTV assumes, and tells it without the cap beside it', () => {
    // 2 customers at the beginning, 1 left: a lifetime of 2 months. ARR 1,100 ÷ 12 × 75% × 2 ÷ 2 customers
    expect([figure(facts(), 'ltv', 0), figure(facts(), 'ltv-uncapped', 0)]).toEqual(['6875', '6875']);
    expect([figure(facts(), 'cac', 0), figure(facts(), 'ltv-to-cac', 4)]).toEqual(['2000', '3.4375']); // 20 / 1; 68.75 / 20
    const nobodyLeaves = factsTold(ledgerTold(moving('2026-03-10', { opening: 1000, new: 200 })), { on: '2026-03-31', costs });
    expect(figure(nobodyLeaves, 'ltv', 0)).toBe('225000'); // 1,200 ÷ 12 × 75% × 60 months ÷ 2 customers
    expect(figure(nobodyLeaves, 'ltv-uncapped', 0)).toBe('not-defined');
    expect(figure(nobodyLeaves, 'ltv-to-cac-uncapped', 0)).toBe('not-defined');
  });

  it('burns 0.4 for each unit of net new ARR, which is not meaningful for who burns nothing or does not grow', () => {
    expect(figure(facts(), 'burn-multiple', 2)).toBe('0.40'); // (10 + 30) / (120 − 20)
    const earning: Costs = { '2026-03-01': { ...costs['2026-03-01'], 'operating-cash-flow': 5_000n } };
    expect(figure(facts(earning), 'burn-multiple', 2)).toBe('not-meaningful');
    const shrinking = factsTold(ledgerTold(moving('2026-03-10', { opening: 1000, churn: 20 })), { on: '2026-03-31', costs });
    expect(figure(shrinking, 'burn-multiple', 2)).toBe('not-meaningful');
  });

  it('adds growth and the margin that it names to a Rule of 40', () => {
    const year: Costs = Object.fromEntries(
      ['04', '05', '06', '07', '08', '09', '10', '11', '12'].map((month) => [`2025-${month}-01`, { revenue: 10_000n, ...whole, ...cash }]),
    );
    const all = {
      ...year,
      '2026-01-01': costs['2026-03-01'],
      '2026-02-01': costs['2026-03-01'],
      '2026-03-01': costs['2026-03-01'],
    } as Costs;
    // ARR 1,000 → 1,100: 10% + 40%; 10% − 40%
    expect([percent(facts(all), 'rule-of-40-operating', 0), percent(facts(all), 'rule-of-40-free-cash-flow', 0)]).toEqual(['50', '-30']);
  });

  it('takes for a magic number by ARR what the quarter added, without × 4', () => {
    const before = { sales: 4_000n, marketing: 1_000n };
    const kept: Costs = { '2025-10-01': before, '2025-11-01': before, '2025-12-01': before };
    expect(figure(facts(kept), 'magic-number-arr', 4)).toBe('0.6667'); // (1,100 − 1,000) / (3 × 50)
  });

  it('says which month lacks which function, and that a month is not over', () => {
    const lacks = measured(facts({ '2026-03-01': { revenue: 1n, cogs: 0n } }), 'gross-margin').value;
    expect(lacks).toEqual({ ok: false, problem: { code: 'costs-missing', detail: 'Not told: support of the month from 2026-03-01.' } });
    const early = measured(facts(costs, '2026-03-20'), 'gross-margin').value;
    expect(early).toEqual({
      ok: false,
      problem: {
        code: 'costs-missing',
        detail: 'Costs are told by whole fiscal months, and the one that begins on 2026-03-01 is not over.',
      },
    });
    const part = factsTold(ledgerTold(moving('2026-03-10', flows)), { on: '2026-03-31' });
    expect(measured(part, 'cac').value).toMatchObject({ ok: false, problem: { code: 'costs-missing' } });
  });

  it('has no payback where new customers bring no gross profit', () => {
    const none: Costs = { '2026-03-01': { ...costs['2026-03-01'], cogs: 20_000n } };
    expect(figure(facts(none), 'cac-payback', 2)).toBe('not-meaningful');
  });
});

describe('renewal rate', () => {
  const ledger = ledgerTold([
    ...['a', 'b', 'c', 'd'].map(
      (customer): Told => ({ on: '2025-01-01', customer, cause: 'new', major: 100, attributes: { segment: 'SMB' } }),
    ),
    {
      on: '2025-12-01',
      customer: 'a',
      cause: 'transfer',
      major: 100,
      attributes: { segment: 'Enterprise' },
      fromAttributes: { segment: 'SMB' },
    },
    {
      on: '2026-01-01',
      customer: 'b',
      cause: 'transfer',
      major: 100,
      attributes: { segment: 'Enterprise' },
      fromAttributes: { segment: 'SMB' },
    },
  ]);
  const due = (customerId: string, renewed: number, more: Partial<Due> = {}): Due => ({
    ...{ customerId, productId: 'p', legalEntity: 'acme', currency: 'USD', dueOn: '2026-01-01', dueMinor: 10_000n },
    ...{ renewedMinor: BigInt(renewed) * 100n, isSettled: true, attributes: { segment: customerId === 'a' ? 'Enterprise' : 'SMB' } },
    ...more,
  });
  const dues = [due('a', 100), due('b', 60), due('c', 0, { productId: 'q' }), due('d', 0, { isSettled: false })];
  const rate = (on: string, told: readonly Due[] | undefined) =>
    percent(factsTold(ledger, told === undefined ? { on } : { on, dues: told }), 'renewal-rate', 2);

  it('looks at what came up alone, and leaves out what is open', () => {
    expect(rate('2026-01-31', dues)).toBe('53.33'); // 160 of 300
    expect(rate('2026-01-31', [...dues.slice(0, 3), due('d', 0)])).toBe('40.00'); // 160 of 400
  });

  it('is not that of another month, and says so where that is not known, or a rate is missing', () => {
    expect(rate('2026-02-28', dues)).toBe('not-defined');
    expect(rate('2026-01-31', undefined)).toBe('dues-missing');
    expect(rate('2026-01-31', [...dues, due('e', 0, { lacksRate: true })])).toBe('rate-missing');
  });

  it('counts a line in the value of its customer on the last day of the term, or in its own', () => {
    const by = (dimension: string) => {
      const cut = cutBy(ledger.rows, ledger.names, dimension) as Cut;
      const found = duesByValue([...dues, due('stranger', 1)], ledger.rows, ledger.names.customers, cut);
      return Object.fromEntries(cut.values.map((value, place) => [value, found[place]?.map(({ customerId }) => customerId)]));
    };
    // What has moved on the day of the renewal counts where it was the day before.
    expect(by('segment')).toEqual({ Enterprise: ['a'], SMB: ['b', 'c', 'd'] });
    expect(duesByAttribute(dues, { dimension: 'segment', values: ['Enterprise', 'SMB'] })).toEqual([[dues[0]], dues.slice(1)]);
    expect(by('product')).toEqual({ p: ['a', 'b', 'd', 'stranger'] });
  });
});

describe('periods', () => {
  it('end on the day asked for, and look back from the end of a fiscal month to ends of fiscal months', () => {
    expect(periodsUpTo(CALENDAR_YEAR, 'quarter', '2025-11-03', '2026-02-10')).toEqual([
      { startsOn: '2025-10-01', endsOn: '2025-12-31' },
      { startsOn: '2026-01-01', endsOn: '2026-02-10' },
    ]);
    const months = new Months(CALENDAR_YEAR, [{ startsOn: '2025-02-01', endsOn: '2025-02-28' }]);
    expect([months.back('2025-02-28', 12), months.back('2025-02-28', 3)]).toEqual(['2024-02-29', '2024-11-30']);
    expect(months.back('2025-02-14', 12)).toBe('2024-02-14');
  });

  it('are those of a calendar of weeks, too', () => {
    const weeks: FiscalCalendar = {
      kind: 'weeks',
      pattern: '4-4-5',
      endWeekday: 6,
      yearEnds: 'last-in-month',
      endMonth: 1,
      yearNamedBy: 'start',
    };
    const [period] = periodsUpTo(weeks, 'month', '2026-03-10', '2026-03-10') as [{ startsOn: string; endsOn: string }];
    const months = new Months(weeks, [period]);
    expect(period).toEqual({ startsOn: '2026-03-01', endsOn: '2026-03-10' });
    // The second period of a 4-4-5 year that began on Sunday 1 February 2026; the first had 4 weeks.
    expect(months.costMonths('2026-01-31', '2026-02-28')).toEqual({ months: ['2026-02-01'] });
    expect(months.back('2026-02-28', 1)).toBe('2026-01-31');
    expect(factsTold(history, { on: '2025-03-31', definitions: enterprise }).periodMonths).toBe(1);
  });
});

describe('an adjustment by hand', () => {
  const adjusted = ledgerTold([
    ...HISTORY,
    { on: '2025-01-15', customer: 'a', cause: 'adjustment', major: 7 },
    { on: '2025-02-15', customer: 'z', cause: 'adjustment', major: 1_000 },
    { on: '2025-09-01', customer: 'z', cause: 'fx', lineCause: 'adjustment', major: 11 },
    { on: '2026-01-10', customer: 'b', cause: 'adjustment', major: -40 },
  ]);
  const [with_, without] = [adjusted, history].map((ledger) => factsTold(ledger, { on: '2026-01-31' })) as [Facts, Facts];

  it('is part of ARR and a line of its own in the bridge', () => {
    // 255 as told by sources, 7 + 1,011 − 40 by hand
    expect([figure(with_, 'arr', 0), figure(without, 'arr', 0)]).toEqual(['123300', '25500']);
    expect(with_.period.bridge.byCause.get('adjustment')).toBe(-4_000n);
    expect(with_.year.bridge.byCause.get('adjustment')).toBe(96_000n); // 1,000 − 40
  });

  it('is in no retention, makes no customer and loses none', () => {
    for (const id of ['nrr', 'grr', 'logo-retention', 'customers', 'new-customers', 'lost-customers', 'logo-churn'])
      expect([id, figure(with_, id, 4)]).toEqual([id, figure(without, id, 4)]);
    const cohorts = ({ rows, names }: typeof history) =>
      cohortsOf(rows, uncut(rows, names), days('2025-01-31', '2025-02-28', '2026-01-31'), [0]);
    expect(cohorts(adjusted)).toEqual(cohorts(history));
  });

  it('makes no company either: who else of it comes is its first customer', () => {
    const group = [
      { on: '2025-01-01', customer: 'parent', cause: 'adjustment', major: 10 },
      { on: '2025-02-01', customer: 'child', cause: 'new', major: 100 },
      { on: '2025-03-01', customer: 'child', cause: 'churn', major: -100 },
    ] as const;
    const { rows } = atParents(ledgerTold(group), () => 'parent', enterprise);
    expect([...rows.cause].map((place) => CAUSES[place])).toEqual(['adjustment', 'new', 'churn']);
  });

  it('has no part in what NRR changed by', () => {
    const year = (from: string, to: string) => ({ from: toEpochDay(from), to: toEpochDay(to) });
    const change = ({ rows, names }: typeof history) =>
      retentionChange(rows, uncut(rows, names), 0, [year('2025-01-10', '2025-12-31'), year('2025-01-31', '2026-01-31')], enterprise);
    expect(change(adjusted)).toMatchObject({ numerator: change(history)?.numerator, parts: change(history)?.parts });
  });

  it('stays an adjustment where its rates alone change, at closing rates too', () => {
    const euros = ledgerTold([
      { on: '2025-01-01', customer: 'a', cause: 'new', major: 100 },
      { on: '2025-01-01', customer: 'a', cause: 'adjustment', major: 50, currency: 'EUR', planMinor: 5_500n, line: 'adjustment' },
    ]);
    const { rows } = reportedView(euros.rows, euros.names, 'USD', days('2025-01-31', '2026-01-31'), (_, day) =>
      day < toEpochDay('2026-01-01') ? fraction(11n, 10n) : fraction(2n),
    );
    const { year } = factsTold({ rows, names: euros.names }, { on: '2026-01-31' });
    expect([year.bridge.closingMinor, year.retained.baseMinor, year.retained.nowMinor]).toEqual([20_000n, 10_000n, 10_000n]);
  });
});
