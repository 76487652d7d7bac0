import { addDays, addMonths } from '../functions/platform/calendar.ts';
import { openCatalogue } from './catalogue.ts';
import { type Figures, figuresOf } from './figures.ts';
import { closeMonth, tellExpansion } from './growth.ts';
import { arrOn } from './model.ts';
import { tellNoise } from './noise.ts';
import { openBook, split } from './opening.ts';
import { chooseLeavers, dueArr, type Month, tellContraction, tellPeriods } from './renewals.ts';
import { tellNewLogos, tellUpgrades } from './sales.ts';
import {
  BY_MONTH_OF_QUARTER,
  type CurrencyCode,
  FIRST_YEAR,
  IMPORT_DATE,
  MONTHS,
  OPENING,
  type PerTier,
  TIERS,
  type Tier,
  YEARS,
} from './targets.ts';
import { type Account, instantOn, newWorld, type World } from './world.ts';

const monthOf = (number: number): Month => {
  const index = number % 12;
  const first = `${FIRST_YEAR + Math.floor(number / 12)}-${String(index + 1).padStart(2, '0')}-01`;
  const endsBefore = addMonths(first, 1);
  const year = YEARS[Math.floor(number / 12)];
  if (year === undefined) throw new RangeError(`The story has no month ${number}.`);
  return { year, index, first, last: addDays(endsBefore, -1), endsBefore };
};

/** Where a tier's ARR should stand at the end of a month: net growth by quarter as planned, within it 20/25/55. */
const targetOf = (opening: bigint, month: Month, tier: Tier): bigint => {
  const weights = month.year.netByQuarter.flatMap((quarter) => BY_MONTH_OF_QUARTER.map((share) => BigInt(quarter * share)));
  const parts = split(month.year.closing[tier] - opening, weights);
  return parts.slice(0, month.index + 1).reduce((sum, part) => sum + part, opening);
};

const updateShares = (world: World): void => {
  world.byCurrency.clear();
  for (const { customer, arr } of world.accounts)
    world.byCurrency.set(customer.currency as CurrencyCode, (world.byCurrency.get(customer.currency) ?? 0n) + arr);
};

interface Running {
  leavers: readonly Account[];
  /** Uplift of the year still to be given, and the ARR that is due to renew in the rest of the year. */
  uplift: bigint;
  due: bigint;
}

const tellMonth = (world: World, month: Month, target: PerTier<bigint>, running: Running): void => {
  for (const account of world.accounts) account.arr = arrOn(account.subscription, month.last);
  updateShares(world);
  if (month.index % 3 === 0) running.leavers = chooseLeavers(world, month);
  const due = dueArr(world, month.first, month.endsBefore, running.leavers);
  const uplift = month.index === 11 ? running.uplift : running.due === 0n ? 0n : (running.uplift * due) / running.due;
  running.uplift -= tellPeriods(world, month, running.leavers, uplift);
  running.due -= due;
  tellNewLogos(world, month);
  tellUpgrades(world, month);
  tellContraction(world, month);
  tellExpansion(world, month, target);
  const missing = closeMonth(
    world,
    month,
    TIERS.reduce((sum, tier) => sum + target[tier], 0n),
  );
  if (missing > 0n) throw new RangeError(`The month from ${month.first} cannot reach its target: ${missing} cents have no taker.`);
  tellNoise(world, month);
};

/** Two years of the company, month by month. The same seed gives the same story. */
export const tellStory = (seed: number): { readonly world: World; readonly monthEnds: readonly Figures[] } => {
  const world = newWorld(seed);
  openCatalogue(world, instantOn(world, IMPORT_DATE, 60));
  openBook(world);
  const ends: Figures[] = [];
  ends.push(figuresOf(IMPORT_DATE, world.accounts));
  let opening: PerTier<bigint> = OPENING.arr;
  const running: Running = { leavers: [], uplift: 0n, due: 0n };
  for (let number = 0; number < MONTHS; number += 1) {
    const month = monthOf(number);
    if (month.index === 0) {
      running.uplift = month.year.uplift;
      running.due = dueArr(world, month.first, addMonths(month.first, 12), []);
    }
    const target = Object.fromEntries(TIERS.map((tier) => [tier, targetOf(opening[tier], month, tier)])) as PerTier<bigint>;
    tellMonth(world, month, target, running);
    ends.push(figuresOf(month.last, world.accounts));
    if (month.index === 11) opening = month.year.closing;
  }
  world.acts.sort((a, b) => a.at - b.at);
  return { world, monthEnds: ends };
};
