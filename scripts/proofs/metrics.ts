import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableText } from '../../bench/report.ts';
import type { Movement } from '../../functions/arr/events.ts';
import { ledgerOf } from '../../functions/arr/ledger/build.ts';
import type { Ledger } from '../../functions/arr/ledger/rows.ts';
import { bridgeOf, bridgesOf } from '../../functions/arr/metrics/bridges.ts';
import { type Cohort, cohortsOf } from '../../functions/arr/metrics/cohorts.ts';
import { uncut } from '../../functions/arr/metrics/cut.ts';
import { formatRatio, part, quotient } from '../../functions/arr/metrics/ratio.ts';
import { retainedOf } from '../../functions/arr/metrics/retained.ts';
import type { Cause } from '../../functions/arr/movements/movements.ts';
import { addMonths, endOfMonth, toEpochDay } from '../../functions/platform/calendar.ts';
import type { Proof } from './proof.ts';

/** A published case, in the form of `metrics.json` of the folder: amounts are text in whole major units. */
interface Case {
  readonly id: string;
  readonly inputs: Readonly<Record<string, string>> & { readonly see?: string; readonly window?: readonly [string, string] };
  readonly expected: Readonly<Record<string, unknown>>;
}

/** The case whose rows are subscription periods: `customer,first day,day after the last,amount a month`. */
const HISTORY = 'dbt-movements';

type Months = ReadonlyMap<string, ReadonlyMap<string, number>>;

const monthsOf = ([first, last]: readonly [string, string]): readonly string[] => {
  const months: string[] = [];
  for (let day = `${first}-01`; day.slice(0, 7) <= last; day = addMonths(day, 1)) months.push(day.slice(0, 7));
  return months;
};

/** What each customer pays in each month. */
const paid = (csv: string, months: readonly string[]): Months => {
  const customers = new Map<string, Map<string, number>>();
  for (const line of csv.trim().split('\n').slice(1)) {
    const [amount = '', end = '', start = '', customer = ''] = line.split(',').reverse();
    const own = customers.get(customer) ?? new Map<string, number>();
    customers.set(customer, own);
    for (const month of months) if (`${month}-01` >= start && `${month}-01` < end) own.set(month, (own.get(month) ?? 0) + Number(amount));
  }
  return customers;
};

const causeOf = (before: number, now: number, had: boolean): Cause =>
  before === 0 ? (had ? 'reactivation' : 'new') : now === 0 ? 'churn' : now > before ? 'expansion' : 'contraction';

const movementOf = (customerId: string, month: string, cause: Cause, major: number): Movement => {
  const minor = String(BigInt(major) * 100n);
  const line = { lineKey: customerId, productId: 'p', legalEntity: 'e', currency: 'USD', cause, deltaMinor: minor, planDeltaMinor: minor };
  return {
    movementId: `${customerId}~${month}-01~1~0`,
    customerId,
    effectiveOn: `${month}-01`,
    recordedAt: `${month}-01T00:00:00.000Z`,
    cause,
    correction: false,
    attributes: {},
    lines: [line],
    stock: ['0', '0', '0'],
    eventIds: [],
  };
};

/** One movement a customer and month in which it changes. */
const ledgerFrom = (customers: Months, months: readonly string[]): Ledger => {
  const movements: Movement[] = [];
  for (const [customer, own] of customers) {
    let before = 0;
    let had = false;
    for (const month of months) {
      const now = own.get(month) ?? 0;
      if (now !== before) movements.push(movementOf(customer, month, causeOf(before, now, had), now - before));
      had ||= now !== 0;
      before = now;
    }
  }
  return ledgerOf({ profile: 'published', planCurrency: 'USD', through: 0 }, movements);
};

const major = (minor: bigint): string => String(minor / 100n);
const percent = (num: bigint | number, den: bigint | number): string => {
  const { value } = quotient(part('numerator', num), part('denominator', den));
  return value.ok ? formatRatio({ num: value.value.num * 100n, den: value.value.den }, 2) : value.problem.code;
};

