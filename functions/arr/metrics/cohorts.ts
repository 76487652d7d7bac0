import { type Fraction, fraction } from '../../platform/decimal.ts';
import type { ToldRows } from '../ledger/rows.ts';
import type { Cut } from './cut.ts';
import { part, quotient, type Ratio } from './ratio.ts';
import { eachLook } from './standing.ts';

/**
 * Customers whose first ARR began within one period: after the look before, at the latest on this one. They count where they landed (of a product:
 * when they took it), and stay in their cohort, whatever they do later. Place 0 is the look of the cohort itself.
 */
export interface Cohort {
  /** The look, by its place, that ends the cohort's period. */
  readonly look: number;
  /** All of them, those included who were gone by the end of the period. */
  readonly customers: number;
  readonly active: readonly number[];
  readonly arrMinor: readonly bigint[];
}

/** The cohorts of some values of a cut, for each one for each look (ascending epoch days), each seen at every look from its own on. */
export const cohortsOf = (rows: ToldRows, cut: Cut, looks: Int32Array, values: readonly number[]): readonly (readonly Cohort[])[] => {
  const width = looks.length;
  const made = values.map(() => ({
    customers: new Uint32Array(width),
    active: new Uint32Array(width * width),
    arr: new BigInt64Array(width * width),
  }));
  const places = new Int32Array(cut.values.length).fill(-1);
  for (const [place, value] of values.entries()) places[value] = place;
  eachLook(rows, cut, looks, (look, { units, arr: now, firstLook, firstValue }) => {
    for (let unit = 0; unit < units; unit += 1) {
      const cohort = firstLook[unit] as number;
      const own = cohort < 0 ? undefined : made[places[firstValue[unit] as number] as number];
      if (own === undefined) continue;
      if (cohort === look) own.customers[look] = (own.customers[look] as number) + 1;
      if (now[unit] === 0n) continue;
      const place = cohort * width + look;
      own.active[place] = (own.active[place] as number) + 1;
      own.arr[place] = (own.arr[place] as bigint) + (now[unit] as bigint);
    }
  });
  return made.map(({ customers, active, arr }) =>
    Array.from({ length: width }, (_, look) => ({
      look,
      customers: customers[look] as number,
      active: [...active.subarray(look * width + look, (look + 1) * width)],
      arrMinor: [...arr.subarray(look * width + look, (look + 1) * width)],
    })),
  );
};

/** Part of a cohort's customers that have ARR `age` periods later. */
export const logosKept = ({ customers, active }: Cohort, age: number): Ratio =>
  quotient(part('active', active[age] ?? 0), part('customers of the cohort', customers)).value;

/** Its ARR `age` periods later, of its ARR at the end of its own period. */
export const revenueKept = ({ arrMinor }: Cohort, age: number): Ratio =>
  quotient(part('ARR', arrMinor[age] ?? 0n), part('ARR at the end of the first period', arrMinor[0] ?? 0n)).value;

/** What left of those who were there one period before. */
export const logosLost = ({ active }: Cohort, age: number): Ratio =>
  quotient(part('left', (active[age - 1] ?? 0) - (active[age] ?? 0)), part('active one period before', active[age - 1] ?? 0)).value;

/** Revenue kept at an age over all cohorts that have reached it, each with its first ARR as its weight. */
export const averageRevenueKept = (cohorts: readonly Cohort[], age: number): Ratio => {
  const old = cohorts.filter(({ arrMinor }) => age < arrMinor.length);
  const sum = (at: number): Fraction => fraction(old.reduce((total, { arrMinor }) => total + (arrMinor[at] as bigint), 0n));
  return quotient(part('ARR', sum(age)), part('ARR at the end of the first period', sum(0))).value;
};

/** Customers kept at an age, likewise. */
export const averageLogosKept = (cohorts: readonly Cohort[], age: number): Ratio => {
  const old = cohorts.filter(({ active }) => age < active.length);
  const kept = old.reduce((total, { active }) => total + (active[age] ?? 0), 0);
  return quotient(
    part('active', kept),
    part(
      'customers of the cohorts',
      old.reduce((total, { customers }) => total + customers, 0),
    ),
  ).value;
};
