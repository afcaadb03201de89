import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A program that has a file open. */
export interface PortHolder {
  readonly pid: number;
  /** The program's name: `wapbridge` with its command where it is one of ours, else as the kernel has it; null where it may not be seen. */
  readonly program: string | null;
}

const masters = /^\/dev\/(?:pts\/)?ptmx$/;

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
    let holds = false;
    let master = false;
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const link = join(folder, descriptor);
      const target = await readlink(link).catch(() => null);
      if (target === null || !target.startsWith('/dev/')) continue;
      // Whoever keeps the other end of a pseudo-terminal is the modem's side, not a rival.
      if (masters.test(target) && (await isMasterOf(device, join(procRoot, String(pid), 'fdinfo', descriptor)))) master = true;
      else if (target === device || (number !== null && (await isDevice(link, number)))) holds = true;
    }
    if (holds && !master) holders.push({ pid, program: await programName(procRoot, pid) });
  }
  return holders;
}

function isDevice(link: string, number: number): Promise<boolean> {
  return stat(link).then(
    (found) => found.rdev === number && found.isCharacterDevice(),
    () => false,
  );
}

async function isMasterOf(device: string, information: string): Promise<boolean> {
  const number = /^\/dev\/pts\/(\d+)$/.exec(device)?.[1];
  if (number === undefined) return false;
  const text = await readFile(information, 'latin1').catch(() => '');
  const index = /^tty-index:\s*(\d+)/m.exec(text)?.[1];
  // Where the kernel does not tell which terminal a master belongs to, it may be this one.
  return index === undefined || index === number;
}

/** What a process is called: of its command line only a command of ours is taken, since other words in it may be secret. */
export async function programName(procRoot: string, pid: number): Promise<string | null> {
  const words = (await readFile(join(procRoot, String(pid), 'cmdline'), 'latin1').catch(() => '')).split('\0');
  const at = words.slice(0, 3).findIndex((word) => /(?:^|\/)wapbridge$|\/cli\/main\.js$/.test(word));
  const command = at < 0 ? undefined : words.slice(at + 1).find((word) => /^[a-z]{3,20}$/.test(word));
  if (command !== undefined) return `wapbridge ${command}`;
  return readFile(join(procRoot, String(pid), 'comm'), 'latin1').then(
    (name) => name.trim(),
    () => null,
  );
}
