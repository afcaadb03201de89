export { JournalError } from './errors.js';
export { defaultRetention, type JournalOptions, openJournal, openJournalReader } from './journal.js';
export type { JournalHolder } from './lock.js';
export type * from './types.js';
