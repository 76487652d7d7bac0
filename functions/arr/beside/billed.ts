import { counts } from '../lines/counts.ts';
import { ratedOn } from '../lines/dated.ts';
import type { Subscription } from '../lines/stretches.ts';
import { inForceOn } from '../movements/timeline.ts';
import { amountOf, type Scope, shownBy, totalOf } from './amounts.ts';

/** What billing alone comes to a year on a day: every subscription as if nothing had been signed, by the rules of ARR. */
export const billedOn = (subscriptions: readonly Subscription[], scope: Scope) => {
  const { day, context } = scope;
  const lines = subscriptions.flatMap(({ subscriptionId, stretches }) => {
    const stretch = inForceOn(stretches, day);
    if (stretch === undefined || day < stretch.startDay || !counts(stretch.fact, context.profile)) return [];
    return ratedOn(stretch, day, context.profile).map(({ line: { lineId, productId }, exact }) => ({
      subscriptionId,
      lineId,
      productId,
      ...shownBy(stretch.fact, scope),
      ...amountOf(exact, stretch.currency, scope),
    }));
  });
  return { runRate: totalOf(lines), lines };
};
