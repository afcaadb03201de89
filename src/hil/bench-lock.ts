import { realpath } from 'node:fs/promises';
import { type Clock, holdName, systemClock } from '../runtime/index.js';
import { HilError } from './errors.js';

/** Ends a lock. */
export type Release = () => Promise<void>;

/**
 * Holds a modem against other runs on this machine; whoever is refused is told which process has it.
 * @throws HilError `hil/bench-held`
 */
export async function lockModem(name: string, port: string, clock: Clock = systemClock): Promise<Release> {
  const place = port.startsWith('/') ? await realpath(port).catch(() => port) : port;
  const held = await holdName(`modem ${place}`, clock);
  if ('release' in held) return held.release;
  const by = held.holder === null ? '' : `, process ${held.holder}`;
  throw new HilError('hil/bench-held', `the modem ${name} at ${port} is in use by another run${by}`, { advice: 'wait for it, or end it' });
}
