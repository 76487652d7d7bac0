import { SWITCH_NAMES, type SwitchName } from '../../platform/config-profiles.ts';
import type { Fact } from '../lines/facts.ts';
import { EMPTY, extended } from '../lines/lists.ts';
import type { Context, LineValue, PlanRates } from '../lines/values.ts';
import { wholeBook } from '../movements/history.ts';
import { decidedDays } from '../movements/timeline.ts';
import type { Profile } from './profile.ts';

/**
 * Why two profiles tell different ARR of the same facts. One goes over into the other switch by switch, in the order in which switches are
 * declared; what a line's ARR changes by at each step is that switch's reason. So reasons sum exactly to the difference, whatever the switches
 * have to do with each other; what two of them do only together is the later one's.
 */

/** What a line's ARR changes by on a day, and from then on, because a switch is another: signed minor units, and of the plan currency at plan rate. */
export interface SwitchStep {
  readonly day: number;
  readonly key: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  readonly switch: SwitchName;
  readonly deltaMinor: bigint;
  readonly planDeltaMinor: bigint;
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
const NAMES_ONLY: ReadonlySet<SwitchName> = new Set([
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

/** What a line of some customer's moves by on a day. */
interface Move {
  readonly day: number;
  readonly line: LineValue;
  readonly amount: bigint;
  readonly plan: bigint;
}

const moveName = ({ day, line }: Move): string => `${day} ${line.key}`;

/** What each line moves by on each day of a customer's whole history, each once. */
const movesUnder = (facts: readonly Fact[], profile: Profile, rates: PlanRates): ReadonlyMap<string, Move> => {
  const context: Context = { profile, rates };
  const moves = new Map<string, Move>();
  let open: readonly LineValue[] = [];
  for (const { day, closing } of decidedDays(wholeBook(facts, context).book, context)) {
    for (const move of movesBetween(day, open, closing.lines)) moves.set(moveName(move), move);
    open = closing.lines;
  }
  return moves;
};

const movesBetween = (day: number, open: readonly LineValue[], close: readonly LineValue[]): readonly Move[] => {
  if (open === close) return EMPTY;
  let moves: Move[] = EMPTY;
  const before = new Map(open.map((line) => [line.key, line]));
  for (const line of close) {
    const known = before.get(line.key);
    before.delete(line.key);
    const amount = line.amountMinor - (known?.amountMinor ?? 0n);
    const plan = line.planMinor - (known?.planMinor ?? 0n);
    if (amount !== 0n || plan !== 0n) moves = extended(moves, { day, line, amount, plan });
  }
  for (const line of before.values()) moves = extended(moves, { day, line, amount: -line.amountMinor, plan: -line.planMinor });
  return moves;
};

/** What `after` moves otherwise than `before`. */
const stepsBetween = (name: SwitchName, before: ReadonlyMap<string, Move>, after: ReadonlyMap<string, Move>): SwitchStep[] => {
  const steps: SwitchStep[] = [];
  const step = ({ day, line }: Move, deltaMinor: bigint, planDeltaMinor: bigint): void => {
    if (deltaMinor === 0n && planDeltaMinor === 0n) return;
    const { key, productId, legalEntity, currency } = line;
    steps.push({ day, key, productId, legalEntity, currency, switch: name, deltaMinor, planDeltaMinor });
  };
  for (const [key, move] of after) {
    const known = before.get(key);
    step(move, move.amount - (known?.amount ?? 0n), move.plan - (known?.plan ?? 0n));
  }
  for (const [key, move] of before) if (!after.has(key)) step(move, -move.amount, -move.plan);
  return steps;
};

/**
 * The whole history of a comparison, for one customer's facts (of all customers that are one): rows of a ledger whose cause is a switch, in the
 * order of day, switch and line. On every day, Σ of the steps until then is what ARR under `to` differs by from ARR under `from`.
 */
export const switchSteps = (facts: readonly Fact[], from: Profile, to: Profile, rates: PlanRates): readonly SwitchStep[] => {
  const path = pathBetween(from, to);
  if (path.length === 0) return [];
  let before = movesUnder(facts, from, rates);
  const steps = path.flatMap(({ name, profile }) => {
    const after = movesUnder(facts, profile, rates);
    const own = stepsBetween(name, before, after);
    before = after;
    return own;
  });
  const placeOf = new Map(SWITCH_NAMES.map((name, i) => [name, i]));
  const place = (step: SwitchStep): number => placeOf.get(step.switch) ?? 0;
  return steps.sort((a, b) => a.day - b.day || place(a) - place(b) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
};

type Draft = { -readonly [K in keyof ComparedLine]: ComparedLine[K] };

/** Two profiles of one customer's facts, line by line, as of the end of a day; lines that neither has are left out. */
export const compare = (facts: readonly Fact[], from: Profile, to: Profile, rates: PlanRates, day: number): readonly ComparedLine[] => {
  const lines = new Map<string, Draft>();
  const lineOf = ({ key, productId, legalEntity, currency }: Pick<LineValue, 'key' | 'productId' | 'legalEntity' | 'currency'>): Draft => {
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
  for (const move of movesUnder(facts, from, rates).values()) {
    if (move.day > day) continue;
    const line = lineOf(move.line);
    line.fromMinor += move.amount;
    line.fromPlanMinor += move.plan;
    line.toMinor += move.amount;
    line.toPlanMinor += move.plan;
  }
  for (const step of switchSteps(facts, from, to, rates)) {
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
