import { addMonths, fromEpochDay, startOfMonth, toEpochDay } from '../../platform/calendar.ts';
import { type Fraction, fraction, round, subFractions } from '../../platform/decimal.ts';
import { allocated } from './allocation.ts';
import { partOf, ZERO } from './amounts.ts';
import { lowered } from './intermediaries.ts';
import { type Done, doneBefore, NOTHING_DONE, shareSince } from './measure.ts';
import { type Earned, earnedAsItOccurs, occursAtOnce } from './occurrences.ts';
import type { Policies } from './policies.ts';
import { givenBack } from './returns.ts';
import type { Generation, Obligation, PartClass, PricePart, State, Terms } from './state.ts';

/**
 * What is earned before a bound: a pure function of state and bound. Each generation allocates what it has to its obligations; what it
 * earned stays with it, and what it did not flows into the next.
 */

const dayAfterMonth = (bound: number): number => toEpochDay(addMonths(startOfMonth(fromEpochDay(bound)), 1, 1));

/** Each calendar month rounded half up by itself, the last taking what is left; never beyond the amount. */
const byMonths = (amountMinor: bigint, from: number, bound: number, shareAt: (bound: number) => Fraction): bigint => {
  let sum = 0n;
  let before = ZERO;
  for (let edge = dayAfterMonth(from); ; edge = dayAfterMonth(edge)) {
    const at = Math.min(edge, bound);
    const share = shareAt(at);
    sum += partOf(amountMinor, subFractions(share, before));
    before = share;
    if (edge >= bound) break;
  }
  return amountMinor < 0n ? (sum < amountMinor ? amountMinor : sum) : sum > amountMinor ? amountMinor : sum;
};

const rounded = (share: Fraction, places: number | undefined): Fraction => {
  if (places === undefined) return share;
  const scale = 10n ** BigInt(places + 2);
  return fraction(round({ num: share.num * scale, den: share.den }, 'half-up'), scale);
};

/** Goods that are no progress earn what they cost; the rest of the amount is earned by the rest of the cost (55-187 to 55-192). */
const withUninstalled = (amountMinor: bigint, uninstalled: Fraction, done: Done, share: Fraction): bigint => {
  const goods = round(uninstalled, 'half-up');
  return round(done.uninstalled, 'half-up') + partOf(amountMinor - goods, share);
};

interface Layer {
  readonly amountMinor: bigint;
  readonly class: PartClass;
  readonly obligation: Obligation;
  readonly base: Fraction;
  /** Bound at which its generation begins. */
  readonly since: number;
}

const earnedOf = (
  { amountMinor, class: partClass, obligation, base, since }: Layer,
  state: State,
  bound: number,
  policies: Policies,
): bigint => {
  const { measure } = obligation;
  const done = state.done.get(obligation.id) ?? NOTHING_DONE;
  const shareAt = (at: number) => shareSince(base, measure, done, at);
  if (measure.kind === 'time') {
    if (bound >= measure.until) return amountMinor;
    const from = Math.max(measure.from, base.num === 0n ? measure.from : since);
    if (bound <= from) return 0n;
    return policies.rounding === 'month' ? byMonths(amountMinor, from, bound, shareAt) : partOf(amountMinor, shareAt(bound));
  }
  const share = measure.kind === 'units' || measure.kind === 'point' ? shareAt(bound) : rounded(shareAt(bound), policies.progressPlaces);
  if (measure.kind === 'cost' && measure.uninstalled.num > 0n && partClass === 'stated')
    return withUninstalled(amountMinor, measure.uninstalled, done, share);
  return partOf(amountMinor, share);
};

/** Parts of one class and target are allocated together: one pool. */
const poolOf = ({ class: partClass, allocateTo }: PricePart): string => JSON.stringify([partClass, allocateTo ?? null]);

interface Pool {
  readonly class: PartClass;
  readonly allocateTo: readonly string[] | undefined;
  amountMinor: bigint;
}

const poolsWith = (pools: ReadonlyMap<string, Pool>, parts: readonly PricePart[]): ReadonlyMap<string, Pool> => {
  const next = new Map([...pools].map(([key, pool]) => [key, { ...pool }]));
  for (const part of parts) {
    const pool = next.get(poolOf(part)) ?? { class: part.class, allocateTo: part.allocateTo, amountMinor: 0n };
    pool.amountMinor += part.amountMinor;
    next.set(poolOf(part), pool);
  }
  return next;
};

