import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { storageFault } from './errors.js';

const key = 'running';
/** What an ended run stored last, within so long a time, it may not have acknowledged. */
const doubtfulMs = 600_000;

/** How the run before this one ended, and how this one is marked. */
export interface LastRun {
  /**
   * Received from this time on, parts of a run that was killed may not have been acknowledged: the network, or the modem's memory, has them
   * still, and hands them over again, however long after. Null where it ended in an orderly way.
   */
  readonly doubtfulSince: number | null;
  /** Marks that this run has ended in an orderly way. */
  ended(): void;
}

/** As if the last run had ended in an orderly way, and this one need not. */
export const orderly: LastRun = { doubtfulSince: null, ended: () => {} };

/** Finds out how the last run ended, and marks that one is running: what is killed leaves the mark. */
export function beginRun(database: DatabaseSyncInstance): LastRun {
  const killed = database.prepare('SELECT value FROM counter WHERE key = ?').get(key) !== undefined;
  const last: { readonly at: number } | undefined = database
    .prepare('SELECT received_at AS at FROM part ORDER BY position DESC LIMIT 1')
    .get();
  ifItCan(() => database.prepare('INSERT INTO counter (key, value) VALUES (?, 1) ON CONFLICT (key) DO NOTHING').run(key));
  return {
    doubtfulSince: killed && last !== undefined ? last.at - doubtfulMs : null,
    ended: () => ifItCan(() => database.prepare('DELETE FROM counter WHERE key = ?').run(key)),
  };
}

/** A disk that is full is no reason not to open or to close: at worst a part counts as doubtful that is not, or the other way round. */
function ifItCan(write: () => unknown): void {
  try {
    write();
  } catch (caught) {
    if (storageFault(caught) === null) throw caught;
  }
}
