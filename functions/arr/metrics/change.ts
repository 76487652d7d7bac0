import { assert } from '../../platform/bug.ts';
import { CAUSES, type ToldRows } from '../ledger/rows.ts';
import type { Cause } from '../movements/movements.ts';
import type { Cut } from './cut.ts';
import type { Definitions } from './metric.ts';
import { eachLook, type Standing } from './standing.ts';

/** Twelve months of net revenue retention: from the day at whose end the cohort is taken to the day at whose end it is looked at (epoch days). */
export interface CohortYear {
  readonly from: number;
  readonly to: number;
}

/** NRR = now ÷ base of the cohort, in minor units. */
export interface Side {
  readonly baseMinor: bigint;
  readonly nowMinor: bigint;
}

/**
 * Where a part comes from. The cohorts of two ends of twelve months share most customers: of these, what moved after the earlier end came into the
 * window, and what moved before the later beginning went out of it. Other customers are in the later cohort alone, or were in the earlier one alone.
 */
export const CHANGE_GROUPS = ['window-entered', 'window-left', 'cohort-joined', 'cohort-left'] as const;
export type ChangeGroup = (typeof CHANGE_GROUPS)[number];

/** Beside the causes: `base` is what who joined or left had when the cohort was taken; `not-counted` came back, which the profile leaves out. */
export type ChangeOf = Cause | 'base' | 'not-counted';

/** `effect` over `RetentionChange.denominator` is what it adds to the change of NRR. */
export interface ChangePart {
  readonly group: ChangeGroup;
  readonly of: ChangeOf;
  readonly amountMinor: bigint;
  readonly effect: bigint;
}

/** A customer in either cohort; not in one, it has 0 there. */
export interface ChangedCustomer {
  /** In `names.customers`. */
  readonly customer: number;
  readonly before: Side;
  readonly after: Side;
  readonly effect: bigint;
}

export interface RetentionChange {
  readonly before: Side;
  readonly after: Side;
  /** `numerator ÷ denominator` = NRR after − NRR before. The denominator is the product of both bases. */
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** In the order of the groups and, in each, of the causes; those without amount are left out. Their effects sum to the numerator. */
  readonly parts: readonly ChangePart[];
  /** How many customers each group looks at. */
  readonly customers: Readonly<Record<ChangeGroup, number>>;
  /** Those with an effect, the largest first, whatever its sign. Their effects sum to the numerator, too. */
  readonly byCustomer: readonly ChangedCustomer[];
}

type Wanted = readonly [CohortYear, CohortYear];

/** Undefined where one of the cohorts had no ARR, so that there is no NRR to compare. `before` begins and ends no later than `after` does. */
export const retentionChange = (
  rows: ToldRows,
  cut: Cut,
  value: number,
  years: Wanted,
  definitions: Pick<Definitions, 'reactivationInNrr'>,
): RetentionChange | undefined => {
  const members = membersOf(rows, cut, value, years, definitions);
  const before = sumOf(members.map((member) => member.before));
  const after = sumOf(members.map((member) => member.after));
  if (before.baseMinor === 0n || after.baseMinor === 0n) return undefined;
  /** How much now, and base, of a customer change NRR: (Δnow − NRR before × Δbase) ÷ base after, over the denominator. */
  const effectOf = (nowMinor: bigint, baseMinor: bigint): bigint => nowMinor * before.baseMinor - baseMinor * before.nowMinor;
  const byCustomer = members
    .map((member) => ({
      ...member,
      effect: effectOf(member.after.nowMinor - member.before.nowMinor, member.after.baseMinor - member.before.baseMinor),
    }))
    .filter(({ effect }) => effect !== 0n)
    .sort((a, b) => (size(a.effect) > size(b.effect) ? -1 : size(a.effect) < size(b.effect) ? 1 : a.customer - b.customer));
  const numerator = effectOf(after.nowMinor - before.nowMinor, after.baseMinor - before.baseMinor);
  const parts = partsOf(rows, cut, value, years, members, effectOf);
  assert(sum(parts) === numerator && sum(byCustomer) === numerator, 'the parts of a change of NRR are not the whole of it');
  const customers = Object.fromEntries(
    CHANGE_GROUPS.map((group) => [group, members.filter((member) => groupsOf(member).includes(group)).length]),
  ) as Record<ChangeGroup, number>;
  return { before, after, numerator, denominator: before.baseMinor * after.baseMinor, parts, customers, byCustomer };
};

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const sum = (all: readonly { readonly effect: bigint }[]): bigint => all.reduce((total, { effect }) => total + effect, 0n);
const sumOf = (sides: readonly Side[]): Side =>
  sides.reduce(
    (total, { baseMinor, nowMinor }) => ({ baseMinor: total.baseMinor + baseMinor, nowMinor: total.nowMinor + nowMinor }),
    NOBODY,
  );

const NOBODY: Side = { baseMinor: 0n, nowMinor: 0n };

/** A customer of either cohort, with its ARR at both ends, whether it counts there or not. */
interface Member {
  readonly customer: number;
  readonly before: Side;
  readonly after: Side;
  readonly arrBefore: bigint;
  readonly arrAfter: bigint;
}

export const groupsOf = ({ before, after }: Pick<Member, 'before' | 'after'>): readonly ChangeGroup[] => {
  if (before.baseMinor === 0n) return ['cohort-joined'];
  return after.baseMinor === 0n ? ['cohort-left'] : ['window-entered', 'window-left'];
};

/** How units stood at the end of a day. */
type Stood = Pick<Standing, 'units' | 'arr' | 'value' | 'emptyOn'>;

