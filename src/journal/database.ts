import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { JournalError, reasonOf, storageFault } from './errors.js';
import { cannotOpen } from './files.js';
import { applicationId, migrations } from './schema.js';
import type { JournalPoint } from './types.js';

/** Files up to this size are examined page by page when they are opened for writing. */
const fullCheckOctets = 32 * 1024 * 1024;

/**
 * Opens the database for writing and lifts its schema to the version of this program; of a file that has another, `onUpgrade` is told
 * before, with its octets.
 * @throws JournalError `journal/corrupt`, `journal/foreign-file`, `journal/newer-schema`, `journal/cannot-open`
 */
export function openForWriting(
  path: string,
  onPoint: (point: JournalPoint) => void,
  steps: readonly string[] = migrations,
  onUpgrade: (octets: number) => void = () => {},
): DatabaseSyncInstance {
  // Examined through a connection that cannot write: closing one that can would write the log back into a file that was refused.
  const fresh = statSync(path).size === 0;
  if (!fresh) finishBirth(path);
  const version = fresh ? 0 : examine(path, steps.length);
  if (!fresh && version < steps.length) onUpgrade(statSync(path).size);
  return guarded(
    path,
    () => new DatabaseSync(path, { timeout: 2000 }),
    (database) => {
      database.exec(
        'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864',
      );
      for (const [index, step] of steps.entries()) {
        if (index < version) continue;
        onPoint('migrate:before');
        database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${index + 1}; COMMIT`);
        onPoint('migrate:after');
      }
    },
  );
}

/**
 * A power cut while the file was being made leaves SQLite's rollback journal beside it, and a connection that cannot write refuses such a
 * file. Only its making uses that journal: nothing had been acknowledged by then.
 */
function finishBirth(path: string): void {
  if ((statSync(`${path}-journal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  const database = guarded(
    path,
    () => new DatabaseSync(path, { timeout: 2000 }),
    (opened) => opened.exec('SELECT count(*) FROM sqlite_schema'),
  );
  database.close();
}

function examine(path: string, known: number): number {
  let version = 0;
  const database = guarded(
    path,
    () => new DatabaseSync(path, { readOnly: true, timeout: 2000 }),
    (opened) => {
      version = identify(opened, path, known);
      if (pragma(opened, 'page_count') * pragma(opened, 'page_size') <= fullCheckOctets) check(opened, path);
    },
  );
  database.close();
  return version;
}

/**
 * Opens the database for reading, beside a writer or without one.
 * @throws JournalError as {@link openForWriting}; `journal/older-schema`, `journal/not-permitted`
 */
export function openForReading(path: string): DatabaseSyncInstance {
  refuseForeignUser(path);
  return guarded(
    path,
    () => new DatabaseSync(path, { readOnly: true, timeout: 2000 }),
    (database) => {
      const version = identify(database, path, migrations.length);
      if (version < migrations.length)
        throw new JournalError(
          'journal/older-schema',
          `${path} has schema version ${version}, this program reads ${migrations.length}`,
          path,
          {
            advice: 'run wapbridge listen on it once, which brings it up to date',
          },
        );
    },
  );
}

/** SQLite says of whatever it may not open only that it cannot; a reader also writes, in the index of the write-ahead log. */
function refuseForeignUser(path: string): void {
  try {
    accessSync(path, constants.R_OK);
    if (statSync(`${path}-shm`, { throwIfNoEntry: false }) === undefined) accessSync(dirname(path), constants.W_OK | constants.X_OK);
  } catch (caught) {
    throw cannotOpen(path, caught);
  }
}

function guarded(path: string, open: () => DatabaseSyncInstance, prepare: (database: DatabaseSyncInstance) => void): DatabaseSyncInstance {
  let database: DatabaseSyncInstance | undefined;
  try {
    database = open();
    prepare(database);
    return database;
  } catch (caught) {
    if (database?.isOpen === true) database.close();
    if (caught instanceof JournalError) throw caught;
    const fault = storageFault(caught);
    if (fault === 'the file is damaged' || fault === 'the file is no SQLite database') throw corrupt(path, reasonOf(caught), caught);
    throw cannotOpen(path, caught);
  }
}

/** The file's schema version, 0 where it is new. */
function identify(database: DatabaseSyncInstance, path: string, known: number): number {
  const version = pragma(database, 'user_version');
  const owner = pragma(database, 'application_id');
  const { count }: { count: number } = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get();
  if (owner !== applicationId && (version !== 0 || count > 0))
    throw new JournalError('journal/foreign-file', `${path} is a database of another program`, path, {
      advice: 'name another folder with --state-dir',
    });
  if (version > known)
    throw new JournalError('journal/newer-schema', `${path} has schema version ${version}, this program knows up to ${known}`, path, {
      advice: 'use the newer wapbridge that wrote it',
    });
  return version;
}

function check(database: DatabaseSyncInstance, path: string): void {
  const rows: { quick_check: string }[] = database.prepare('PRAGMA quick_check(1)').all();
  const found = rows[0]?.quick_check ?? 'no answer';
  if (found !== 'ok') throw corrupt(path, found.replace(/\s+/g, ' '));
}

function corrupt(path: string, what: string, cause?: unknown): JournalError {
  return new JournalError('journal/corrupt', `${path} is damaged: ${what}`, path, {
    cause,
    advice: 'keep a copy of it and of the files beside it, restore a good one or move them aside to start afresh',
  });
}

function pragma(database: DatabaseSyncInstance, name: string): number {
  const row: Record<string, number> = database.prepare(`PRAGMA ${name}`).get();
  return row[name] ?? 0;
}
