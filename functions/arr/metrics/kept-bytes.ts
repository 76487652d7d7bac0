import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { assert } from '../../platform/bug.ts';
import { ByteReader, ByteWriter } from '../ledger/bytes.ts';
import type { Retained } from './retained.ts';

/** What moved in a value on a day by one cause, net, in minor units of the plan currency; or, under the cause of renewals, what was renewed. */
export interface NetRow {
  /** Epoch day. */
  readonly day: number;
  /** A place among the month's values. */
  readonly value: number;
  /** A place in `CAUSES`. */
  readonly cause: number;
  readonly amountMinor: bigint;
}

/** Customers of a value whose first ARR began by one look, and not by the one before, as they are seen at a look. */
export interface SeenCohort {
  readonly value: number;
  /** The look, epoch day. */
  readonly began: number;
  /** All of them, told at that look alone. */
  readonly customers: number;
  readonly active: number;
  readonly arrMinor: bigint;
}

export interface RetainedOfValue {
  readonly value: number;
  readonly period: Retained;
  readonly year: Retained;
}

/** What a fiscal month says of a dimension. */
export interface KeptMonth {
  /** The day at whose end it is looked at, epoch day. */
  readonly look: number;
  readonly values: readonly string[];
  /** By day, value and cause; with the last month stands what is known of the days after it. */
  readonly rows: readonly NetRow[];
  readonly retained: readonly RetainedOfValue[];
  readonly cohorts: readonly SeenCohort[];
}

/** Raised with everything that a month says otherwise, or in other bytes. */
export const FORM = 1;
const MAX_INFLATED_BYTES = 64_000_000;

const AMOUNTS = ['baseMinor', 'nowMinor', 'stayedMinor', 'keptMinor', 'keptStayedMinor'] as const satisfies readonly (keyof Retained)[];
const COUNTS = ['customers', 'still', 'stayed', 'closing', 'came'] as const satisfies readonly (keyof Retained)[];

export const NOTHING_RETAINED: Retained = {
  ...{ baseMinor: 0n, nowMinor: 0n, stayedMinor: 0n, keptMinor: 0n, keptStayedMinor: 0n },
  ...{ customers: 0, still: 0, stayed: 0, closing: 0, came: 0 },
};

const isSomething = (retained: Retained): boolean =>
  AMOUNTS.some((name) => retained[name] !== 0n) || COUNTS.some((name) => retained[name] !== 0);

/** The month with the values alone that it says something of. */
const withoutEmpty = ({ look, values, rows, retained, cohorts }: KeptMonth): KeptMonth => {
  const told = retained.filter(({ period, year }) => isSomething(period) || isSomething(year));
  const used = new Set([...rows, ...told, ...cohorts].map(({ value }) => value));
  const kept = [...values.keys()].filter((value) => used.has(value));
  const places = new Map(kept.map((value, place) => [value, place]));
  const placed = <T extends { readonly value: number }>(all: readonly T[]): readonly T[] =>
    all.map((one) => ({ ...one, value: places.get(one.value) as number }));
  return {
    look,
    values: kept.map((value) => values[value] as string),
    rows: placed(rows),
    retained: placed(told),
    cohorts: placed(cohorts),
  };
};

/** The same month gives the same bytes. */
export const bytesOfMonth = (month: KeptMonth): Uint8Array => {
  const { look, values, rows, retained, cohorts } = withoutEmpty(month);
  const writer = new ByteWriter();
  for (const number of [FORM, look, rows.length, retained.length, cohorts.length]) writer.number(number);
  writer.text(JSON.stringify(values));
  let before = look;
  for (const { day } of rows) {
    writer.number(day - before);
    before = day;
  }
  for (const { value } of rows) writer.number(value);
  for (const { cause } of rows) writer.number(cause);
  for (const { amountMinor } of rows) writer.amount(amountMinor);
  for (const { value, period, year } of retained) {
    writer.number(value);
    for (const one of [period, year]) {
      for (const name of AMOUNTS) writer.amount(one[name]);
      for (const name of COUNTS) writer.number(one[name]);
    }
  }
  for (const { value, began, customers, active, arrMinor } of cohorts) {
    for (const number of [value, look - began, customers, active]) writer.number(number);
    writer.amount(arrMinor);
  }
  return deflateRawSync(writer.bytes());
};

const readRetained = (reader: ByteReader): Retained => ({
  baseMinor: reader.amount(),
  nowMinor: reader.amount(),
  stayedMinor: reader.amount(),
  keptMinor: reader.amount(),
  keptStayedMinor: reader.amount(),
  customers: reader.number(),
  still: reader.number(),
  stayed: reader.number(),
  closing: reader.number(),
  came: reader.number(),
});

export const monthFromBytes = (bytes: Uint8Array): KeptMonth => {
  const reader = new ByteReader(inflateRawSync(bytes, { maxOutputLength: MAX_INFLATED_BYTES }));
  const form = reader.number();
  assert(form === FORM, `a kept month of figures has form ${FORM}, not ${form}`);
  const [look, rowCount, retainedCount, cohortCount] = [reader.number(), reader.number(), reader.number(), reader.number()];
  const values = JSON.parse(reader.text()) as readonly string[];
  const [day, value, cause] = [new Int32Array(rowCount), new Uint32Array(rowCount), new Uint8Array(rowCount)];
  let before = look;
  for (let i = 0; i < rowCount; i += 1) {
    before += reader.number();
    day[i] = before;
  }
  for (let i = 0; i < rowCount; i += 1) value[i] = reader.number();
  for (let i = 0; i < rowCount; i += 1) cause[i] = reader.number();
  const rows = Array.from(
    day,
    (on, i): NetRow => ({ day: on, value: value[i] as number, cause: cause[i] as number, amountMinor: reader.amount() }),
  );
  const retained = Array.from({ length: retainedCount }, () => ({
    value: reader.number(),
    period: readRetained(reader),
    year: readRetained(reader),
  }));
  const cohorts = Array.from({ length: cohortCount }, () => ({
    value: reader.number(),
    began: look - reader.number(),
    customers: reader.number(),
    active: reader.number(),
    arrMinor: reader.amount(),
  }));
  assert(reader.isAtEnd(), 'a kept month of figures ends with its last cohort');
  return { look, values, rows, retained, cohorts };
};

export const bytesOfValues = (values: readonly string[]): Uint8Array => deflateRawSync(JSON.stringify(values));
export const valuesFromBytes = (bytes: Uint8Array): readonly string[] =>
  JSON.parse(inflateRawSync(bytes, { maxOutputLength: MAX_INFLATED_BYTES }).toString('utf8')) as readonly string[];
