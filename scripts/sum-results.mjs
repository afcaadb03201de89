// usage: sum-results.mjs FOLDER NAME,NAME... [BROKEN,...]
// Adds up the vitest reports FOLDER/NAME.json and the steps that failed, and closes with the line `N passed, N failed`.
// A report that is missing, unreadable or without a test counts as a failure, and so does every test that was skipped.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const [folder, expected, brokenSteps = ''] = process.argv.slice(2);
if (folder === undefined || expected === undefined) {
  console.error('usage: sum-results.mjs FOLDER NAME,NAME... [BROKEN,...]');
  process.exit(2);
}

let passed = 0;
const failures = [];
const failedReports = new Set();
for (const name of expected.split(',')) {
  const fail = (what) => {
    failures.push(`${name}: ${what}`);
    failedReports.add(name);
  };
  let report;
  try {
    report = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  } catch (reason) {
    fail(`no results (${reason.message})`);
    continue;
  }
  let tests = 0;
  for (const file of report.testResults) {
    const path = relative(process.cwd(), file.name);
    const results = file.assertionResults ?? [];
    tests += results.length;
    for (const result of results) {
      if (result.status === 'passed') passed += 1;
      else fail(`${path}: ${result.fullName}: ${result.status}`);
    }
    if (file.status === 'failed' && !results.some((result) => result.status === 'failed'))
      fail(`${path}: ${file.message?.split('\n')[0] || 'did not run'}`);
  }
  if (tests === 0) fail('no test ran');
}
// A step can fail without a failed test: an installation, the linter, an error between tests.
for (const step of brokenSteps.split(',')) if (step !== '' && !failedReports.has(step)) failures.push(`${step}: failed`);

for (const failure of failures) console.log(`not passed: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
