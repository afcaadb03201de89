import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { JournalError, sqliteCode } from './errors.js';

const sqliteBusy = 5;
/** SQLITE_CORRUPT, SQLITE_NOTADB. */
const sqliteDamaged: readonly (number | null)[] = [11, 26];

/** The program that writes a journal. */
export interface JournalHolder {
  readonly pid: number;
  readonly command: string;
}

/** The right to write one journal; the kernel takes it back when the process ends, however it ends. */
export interface JournalLock {
  release(): void;
}

/**
 * Takes the one writer's lock of a state folder. The lock is a transaction on a side database, so that readers of the journal
 * itself are not shut out; `writer.json` beside it says who holds it and is never what decides.
 * @throws JournalError `journal/held` with the pid and the program that holds it
 */
export function acquireLock(directory: string, holder: JournalHolder): JournalLock {
  const path = join(directory, 'lock.db');
  const notePath = join(directory, 'writer.json');
  writeFileSync(path, '', { flag: 'a', mode: 0o600 });
  let database: DatabaseSyncInstance;
  try {
    database = lockedDatabase(path);
  } catch (caught) {
    if (sqliteCode(caught) !== sqliteBusy) throw caught;
    const by = readHolder(notePath);
    const who = by === null ? 'another program' : `process ${by.pid} (${by.command})`;
    throw new JournalError('journal/held', `the state folder ${directory} is in use by ${who}`, directory, {
      cause: caught,
      advice: 'stop that program, or name another folder with --state-dir',
    });
  }
  writeFileSync(notePath, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  return {
    release(): void {
      if (!database.isOpen) return;
      rmSync(notePath, { force: true });
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

/** The side database, locked. It holds nothing, so that one that was spoilt is emptied; whoever could see that it is spoilt shuts nobody out. */
function lockedDatabase(path: string): DatabaseSyncInstance {
  try {
    return lockOnce(path);
  } catch (caught) {
    if (!sqliteDamaged.includes(sqliteCode(caught))) throw caught;
    // In place: another file would be another lock.
    truncateSync(path);
    return lockOnce(path);
  }
}

function lockOnce(path: string): DatabaseSyncInstance {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (caught) {
    database.close();
    throw caught;
  }
}

/** Who says that he writes the journal; null where nobody says it readably. */
function readHolder(path: string): JournalHolder | null {
  try {
    const note: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof note !== 'object' || note === null || !('pid' in note) || !('command' in note)) return null;
    if (typeof note.pid !== 'number' || typeof note.command !== 'string') return null;
    return { pid: note.pid, command: note.command.replace(/[^ -~]/g, '?').slice(0, 200) };
  } catch (caught) {
    // The note only adds detail to the refusal, so a missing or half-written one must not hide it.
    if (caught instanceof Error) return null;
    throw caught;
  }
}
