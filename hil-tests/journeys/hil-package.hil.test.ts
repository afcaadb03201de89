import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { test } from '../support/scene.js';

const top = fileURLToPath(new URL('../..', import.meta.url));

test('the example project runs from the packed package in an empty folder, and its report says virtual', async ({ scene }) => {
  const folder = scene.folder();
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: top, stdio: 'pipe' });
  const project = join(folder, 'project');
  cpSync(join(top, 'docs/examples/hil'), project, { recursive: true });
  const installed = join(project, 'node_modules', 'wapbridge');
  mkdirSync(installed, { recursive: true });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'none';
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1']);
  // The package as it was packed; what it depends on is taken from here, so that the test needs no registry.
  symlinkSync(join(top, 'node_modules'), join(folder, 'node_modules'));
  const run = scene.program('npm', ['test'], { cwd: project, environment: { BENCH: '', HIL_REPORTS: join(folder, 'reports') } });
  expect((await run.exited).code, run.describe()).toBe(0);
  expect(run.stdout.items.join('\n')).toMatch(/2 passed/);
  const [first] = readFileSync(join(folder, 'reports', 'report.html'), 'utf8').split('\n', 1);
  expect(first).toContain('VIRTUAL BENCH');
  expect(readFileSync(join(folder, 'reports', 'junit.xml'), 'utf8')).toContain('tests="2" failures="0" skipped="0"');
  // What is thrown at a test's slip is shown with what to do about it.
  const slips = [
    "import { expect, test } from 'wapbridge/hil';",
    "test('a modem that there is not', ({ bench }) => bench.modem('c').stop());",
    "test('a verdict that there is not', ({ bench }) => expect(bench).toReceivePush({ verdict: 'dm-aplication' as never }));",
  ];
  writeFileSync(join(project, 'slips.test.ts'), slips.join('\n'));
  const failed = scene.program('npm', ['test', '--', 'slips'], { cwd: project, environment: { BENCH: '', NO_COLOR: '1' } });
  expect((await failed.exited).code, failed.describe()).toBe(1);
  const said = [...failed.stdout.items, ...failed.stderr.items].join('\n');
  expect(said).toContain('the bench virtual has no modem "c"; its modems are a, b');
  expect(said).toContain('"dm-aplication" is no verdict; did you mean dm-application?');
  // Reports, traces and captures beside them hold no IMSI: those of the bench begin with 00101.
  const reports = readdirSync(join(folder, 'reports'), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, 'reports', name))
    .filter((path) => statSync(path).isFile());
  expect(reports.length).toBeGreaterThan(2);
  expect(reports.filter((path) => /00101000000000[12]/.test(readFileSync(path, 'latin1')))).toEqual([]);
}, 60_000);
