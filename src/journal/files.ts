import { chmodSync, closeSync, existsSync, fsyncSync, openSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../runtime/index.js';
import { JournalError, reasonOf, systemCode } from './errors.js';

/** Name of the journal's file in its folder. */
export const journalFile = 'journal.db';

/**
 * Makes sure that the folder is there, private and writable, and that the journal's file exists with the rights it is to have.
 * @throws JournalError `journal/not-permitted`, `journal/cannot-open`, `journal/corrupt`
 */
export function prepareFiles(directory: string): string {
  const path = join(resolve(directory), journalFile);
  refuseTornFiles(path);
  try {
    const created = makeFolder(directory, 0o700);
    closeSync(openSync(path, 'a', 0o600));
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    syncDirectory(directory);
    if (created !== undefined) syncDirectory(dirname(resolve(created)));
  } catch (caught) {
    throw cannotOpen(path, caught);
  }
  return path;
}

/** SQLite deletes the write-ahead log of a database that is missing or empty; what is in that log would be lost. */
export function refuseTornFiles(path: string): void {
  const log = sizeOf(`${path}-wal`, path);
  if (log === 0 || sizeOf(path, path) > 0) return;
  throw new JournalError(
    'journal/corrupt',
    `${path} is ${existsSync(path) ? 'empty' : 'missing'}, yet ${path}-wal holds ${log} octets`,
    path,
    {
      advice: 'restore the file from a copy, or move both aside to start afresh',
    },
  );
}

/** The refusal that goes with a system error. */
export function cannotOpen(path: string, caught: unknown): JournalError {
  const code = systemCode(caught);
  if (code === 'EACCES' || code === 'EPERM')
    return new JournalError('journal/not-permitted', `${path} may not be used by this user`, path, {
      cause: caught,
      advice: 'change the owner of the folder, or name another with --state-dir',
    });
  return new JournalError('journal/cannot-open', `${path} cannot be opened: ${reasonOf(caught)}`, path, {
    cause: caught,
    advice: 'make the folder usable, or name another with --state-dir',
  });
}

/** Makes names created in a folder durable. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function sizeOf(file: string, path: string): number {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  } catch (caught) {
    throw cannotOpen(path, caught);
  }
}
