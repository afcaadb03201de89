import { expect, test } from 'vitest';
import { openBench } from '../../src/hil/index.js';
import { catalogue } from '../bench/catalogue.js';

test.concurrent.each(catalogue)('with a fault switched on it fails and says what was wrong: $name', async ({ run, breaks }) => {
  const bench = await openBench({ seed: 1, patience: 0.3 });
  try {
    await breaks.by(bench);
    await expect(run(bench)).rejects.toThrow(breaks.says);
  } finally {
    await bench.close();
  }
});
