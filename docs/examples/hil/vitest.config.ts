import { defineConfig } from 'vitest/config';
import { HilReporter } from 'wapbridge/hil/reporter';

// On a real bench one file after the other: the modems are there once.
export default defineConfig({
  test: { reporters: ['default', new HilReporter()], testTimeout: 600_000, hookTimeout: 120_000, fileParallelism: false },
});
