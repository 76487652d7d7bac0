import { SWITCH_NAMES, type SwitchName } from '../../platform/config-profiles.ts';
import type { Fact } from '../lines/facts.ts';
import type { Context, PlanRates } from '../lines/values.ts';
import { wholeBook } from '../movements/history.ts';
import type { Attributes, Entry } from '../movements/movements.ts';
import { decidedDays } from '../movements/timeline.ts';
import type { Profile } from './profile.ts';

/**
 * Why two profiles tell different ARR of the same facts. One goes over into the other switch by switch, in the order in which switches are
 * declared; what a line's ARR changes by at each step is that switch's reason. So reasons sum exactly to the difference, whatever the switches
 * have to do with each other; what two of them do only together is the later one's.
 */

/** ARR of a customer's line that comes or goes on a day, where the customer has these attributes: signed minor units, and of the plan currency at plan rate. */
export interface Move {
  readonly day: number;
  readonly attributes: Attributes;
  readonly key: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  readonly deltaMinor: bigint;
  readonly planDeltaMinor: bigint;
}

/** What a line's ARR changes by on a day, and from then on, because a switch is another. */
export interface SwitchStep extends Move {
  readonly switch: SwitchName;
}

/** What a switch changes a line by, as of a day. */
export interface Reason {
  readonly switch: SwitchName;
  readonly deltaMinor: bigint;
  readonly planDeltaMinor: bigint;
}

/** A line under both profiles at the end of a day: 0 where it is not there. `toMinor` = `fromMinor` + Σ `deltaMinor`, and likewise at plan rate. */
export interface ComparedLine {
  readonly key: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  readonly fromMinor: bigint;
  readonly toMinor: bigint;
  readonly fromPlanMinor: bigint;
  readonly toPlanMinor: bigint;
  /** In the order of switches; those that change nothing are left out. */
  readonly reasons: readonly Reason[];
}

/** Switches that name movements and metrics and leave every line's ARR what it is. */
export const NAMES_ONLY: ReadonlySet<SwitchName> = new Set([
  'reactivationDays',
  'freeCustomer',
  'escalators',
  'contractedSteps',
  'renewalTermMonthsMin',
  'fx',
  'reactivationInNrr',
  'churnFormula',
]);

/** The switches on which two profiles differ and that decide ARR, each with the profile that it leads to, in their order. */
const pathBetween = (from: Profile, to: Profile): readonly { readonly name: SwitchName; readonly profile: Profile }[] => {
  let profile = from;
  return SWITCH_NAMES.filter((name) => from[name] !== to[name] && !NAMES_ONLY.has(name)).map((name) => {
    profile = { ...profile, [name]: to[name] };
    return { name, profile };
  });
};

type Moves = ReadonlyMap<string, Move>;

/** What each line moves by on each day of a customer's whole history, each line, day and set of attributes once. */
const movesUnder = (facts: readonly Fact[], profile: Profile, rates: PlanRates): Moves => {
  const context: Context = { profile, rates };
  const moves = new Map<string, Move>();
  const add = (move: Move): void => {
    const name = nameOf(move);
    const known = moves.get(name);
    if (known === undefined) moves.set(name, move);
    else {
      const [deltaMinor, planDeltaMinor] = [known.deltaMinor + move.deltaMinor, known.planDeltaMinor + move.planDeltaMinor];
      moves.set(name, { ...known, deltaMinor, planDeltaMinor });
    }
  };
  for (const { entries } of decidedDays(wholeBook(facts, context).book, context)) for (const entry of entries) movesOf(entry).forEach(add);
  return moves;
};

