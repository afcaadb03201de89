import { type Random, seededRandom, systemRandom } from '../runtime/index.js';

const most = 2 ** 32 - 1;

/**
 * A seed as the variable `SEED` has it; undefined where it is not set, or empty.
 * @throws RangeError for anything but a whole number from 0 to 4294967295
 */
export function readSeed(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return Number(text);
  throw new RangeError(`the seed ${JSON.stringify(text)} is no whole number from 0 to ${most}`);
}

/** A seed by chance, for a run that nobody gave one. */
export function chooseSeed(random: Random = systemRandom): number {
  return Math.floor(random.fraction() * 2 ** 31);
}

/** Chance of its own for the nth user of a seed, so that none of them depends on how often the others ask. */
export function randomOf(seed: number, nth: number): Random {
  return seededRandom((seed ^ Math.imul(nth, 0x9e3779b1)) >>> 0);
}
