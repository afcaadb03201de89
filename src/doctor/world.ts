import { access, constants, readdir, readFile, statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { programName } from '../modem/index.js';
import type { World } from './types.js';

/** The machine itself, save for what a test puts in its place. */
export function worldOf(given: Partial<World> = {}): World {
  return {
    sysfsRoot: '/sys',
    devRoot: '/dev',
    procRoot: '/proc',
    runRoot: '/run',
    groupFile: '/etc/group',
    nodeVersion: process.versions.node,
    user: { name: userName(), groupIds: [...(process.getgroups?.() ?? []), process.getegid?.() ?? 0] },
    mayOpen: (path) =>
      access(path, constants.R_OK | constants.W_OK).then(
        () => true,
        () => false,
      ),
    freeOctets: (folder) =>
      statfs(folder).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => null,
      ),
    ...given,
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    // A container may run under a number that no list of users knows.
    if (cause instanceof Error) return `#${process.getuid?.() ?? 0}`;
    throw cause;
  }
}

/** One word from a file of the kernel; null where there is no such file. */
export async function wordOf(...path: readonly string[]): Promise<string | null> {
  const text = await readFile(join(...path), 'latin1').catch(() => null);
  return text === null ? null : text.trim();
}

/** A process by what the kernel calls it. */
export interface RunningProgram {
  readonly pid: number;
  readonly name: string;
  readonly words: readonly string[];
}

/** Every process this user may see. */
export async function runningPrograms({ procRoot }: World): Promise<readonly RunningProgram[]> {
  const pids = (await readdir(procRoot).catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const name = await programName(procRoot, pid);
      const words = (await readFile(join(procRoot, String(pid), 'cmdline'), 'latin1').catch(() => '')).split('\0');
      return name === null ? [] : [{ pid, name, words }];
    }),
  );
  return found.flat();
}

/** A group's name and whether the list of groups has this user in it; null for a group without a name. */
export async function groupOf(world: World, groupId: number): Promise<{ readonly name: string; readonly listed: boolean } | null> {
  const list = await readFile(world.groupFile, 'utf8').catch(() => '');
  for (const line of list.split('\n')) {
    const [name, , number, members = ''] = line.split(':');
    if (name !== undefined && name !== '' && Number(number ?? 'x') === groupId)
      return { name, listed: members.split(',').includes(world.user.name) };
  }
  return null;
}

/** A property that udev gave the device whose sysfs folder this is. */
export async function udevProperty(world: World, kind: 'b' | 'c', sysfsFolder: string, name: string): Promise<string | null> {
  const number = await wordOf(sysfsFolder, 'dev');
  if (number === null) return null;
  const text = await readFile(join(world.runRoot, 'udev/data', `${kind}${number}`), 'latin1').catch(() => '');
  const line = text.split('\n').find((each) => each.startsWith(`E:${name}=`));
  return line === undefined ? null : line.slice(`E:${name}=`.length);
}

/** The nearest folder upwards that exists. */
export async function existingFolder(folder: string): Promise<string> {
  let at = folder;
  for (;;) {
    const there = await access(at).then(
      () => true,
      () => false,
    );
    if (there || dirname(at) === at) return at;
    at = dirname(at);
  }
}
