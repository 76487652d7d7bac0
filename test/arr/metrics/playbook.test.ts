import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../../functions/arr/ledger/rows.ts';
import { cohortsOf } from '../../../functions/arr/metrics/cohorts.ts';
import { uncut } from '../../../functions/arr/metrics/cut.ts';
import { formatRatio } from '../../../functions/arr/metrics/ratio.ts';
import { retainedOf } from '../../../functions/arr/metrics/retained.ts';
import type { Cause } from '../../../functions/arr/movements/movements.ts';
import { PRESETS } from '../../../functions/arr/profiles/presets.ts';
import { addDays, endOfMonth, toEpochDay } from '../../../functions/platform/calendar.ts';
import { fraction } from '../../../functions/platform/decimal.ts';
import type { Paid } from '../profiles/monthly.ts';
import { playbooks } from '../profiles/playbook.ts';
import { factsTold, figure, ledgerTold, type Told } from './told.ts';

/**
 * Retention, cohorts and quick ratios of dbt-labs/mrr-playbook, from one month to another, on bases of our own that come to the same sums. Its rows are
 * not ours to keep: with a copy of its cases in the folder ASCENT_GOLDEN (metrics.json), they are run, too.
 */

/** What somebody paid a month in two months; nothing where they were gone. */
type Pair = readonly [then: number, now: number];

const causeOf = (before: number, after: number, hadBefore: boolean): Cause =>
  before === 0 ? (hadBefore ? 'reactivation' : 'new') : after === 0 ? 'churn' : after > before ? 'expansion' : 'contraction';

/** Movements of a base that is paid for by the month: ARR is twelve times that. */
const toldOf = (paid: readonly Paid[]): readonly Told[] => {
  const told: Told[] = [];
  for (const own of Map.groupBy(paid, ({ customer }) => customer).values()) {
    const on = (day: string): number => own.reduce((sum, one) => (one.start <= day && day < one.end ? sum + one.dollars : sum), 0);
    let hadBefore = false;
    for (const day of [...new Set(own.flatMap(({ start, end }) => [start, end]))].sort()) {
      const [before, after] = [on(addDays(day, -1)), on(day)];
      if (before !== after)
        told.push({
          on: day,
          customer: `c${own[0]?.customer}`,
          cause: causeOf(before, after, hadBefore),
          major: (after - before) * 12,
        });
      hadBefore ||= after > 0;
    }
  }
  return told;
};

/** Everybody pays since the beginning of one month until the end of the year, and what they pay in the end from the other on. */
const paidBy = (pairs: readonly Pair[], then: string, now: string): readonly Paid[] =>
  pairs.flatMap(([before, after], customer) => [
    { customer, start: `${then}-01`, end: `${now}-01`, dollars: before },
    ...(after === 0 ? [] : [{ customer, start: `${now}-01`, end: '2029-01-01', dollars: after }]),
  ]);

/** Cents a year as dollars a month. */
const monthly = (minor: bigint): string => String(minor / 1200n);

interface Retention {
  readonly base: string;
  readonly customers: number;
  readonly now: string;
  readonly capped: string;
  readonly nrr: string;
  readonly grr: string;
  readonly logos: string;
}

/** From the end of one month to that of another, in dollars a month; who came back counts. */
const retention = ({ rows, names }: Ledger, then: string, now: string): Retention => {
  const looks = Int32Array.of(toEpochDay(endOfMonth(`${then}-01`)), toEpochDay(endOfMonth(`${now}-01`)));
  const { baseMinor, nowMinor, keptMinor, customers, still } = retainedOf(rows, uncut(rows, names), looks, [{ from: 0, to: 1 }]).of(0, 0);
  const of = (part: bigint, whole: bigint) => formatRatio(fraction(part * 100n, whole), 2);
  return {
    ...{ base: monthly(baseMinor), customers, now: monthly(nowMinor), capped: monthly(keptMinor) },
    ...{ nrr: of(nowMinor, baseMinor), grr: of(keptMinor, baseMinor), logos: of(BigInt(still), BigInt(customers)) },
  };
};

describe('retention between two months', () => {
  const of = (pairs: readonly Pair[], then: string, now: string) => retention(ledgerTold(toldOf(paidBy(pairs, then, now))), then, now);

  it('is NRR 127.27% and GRR 100% where 55 became 70 (dbt-ret-1)', () => {
    // 70 ÷ 55; min(55, 70) ÷ 55; 1 of 1
    const expected = { base: '55', customers: 1, now: '70', capped: '55', nrr: '127.27', grr: '100.00', logos: '100.00' };
    expect(of([[55, 70]], '2018-01', '2019-01')).toEqual(expected);
  });

  it('is NRR 110.64% and GRR 100% where four with 235 have 260, and none has less (dbt-ret-2)', () => {
    // 260 ÷ 235; 235 ÷ 235; 4 of 4
    const pairs: readonly Pair[] = [
      [60, 60],
      [55, 60],
      [80, 80],
      [40, 60],
    ];
    const expected = { base: '235', customers: 4, now: '260', capped: '235', nrr: '110.64', grr: '100.00', logos: '100.00' };
    expect(of(pairs, '2018-06', '2019-06')).toEqual(expected);
  });

  it('is NRR 71.97%, GRR 61.36% and 64.29% of customers where five of fourteen leave with 255 of 660 (dbt-ret-4)', () => {
    // Nine keep 405 and add 70: 475 ÷ 660; 405 ÷ 660; 9 ÷ 14
    const nine: readonly Pair[] = [[45, 115], ...Array.from({ length: 8 }, (): Pair => [45, 45])];
    const five: readonly Pair[] = Array.from({ length: 5 }, (): Pair => [51, 0]);
    const expected = { base: '660', customers: 14, now: '475', capped: '405', nrr: '71.97', grr: '61.36', logos: '64.29' };
    expect(of([...nine, ...five], '2019-03', '2019-12')).toEqual(expected);
  });
});

