import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { HilReporter } from './src/hil/reporter.js';
import { chooseSeed, readSeed } from './src/hil/seed.js';

const everyday = 'hil-tests/benches/virtual.yaml';

/** `TEST_REPORT`: a file for the results as JSON, so that `.ci/run` can add up what several runs said. */
const { TEST_REPORT: report, KILLS: kills, SEEDS: seeds, UNPLUGS: unplugs, BENCH: bench = everyday } = process.env;

/** On a bench that is named, as `npm run hil` does, only the journeys that are written for benches run, one after the other. */
const named = process.env.BENCH !== undefined;

/** Where chance comes from in journeys: the same for all of them. Another bench may have a seed of its own, or be real. */
const seed = readSeed(process.env.SEED) ?? (bench === everyday ? chooseSeed() : undefined);
const seeded = seed === undefined ? {} : { SEED: String(seed) };

export default defineConfig({
  test: {
    // Most tests of programs wait for programs: a worker more than there are processors keeps these busy.
    maxWorkers: Math.max(4, availableParallelism()),
    // Files do not share anything but the modules that they import; loading those once a worker halves the time of the unit tests.
    isolate: false,
    reporters: [
      'default',
      new HilReporter({ seed }),
      ...(report === undefined ? [] : [['json', { outputFile: report }] as [string, Record<string, unknown>]]),
    ],
    projects: [
      // A limit that a busy machine does not reach: what hangs is found by it, and nothing is timed by it.
      { test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'journeys',
          include: [named ? 'hil-tests/journeys/bench/*.hil.test.ts' : 'hil-tests/journeys/**/*.hil.test.ts'],
          fileParallelism: !named,
          testTimeout: 60_000,
          maxConcurrency: 24,
          hookTimeout: 60_000,
          env: { KILLS: kills ?? '5', SEEDS: seeds ?? '10', UNPLUGS: unplugs ?? '4', BENCH: bench, ...seeded },
        },
      },
      {
        // Journeys that take chances, here often enough to be believed.
        test: {
          name: 'endurance',
          include: [
            'hil-tests/journeys/kill.hil.test.ts',
            'hil-tests/journeys/binding-kill.hil.test.ts',
            'hil-tests/journeys/programme.hil.test.ts',
            'hil-tests/journeys/hotplug.hil.test.ts',
            'hil-tests/endurance/*.endurance.test.ts',
          ],
          testTimeout: 600_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          env: { KILLS: kills ?? '50', SEEDS: seeds ?? '200', UNPLUGS: unplugs ?? '50', ...seeded },
        },
      },
      {
        test: {
          name: 'peers',
          include: ['hil-tests/peers/**/*.peer.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
