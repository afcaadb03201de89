import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../runtime/index.js';
import { openBench } from './index.js';
import { type JourneyRecord, recordJourney } from './journey.js';
import { partPlot } from './report-svg.js';
import { HilReporter } from './reporter.js';
import { chooseSeed, randomOf, readSeed } from './seed.js';

/** What a reporter writes and says of one test with this record. */
async function reportOf(
  record: JourneyRecord,
  { state = 'passed', seed }: { readonly state?: string; readonly seed?: number } = {},
): Promise<{ readonly junit: string; readonly html: string; readonly said: readonly string[]; readonly failed: boolean }> {
  const folder = await mkdtemp(join(tmpdir(), 'hil-'));
  const said: string[] = [];
  let failed = false;
  const fail = (): void => {
    failed = true;
  };
  try {
    const reporter = new HilReporter({ folder, seed, fail, say: (line) => said.push(line) });
    const errors = state === 'failed' ? [{ message: 'waited 3 s in vain' }] : [];
    const one = {
      fullName: 'a journey',
      result: () => ({ state, errors }),
      diagnostic: () => ({ duration: 5 }),
      meta: () => ({ wapbridge: record }),
    };
    reporter.onTestRunStart();
    reporter.onTestRunEnd([{ moduleId: 'x.test.ts', children: { allTests: () => [one] } }]);
    const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
    return { junit: await read('junit.xml'), html: await read('report.html'), said, failed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function recordOf(options: Parameters<typeof openBench>[0]): Promise<JourneyRecord> {
  const bench = await openBench(options);
  try {
    bench.begin();
    return recordJourney(bench, {});
  } finally {
    await bench.close();
  }
}

test('a run tells its seed before the first test, and how to repeat it where one failed', async () => {
  const record = await recordOf({ seed: 4711 });
  const { said } = await reportOf(record, { seed: 4711 });
  expect(said[0]).toBe('seed 4711 (SEED=4711 takes the same chances again)');
  expect(said.join('\n')).not.toContain('failed with seed');
  const failed = await reportOf(record, { seed: 4711, state: 'failed' });
  expect(failed.said).toContain('failed with seed 4711: SEED=4711 takes the same chances again');
});

test('both reports have the seed of the bench, the one that it chose by itself too', async () => {
  const chosen = await recordOf({});
  expect(chosen.seed).toEqual(expect.any(Number));
  for (const record of [await recordOf({ seed: 4711 }), chosen]) {
    const { junit, html, said } = await reportOf(record, { state: 'failed' });
    expect(junit.match(new RegExp(`<property name="seed" value="${record.seed}"/>`, 'g')), 'of the suite and of the test').toHaveLength(2);
    expect(html).toContain(`<code>SEED=${record.seed}</code>`);
    expect(said).toContain(`failed with seed ${record.seed}: SEED=${record.seed} takes the same chances again`);
  }
});

test('a run tells what was skipped and why, without numbers or control characters', async () => {
  const record = { ...(await recordOf({ seed: 1 })), bench: 'desk\u001b[2J', skipped: 'it lacks +15550000001 by bench.yaml:9:9' };
  const { said, junit } = await reportOf(record, { state: 'skipped' });
  expect(said.slice(0, 2)).toEqual([
    'virtual bench desk?[2J: 0 passed, 0 failed, 1 skipped',
    '  skipped: a journey\n    it lacks …01 by bench.yaml:9:9',
  ]);
  expect(junit).toContain('skipped="1"');
});

test('a run in which every journey was skipped says that nothing was tested, and is no success', async () => {
  const record = { ...(await recordOf({ seed: 1 })), skipped: 'it has 1 modem' };
  const skipped = await reportOf(record, { state: 'skipped' });
  expect(skipped.said.at(-1)).toBe('nothing was tested: every journey was skipped, for the reasons above');
  expect(skipped.failed).toBe(true);
  for (const state of ['passed', 'failed']) expect((await reportOf(record, { state })).failed, state).toBe(false);
});

test('a bench that is given chance of another kind, and a real one, have no seed', async () => {
  const record = await recordOf({ random: seededRandom(1) });
  expect(record.seed).toBeNull();
  const { junit, html } = await reportOf({ ...record, kind: 'real' });
  expect([junit.includes('name="seed"'), html.includes('SEED=')]).toEqual([false, false]);
});

test('a seed is a whole number, and anything else is refused', () => {
  expect([readSeed(undefined), readSeed(''), readSeed('0'), readSeed('4294967295')]).toEqual([undefined, undefined, 0, 4294967295]);
  for (const wrong of ['4294967296', '-1', '1.5', 'seven', ' 1', '1e3', '99999999999']) expect(() => readSeed(wrong)).toThrow(RangeError);
  expect(chooseSeed({ ...seededRandom(1), fraction: () => 0.999999999 })).toBe(2 ** 31 - 3);
});

test('of one seed each user has chance of its own, the same each time', () => {
  const numbers = (nth: number): number[] => {
    const random = randomOf(7, nth);
    return [random.fraction(), random.fraction()];
  };
  expect(numbers(1)).toEqual(numbers(1));
  expect(new Set([0, 1, 2, 3].flatMap(numbers)).size).toBe(8);
});

test('the plot of a journey says what its signs mean, which part never came, and how many of its parts it does not draw', () => {
  const plot = (count: number): string =>
    partPlot(Array.from({ length: count }, (_, at) => ({ sentMs: at, receivedMs: at === 1 ? null : at + 1 })));
  expect(plot(3)).toContain('>sent</text>');
  expect(plot(3)).toContain('>received</text>');
  expect(plot(3).match(/never received/g)).toHaveLength(1);
  expect(plot(60)).toContain('>received</text>');
  expect(plot(61)).toContain('received (the first 60 of 61 parts)');
});
