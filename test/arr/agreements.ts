import type { Fact, PairFact, SubscriptionFact, UsageFact } from '../../functions/arr/lines/facts.ts';
import { seats, subscription } from './facts.ts';

type Line = SubscriptionFact['lines'][number];

/** Whole dollars (or euros) a year, from one day until another, signed on 15 January 2026. */
export const signedLine = (lineId: string, dollars: number, startsOn: string, endsOn: string, more: Partial<Line> = {}): Line =>
  seats(lineId, 1, dollars * 100, { interval: 'year', startsOn, endsOn, bookedOn: '2026-01-15', ...more });

/** A reading of contract 800A at noon of a day. */
export const agreement = (at: string, lines: readonly Line[], more: Partial<SubscriptionFact> & { eventId?: string } = {}): Fact =>
  subscription(at, [...lines], {
    evidence: 'signed',
    lifecycle: 'observed',
    subscriptionId: '800A',
    agreementId: '800A',
    agreementIds: ['800A', '00000101'],
    startsOn: lines[0]?.startsOn ?? '2026-02-01',
    startsOnStated: true,
    bookedOn: lines[0]?.bookedOn ?? '2026-01-15',
    eventId: `read-${at}`,
    fingerprint: `read-${at}`,
    ...more,
  });

/** Subscription sub_1, created on its first day, of whole dollars a year. */
export const billedYearly = (
  at: string,
  dollars: number,
  more: Partial<SubscriptionFact> & { eventId?: string } = {},
  lineMore: Partial<Line> = {},
): Fact =>
  subscription(at, [seats('si_1', 1, dollars * 100, { interval: 'year', ...lineMore })], {
    lifecycle: 'created',
    startsOn: at.slice(0, 10),
    eventId: `created-${at}`,
    ...more,
  });

/** Two people's word on whether sub_1 bills contract 800A. */
export const word = (at: string, isSame: boolean): Fact => {
  const data: PairFact = {
    provenance: {
      system: 'manual',
      instance: 'ascent',
      eventId: `word-${at}`,
      eventType: 'stated',
      observedAt: Date.parse(`${at}T12:00:00Z`) / 1000,
    },
    customerId: 'stripe.main.cus_1',
    observedOn: at,
    agreementId: '800A',
    subscriptionId: 'sub_1',
    isSame,
    byHand: { reason: 'the same deal', proposedBy: 'ann', approvedBy: 'bob' },
  };
  return { kind: 'pair', data };
};

/** An invoice of whole dollars of usage, from one day until another, shown at noon of the day after. */
export const usage = (
  startsOn: string,
  endsOn: string,
  dollars: number,
  more: Partial<UsageFact> & { eventId?: string; at?: string } = {},
): Fact => {
  const { eventId, at = endsOn, ...rest } = more;
  const data: UsageFact = {
    provenance: {
      system: 'stripe',
      instance: 'main',
      eventId: eventId ?? `usage-${at}`,
      eventType: 'invoice.finalized',
      observedAt: Date.parse(`${at}T12:00:00Z`) / 1000,
    },
    invoiceId: `in_${startsOn}`,
    customerId: 'cus_1',
    legalEntity: 'acme-inc',
    currency: 'USD',
    status: 'open',
    observedOn: at,
    lines: [
      { lineId: 'si_2', subscriptionId: 'sub_1', productId: 'prod_api', priceId: 'price_2', startsOn, endsOn, amountMinor: `${dollars}00` },
    ],
    ...rest,
  };
  return { kind: 'usage', data };
};
