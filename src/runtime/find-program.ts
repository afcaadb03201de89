import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** The file that would be run, as a shell's search would find it; null where there is none. `path` is a list of folders as in PATH. */
export function findProgram(program: string, path = '/usr/bin:/bin'): string | null {
  const candidates = program.includes('/') ? [resolve(program)] : path.split(delimiter).map((folder) => join(folder || '.', program));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch (caught) {
    if (caught instanceof Error) return false;
    throw caught;
  }
}