/** What the published cases about this history expect, in their own words. */
const answers = ({ rows, names }: Ledger, months: readonly string[]) => {
  const cut = uncut(rows, names);
  const looks = Int32Array.from(months, (month) => toEpochDay(endOfMonth(`${month}-01`)));
  const bridges = bridgesOf(rows, cut, looks);
  const [cohorts = []] = cohortsOf(rows, cut, looks, [0]);
  const at = (month: string | undefined): number => months.indexOf(month ?? '');
  const ofMonth = (month: string) => {
    const look = at(month);
    const { byCause, closingMinor } = bridgeOf(bridges, 0, look - 1, look);
    const moved = (cause: Cause): string => major(byCause.get(cause) ?? 0n);
    return {
      mrr: major(closingMinor),
      active_customers: retainedOf(rows, cut, looks, [{ from: look, to: look }]).of(0, 0).closing,
      new: moved('new'),
      upgrade: moved('expansion'),
      reactivation: moved('reactivation'),
      downgrade: moved('contraction'),
      churn: moved('churn'),
    };
  };
  const retention = ({ base_month: base, current_month: current }: Case['inputs']) => {
    const found = retainedOf(rows, cut, looks, [{ from: at(base), to: at(current) }]).of(0, 0);
    return {
      base_mrr: major(found.baseMinor),
      base_customers: found.customers,
      current_mrr_of_base: major(found.nowMinor),
      capped_mrr_of_base: major(found.keptMinor),
      nrr_percent: percent(found.nowMinor, found.baseMinor),
      grr_percent: percent(found.keptMinor, found.baseMinor),
      logo_retention_percent: percent(found.still, found.customers),
    };
  };
  const cohort = ({ cohort_month: month }: Case['inputs']) => {
    const { customers, active, arrMinor } = cohorts[at(month)] as Cohort;
    const first = 13;
    return {
      customers,
      initial_mrr: major(arrMinor[0] ?? 0n),
      active: active.slice(0, first),
      mrr: arrMinor.slice(0, first).map(major),
    };
  };
  const quickRatio = ({ month }: Case['inputs']) => {
    const { byCause } = bridgeOf(bridges, 0, at(month) - 1, at(month));
    const sum = (...causes: readonly Cause[]): bigint => causes.reduce((total, cause) => total + (byCause.get(cause) ?? 0n), 0n);
    const [gains, losses] = [sum('new', 'reactivation', 'expansion'), -sum('churn', 'contraction')];
    const { value } = quotient(part('gains', gains), part('losses', losses));
    const ratio = value.ok ? formatRatio(value.value, 2) : value.problem.code;
    return { gains: major(gains), losses: major(losses), quick_ratio: ratio, net_new_mrr: major(gains - losses) };
  };
  return { ofMonth, retention, cohort, quickRatio };
};

interface Check {
  readonly what: string;
  readonly expected: unknown;
  readonly found: unknown;
}

const checksOf = (cases: readonly Case[]): readonly Check[] => {
  const history = cases.find(({ id }) => id === HISTORY);
  if (history === undefined) throw new RangeError(`metrics.json has no case ${HISTORY}`);
  const months = monthsOf(history.inputs.window ?? ['', '']);
  const of = answers(ledgerFrom(paid(history.inputs['rows_csv'] ?? '', months), months), months);
  const byMonth = Object.entries(history.expected['by_month'] as Readonly<Record<string, Record<string, unknown>>>);
  const others = cases.filter(({ inputs }) => inputs.see === HISTORY);
  return [
    // How many moved is told beside, and is in the movements.
    ...byMonth.map(([month, { counts: _, ...expected }]) => ({ what: month, expected, found: of.ofMonth(month) })),
    ...others.map(({ id, inputs, expected }) => ({
      what: id,
      expected,
      found: 'base_month' in inputs ? of.retention(inputs) : 'cohort_month' in inputs ? of.cohort(inputs) : of.quickRatio(inputs),
    })),
  ];
};

/** A published history that its owner has not licensed is not kept here: whoever has it hands it in. */
export const metrics: Proof = {
  name: 'metrics',
  proves:
    'a published history of subscriptions (--from a folder with metrics.json) gives the movements, retention, cohorts and quick ratios told of it',
  run: ({ from }) => {
    if (from === undefined) throw new RangeError('metrics takes the published cases from a folder: --from FOLDER, with metrics.json');
    const { cases } = JSON.parse(readFileSync(join(from, 'metrics.json'), 'utf8')) as { readonly cases: readonly Case[] };
    const checks = checksOf(cases);
    const differ = checks.filter(({ expected, found }) => sorted(expected) !== sorted(found));
    const rows = checks.map((check) => [
      check.what,
      differ.includes(check) ? `${sorted(check.found)} in place of ${sorted(check.expected)}` : 'as told',
    ]);
    return Promise.resolve({
      holds: differ.length === 0 && checks.length > 0,
      sentence: `${checks.length} months and cases, of which ${differ.length} differ.`,
      table: tableText(['month or case', 'found'], rows),
    });
  },
};

/** One text for equal objects. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
