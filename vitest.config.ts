import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'] } },
      { test: { name: 'journeys', include: ['hil-tests/**/*.hil.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'peers', include: ['hil-tests/peers/**/*.peer.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
});
