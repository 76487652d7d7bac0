import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { waitedDays } from '../evidence/ends.ts';
import { groupOn } from '../evidence/groups.ts';
import type { Settlement } from '../evidence/precedence.ts';
import type { Chain, Term } from '../evidence/terms.ts';
import type { Subscription } from '../lines/stretches.ts';
import type { Scope } from './amounts.ts';

/** Its term ended and nothing came yet; its billing stopped within the term; its term is over and billing goes on, which counts. */
export type FlagName = 'expired-renewing' | 'billing-stopped' | 'billed-after-term';

/** What is out of the ordinary of an agreement, since which day, and for how many days. */
export interface Flag {
  readonly flag: FlagName;
  readonly agreementId: string;
  /** First day of it. */
  readonly since: string;
  readonly ageDays: number;
}

const flagOf = (flag: FlagName, agreementId: string, sinceDay: number, { day }: Scope): Flag => ({
  flag,
  agreementId,
  since: fromEpochDay(sinceDay),
  ageDays: day - sinceDay,
});

/** What is waited for, as long as it is. */
const waiting = ({ watches }: Settlement, scope: Scope): readonly Flag[] =>
  watches.flatMap((watch) => {
    const name = watch.of === 'term' ? 'expired-renewing' : 'billing-stopped';
    const flag = flagOf(name, watch.agreementId, toEpochDay(watch.on), scope);
    return flag.ageDays >= 0 && flag.ageDays <= waitedDays(watch, scope.context.profile) ? [flag] : [];
  });

const billedAfterTerm = ({ chains, pairs }: Settlement, billing: readonly Subscription[], scope: Scope): readonly Flag[] =>
  chains.flatMap(({ chainId, terms }: Chain) => {
    const { agreementId, endDay } = terms[terms.length - 1] as Term;
    if (endDay === undefined || endDay > scope.day) return [];
    const isBilled = pairs.some(({ signed, billed }) => {
      const stretches = billing.find(({ subscriptionId }) => subscriptionId === billed.ownerId)?.stretches ?? [];
      return signed.ownerId === chainId && groupOn(billed, stretches, scope.day, scope.context).length > 0;
    });
    return isBilled ? [flagOf('billed-after-term', agreementId, endDay, scope)] : [];
  });

export const flagsOn = (settlement: Settlement, billing: readonly Subscription[], scope: Scope): readonly Flag[] => [
  ...waiting(settlement, scope),
  ...billedAfterTerm(settlement, billing, scope),
];
