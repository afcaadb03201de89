import { defineConfig } from 'vitest/config';

/** A file for the results as JSON, so that `.ci/run` can add up what several runs said. */
const { TEST_REPORT: report, KILLS: kills, SEEDS: seeds, UNPLUGS: unplugs } = process.env;

export default defineConfig({
  test: {
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'] } },
      {
        test: {
          name: 'journeys',
          include: ['hil-tests/journeys/**/*.hil.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          env: { KILLS: kills ?? '8', SEEDS: seeds ?? '20', UNPLUGS: unplugs ?? '6' },
        },
      },
      {
        // Journeys that take chances, here often enough to be believed.
        test: {
          name: 'endurance',
          include: [
            'hil-tests/journeys/kill.hil.test.ts',
            'hil-tests/journeys/programme.hil.test.ts',
            'hil-tests/journeys/hotplug.hil.test.ts',
          ],
          testTimeout: 600_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          env: { KILLS: kills ?? '50', SEEDS: seeds ?? '200', UNPLUGS: unplugs ?? '50' },
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
