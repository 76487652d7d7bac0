import { fromEpochDay, toEpochDay } from '../../platform/calendar.ts';
import { type Group, worthOn } from '../evidence/groups.ts';
import { followingOf, type Settlement } from '../evidence/precedence.ts';
import type { Chain, Term } from '../evidence/terms.ts';
import { ratedOn } from '../lines/dated.ts';
import { roundHalfAway } from '../lines/rating.ts';
import { type Subscription, stretchFrom } from '../lines/stretches.ts';
import { amountOf, type Scope } from './amounts.ts';

/**
 * A line whose term comes to its end: what there is to renew, and what was renewed of it. Amounts are minor units of its currency, `…PlanMinor` of the
 * plan currency at the plan rate of the term's last day, absent without one.
 */
export interface LineDue {
  /** First day after the term: the day on which a renewal takes effect. */
  readonly dueOn: string;
  readonly productId: string;
  readonly legalEntity: string;
  readonly currency: string;
  readonly dueMinor: bigint;
  readonly duePlanMinor?: bigint;
  /** At most what was due: what is bought on top is expansion. */
  readonly renewedMinor: bigint;
  readonly renewedPlanMinor?: bigint;
  /** Renewed, lost, or gone on without a renewal; what lies ahead, or is waited for, is not settled. */
  readonly isSettled: boolean;
}

/** What is settled, and what bills: as if nothing had been signed. */
interface Known {
  readonly settlement: Settlement;
  readonly billing: readonly Subscription[];
}

/** First day after all of a term's lines, as they were signed; undefined where one has no end, or it was ended before its time: nothing came up. */
const dueDay = ({ fact: { lines }, isCut }: Term): number | undefined => {
  if (isCut || lines.length === 0) return undefined;
  let last = Number.NEGATIVE_INFINITY;
  for (const { endsOn } of lines) last = endsOn === undefined ? Number.POSITIVE_INFINITY : Math.max(last, toEpochDay(endsOn));
  return last === Number.POSITIVE_INFINITY ? undefined : last;
};

/** What a line of a chain is worth a year within a term on a day, whole minor units of its currency; 0 where it is not in force. */
const signedOn = (term: Term, group: Group, day: number, { context: { profile } }: Scope): bigint => {
  const lineId = group.lineIds.get(term.startDay);
  const rated = ratedOn(stretchFrom(term.fact, term.startDay, term.startDay), day, profile);
  return rated.filter(({ line }) => line.lineId === lineId).reduce((sum, { exact }) => sum + roundHalfAway(exact), 0n);
};

/** What billing comes to for a line, on a day on which its last term is over: by what billed it within the term, or was bought in its place. */
const billedOn = (chain: Chain, group: Group, on: number, { settlement, billing }: Known, { context }: Scope): bigint => {
  const own = settlement.pairs.flatMap(({ signed, billed }) => (signed === group ? [billed] : []));
  return [...own, ...followingOf(chain, group, settlement)].reduce((sum, billed) => {
    const stretches = billing.find(({ subscriptionId }) => subscriptionId === billed.ownerId)?.stretches ?? [];
    return sum + worthOn(billed, stretches, on, context);
  }, 0n);
};

const LOST = { renewedMinor: 0n, isSettled: true };
const OPEN = { renewedMinor: 0n, isSettled: false };

/** What became of a line at the end of a term: renewed by the next one, billed on, lost, waited for, or gone on by two people's word. */
const renewedOf = (chain: Chain, place: number, group: Group, due: bigint, known: Known, scope: Scope) => {
  const renewed = (worth: bigint) => ({ renewedMinor: worth < due ? worth : due, isSettled: true });
  const term = chain.terms[place] as Term;
  const next = chain.terms[place + 1];
  const dueOn = dueDay(term) as number;
  const lastDay = dueOn + scope.context.profile.renewalGraceDays;
  if (next !== undefined)
    return group.lineIds.has(next.startDay) && next.startDay <= lastDay ? renewed(signedOn(next, group, next.startDay, scope)) : LOST;
  if (dueOn > scope.day) return OPEN;
  const billed = term.isTerminated ? 0n : billedOn(chain, group, Math.min(lastDay, scope.day), known, scope);
  if (billed > 0n) return renewed(billed);
  const endDay = known.settlement.endDays.get(group);
  if (endDay !== undefined && endDay <= dueOn) return LOST;
  const isWaitedFor = known.settlement.watches.some(
    ({ agreementId, of, on }) => agreementId === term.agreementId && of === 'term' && on === fromEpochDay(dueOn),
  );
  return isWaitedFor ? OPEN : renewed(due);
};

/**
 * The renewals that came up with the signed lines of a customer, and those that will: one for each line that is in force on the last day of a term, as of
 * the end of a day. A term that was ended before its time never came up: it is churn within the term. A line that is billed on after its term, or of
 * which two people said that it goes on, is renewed as it was.
 */
export const duesOn = (known: Known, scope: Scope): readonly LineDue[] =>
  known.settlement.chains.flatMap((chain) => {
    const groups = known.settlement.signed.filter(({ ownerId }) => ownerId === chain.chainId);
    return chain.terms.flatMap((term, place) => {
      const due = dueDay(term);
      if (due === undefined) return [];
      return groups.flatMap((group): LineDue[] => {
        const dueMinor = group.lineIds.has(term.startDay) ? signedOn(term, group, due - 1, scope) : 0n;
        if (dueMinor <= 0n) return [];
        const { renewedMinor, isSettled } = renewedOf(chain, place, group, dueMinor, known, scope);
        const atPlan = (amount: bigint) => amountOf({ num: amount, den: 1n }, group.currency, { ...scope, day: due - 1 }).planMinor;
        const [duePlanMinor, renewedPlanMinor] = [atPlan(dueMinor), atPlan(renewedMinor)];
        const { productId, legalEntity, currency } = group;
        return [
          {
            ...{ dueOn: fromEpochDay(due), productId, legalEntity, currency, dueMinor, renewedMinor, isSettled },
            ...(duePlanMinor === undefined ? {} : { duePlanMinor }),
            ...(renewedPlanMinor === undefined ? {} : { renewedPlanMinor }),
          },
        ];
      });
    });
  });
