import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { UsedNonces } from './nonces.js';

/**
 * Keeps which agreed nonces have been used in a file, as digests that do not tell them.
 * @throws the file system's error where the file cannot be read or written
 */
export function usedNoncesIn(file: string): UsedNonces {
  let known: Set<string> | null = null;
  const read = (): Set<string> => {
    if (known !== null) return known;
    try {
      known = new Set(readFileSync(file, 'utf8').split('\n'));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      known = new Set();
    }
    return known;
  };
  const digestOf = (user: string, nonce: string): string => createHash('sha256').update(`${user}\0${nonce}`).digest('hex');
  return {
    has: (user, nonce) => read().has(digestOf(user, nonce)),
    add(user, nonce) {
      const digest = digestOf(user, nonce);
      if (read().has(digest)) return;
      // A line that a crash cut short must not take the next one with it.
      const descriptor = openSync(file, 'a', 0o600);
      try {
        writeSync(descriptor, `\n${digest}\n`);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      read().add(digest);
    },
  };
}
