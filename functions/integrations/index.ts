/** What other capabilities may use of the integrations; their events stand in events.ts. */
export { type BillingDocument, currentDocument, type InvoiceDocument } from './documents.ts';
export { type DataThrough, dataThrough, mostSilent, readIntegrations } from './status.ts';
export { customerOfObject, documentShowings } from './store.ts';
