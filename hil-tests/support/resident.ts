import { readFileSync } from 'node:fs';
import type { RunningWapbridge } from './wapbridge.js';

export const MiB = 2 ** 20;

/** Octets of memory that the program has now. */
export function residentOctets({ pid }: RunningWapbridge): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
