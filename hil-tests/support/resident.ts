import { readFileSync } from 'node:fs';
import type { RunningWapbridge } from './wapbridge.js';

export const MiB = 2 ** 20;

/** Octets of memory that the program has now. */
export function residentOctets({ pid }: RunningWapbridge): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Has a program of Node's write down, as it ends, how much memory it had at most: by then nobody else can read it. */
export function tellsPeak(file: string): Readonly<Record<string, string>> {
  const source = `import { readFileSync, writeFileSync } from 'node:fs';
    process.on('exit', () => writeFileSync(${JSON.stringify(file)}, readFileSync('/proc/self/status')));`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(source)}` };
}

/** Octets of memory that the program had at most, once it has ended. */
export function peakOctets(file: string): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(file, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
