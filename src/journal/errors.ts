import { BridgeError, type BridgeErrorOptions, type ErrorCode } from '../errors.js';

/** Something the journal could not do; `path` is the file or folder concerned. */
export class JournalError extends BridgeError {
  override readonly name = 'JournalError';
  readonly path: string;

  constructor(code: ErrorCode, message: string, path: string, options: BridgeErrorOptions = {}) {
    super(code, message, options);
    this.path = path;
  }
}

/** SQLite's primary result code of a caught value, or null where SQLite did not raise it. @see https://sqlite.org/rescode.html */
export function sqliteCode(caught: unknown): number | null {
  if (!(caught instanceof Error) || !('errcode' in caught) || typeof caught.errcode !== 'number') return null;
  return caught.errcode & 0xff;
}

/** System error name such as `ENOSPC` of a caught value, or null. */
export function systemCode(caught: unknown): string | null {
  return caught instanceof Error && 'code' in caught && typeof caught.code === 'string' ? caught.code : null;
}

/** What went wrong in words, one line. */
export function reasonOf(caught: unknown): string {
  const text = caught instanceof Error ? caught.message : String(caught);
  return text.replace(/\s+/g, ' ').trim();
}

/** SQLite's results that speak of the file and not of one statement: 5 BUSY … 26 NOTADB. */
const storageResults: ReadonlyMap<number, string> = new Map([
  [3, 'access denied'],
  [5, 'the file is locked by another program'],
  [7, 'out of memory'],
  [8, 'the file or its file system is read-only'],
  [10, 'the disk reported an input/output error'],
  [11, 'the file is damaged'],
  [13, 'the disk is full'],
  [14, 'the file cannot be opened'],
  [26, 'the file is no SQLite database'],
]);

/** The words for a fault of the file or the disk; null where the fault lies in one statement. */
export function storageFault(caught: unknown): string | null {
  const code = sqliteCode(caught);
  return code === null ? null : (storageResults.get(code) ?? null);
}
