import { toEpochDay } from '../../platform/calendar.ts';
import { counts } from '../lines/counts.ts';
import { type Rated, ratedOn } from '../lines/dated.ts';
import { continuedBy } from '../lines/items.ts';
import { type Line, roundHalfAway } from '../lines/rating.ts';
import { type Stretch, type Subscription, stretchFrom } from '../lines/stretches.ts';
import type { Context } from '../lines/values.ts';
import type { Chain, Term } from './terms.ts';

/** One commercial line as one source tells of it, through all states in which it was made anew, priced or stepped. */
export interface Group {
  /** The chain's, or the subscription's. */
  readonly ownerId: string;
  readonly key: string;
  readonly productId: string;
  readonly currency: string;
  readonly legalEntity: string;
  readonly unmapped: boolean;
  /** First day of its service. */
  readonly startDay: number;
  /** The source's second in which it was first shown. */
  readonly heardAt: number;
  /** Its line in each state of its owner that has it, by the state's first day. */
  readonly lineIds: ReadonlyMap<number, string>;
}

type Draft = { -readonly [K in keyof Group]: Group[K] } & { readonly lineIds: Map<number, string> };

interface State {
  readonly fromDay: number;
  readonly stretch: Stretch;
}

const keyOf = (ownerId: string, { lineId, productId }: Line, { legalEntity, currency }: Stretch): string =>
  `${ownerId}/${lineId}/${productId}/${legalEntity}/${currency}`;

/** Groups of an owner's lines, in the order of their first states. */
const groupsOf = (
  ownerId: string,
  states: readonly State[],
  startOf: (line: Line, state: State) => number,
  heardAt: (line: Line, state: State) => number,
): readonly Group[] => {
  const groups: Draft[] = [];
  let known = new Map<string, Draft>();
  let before: readonly Line[] = [];
  for (const state of states) {
    const { stretch, fromDay } = state;
    const now = new Map<string, Draft>();
    for (const line of stretch.lines) {
      if (line.usage === 'metered') continue;
      const previous = continuedBy(line, before, stretch.lines);
      const group =
        now.get(line.lineId) ?? (previous === undefined ? undefined : known.get(previous.lineId)) ?? opened(groups, ownerId, line, state);
      group.startDay = Math.min(group.startDay, startOf(line, state));
      group.heardAt = Math.min(group.heardAt, heardAt(line, state));
      group.unmapped = group.unmapped || line.unmapped === true;
      group.lineIds.set(fromDay, line.lineId);
      now.set(line.lineId, group);
    }
    known = now;
    before = stretch.lines;
  }
  return groups;
};

const opened = (groups: Draft[], ownerId: string, line: Line, { stretch }: State): Draft => {
  const { currency, legalEntity } = stretch;
  const group: Draft = {
    ownerId,
    key: keyOf(ownerId, line, stretch),
    productId: line.productId,
    currency,
    legalEntity,
    unmapped: false,
    startDay: Number.POSITIVE_INFINITY,
    heardAt: Number.POSITIVE_INFINITY,
    lineIds: new Map(),
  };
  groups.push(group);
  return group;
};

/** The stretch that a term is by itself. */
export const stretchOfTerm = ({ fact, startDay }: Term): Stretch => stretchFrom(fact, startDay, startDay);

/** Lines of signed agreements. */
export const signedGroups = ({ chainId, terms, heardAt }: Chain): readonly Group[] =>
  groupsOf(
    chainId,
    terms.map((term) => ({ fromDay: term.startDay, stretch: stretchOfTerm(term) })),
    (line, { stretch }) => (line.startsOn === undefined ? stretch.startDay : toEpochDay(line.startsOn)),
    (line, { stretch }) => heardAt.get(line.lineId) ?? stretch.fact.provenance.observedAt,
  );

/** Lines of a billed subscription; those that never counted are left out. */
export const billedGroups = ({ subscriptionId, stretches }: Subscription, { profile }: Context): readonly Group[] =>
  groupsOf(
    subscriptionId,
    stretches.map((stretch) => ({ fromDay: stretch.fromDay, stretch })),
    (_line, { stretch, fromDay }) => (counts(stretch.fact, profile) ? Math.max(fromDay, stretch.startDay) : Number.POSITIVE_INFINITY),
    (_line, { stretch }) => stretch.fact.provenance.observedAt,
  ).filter(({ startDay }) => Number.isFinite(startDay));

/** Index of the state that is in force on a day; -1 before the first. */
const stateOn = (stretches: readonly Stretch[], day: number): number => stretches.findLastIndex(({ fromDay }) => fromDay <= day);

/** A group's lines with what they are worth a year on a day, whatever another source says; none where it is not in service. */
export const groupOn = (group: Group, stretches: readonly Stretch[], day: number, { profile }: Context): readonly Rated[] => {
  const state = stretches[stateOn(stretches, day)];
  const lineId = state === undefined ? undefined : group.lineIds.get(state.fromDay);
  if (state === undefined || lineId === undefined || day < state.startDay || !counts(state.fact, profile)) return [];
  return ratedOn(state, day, profile).filter(({ line }) => line.lineId === lineId);
};

/** What they are worth together, in minor units of the group's currency, each rounded once. */
export const worthOn = (group: Group, stretches: readonly Stretch[], day: number, context: Context): bigint =>
  groupOn(group, stretches, day, context).reduce((sum, { exact }) => sum + roundHalfAway(exact), 0n);

/** Half-open intervals of days on which a billed line is in service, ascending; the last may have no end. */
export const servedDays = (group: Group, { stretches }: Subscription, { profile }: Context): readonly Interval[] => {
  const intervals: Interval[] = [];
  for (const [i, stretch] of stretches.entries()) {
    if (!group.lineIds.has(stretch.fromDay) || !counts(stretch.fact, profile)) continue;
    const from = Math.max(stretch.fromDay, stretch.startDay);
    const to = stretches[i + 1]?.fromDay ?? Number.POSITIVE_INFINITY;
    const last = intervals[intervals.length - 1];
    if (from >= to) continue;
    if (last !== undefined && last.to === from) intervals[intervals.length - 1] = { from: last.from, to };
    else intervals.push({ from, to });
  }
  return intervals;
};

export interface Interval {
  readonly from: number;
  /** First day after it; infinite where it has no end. */
  readonly to: number;
}

export const holds = (intervals: readonly Interval[], day: number): boolean => intervals.some(({ from, to }) => from <= day && day < to);
