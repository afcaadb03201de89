import { readdirSync, readlinkSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type HeldName, holdName, makeFolder } from '../runtime/index.js';
import { BenchError } from './errors.js';

/**
 * Takes a folder of links for this bench alone, so that no other bench puts its own links in their place; resolves with the way to give
 * it back. A killed bench holds nothing; the links that it left are taken away, so that none leads to a terminal that is nobody's or another's.
 * @throws BenchError `virtual-bench/links-held`, `virtual-bench/bad-link`
 */
export async function takeLinkFolder(folder: string, clock: Clock): Promise<() => Promise<void>> {
  const held = await heldFolder(folder, clock);
  if ('release' in held) {
    removeLeftLinks(folder);
    return held.release;
  }
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

/** Names that a bench gives its links, and the one that a link has until it is put in its place. */
const linkName = /^modem-[0-9]+(?:\.[0-9]+)?$/;

/** Whoever holds the folder is the only bench there: a link of a bench in it was left by one that was killed. What is no such link stays. */
function removeLeftLinks(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!linkName.test(name)) continue;
    const path = join(folder, name);
    try {
      if (/^\/dev\/pts\/[0-9]+$/.test(readlinkSync(path))) unlinkSync(path);
    } catch {
      // It is no link, or cannot be taken away: a modem that needs its name says so.
    }
  }
}
