/** The books, as the projector needs them. */

export { journalPosted } from './events.ts';
export { type ProjectedJournal, projectJournals } from './ledger/project.ts';
