import { toEpochDay } from '../../platform/calendar.ts';
import { type Group, groupOn, stretchOfTerm } from '../evidence/groups.ts';
import type { Settlement } from '../evidence/precedence.ts';
import type { Stretch, Subscription } from '../lines/stretches.ts';
import { type Scope, worthOf } from './amounts.ts';
import { sideOf } from './sides.ts';

/** Day of a source's second, as its facts tell it. */
const dayOf = (observedAt: number, { facts, on }: Scope): string =>
  facts.find(({ kind, data }) => kind === 'subscription' && data.provenance.observedAt === observedAt)?.data.observedOn ?? on;

/** A side with its worth on the day, or on its first day of service where that is still to come, and its age since it was first shown. */
const agedSide = (group: Group, stretches: readonly Stretch[], scope: Scope) => {
  const lines = groupOn(group, stretches, Math.max(scope.day, group.startDay), scope.context);
  const shownOn = dayOf(group.heardAt, scope);
  const side = sideOf(group, stretches, worthOf(lines, group.currency, scope), scope);
  return { ...side, shownOn, ageDays: scope.day - toEpochDay(shownOn) };
};

/** Signed and billed lines that may be one, as long as both go on: only the billed one is live until two people say which. */
export const duplicatesOn = ({ duplicates, chains }: Settlement, billing: readonly Subscription[], scope: Scope) =>
  duplicates
    .map(({ signed, billed }) => ({
      signed: agedSide(signed, chains.find(({ chainId }) => chainId === signed.ownerId)?.terms.map(stretchOfTerm) ?? [], scope),
      billed: agedSide(billed, billing.find(({ subscriptionId }) => subscriptionId === billed.ownerId)?.stretches ?? [], scope),
    }))
    .filter((sides) => Object.values(sides).every(({ amountMinor, ageDays }) => amountMinor !== 0n && ageDays >= 0));
