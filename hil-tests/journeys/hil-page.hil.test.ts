import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { catalogue } from '../bench/catalogue.js';
import { type Scene, test } from '../support/scene.js';

const top = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(top, 'docs/hil.md'), 'utf8');

/** A bench file that takes virtual modems behind TCP for real ones; `change` spoils it. */
async function deskFile(scene: Scene, budget: number, change: (text: string) => string = (text) => text): Promise<string> {
  const bench = await scene.bench({ modems: 2, parameters: ['--tcp', '0'] });
  const features = '[sms-mo, sms-mt, status-reports]';
  const text = [
    'name: desk',
    'modems:',
    `  - { name: a, port: "${bench.modem(1).port}", features: ${features} }`,
    `  - { name: b, port: "${bench.modem(2).port}", features: ${features} }`,
    'sims:',
    '  - { label: sim-a, in: a, number: { environment: SIM_A_NUMBER } }',
    '  - { label: sim-b, in: b, number: { environment: SIM_B_NUMBER } }',
    'allow: [sim-a, sim-b]',
    `budget: { messages: ${budget} }`,
    '',
  ].join('\n');
  const file = join(scene.folder(), 'desk.yaml');
  writeFileSync(file, change(text));
  return file;
}

/** `BENCH=FILE npm run hil` without its build: exit code, what it printed and what it wrote. */
async function runOn(scene: Scene, file: string): Promise<{ readonly code: number | null; readonly said: string; readonly junit: string }> {
  const reports = scene.folder();
  const environment = {
    BENCH: file,
    NO_COLOR: '1',
    HIL_REPORTS: reports,
    TEST_REPORT: join(reports, 'tests.json'),
    SIM_A_NUMBER: '+15550000001',
    SIM_B_NUMBER: '+15550000002',
  };
  const vitest = join(top, 'node_modules/vitest/vitest.mjs');
  const run = scene.program('node', [vitest, 'run', '--project', 'journeys'], { cwd: top, environment });
  const { code } = await run.exited;
  const said = [...run.stdout.items, ...run.stderr.items].join('\n');
  const tests = readFileSync(join(reports, 'tests.json'), 'utf8');
  return { code, said, junit: code === 0 ? readFileSync(join(reports, 'junit.xml'), 'utf8') : tests };
}

test('docs/hil.md says how many messages the journeys send at most, all of them and without the longest', () => {
  const messages = catalogue.filter(({ needs }) => needs.virtual !== true).map(({ needs }) => needs.messages ?? 0);
  const all = messages.reduce((sum, each) => sum + each, 0);
  expect(page.replace(/\s+/g, ' ')).toContain(
    `sends up to ${all} short messages, ${all - Math.max(...messages)} of them without the journey of 255 parts`,
  );
});

test.concurrent('a budget that is too small for a journey skips it, with the place in the bench file and in words that are printed', async ({
  scene,
}) => {
  const file = await deskFile(scene, 19);
  const { code, said, junit } = await runOn(scene, file);
  expect(code, said).toBe(0);
  // 1, 2, 5 parts leave 11: 12, 17 and 255 do not fit.
  for (const parts of [12, 17, 255]) {
    const reason = `it sends up to ${parts} messages, and sim-a may send 11 more in this run, by ${file}:9:9`;
    expect(said).toContain(reason);
    expect(junit).toContain(`<skipped message="${reason}"/>`);
  }
  const [, passed, skipped] = /virtual bench desk: (\d+) passed, 0 failed, (\d+) skipped/.exec(said) ?? [];
  expect(Number(passed) + Number(skipped)).toBe(catalogue.length);
  expect(junit.match(/<skipped message="/g)).toHaveLength(Number(skipped));
}, 120_000);

test.concurrent('a bench file that is wrong ends every journey before anything is sent, with all that is wrong by line and column', async ({
  scene,
}) => {
  const file = await deskFile(scene, 19, (text) => text.replace('in: b,', 'in: c,').replace('[sim-a, sim-b]', '[sim-a, sim-x]'));
  const { code, said } = await runOn(scene, file);
  expect(code).toBe(1);
  expect(said).toContain(`${file}:7:25: sim-b is in c, which is no modem of this bench; did you mean`);
  expect(said).toContain(`${file}:8:16: sim-x is no SIM of this bench; did you mean`);
  expect(said).not.toMatch(/\d+ passed/);
}, 120_000);

test.concurrent('a bench on which every journey is skipped makes no green run, and says why', async ({ scene }) => {
  const alone = (text: string): string => text.replace(/^.*(name: b|label: sim-b).*\n/gm, '').replace(', sim-b', '');
  const { code, said } = await runOn(scene, await deskFile(scene, 19, alone));
  expect(code, said).toBe(1);
  expect(said).toContain(`virtual bench desk: 0 passed, 0 failed, ${catalogue.length} skipped`);
  expect(said).toContain('nothing was tested: every journey was skipped, for the reasons above');
}, 120_000);
