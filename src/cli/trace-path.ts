import { join } from 'node:path';
import type { Clock } from '../runtime/index.js';

/** A file for a fresh trace: named after the modem and the time, in a folder that git ignores. */
export function freshTracePath(folder: string, modem: string, clock: Clock): string {
  const name = modem.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '') || 'modem';
  const time = new Date(clock.now())
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.(\d{3})Z$/, '$1Z');
  return join(folder, `${name}-${time}.trace`);
}
