import { fromEpochDay } from '../../platform/calendar.ts';
import type { Fact } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { wholeBook } from '../movements/history.ts';
import type { Scope } from './amounts.ts';
import { billedOn } from './billed.ts';
import { contractedOn } from './contracted.ts';
import { differencesOn } from './differences.ts';
import { duesOn } from './dues.ts';
import { duplicatesOn } from './duplicates.ts';
import { flagsOn } from './flags.ts';
import { unsignedOn } from './unsigned.ts';
import { usageOn } from './usage.ts';

/** Facts as if there were no agreements: billing alone. */
const withoutAgreements = (facts: readonly Fact[]): readonly Fact[] =>
  facts.filter(({ kind, data }) => kind !== 'subscription' || data.evidence === 'billed');

/**
 * What stands beside a customer's live ARR at the end of a day (rows A13, A14), each figure by itself and none of them ARR: what is contracted,
 * what billing alone comes to, usage, what is claimed without a signature, and where the sources disagree. Decided from all of the
 * customer's facts, as its ARR is.
 */
export const besideArr = (customerId: string, facts: readonly Fact[], day: number, context: Context) => {
  const scope: Scope = { customerId, facts, day, on: fromEpochDay(day), context };
  const { settlement } = wholeBook(facts, context);
  const billing = wholeBook(withoutAgreements(facts), context).book.subscriptions;
  const contracted = contractedOn(settlement?.chains ?? [], scope);
  return {
    contracted,
    billed: billedOn(billing, scope),
    usage: usageOn(scope),
    unsigned: unsignedOn(new Set(contracted.agreements.map(({ agreementId }) => agreementId)), scope),
    possibleDuplicates: settlement === undefined ? [] : duplicatesOn(settlement, billing, scope),
    differences: settlement === undefined ? [] : differencesOn(settlement, billing, scope),
    flags: settlement === undefined ? [] : flagsOn(settlement, billing, scope),
    renewals: settlement === undefined ? [] : duesOn({ settlement, billing }, scope),
  };
};
