import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shellWord } from '../runtime/index.js';
import { finding } from './find.js';
import type { Finding, World } from './types.js';
import { existingFolder, type RunningProgram } from './world.js';

const leastNode = [20, 19] as const;
const mebibyte = 1024 * 1024;
const fullOctets = 16 * mebibyte;
const lowOctets = 256 * mebibyte;

/** What is wrong with the machine and the state folder. */
export async function machineFindings(stateFolder: string, programs: readonly RunningProgram[], world: World): Promise<readonly Finding[]> {
  return [...nodeFindings(world), ...(await folderFindings(stateFolder, world)), ...(await writerFindings(stateFolder, programs))];
}

function nodeFindings({ nodeVersion }: World): readonly Finding[] {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  if (major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])) return [];
  return [
    finding('node-too-old', {
      subject: null,
      what: `This is Node.js ${nodeVersion}; wapbridge supports ${leastNode.join('.')} and later.`,
      remedy: 'Install a newer one.',
    }),
  ];
}

async function folderFindings(stateFolder: string, world: World): Promise<readonly Finding[]> {
  const existing = await existingFolder(stateFolder);
  if (!(await world.mayOpen(existing))) {
    return [
      finding('state-folder-not-writable', {
        subject: stateFolder,
        what: `${existing} may not be written by ${world.user.name}.`,
        remedy: 'Give the folder to this user, or name another with --state-dir.',
        command: `sudo install -d -m 700 -o ${shellWord(world.user.name)} ${shellWord(stateFolder)}`,
      }),
    ];
  }
  const free = await world.freeOctets(existing);
  if (free === null || free >= lowOctets) return [];
  const shown = `${Math.floor(free / mebibyte)} MiB`;
  return [
    finding(free < fullOctets ? 'disk-full' : 'disk-low', {
      subject: stateFolder,
      what: `The disk of ${stateFolder} has ${shown} left${free < fullOctets ? ': nothing could be stored, so nothing would be acknowledged' : ''}.`,
      remedy: 'Make room, or name a folder on another disk with --state-dir.',
      command: `df -h ${shellWord(existing)}`,
    }),
  ];
}

/** The note beside the journal only names its writer; one that is left over from a process that is gone says nothing. */
async function writerFindings(stateFolder: string, programs: readonly RunningProgram[]): Promise<readonly Finding[]> {
  const text = await readFile(join(stateFolder, 'writer.json'), 'utf8').catch(() => null);
  const pid = text === null ? null : Number(/"pid":\s*(\d{1,10})/.exec(text)?.[1] ?? 'x');
  const writer = programs.find((program) => program.pid === pid);
  if (writer === undefined || writer.pid === process.pid) return [];
  return [
    finding('state-folder-held', {
      subject: stateFolder,
      what: `${stateFolder} is written by ${writer.name} (pid ${writer.pid}).`,
      remedy: 'Nothing is to be done; another listen needs another folder.',
    }),
  ];
}
