import { randomBytes, scryptSync } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../runtime/index.js';
import { ModemError } from './errors.js';
import type { LockedSim, PinSource } from './sim.js';

/** Where a PIN comes from, and where it is remembered that a SIM refused it. */
export interface RememberedPinOptions {
  /** Reads the PIN at the moment it is needed: from a file or the environment, never from the command line. */
  readonly read: () => Promise<string>;
  /** A file in the state folder, readable by its owner alone; made when it is needed. */
  readonly file: string;
}

/** Tries of a SIM nobody has entered a wrong PIN at. @see ETSI TS 102 221 9.5.1 */
const freshAttempts = 3;

interface Memory {
  /** Makes the digests of this file worthless elsewhere. */
  readonly key: string;
  /** By digest of card and PIN: a try that was begun and never answered, or one that was refused. */
  readonly tried: Readonly<Record<string, 'begun' | 'refused'>>;
}

/**
 * A PIN that is tried once, ever, on each card: what a card refused is remembered on disk, as digests under a key of this file. The PIN
 * itself stands nowhere.
 */
export function rememberedPin({ read, file }: RememberedPinOptions): PinSource {
  let asked: string | null = null;
  const note = (sim: LockedSim, state: 'refused' | null): void => {
    if (asked !== null) save(file, mark(load(file), sim, asked, state));
  };
  return {
    ask: async (sim) => {
      const secret = await read();
      const memory = load(file);
      const before = memory.tried[digest(memory, sim, secret)];
      if (before === 'refused') throw refused('The SIM refused this PIN before; it is not tried again');
      // A try that a crash cut off did no harm where the card still has all its tries.
      if (before === 'begun' && sim.attemptsLeft !== freshAttempts)
        throw refused('This PIN was tried before and no answer is known; it is not tried again');
      save(file, mark(memory, sim, secret, 'begun'));
      asked = secret;
      return secret;
    },
    rejected: async (sim) => note(sim, 'refused'),
    accepted: async (sim) => note(sim, null),
  };
}

function refused(message: string): ModemError {
  return new ModemError('modem/pin-refused', message, {
    advice: 'check the PIN in a phone, and write the right one where it is configured',
  });
}

function digest({ key }: Memory, { iccid }: LockedSim, secret: string): string {
  return scryptSync(`${iccid ?? 'unknown card'} ${secret}`, key, 16, { N: 4_096 }).toString('hex');
}

function mark(memory: Memory, sim: LockedSim, secret: string, state: 'begun' | 'refused' | null): Memory {
  const name = digest(memory, sim, secret);
  const others = Object.entries(memory.tried).filter(([other]) => other !== name);
  return { ...memory, tried: Object.fromEntries(state === null ? others : [...others, [name, state]]) };
}

function load(file: string): Memory {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { key: randomBytes(32).toString('hex'), tried: {} };
    throw unusable(file, cause);
  }
  try {
    const found: unknown = JSON.parse(text);
    if (isMemory(found)) return found;
  } catch (cause) {
    throw unusable(file, cause);
  }
  throw unusable(file, undefined);
}

function isMemory(found: unknown): found is Memory {
  if (typeof found !== 'object' || found === null || !('key' in found) || !('tried' in found)) return false;
  const { key, tried } = found;
  if (typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key) || typeof tried !== 'object' || tried === null) return false;
  return Object.values(tried).every((state) => state === 'begun' || state === 'refused');
}

/** Whole and on disk, or not at all: what is forgotten here costs a try of the card. */
function save(file: string, memory: Memory): void {
  const draft = `${file}.new`;
  try {
    makeFolder(dirname(file), 0o700);
    const handle = openSync(draft, 'w', 0o600);
    try {
      writeSync(handle, JSON.stringify(memory));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
    const folder = openSync(dirname(file), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch (cause) {
    throw unusable(file, cause);
  }
}

function unusable(file: string, cause: unknown): ModemError {
  return new ModemError('modem/pin-memory', `${file}, which remembers refused PINs, cannot be used, so no PIN is tried`, {
    cause,
    advice: 'make it readable and writable; remove it only if no PIN of these cards was ever refused',
  });
}
