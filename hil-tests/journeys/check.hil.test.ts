import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type Scene, test } from '../support/scene.js';

const sumResults = fileURLToPath(new URL('../../scripts/sum-results.mjs', import.meta.url));

/** Adds up reports with these results by test, and gives the exit code and the last line. */
function sum(
  scene: Scene,
  reports: Readonly<Record<string, readonly string[]>>,
  expected: string,
  broken = '',
): { code: number | null; last: string } {
  const folder = scene.folder();
  for (const [name, statuses] of Object.entries(reports)) {
    const assertionResults = statuses.map((status, index) => ({ status, fullName: `test ${index}` }));
    const file = {
      name: join(folder, 'a.test.ts'),
      status: statuses.includes('failed') ? 'failed' : 'passed',
      message: '',
      assertionResults,
    };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ testResults: [file] }));
  }
  const { status, stdout } = spawnSync(process.execPath, [sumResults, folder, expected, broken], { encoding: 'utf8' });
  return { code: status, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

test('results of several runs are added up', ({ scene }) => {
  expect(sum(scene, { a: ['passed', 'passed'], b: ['passed'] }, 'a,b')).toEqual({ code: 0, last: '3 passed, 0 failed' });
});

test('a failed test, a skipped test and a run without a test are failures', ({ scene }) => {
  expect(sum(scene, { a: ['passed', 'failed'] }, 'a')).toEqual({ code: 1, last: '1 passed, 1 failed' });
  expect(sum(scene, { a: ['passed', 'skipped'] }, 'a')).toEqual({ code: 1, last: '1 passed, 1 failed' });
  expect(sum(scene, { a: ['passed', 'pending', 'todo'] }, 'a')).toEqual({ code: 1, last: '1 passed, 2 failed' });
  expect(sum(scene, { a: ['passed'], b: [] }, 'a,b')).toEqual({ code: 1, last: '1 passed, 1 failed' });
});

test('a report that is missing, and a step that failed without a failed test, are failures', ({ scene }) => {
  expect(sum(scene, { a: ['passed'] }, 'a,peers')).toEqual({ code: 1, last: '1 passed, 1 failed' });
  expect(sum(scene, { a: ['passed'] }, 'a', 'lint,typecheck')).toEqual({ code: 1, last: '1 passed, 2 failed' });
  expect(sum(scene, { a: ['passed', 'failed'] }, 'a', 'a')).toEqual({ code: 1, last: '1 passed, 1 failed' });
});
