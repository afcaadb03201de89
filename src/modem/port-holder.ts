import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A program that has a file open. */
export interface PortHolder {
  readonly pid: number;
  /** The program's name as the kernel has it; null where it may not be seen. */
  readonly program: string | null;
}

/**
 * Who has a device open, as far as /proc shows it to this user; this process is left out.
 * @see proc(5), /proc/[pid]/fd
 */
export async function findPortHolders(
  path: string,
  { procRoot = '/proc' }: { readonly procRoot?: string } = {},
): Promise<readonly PortHolder[]> {
  const device = await realpath(path).catch(() => path);
  const number = await stat(device).then(
    (found) => (found.isCharacterDevice() ? found.rdev : null),
    () => null,
  );
  const pids = (await readdir(procRoot).catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const holders: PortHolder[] = [];
  for (const pid of pids) {
    if (pid === process.pid) continue;
    const folder = join(procRoot, String(pid), 'fd');
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const link = join(folder, descriptor);
      const target = await readlink(link).catch(() => null);
      if (target === null || !target.startsWith('/dev/')) continue;
      const same =
        target === device ||
        (number !== null &&
          (await stat(link).then(
            (found) => found.rdev === number && found.isCharacterDevice(),
            () => false,
          )));
      if (!same) continue;
      const program = await readFile(join(procRoot, String(pid), 'comm'), 'latin1').then(
        (name) => name.trim(),
        () => null,
      );
      holders.push({ pid, program });
      break;
    }
  }
  return holders;
}
