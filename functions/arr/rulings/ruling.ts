import type { z } from 'zod/mini';
import type { EventData } from '../../platform/events.ts';
import { fail, ok, type Problem, type Result } from '../../platform/result.ts';
import type { arrRulingMade, rulingSchema } from '../events.ts';
import { agreementIdsOf, agreementsOf } from '../evidence/members.ts';
import { customerIdOf, type Fact, type SubscriptionFact } from '../lines/facts.ts';
import type { Context } from '../lines/values.ts';
import { wholeBook } from '../movements/history.ts';
import type { KnownCustomer } from '../records/customer.ts';
import { checkAdjustment } from './adjustment.ts';

export type Ruling = z.infer<typeof rulingSchema>;

export type RulingStatus = 'proposed' | 'approved' | 'rejected';

export interface RulingRecord {
  readonly rulingId: string;
  readonly ruling: Ruling;
  readonly reason: string;
  /** Ids at the identity provider, never names. */
  readonly proposedBy: string;
  /** ISO instant. */
  readonly proposedAt: string;
  readonly status: RulingStatus;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
}

/** A ruling that a second person has approved. */
export type ApprovedRuling = RulingRecord & { readonly status: 'approved'; readonly decidedBy: string; readonly decidedAt: string };

/** The fact that an approved ruling is. */
export const factOfRuling = ({ rulingId, ruling, approvedAt, observedOn, ...byHand }: EventData<typeof arrRulingMade>): Fact => {
  const { kind, ...said } = ruling;
  const provenance = { system: 'manual', instance: 'ascent', eventId: rulingId, eventType: `ruling.${kind}`, observedAt: approvedAt };
  return { kind, data: { ...said, provenance, observedOn, byHand } } as Fact;
};

/** An agreement that stands with some customers, by any of its ids. */
const agreementIn = (facts: readonly Fact[], agreementId: string): SubscriptionFact | undefined =>
  agreementsOf(facts).find((one) => one.subscriptionId === agreementId || agreementIdsOf(one).includes(agreementId));

const isBilled = (fact: Fact, subscriptionId: string): fact is { readonly kind: 'subscription'; readonly data: SubscriptionFact } =>
  fact.kind === 'subscription' && fact.data.evidence === 'billed' && fact.data.subscriptionId === subscriptionId;

/**
 * Whether there is what a ruling speaks of. `known`: the customer with all that are one with it, `other` likewise of a link. Problem
 * `ruling-invalid` with the field that names nothing.
 */
export const checkRuling = (ruling: Ruling, known: KnownCustomer, context: Context): Result<void, Problem<'ruling-invalid'>> => {
  const { facts, customerId: whose } = known;
  const invalid = (detail: string, field: string) => fail('ruling-invalid', detail, `ruling.${field}`);
  if (ruling.kind === 'link')
    return ruling.customerId === ruling.otherId ? invalid('A customer is always one with itself: name two.', 'otherId') : ok(undefined);
  if (ruling.kind === 'adjustment' || ruling.kind === 'adjustment-end') return checkAdjustment(ruling, known);
  const agreement = agreementIn(facts, ruling.agreementId);
  if (agreement === undefined)
    return invalid(
      `Customer ${whose} has no agreement ${ruling.agreementId}. Customers that are one may have to be linked first.`,
      'agreementId',
    );
  if (ruling.kind === 'pair')
    return facts.some((fact) => isBilled(fact, ruling.subscriptionId))
      ? ok(undefined)
      : invalid(
          `Customer ${whose} has no billed subscription ${ruling.subscriptionId}. Customers that are one may have to be linked first.`,
          'subscriptionId',
        );
  // It stays with the agreement, whoever is one with its customer later.
  if (customerIdOf({ kind: 'subscription', data: agreement }) !== ruling.customerId)
    return invalid(
      `Agreement ${ruling.agreementId} is another customer's that is one with ${ruling.customerId}: name that one.`,
      'customerId',
    );
  const isTold = (one: { readonly agreementId: string; readonly of: string; readonly on: string }): boolean =>
    one.agreementId === ruling.agreementId && one.of === ruling.of && one.on === ruling.on;
  const watches = wholeBook(facts, context).settlement?.watches ?? [];
  return watches.some(isTold) || facts.some((fact) => fact.kind === 'lapse' && isTold(fact.data))
    ? ok(undefined)
    : invalid(`The ${ruling.of} of agreement ${ruling.agreementId} does not end open on ${ruling.on}.`, 'on');
};
