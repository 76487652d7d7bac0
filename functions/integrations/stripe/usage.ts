import * as z from 'zod/mini';
import type { EventData } from '../../platform/events.ts';
import type { BillingDocument, InvoiceDocument, InvoiceLine } from '../documents.ts';
import type { usageBilled } from '../events.ts';
import { present } from '../present.ts';
import type { Catalogue } from './catalogue.ts';
import type { MappingContext } from './context.ts';
import { incomplete, type Need, type Reading, read } from './outcomes.ts';
import { provenanceOf, type Sighting } from './sighting.ts';
import { seconds } from './snapshots.ts';

export type UsageFact = EventData<typeof usageBilled>;

/** What makes an invoice final, what says so again where that was not heard, and what takes it back; thin events are named `v1.…`. */
const TELLING = /^(v1\.)?invoice\.(finalized|paid|voided)$/;
const STATUSES: readonly string[] = ['open', 'paid', 'uncollectible', 'void'];
const isTold = (status: string): status is UsageFact['status'] => STATUSES.includes(status);

const headSnapshot = z.object({ period_end: seconds });

/** An invoice line of an item of a subscription. */
interface ItemLine extends InvoiceLine {
  readonly subscriptionItemId: string;
  readonly priceId: string;
}

/**
 * Lines that may bill usage. That is billed afterwards, so its period begins before the time up to which the invoice looks back (`period_end`);
 * what is billed in advance begins then. Usage is never prorated.
 */
const mayBeUsage =
  (periodEnd: number) =>
  (line: InvoiceLine): line is ItemLine =>
    line.subscriptionItemId !== undefined &&
    line.priceId !== undefined &&
    !line.proration &&
    line.amountMinor !== '0' &&
    line.periodFrom < periodEnd;

/** One line for each item and period: a tiered price bills several. */
const together = (lines: readonly ItemLine[], { dayOf }: MappingContext): UsageFact['lines'] =>
  [...Map.groupBy(lines, (line) => `${line.subscriptionItemId}/${line.priceId}/${line.periodFrom}/${line.periodUntil}`).values()].flatMap(
    (own) => {
      const [first] = own;
      if (first === undefined) return [];
      const { subscriptionItemId, subscriptionId, productId, priceId, periodFrom, periodUntil } = first;
      const amount = own.reduce((sum, line) => sum + BigInt(line.amountMinor) - BigInt(line.discountMinor), 0n);
      return [
        {
          lineId: subscriptionItemId,
          ...present('subscriptionId', subscriptionId),
          ...present('productId', productId),
          priceId,
          startsOn: dayOf(periodFrom),
          endsOn: dayOf(periodUntil),
          amountMinor: String(amount),
        },
      ];
    },
  );

/**
 * The usage that an invoice bills; `undefined` where it bills none. A line does not say that it is metered: its price does, which the
 * catalogue has, or which is asked for once.
 */
export const usageOf = (
  { documentId, customerId, status, currency, body }: BillingDocument & { readonly body: InvoiceDocument },
  sighting: Sighting,
  catalogue: Catalogue,
  context: MappingContext,
): Reading<UsageFact | undefined> => {
  const head = headSnapshot.safeParse(sighting.object);
  if (!TELLING.test(sighting.eventType) || !isTold(status) || customerId === undefined || currency === undefined || !head.success)
    return read(undefined);
  const lines = body.lines.filter(mayBeUsage(head.data.period_end));
  const needs = lines.flatMap(({ priceId }): Need[] => (catalogue.price(priceId) === undefined ? [{ kind: 'price', id: priceId }] : []));
  if (needs.length > 0) return incomplete(needs);
  const metered = lines.filter(({ priceId }) => catalogue.price(priceId)?.recurring?.usage_type === 'metered');
  if (metered.length === 0) return read(undefined);
  return read({
    provenance: provenanceOf(sighting, context),
    invoiceId: documentId,
    customerId,
    legalEntity: context.instance.legalEntity,
    currency,
    status,
    observedOn: context.dayOf(sighting.observedAt),
    lines: together(metered, context),
  });
};
