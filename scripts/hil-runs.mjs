#!/usr/bin/env node
// Runs `npm run hil` again and again, each time with another seed: npm run hil:runs -- --runs N --first-seed S [--folder DIR] [--all]
// `--all` runs the journeys of programs too, as `npm test` does.
// One line a run: seed, tests passed, failed and skipped, seconds. Reports and output of each run stay in DIR/seed-N. BENCH names a bench as for npm run hil.
// Ends with 0 when no test of any run failed; with 1 at the first run that did, with its seed, its tests and what they said.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const top = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(top, 'node_modules', 'vitest', 'vitest.mjs');
const usage = 'usage: npm run hil:runs -- --runs N --first-seed S [--folder DIR] [--all]';

function options() {
  try {
    return parseArgs({
      options: {
        runs: { type: 'string', default: '20' },
        'first-seed': { type: 'string', default: '1' },
        folder: { type: 'string', default: join('reports', 'hil-runs') },
        all: { type: 'boolean', default: false },
      },
    }).values;
  } catch (reason) {
    process.stderr.write(`${reason.message}\n${usage}\n`);
    process.exit(2);
  }
}

const values = options();
const runs = Number(values.runs);
const first = Number(values['first-seed']);
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(first) || first < 0 || first + runs - 1 > 2 ** 32 - 1) {
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}

/** Naming a bench leaves the journeys of programs out, as `npm run hil` does. */
const { BENCH: named = values.all ? undefined : 'hil-tests/benches/virtual.yaml' } = process.env;
const again = values.all ? 'npx vitest run --project journeys' : 'npm run hil';

let running;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    running?.kill(signal);
    process.exitCode = 130;
  });
}

/** One run of the suite: its exit code, and how long it took. */
function run(seed, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, 'output.log'), 'w');
  const begun = performance.now();
  const environment = {
    ...process.env,
    ...(named === undefined ? {} : { BENCH: named }),
    SEED: String(seed),
    HIL_REPORTS: folder,
    TEST_REPORT: join(folder, 'tests.json'),
    NO_COLOR: '1',
  };
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'journeys'], {
    cwd: top,
    env: environment,
    stdio: ['ignore', log, log],
  });
  running = child;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, seconds: (performance.now() - begun) / 1000 }));
  });
}

/** The tests of a run by state, and what those that failed said. */
function read(folder) {
  let report;
  try {
    report = JSON.parse(readFileSync(join(folder, 'tests.json'), 'utf8'));
  } catch (reason) {
    return { passed: 0, skipped: 0, failures: [`no results: ${reason.message}`] };
  }
  const found = { passed: 0, skipped: 0, failures: [] };
  for (const file of report.testResults) {
    const path = relative(top, file.name);
    const before = found.failures.length;
    for (const { status, fullName, failureMessages = [] } of file.assertionResults ?? []) {
      if (status === 'passed') found.passed += 1;
      else if (status === 'failed') found.failures.push(`${path}: ${fullName}\n${failureMessages.join('\n')}`);
      else found.skipped += 1;
    }
    // A file can fail without a test of it: it cannot be loaded, or what it does after its tests fails.
    if (file.status === 'failed' && found.failures.length === before) found.failures.push(`${path}: ${file.message ?? 'did not run'}`);
  }
  return found;
}

let tests = 0;
for (let seed = first; seed < first + runs && process.exitCode === undefined; seed += 1) {
  const folder = resolve(values.folder, `seed-${seed}`);
  const { code, seconds } = await run(seed, folder);
  if (process.exitCode !== undefined) break;
  const { passed, skipped, failures } = read(folder);
  if (failures.length === 0 && code !== 0) failures.push(`vitest ended with code ${code}`);
  if (failures.length === 0 && passed === 0) failures.push('no test ran');
  tests += passed;
  const counts = `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  process.stdout.write(`seed ${seed}: ${counts}, ${seconds.toFixed(0)} s\n`);
  if (failures.length > 0) {
    for (const failure of failures) process.stdout.write(`\n${failure}\n`);
    process.stdout.write(`\nfailed with seed ${seed}, see ${relative(process.cwd(), folder)}; again with: SEED=${seed} ${again}\n`);
    process.exitCode = 1;
  }
}
if (process.exitCode === undefined)
  process.stdout.write(`${runs} runs, seeds ${first} to ${first + runs - 1}: ${tests} tests passed, 0 failed\n`);
