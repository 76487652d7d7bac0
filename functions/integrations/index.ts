/** What other capabilities may use of the integrations; their events stand in events.ts. */
export {
  type BillingDocument,
  type CreditNoteDocument,
  currentDocument,
  type DisputeDocument,
  type DocumentBody,
  type InvoiceDocument,
  type InvoiceLine,
  type RefundDocument,
} from './documents.ts';
export { type IntegrationSummary, readIntegrations } from './status.ts';
export { documentShowings } from './store.ts';
