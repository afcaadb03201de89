import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { BridgeError } from '../errors.js';

/**
 * Standard input to be read. Node hands a folder over as an input that is empty, so that a mistyped redirection would pass for no input.
 * @throws BridgeError `cli/unreadable`
 */
export function standardInput(stdin: Readable): Readable {
  if (!('fd' in stdin) || typeof stdin.fd !== 'number') return stdin;
  if (!isFolder(stdin.fd)) return stdin;
  throw new BridgeError('cli/unreadable', 'standard input is a folder', { advice: 'check what it is redirected from' });
}

function isFolder(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isDirectory();
  } catch {
    // It is closed: that is no input, and reading says so.
    return false;
  }
}
