/**
 * Billing documents in our own words, kept for the books: what a source billed, credited, refunded, disputed and collected, one entry for each
 * time that it showed the document. Money is text of whole minor units (ISO 4217) of the document's currency, negative where it reduces.
 * Instants are whole epoch seconds of the source. The service period of a line is its own; an invoice's header has none (at Stripe it looks back).
 */
export interface InvoiceLine {
  readonly lineId: string;
  readonly amountMinor: string;
  readonly discountMinor: string;
  readonly taxMinor: string;
  readonly quantity?: string;
  readonly priceId?: string;
  readonly productId?: string;
  readonly subscriptionId?: string;
  readonly subscriptionItemId?: string;
  readonly proration: boolean;
  /** Half-open: [from, until). */
  readonly periodFrom: number;
  readonly periodUntil: number;
}

export interface InvoiceDocument {
  readonly kind: 'invoice';
  readonly number?: string;
  readonly subscriptionId?: string;
  readonly billingReason?: string;
  readonly subtotalMinor: string;
  readonly discountMinor: string;
  readonly taxMinor: string;
  readonly totalMinor: string;
  readonly dueMinor: string;
  readonly paidMinor: string;
  readonly remainingMinor: string;
  readonly overpaidMinor?: string;
  readonly creditedBeforePaymentMinor?: string;
  readonly creditedAfterPaymentMinor?: string;
  readonly effectiveAt?: number;
  readonly dueAt?: number;
  readonly finalisedAt?: number;
  readonly paidAt?: number;
  readonly voidedAt?: number;
  readonly uncollectibleAt?: number;
  readonly lines: readonly InvoiceLine[];
}

export interface CreditNoteDocument {
  readonly kind: 'credit-note';
  readonly invoiceId: string;
  readonly number?: string;
  readonly reason?: string;
  readonly subtotalMinor: string;
  readonly taxMinor: string;
  readonly totalMinor: string;
  readonly beforePaymentMinor?: string;
  readonly afterPaymentMinor?: string;
  readonly refundIds: readonly string[];
  readonly voidedAt?: number;
  readonly lines: readonly {
    readonly lineId: string;
    readonly invoiceLineId?: string;
    readonly amountMinor: string;
    readonly taxMinor: string;
    readonly quantity?: string;
  }[];
}

export interface RefundDocument {
  readonly kind: 'refund';
  readonly amountMinor: string;
  readonly chargeId?: string;
  readonly paymentId?: string;
  readonly reason?: string;
  readonly failureReason?: string;
}

export interface DisputeDocument {
  readonly kind: 'dispute';
  readonly amountMinor: string;
  readonly chargeId?: string;
  readonly paymentId?: string;
  readonly reason?: string;
  readonly evidenceDueAt?: number;
  /** What left (negative) or came back to the balance so far, fees included. */
  readonly netMinor: string;
  readonly feeMinor: string;
}

/** A payment as asked for (payment intent) or one attempt at it (charge). */
export interface PaymentDocument {
  readonly kind: 'payment' | 'charge';
  readonly amountMinor: string;
  readonly receivedMinor: string;
  readonly refundedMinor?: string;
  readonly paymentId?: string;
  readonly chargeId?: string;
  readonly balanceTransactionId?: string;
  readonly failureCode?: string;
}

/** Which payment paid how much of which invoice. */
export interface InvoicePaymentDocument {
  readonly kind: 'invoice-payment';
  readonly invoiceId: string;
  readonly paymentType: string;
  readonly paymentId?: string;
  readonly paidMinor?: string;
  readonly paidAt?: number;
}

export interface InvoiceItemDocument {
  readonly kind: 'invoice-item';
  readonly amountMinor: string;
  readonly quantity?: string;
  readonly priceId?: string;
  readonly invoiceId?: string;
  readonly subscriptionId?: string;
  readonly proration: boolean;
  readonly periodFrom: number;
  readonly periodUntil: number;
}

/** Catalogue objects: names for people, and what was sold under which price. */
export interface CatalogueDocument {
  readonly kind: 'product' | 'price' | 'coupon' | 'discount';
  readonly name?: string;
  readonly active?: boolean;
  readonly productId?: string;
  readonly couponId?: string;
  readonly subscriptionId?: string;
}

export type DocumentBody =
  | InvoiceDocument
  | CreditNoteDocument
  | RefundDocument
  | DisputeDocument
  | PaymentDocument
  | InvoicePaymentDocument
  | InvoiceItemDocument
  | CatalogueDocument;

/** One showing of one document. */
export interface BillingDocument {
  readonly instance: string;
  readonly documentId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly observedAt: number;
  readonly customerId?: string;
  /** The source's status in our spelling (`-` for `_`), `deleted` where it was deleted, `preview` for an invoice that does not exist yet. */
  readonly status: string;
  readonly currency?: string;
  readonly body: DocumentBody;
}

/** How final a status is: a later rank is never followed by an earlier one, whatever order the showings arrive in. */
const RANKS: Readonly<Record<string, number>> = {
  preview: 0,
  draft: 1,
  open: 2,
  issued: 2,
  uncollectible: 3,
  paid: 4,
  void: 5,
  deleted: 6,
};

/**
 * The state of one document from all its showings, in any order: by the source's time, in one second by how final the status is, then by event id.
 * A final state (paid, void) is never replaced by an earlier, less final showing that came late.
 */
export const currentDocument = (showings: readonly BillingDocument[]): BillingDocument | undefined =>
  [...showings].sort(
    (a, b) =>
      b.observedAt - a.observedAt ||
      (RANKS[b.status] ?? 0) - (RANKS[a.status] ?? 0) ||
      (a.eventId < b.eventId ? 1 : a.eventId > b.eventId ? -1 : 0),
  )[0];
