import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and what is missing above it, and gives the uppermost that was made.
 *
 * Node's own `recursive` never comes back where a file system says that a folder cannot be made because it does not
 * exist, as /proc does: there each missing folder is tried once.
 * @param mode rights of the folders that are made
 * @throws the file system's error
 */
export function makeFolder(path: string, mode = 0o777): string | undefined {
  const missing: string[] = [];
  let above = resolve(path);
  for (let status = statSync(above, { throwIfNoEntry: false }); status === undefined; ) {
    missing.push(above);
    above = dirname(above);
    status = statSync(above, { throwIfNoEntry: false });
  }
  if (missing.length === 0) {
    mkdirSync(path, { recursive: true, mode });
    return undefined;
  }
  for (const folder of missing.toReversed()) makeOne(folder, mode);
  return missing.at(-1);
}

/** Another program may have made the folder meanwhile. */
function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
