import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeError } from '../errors.js';

/**
 * A fresh folder of this run's own, whose name begins with `prefix`.
 * @throws BridgeError `runtime/no-temporary-folder`
 */
export function temporaryFolder(prefix: string): string {
  try {
    return mkdtempSync(join(tmpdir(), prefix));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new BridgeError('runtime/no-temporary-folder', `no folder can be made in ${tmpdir()} (${code})`, {
      cause,
      advice: 'set TMPDIR to a folder that this user may write',
    });
  }
}