for (const { caseOf, paid } of playbooks())
  it.each(['dbt-ret-1', 'dbt-ret-2', 'dbt-ret-4'])('retention of dbt’s own rows is as was published: %s', (id) => {
    const { inputs, expected } = caseOf(id);
    expect(retention(ledgerTold(toldOf(paid)), inputs['base_month'] ?? '', inputs['current_month'] ?? '')).toEqual({
      base: expected['base_mrr'],
      customers: expected['base_customers'],
      now: expected['current_mrr_of_base'],
      capped: expected['capped_mrr_of_base'],
      nrr: expected['nrr_percent'],
      grr: expected['grr_percent'],
      logos: expected['logo_retention_percent'],
    });
  });

describe('a cohort', () => {
  const cohort = ({ rows, names }: Ledger, first: string) => {
    const month = (age: number): string => {
      const at = Number(first.slice(5)) - 1 + age;
      return `${Number(first.slice(0, 4)) + Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
    };
    const looks = Int32Array.from([-1, ...Array.from({ length: 13 }, (_, age) => age)], (age) =>
      toEpochDay(endOfMonth(`${month(age)}-01`)),
    );
    const [, found] = cohortsOf(rows, uncut(rows, names), looks, [0])[0] ?? [];
    return {
      customers: found?.customers,
      active: found?.active,
      mrr: found?.arrMinor.map(monthly),
    };
  };

  it('of two that pay 75 has one with 25 left after a month, and nobody after two (dbt-cohort-2)', () => {
    const paid: readonly Paid[] = [
      { customer: 1, start: '2017-09-01', end: '2017-11-01', dollars: 25 },
      { customer: 2, start: '2017-09-01', end: '2017-10-01', dollars: 50 },
      // Comes a month later: in another cohort.
      { customer: 3, start: '2017-10-01', end: '2018-10-01', dollars: 30 },
    ];
    expect(cohort(ledgerTold(toldOf(paid)), '2017-09')).toEqual({
      customers: 2,
      active: [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      mrr: ['75', '25', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0'],
    });
  });

  for (const { caseOf, paid } of playbooks())
    it('of dbt’s own rows is as was published', () => {
      const { inputs, expected } = caseOf('dbt-cohort-2');
      expect(cohort(ledgerTold(toldOf(paid)), inputs['cohort_month'] ?? '')).toEqual({
        customers: expected['customers'],
        active: expected['active'],
        mrr: expected['mrr'],
      });
    });
});

describe('a quick ratio', () => {
  const ofMonth = (paid: readonly Paid[], month: string) => {
    const facts = factsTold(ledgerTold(toldOf(paid)), { on: endOfMonth(`${month}-01`), definitions: PRESETS['chartmogul-b2b'] });
    return [figure(facts, 'quick-ratio', 2), String(Number(figure(facts, 'net-new-arr', 0)) / 1200)];
  };

  it('is 5.50 where 25 came, 30 was added and 10 taken away (dbt-qr-1), and 0.80 for 20 added and 25 taken away (dbt-qr-2)', () => {
    const stays = (customer: number, ...dollars: readonly number[]): readonly Paid[] =>
      dollars.map((each, at) => ({ customer, start: `2018-0${5 + at}-01`, end: `2018-0${6 + at}-01`, dollars: each }));
    const first = [...stays(1, 40, 70), ...stays(2, 75, 65), ...stays(3, 0, 25)];
    expect(ofMonth(first, '2018-06')).toEqual(['5.50', '45']); // (25 + 30) ÷ 10; 55 − 10
    const second = [...stays(1, 50, 70), ...stays(2, 100, 75)];
    expect(ofMonth(second, '2018-06')).toEqual(['0.80', '-5']); // 20 ÷ 25; 20 − 25
  });

  for (const { caseOf, paid } of playbooks())
    it.each(['dbt-qr-1', 'dbt-qr-2'])('of dbt’s own rows is as was published: %s', (id) => {
      const { inputs, expected } = caseOf(id);
      expect(ofMonth(paid, inputs['month'] ?? '')).toEqual([expected['quick_ratio'], expected['net_new_mrr']]);
    });
});