/** The obligations of a pool that are still there; where none of them is, all. */
const targetsOf = (pool: Pool, { obligations }: Generation): readonly Obligation[] => {
  const targets =
    pool.allocateTo === undefined
      ? obligations.filter(({ apart }) => !apart)
      : obligations.filter(({ id }) => pool.allocateTo?.includes(id));
  return targets.length === 0 ? obligations : targets;
};

/**
 * Layers of a pool, after `beforeMinor` of other classes went to the same obligations: what all classes together get is the allocation of their
 * sum, so that rounding never depends on how a price is divided.
 */
const layersOf = (pool: Pool, beforeMinor: bigint, generation: Generation, { policies, exponent }: Terms): readonly Layer[] => {
  const targets = targetsOf(pool, generation);
  const weights = targets.map(({ sellingPrice }) => sellingPrice);
  const amounts = allocated(beforeMinor + pool.amountMinor, weights, policies.allocation, exponent);
  const before = beforeMinor === 0n ? [] : allocated(beforeMinor, weights, policies.allocation, exponent);
  return targets.map((obligation, index) => ({
    amountMinor: (amounts[index] ?? 0n) - (before[index] ?? 0n),
    class: pool.class,
    obligation,
    base: generation.base.get(obligation.id) ?? ZERO,
    since: generation.from,
  }));
};

/** What one generation allocates and earns before a bound, and what it leaves to the next. */
const ofGeneration = (state: State, terms: Terms, index: number, pools: ReadonlyMap<string, Pool>, bound: number) => {
  const generation = state.generations[index];
  const next = state.generations[index + 1];
  const earned: Earned[] = [];
  const left = new Map<string, Pool>();
  const before = new Map<string, bigint>();
  if (generation === undefined) return { earned, left };
  for (const [key, pool] of pools) {
    const target = JSON.stringify(pool.allocateTo ?? null);
    const beforeMinor = before.get(target) ?? 0n;
    before.set(target, beforeMinor + pool.amountMinor);
    let leftMinor = 0n;
    for (const layer of layersOf(pool, beforeMinor, generation, terms)) {
      const until = next === undefined ? bound : Math.min(next.from, bound);
      const takenOver = next?.remeasured.has(layer.obligation.id) === true;
      const earnedMinor = takenOver ? 0n : earnedAt(layer, state, until, next, terms.policies);
      leftMinor += layer.amountMinor - earnedMinor;
      const allocatedMinor = next === undefined ? layer.amountMinor : earnedMinor;
      earned.push({ obligation: layer.obligation.id, class: layer.class, allocatedMinor, earnedMinor });
    }
    left.set(key, { ...pool, amountMinor: leftMinor });
  }
  return { earned, left };
};

/** In a generation that has ended, what was done until its end; in the present one, what is done now. */
const earnedAt = (layer: Layer, state: State, until: number, next: Generation | undefined, policies: Policies): bigint => {
  if (next === undefined) return earnedOf(layer, state, until, policies);
  const { id, measure } = layer.obligation;
  if (measure.kind === 'time') return earnedOf(layer, state, next.from, policies);
  const end = next.base.get(id) ?? doneBefore(measure, state.done.get(id) ?? NOTHING_DONE, until);
  const done: Done = { transferred: end.num > 0n, units: end, progress: end, cost: end, uninstalled: ZERO };
  return earnedOf(layer, { ...state, done: new Map(state.done).set(id, done) }, until, policies);
};

/** All classes of all obligations before a bound; what an obligation has of a class may come in several rows, which add up. */
export const earnedBefore = (state: State, terms: Terms, bound: number): readonly Earned[] => {
  const all: Earned[] = [...earnedAsItOccurs(state, bound)];
  let pools: ReadonlyMap<string, Pool> = new Map();
  for (let index = 0; index < state.generations.length; index += 1) {
    pools = poolsWith(
      pools,
      state.parts.filter((part) => part.generation === index && !occursAtOnce(part)),
    );
    const { earned, left } = ofGeneration(state, terms, index, pools, bound);
    all.push(...earned);
    pools = left;
  }
  return [...all, ...givenBack(all, state), ...lowered(all, state)];
};
