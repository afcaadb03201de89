import { chooseSeed, readSeed } from '../../src/hil/seed.js';

/** The run's seed, which vitest.config.ts chooses and the run prints: what a journey leaves to chance comes from it. */
export const seed = readSeed(process.env['SEED']) ?? chooseSeed();
