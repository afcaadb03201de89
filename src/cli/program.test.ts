import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from './command.testing.js';
import { asCalled, callingOf, programName } from './program.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wapbridge-program-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const clone = '/srv/clone';
const script = `${clone}/dist/cli/main.js`;
/** What npm hands down to everything below it, whatever that is. */
const npm = (lifecycleScript: string) => ({
  npm_lifecycle_event: 'npx',
  npm_command: 'exec',
  npm_package_json: `${clone}/package.json`,
  npm_package_bin_wapbridge: 'dist/cli/main.js',
  npm_lifecycle_script: lifecycleScript,
});

test('a program that node was given by its path is named by it, from where the user stands', () => {
  const environment = { PATH: '/usr/bin' };
  expect(programName({ script, environment, folder: clone })).toBe('node dist/cli/main.js');
  expect(programName({ script, environment, folder: `${clone}/docs` })).toBe(`node ${script}`);
  expect(programName({ script, environment, folder: null })).toBe(`node ${script}`);
  expect(programName({ script: '/srv/my clone/main.js', environment, folder: '/' })).toBe("node 'srv/my clone/main.js'");
  expect(programName({ script: undefined, environment, folder: clone })).toBe('wapbridge');
});

test('what npx or a script of the package started is npx wapbridge, and what npx vitest started is not', () => {
  const bin = '/root/.npm/_npx/0a/node_modules/.bin';
  const environment = { ...npm("'wapbridge'"), PATH: `${bin}:/usr/bin` };
  expect(programName({ script: `${bin}/wapbridge`, environment, folder: `${clone}/docs` })).toBe('npx wapbridge');
  const start = npm('npm run build && exec node dist/cli/main.js listen');
  expect(programName({ script, environment: start, folder: clone })).toBe('npx wapbridge');
  expect(programName({ script: '/other/dist/cli/main.js', environment: start, folder: clone })).toBe('node /other/dist/cli/main.js');
  expect(programName({ script, environment: npm("'vitest' run"), folder: clone })).toBe('node dist/cli/main.js');
});

test('a program that the shell found is called by its name, and one that it would not find by its path', () => {
  const bin = join(folder, 'wapbridge');
  writeFileSync(join(folder, 'target.js'), '');
  symlinkSync(join(folder, 'target.js'), bin);
  const at = (PATH: string) => programName({ script: bin, environment: { PATH }, folder: '/' });
  expect(at(`/nonexistent:${folder}/:/usr/bin`)).toBe('wapbridge');
  expect(at('/usr/bin')).toBe(`node ${bin.slice(1)}`);
});

test('commands in a text become those that this user writes, with configuration and state folder where they were given', () => {
  const bare = callingOf('npx wapbridge', ['decode', '--', '--config', 'x']);
  expect(asCalled('see wapbridge outbox list, or `wapbridge doctor`', bare)).toBe(
    'see npx wapbridge outbox list, or `npx wapbridge doctor`',
  );
  expect(asCalled('wapbridge never enters a PIN; /opt/wapbridge listen; a wapbridge; wapbridges', bare)).toBe(
    'wapbridge never enters a PIN; /opt/wapbridge listen; a wapbridge; wapbridges',
  );
  const placed = callingOf('npx wapbridge', ['--config=a b', 'inbox', '--state-dir', 'old', '--state-dir', 'new']);
  expect(asCalled('wapbridge inbox list', placed)).toBe("npx wapbridge --config 'a b' --state-dir new inbox list");
  expect(asCalled('see wapbridge inbox list --help or wapbridge --help', placed)).toBe(
    'see npx wapbridge inbox list --help or npx wapbridge --help',
  );
});

test('errors, findings and examples of help name the program as it was started', async () => {
  const run = (...words: string[]) => runCommand(words, { program: 'npx wapbridge' });
  expect((await run('inbox', 'list', '--state-dir', folder)).stderr).toMatch(
    new RegExp(`^wapbridge: [^\n]*; run npx wapbridge --state-dir ${folder} listen first, `),
  );
  expect((await run('decode', '--frob')).stderr).toMatch(/; see npx wapbridge decode --help\n$/);
  expect((await run('--help')).stdout).toMatch(/^npx wapbridge COMMAND/);
  expect((await run('config', '--help')).stdout).toMatch(/^ {2}npx wapbridge config check /m);
  const doctor = ['doctor', '--modem', join(folder, 'tty')];
  expect((await run(...doctor)).stdout).toContain('$ npx wapbridge modems');
  const [found = ''] = (await run(...doctor, '--json')).stdout.split('\n');
  expect(JSON.parse(found)).toMatchObject({ command: 'wapbridge modems' });
});
