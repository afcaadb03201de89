import { statSync } from 'node:fs';
import { type Clock, type HeldName, holdName, makeFolder } from '../runtime/index.js';
import { BenchError } from './errors.js';

/**
 * Takes a folder of links for this bench alone, so that no other bench puts its own links in their place; resolves with the way to give
 * it back. A killed bench holds nothing, and nothing lies in the folder but links.
 * @throws BenchError `virtual-bench/links-held`, `virtual-bench/bad-link`
 */
export async function takeLinkFolder(folder: string, clock: Clock): Promise<() => Promise<void>> {
  const held = await heldFolder(folder, clock);
  if ('release' in held) return held.release;
  const by = held.holder === null ? 'another bench' : `the bench with pid ${held.holder}`;
  throw new BenchError('virtual-bench/links-held', `the links in ${folder} belong to ${by}`, {
    advice: 'end that bench, or choose another --link folder',
  });
}

/** The folder itself counts, by whatever path it is named. */
async function heldFolder(folder: string, clock: Clock): Promise<HeldName> {
  try {
    makeFolder(folder);
    const { dev, ino } = statSync(folder);
    return await holdName(`links ${dev} ${ino}`, clock);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError('virtual-bench/bad-link', `cannot put links into ${folder} (${reason})`, {
      cause,
      advice: 'choose a --link folder that can be written',
    });
  }
}
