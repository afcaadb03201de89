import { afterAll, expect, test } from 'vitest';
import { reportsFolder } from '../../src/hil/attachments.js';
import { openBench } from '../../src/hil/index.js';
import { catalogue } from '../bench/catalogue.js';
import { describeSeen, gistOf, type SeenToFail, writeSeen } from '../bench/fault-list.js';
import { seed } from '../support/seed.js';

const seen = new Map<string, SeenToFail>();

afterAll(() => {
  const list = catalogue.flatMap(({ name }) => seen.get(name) ?? []);
  const file = writeSeen(list, reportsFolder());
  process.stdout.write(`${describeSeen(list)}\n  written to ${file}\n`);
});

test.concurrent.each(catalogue)('with a fault switched on it fails and says what was wrong: $name', async ({ name, run, breaks }) => {
  const bench = await openBench({ seed, patience: 0.3 });
  try {
    await breaks.by(bench);
    const fault = bench.moments.filter(({ kind }) => kind === 'fault').map(({ modem, facts }) => `${modem}: ${facts}`);
    expect(fault, 'a fault is switched on').toHaveLength(1);
    const message = await run(bench).then(
      () => null,
      (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
    );
    seen.set(name, { journey: name, fault: fault.join(), said: message === null ? null : gistOf(message, breaks.says) });
    expect(message, 'it passed with the fault').not.toBeNull();
    expect(message).toMatch(breaks.says);
  } finally {
    await bench.close();
  }
});
