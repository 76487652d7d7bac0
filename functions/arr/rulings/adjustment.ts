import type { z } from 'zod/mini';
import { isDateInReach } from '../../platform/calendar.ts';
import { exponentOf } from '../../platform/currencies.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { rulingSchema } from '../events.ts';
import type { Fact } from '../lines/facts.ts';
import { adjustmentsOf } from '../movements/adjustments.ts';
import type { KnownCustomer } from '../records/customer.ts';

type Adjusting = Extract<z.infer<typeof rulingSchema>, { readonly kind: 'adjustment' | 'adjustment-end' }>;
type Adjustment = Extract<Adjusting, { readonly kind: 'adjustment' }>;

/** What an adjustment says, whoever proposed it: two of a customer that say the same are one. */
export const wordsOfAdjustment = (one: Omit<Adjustment, 'kind' | 'customerId'>): string =>
  JSON.stringify([one.amountMinor, one.currency, one.on, one.until, one.productId, one.legalEntity]);

/** Ids of adjustments that were recorded, by whether they were ended. */
export const recordedAdjustments = (facts: readonly Fact[]): ReadonlyMap<string, { readonly isEnded: boolean }> => {
  const { adjustments, adjustmentEnds } = adjustingFacts(facts);
  const inForce = new Set(adjustmentsOf(adjustments, adjustmentEnds).flatMap((one) => (one.endedBy === undefined ? [one.rulingId] : [])));
  return new Map(adjustments.map(({ provenance: { eventId } }) => [eventId, { isEnded: !inForce.has(eventId) }]));
};

const sameAdjustment = (facts: readonly Fact[], ruling: Adjustment) => {
  const recorded = recordedAdjustments(facts);
  return adjustingFacts(facts).adjustments.find(
    (fact) => recorded.get(fact.provenance.eventId)?.isEnded === false && wordsOfAdjustment(fact) === wordsOfAdjustment(ruling),
  );
};

/** An adjustment is of real days and a known currency, and not made twice; what ends one names one of the customer's, within its days. */
export const checkAdjustment = (
  ruling: Adjusting,
  { facts, customerId: whose }: KnownCustomer,
): Result<void, Problem<'ruling-invalid'>> => {
  const invalid = (detail: string, field: string) => fail('ruling-invalid', detail, `ruling.${field}`);
  if (!isDateInReach(ruling.on)) return invalid(`"${ruling.on}" is no day that can be asked for.`, 'on');
  if (ruling.kind === 'adjustment-end') {
    const { adjustmentId, on } = ruling;
    const adjustment = adjustingFacts(facts).adjustments.find(({ provenance }) => provenance.eventId === adjustmentId);
    if (adjustment === undefined) return invalid(`Customer ${whose} has no adjustment ${adjustmentId}.`, 'adjustmentId');
    // It stays with the adjustment, whoever is one with its customer later.
    if (adjustment.customerId !== ruling.customerId)
      return invalid(
        `Adjustment ${adjustmentId} is ${adjustment.customerId}'s, who is one with ${ruling.customerId}: name that one.`,
        'customerId',
      );
    const { on: from, until } = adjustment;
    return on < from || (until !== undefined && on >= until)
      ? invalid(`Adjustment ${adjustmentId} is from ${from} to ${until ?? 'further notice'}: end it on one of its days.`, 'on')
      : ok(undefined);
  }
  if (!exponentOf(ruling.currency).ok) return invalid(`"${ruling.currency}" is no currency with minor units.`, 'currency');
  if (ruling.until !== undefined && (!isDateInReach(ruling.until) || ruling.until <= ruling.on))
    return invalid(`An adjustment expires after the day from which on it counts, ${ruling.on}.`, 'until');
  const known = sameAdjustment(facts, ruling);
  return known === undefined ? ok(undefined) : invalid(`The same adjustment is in force as ${known.provenance.eventId}.`, 'amountMinor');
};

const adjustingFacts = (facts: readonly Fact[]) => ({
  adjustments: facts.flatMap((fact) => (fact.kind === 'adjustment' ? [fact.data] : [])),
  adjustmentEnds: facts.flatMap((fact) => (fact.kind === 'adjustment-end' ? [fact.data] : [])),
});