const membersOf = (
  rows: ToldRows,
  cut: Cut,
  value: number,
  [a, b]: Wanted,
  { reactivationInNrr }: Pick<Definitions, 'reactivationInNrr'>,
) => {
  const days = [...new Set([a.from, a.to, b.from, b.to])].sort((x, y) => x - y);
  const stood = new Map<number, Stood>();
  const customers = eachLook(rows, cut, Int32Array.from(days), (look, { units, arr, value: of, emptyOn }) => {
    stood.set(days[look] as number, { units, arr: arr.slice(0, units), value: of.slice(0, units), emptyOn: emptyOn.slice(0, units) });
  });
  const on = (day: number): Stood => stood.get(day) as Stood;
  const arrOf = ({ units, arr }: Stood, unit: number): bigint => (unit < units ? (arr[unit] as bigint) : 0n);
  const sideOf = ({ from, to }: CohortYear, unit: number): Side => {
    const then = on(from);
    const baseMinor = then.value[unit] === value ? arrOf(then, unit) : 0n;
    if (baseMinor === 0n) return NOBODY;
    const cameBack = (on(to).emptyOn[unit] as number) > from;
    return { baseMinor, nowMinor: cameBack && reactivationInNrr === 'excluded' ? 0n : arrOf(on(to), unit) };
  };
  const members: Member[] = [];
  for (let unit = 0; unit < customers.length; unit += 1) {
    const [before, after] = [sideOf(a, unit), sideOf(b, unit)];
    if (before.baseMinor === 0n && after.baseMinor === 0n) continue;
    members.push({ customer: customers[unit] as number, before, after, arrBefore: arrOf(on(a.to), unit), arrAfter: arrOf(on(b.to), unit) });
  }
  return members;
};

/** The days of each group: after the first, to the end of the second. */
export const windowOfGroup = (group: ChangeGroup, [a, b]: Wanted): readonly [number, number] => {
  switch (group) {
    case 'window-entered':
      return [a.to, b.to];
    case 'window-left':
      return [a.from, b.from];
    case 'cohort-joined':
      return [b.from, b.to];
    case 'cohort-left':
      return [a.from, a.to];
  }
};

const RENEWAL = CAUSES.indexOf('renewal');
const ADJUSTMENT = CAUSES.indexOf('adjustment');

/** Whether a row moves ARR of the customers of a value: no renewal, no transfer, nothing of an adjustment by hand, and of a part of a customer only its own. */
export const movesIn = (rows: ToldRows, { ofParts, lookup, column }: Cut, value: number, row: number): boolean =>
  rows.cause[row] !== RENEWAL &&
  rows.lineCause[row] !== ADJUSTMENT &&
  rows.attributes[row] === rows.fromAttributes[row] &&
  (!ofParts || lookup[column[row] as number] === value);

const partsOf = (
  rows: ToldRows,
  cut: Cut,
  value: number,
  years: Wanted,
  members: readonly Member[],
  effectOf: (nowMinor: bigint, baseMinor: bigint) => bigint,
): readonly ChangePart[] => {
  const moved = movedBy(rows, cut, value, years, members);
  const inGroup = (group: ChangeGroup): readonly Member[] => members.filter((member) => groupsOf(member).includes(group));
  const notCounted = (group: ChangeGroup): bigint =>
    inGroup(group).reduce((total, { before, after, arrBefore, arrAfter }) => {
      const [then, now] = [
        before.baseMinor === 0n ? 0n : before.nowMinor - arrBefore,
        after.baseMinor === 0n ? 0n : after.nowMinor - arrAfter,
      ];
      return total + (group === 'cohort-left' ? then : now - then);
    }, 0n);
  const base = (group: ChangeGroup): bigint =>
    sumOf(inGroup(group).map(({ before, after }) => (group === 'cohort-left' ? before : after))).baseMinor;
  return CHANGE_GROUPS.flatMap((group) => {
    const isOfCohort = group === 'cohort-joined' || group === 'cohort-left';
    const amounts: (readonly [ChangeOf, bigint])[] = [
      ...(isOfCohort ? [['base', base(group)] as const] : []),
      ...CAUSES.map((cause, place) => [cause, moved[group][place] as bigint] as const),
      ...(group === 'window-left' ? [] : [['not-counted', notCounted(group)] as const]),
    ];
    return amounts
      .filter(([, amount]) => amount !== 0n)
      .map(([of, amountMinor]) => {
        // What went out of the window is in the later base, and no more in what moved since: both ends have it.
        const effect = group === 'window-left' ? effectOf(0n, amountMinor) : effectOf(amountMinor, of === 'base' ? amountMinor : 0n);
        return { group, of, amountMinor, effect: group === 'cohort-left' ? -effect : effect };
      });
  });
};

/** What the customers of each group moved within its days, by cause. */
const movedBy = (
  rows: ToldRows,
  cut: Cut,
  value: number,
  years: Wanted,
  members: readonly Member[],
): Record<ChangeGroup, BigInt64Array> => {
  const groups = new Map(members.map((member) => [member.customer, groupsOf(member)]));
  const moved = Object.fromEntries(CHANGE_GROUPS.map((group) => [group, new BigInt64Array(CAUSES.length)])) as Record<
    ChangeGroup,
    BigInt64Array
  >;
  const windows = new Map(CHANGE_GROUPS.map((group) => [group, windowOfGroup(group, years)]));
  const causes = cut.dimension === 'product' ? rows.lineCause : rows.cause;
  for (let row = 0; row < rows.length; row += 1) {
    if (!movesIn(rows, cut, value, row)) continue;
    const day = rows.day[row] as number;
    for (const group of groups.get(rows.customer[row] as number) ?? []) {
      const [after, to] = windows.get(group) as readonly [number, number];
      const place = causes[row] as number;
      if (after < day && day <= to) moved[group][place] = (moved[group][place] as bigint) + (rows.planMinor[row] as bigint);
    }
  }
  return moved;
};
