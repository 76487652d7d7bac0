import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { nowMs } from '../../platform/clock.ts';
import type { CompanyConfig } from '../../platform/config.ts';
import { tableName } from '../../platform/table.ts';
import { readHasRate } from '../figures/read.ts';
import { recordedProfile } from '../ledger/read-ledger.ts';
import type { ToldRows } from '../ledger/rows.ts';
import type { HasRate } from '../totals/course.ts';
import type { Cohort } from './cohorts.ts';
import type { Cut } from './cut.ts';
import { isKeptPeriod, rowsOfMonths } from './kept.ts';
import { FORM, type KeptMonth, monthFromBytes, NOTHING_RETAINED, type SeenCohort, valuesFromBytes } from './kept-bytes.ts';
import { type KeptCurrency, type KeptCut, type KeptHead, readBlocks, readKeptHead } from './kept-store.ts';
import type { Period } from './periods.ts';
import type { LevelWanted } from './read-customers.ts';
import type { ViewWanted } from './read-viewed.ts';
import type { Retained, RetainedBySpan } from './retained.ts';

/** Kept figures that lag further behind are not answered: whoever keeps them does so every five minutes, two minutes behind the clock. */
const MAX_BEHIND_SECONDS = 900;

/** What is kept of one cut, in memory. */
export interface Kept {
  readonly head: KeptHead;
  readonly rows: ToldRows;
  readonly cut: Cut;
  /** By look, epoch day: what customers became in the month up to it and in the year, by value. */
  readonly retained: ReadonlyMap<number, ReadonlyMap<number, { readonly period: Retained; readonly year: Retained }>>;
  /** By look, then of each value. */
  readonly cohorts: ReadonlyMap<number, readonly SeenCohort[]>;
}

/** What this function last read of each cut: blocks never change. */
const known = new Map<string, { readonly blocks: string; readonly parts: Omit<Kept, 'head'> }>();
const MAX_KNOWN = 40;

const partsOf = ({ dimension, ofParts }: KeptCut, blocks: readonly Uint8Array[]): Omit<Kept, 'head'> => {
  const [first, ...others] = blocks;
  const values = valuesFromBytes(first as Uint8Array);
  const months = others.map(monthFromBytes);
  const places = new Map(values.map((value, place) => [value, place]));
  const placeIn = (month: KeptMonth, value: number): number => places.get(month.values[value] as string) as number;
  return {
    ...rowsOfMonths(dimension === '' ? 'total' : dimension, values, ofParts, months),
    retained: new Map(
      months.map((month) => [month.look, new Map(month.retained.map(({ value, ...retained }) => [placeIn(month, value), retained]))]),
    ),
    cohorts: new Map(months.map((month) => [month.look, month.cohorts.map((one) => ({ ...one, value: placeIn(month, one.value) }))])),
  };
};

const read = async (profile: string, dimension: string): Promise<Kept | undefined> => {
  const head = await readKeptHead(profile);
  const cut = head?.cuts.find((one) => one.dimension === dimension);
  if (head?.form !== FORM || cut === undefined) return undefined;
  const place = `${tableName()} ${profile} ${dimension}`;
  const blocks = cut.blocks.map(({ period, key }) => `${period} ${key}`).join();
  const before = known.get(place);
  if (before?.blocks === blocks) return { head, ...before.parts };
  const bytes = await readBlocks(profile, cut);
  // There is a newer head: the next question finds it.
  if (bytes === undefined) return undefined;
  const parts = partsOf(cut, bytes);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(place, { blocks, parts });
  return { head, ...parts };
};

/** Whether all that a currency has, or moves, up to a day surely has its plan rate: who has one on a day has one on every later day. */
const isConverted = (
  { movedOn, convertedOn = Number.POSITIVE_INFINITY }: KeptCurrency,
  on: number,
  hasRate: (day: number) => boolean,
): boolean => movedOn > on || (convertedOn <= on && hasRate(movedOn));

const lacksNoRate = ({ currencies, planCurrency }: KeptHead, on: string, hasRate: HasRate): boolean =>
  currencies.every(
    (one) => one.currency === planCurrency || isConverted(one, toEpochDay(on), (day) => hasRate(one.currency, fromEpochDay(day))),
  );

/**
 * What is kept of the profile in force in total or by one dimension, at plan rates and as corrected; undefined where the question is another one, or
 * what is kept is old, or a rate is missing up to a day, which rows alone tell: then the ledger is folded.
 */
export const readKept = async (
  wanted: ViewWanted & LevelWanted,
  { fiscalCalendar }: CompanyConfig,
  on: string,
): Promise<Kept | undefined> => {
  const { dimension = '', value, currencyView = 'plan', asKnownOn, knownBefore, level = 'customer', profile = recordedProfile() } = wanted;
  if (currencyView !== 'plan' || (asKnownOn ?? knownBefore) !== undefined || level !== 'customer' || profile !== recordedProfile())
    return undefined;
  const kept = await read(profile, dimension);
  if (kept === undefined || on > kept.head.on || kept.head.calendar !== JSON.stringify(fiscalCalendar)) return undefined;
  const behind = Math.floor(nowMs() / 1_000) - kept.head.through;
  if (behind < 0 || behind > MAX_BEHIND_SECONDS) return undefined;
  if (value !== undefined && !kept.cut.values.includes(value)) return undefined;
  return lacksNoRate(kept.head, on, await readHasRate()) ? kept : undefined;
};

/** The same for a question by fiscal months. */
export const readKeptMonths = async (
  wanted: ViewWanted & LevelWanted,
  company: CompanyConfig,
  periods: readonly Period[],
): Promise<Kept | undefined> => {
  const kept = await readKept(wanted, company, (periods.at(-1) as Period).endsOn);
  return kept !== undefined && periods.every((period) => isKeptPeriod(period, company.fiscalCalendar, kept.head.on)) ? kept : undefined;
};

/** What customers became in some periods: before the first row nobody was there. */
export const keptRetained = ({ retained }: Kept, periods: readonly Period[]): RetainedBySpan => ({
  of: (span, value) => {
    const look = toEpochDay((periods[span >> 1] as Period).endsOn);
    return retained.get(look)?.get(value)?.[span % 2 === 0 ? 'period' : 'year'] ?? NOTHING_RETAINED;
  },
});

/** Cohorts of a value, one for each look (epoch days, ascending), the first with all who began before: as `cohortsOf` tells them. */
export const keptCohorts = ({ cohorts }: Kept, looks: Int32Array, value: number): readonly Cohort[] => {
  const places = new Map([...looks].map((day, place) => [day, place]));
  const made = [...looks].map((_, look) => ({
    look,
    customers: 0,
    active: new Array<number>(looks.length - look).fill(0),
    arrMinor: new Array<bigint>(looks.length - look).fill(0n),
  }));
  for (const [seenOn, all] of cohorts) {
    for (const { began, customers, active, arrMinor } of all.filter((one) => one.value === value)) {
      const cohort = made[began <= (looks[0] as number) ? 0 : (places.get(began) ?? made.length)];
      if (cohort === undefined) continue;
      cohort.customers += customers;
      const age = (places.get(seenOn) ?? -1) - cohort.look;
      if (age < 0) continue;
      cohort.active[age] = (cohort.active[age] ?? 0) + active;
      cohort.arrMinor[age] = (cohort.arrMinor[age] ?? 0n) + arrMinor;
    }
  }
  return made;
};