const nameOf = ({ day, attributes, key, productId, legalEntity, currency }: Move): string =>
  JSON.stringify([day, key, productId, legalEntity, currency, Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** What a movement's lines move by: of a transfer from one set of attributes to another; of a renewal nothing. */
const movesOf = ({ day, attributes, fromAttributes, lines }: Entry): readonly Move[] =>
  lines.flatMap(({ cause: _, ...line }) => {
    const there = { day, attributes, ...line };
    if (fromAttributes === undefined) return [there];
    return [there, { ...there, attributes: fromAttributes, deltaMinor: -line.deltaMinor, planDeltaMinor: -line.planDeltaMinor }];
  });

/** What `after` moves otherwise than `before`. */
const stepsBetween = (name: SwitchName, before: Moves, after: Moves): SwitchStep[] => {
  const steps: SwitchStep[] = [];
  const step = (move: Move, deltaMinor: bigint, planDeltaMinor: bigint): void => {
    if (deltaMinor !== 0n || planDeltaMinor !== 0n) steps.push({ ...move, switch: name, deltaMinor, planDeltaMinor });
  };
  for (const [key, move] of after) {
    const known = before.get(key);
    step(move, move.deltaMinor - (known?.deltaMinor ?? 0n), move.planDeltaMinor - (known?.planDeltaMinor ?? 0n));
  }
  for (const [key, move] of before) if (!after.has(key)) step(move, -move.deltaMinor, -move.planDeltaMinor);
  return steps;
};

/** A customer's history under one profile, and what the other one's differs by. */
export interface Comparison {
  readonly moves: readonly Move[];
  /** In the order of day, switch and line. On every day Σ of the steps until then is what ARR under `to` differs by, in every cut. */
  readonly steps: readonly SwitchStep[];
}

/** The whole history of a comparison, for one customer's facts (of all customers that are one), dated. */
export const comparisonOf = (facts: readonly Fact[], from: Profile, to: Profile, rates: PlanRates): Comparison => {
  const moves = movesUnder(facts, from, rates);
  let before = moves;
  const steps = pathBetween(from, to).flatMap(({ name, profile }) => {
    const after = movesUnder(facts, profile, rates);
    const own = stepsBetween(name, before, after);
    before = after;
    return own;
  });
  const placeOf = new Map(SWITCH_NAMES.map((name, i) => [name, i]));
  const place = (step: SwitchStep): number => placeOf.get(step.switch) ?? 0;
  return {
    moves: [...moves.values()],
    steps: steps.sort((a, b) => a.day - b.day || place(a) - place(b) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
  };
};

type Draft = { -readonly [K in keyof ComparedLine]: ComparedLine[K] };

/** Two profiles of one customer's facts, line by line, as of the end of a day; lines that neither has are left out. */
export const compare = (facts: readonly Fact[], from: Profile, to: Profile, rates: PlanRates, day: number): readonly ComparedLine[] => {
  const lines = new Map<string, Draft>();
  const lineOf = ({ key, productId, legalEntity, currency }: Move): Draft => {
    const known = lines.get(key);
    if (known !== undefined) return known;
    const made: Draft = {
      key,
      productId,
      legalEntity,
      currency,
      fromMinor: 0n,
      toMinor: 0n,
      fromPlanMinor: 0n,
      toPlanMinor: 0n,
      reasons: [],
    };
    lines.set(key, made);
    return made;
  };
  const { moves, steps } = comparisonOf(facts, from, to, rates);
  for (const move of moves) {
    if (move.day > day) continue;
    const line = lineOf(move);
    line.fromMinor += move.deltaMinor;
    line.fromPlanMinor += move.planDeltaMinor;
    line.toMinor += move.deltaMinor;
    line.toPlanMinor += move.planDeltaMinor;
  }
  for (const step of steps) {
    if (step.day > day) continue;
    const line = lineOf(step);
    line.toMinor += step.deltaMinor;
    line.toPlanMinor += step.planDeltaMinor;
    line.reasons = withReason(line.reasons, step);
  }
  return [...lines.values()]
    .map((line) => ({
      ...line,
      reasons: inOrder(line.reasons.filter(({ deltaMinor, planDeltaMinor }) => deltaMinor !== 0n || planDeltaMinor !== 0n)),
    }))
    .filter(({ fromMinor, toMinor, reasons }) => fromMinor !== 0n || toMinor !== 0n || reasons.length > 0)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
};

const withReason = (reasons: readonly Reason[], { switch: name, deltaMinor, planDeltaMinor }: SwitchStep): readonly Reason[] => {
  const known = reasons.find((reason) => reason.switch === name);
  if (known === undefined) return [...reasons, { switch: name, deltaMinor, planDeltaMinor }];
  const sum: Reason = { switch: name, deltaMinor: known.deltaMinor + deltaMinor, planDeltaMinor: known.planDeltaMinor + planDeltaMinor };
  return reasons.map((reason) => (reason === known ? sum : reason));
};

const inOrder = (reasons: readonly Reason[]): readonly Reason[] =>
  reasons.toSorted((a, b) => SWITCH_NAMES.indexOf(a.switch) - SWITCH_NAMES.indexOf(b.switch));
