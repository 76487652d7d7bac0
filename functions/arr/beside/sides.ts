import { Bug } from '../../platform/bug.ts';
import { fromEpochDay } from '../../platform/calendar.ts';
import type { Group } from '../evidence/groups.ts';
import type { Stretch } from '../lines/stretches.ts';
import { inForceOn } from '../movements/timeline.ts';
import { type Amount, type Scope, shownBy } from './amounts.ts';

/** One source's evidence of a line, by what is in force for it on the day, or first will be. */
export const sideOf = (group: Group, stretches: readonly Stretch[], worth: Amount, scope: Scope) => {
  const own = stretches.filter(({ fromDay }) => group.lineIds.has(fromDay));
  const state = inForceOn(own, scope.day) ?? own[0];
  if (state === undefined) throw new Bug(`line ${group.key} has no state`);
  return {
    subscriptionId: state.fact.subscriptionId,
    lineId: group.lineIds.get(state.fromDay) ?? '',
    productId: group.productId,
    startsOn: fromEpochDay(group.startDay),
    ...shownBy(state.fact, scope),
    ...worth,
  };
};
