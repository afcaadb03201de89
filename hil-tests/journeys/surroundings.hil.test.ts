import { type SpawnOptions, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { test } from '../support/scene.js';
import { wapbridgeMain } from '../support/wapbridge.js';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
function ended([program, ...parameters]: readonly [string, ...string[]], options: SpawnOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 50_000, ...options });
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

const wapbridge = (...words: string[]): [string, ...string[]] => [process.execPath, wapbridgeMain, ...words];
/** As wapbridge, by a user to whom file modes apply, whoever runs the tests. */
const asOrdinaryUser = (...words: string[]): [string, ...string[]] => {
  const without = '-dac_override,-dac_read_search';
  return process.getuid?.() === 0
    ? ['setpriv', `--bounding-set=${without}`, `--inh-caps=${without}`, ...wapbridge(...words)]
    : wapbridge(...words);
};
const oneLine = /^wapbridge: [^\n]+; [^\n]+\n$/;

test('a folder for temporary files that is not there is said, with what to set', async ({ scene }) => {
  const home = scene.folder();
  const env = { ...process.env, HOME: home, TMPDIR: '/nonexistent' };
  for (const words of [['listen', '--modem', 'virtual', '--exit-after', '1']]) {
    const { code, stderr } = await ended(wapbridge(...words), { env });
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([2, expect.stringMatching(/^wapbridge: .*TMPDIR/)]);
  }
});

test('a working folder that was removed is said by every command', async ({ scene }) => {
  const cwd = join(scene.folder(), 'gone');
  mkdirSync(cwd);
  // A shell that removes its own folder and then becomes the program.
  const { code, stderr } = await ended(['sh', '-c', `cd "$0" && rmdir "$0" && exec "$@"`, cwd, ...wapbridge('decode', 'x')]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^wapbridge: the working folder does not exist any more; [^\n]+\n$/);
});

test('output that cannot be written ends with a line and not with 0', async ({ scene }) => {
  const push = join(scene.folder(), 'push');
  writeFileSync(push, '010603C2AF8702A4016A006D01\n');
  const full = openSync('/dev/full', 'w');
  for (const words of [['decode', '--as', 'wsp', '--json', push], ['--help']]) {
    const { code, stderr } = await ended(wapbridge(...words), { stdio: ['ignore', full, 'pipe'] });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^wapbridge: standard output cannot be written \(ENOSPC\)[^\n]+\n$/);
  }
});

test('a reader that has seen enough ends a command quietly', async ({ scene }) => {
  const lines = join(scene.folder(), 'lines');
  writeFileSync(lines, '010603C2AF8702A4016A006D01\n'.repeat(20_000));
  const { stdout, stderr } = await ended([
    'bash',
    '-c',
    '"$@" | head -1 | wc -l; echo "$' + '{PIPESTATUS[0]}"',
    'bash',
    ...wapbridge('decode', '--as', 'wsp', '--json', lines),
  ]);
  expect([stdout, stderr]).toEqual(['1\n0\n', '']);
});

test('a state folder of another user is refused with 4 by whoever reads it and whoever writes it', async ({ scene }) => {
  const stateDir = scene.folder();
  const listen = scene.wapbridge(['listen', '--udp', '0', '--json', '--state-dir', stateDir]);
  await listen.waitForEvent('listening');
  await listen.stop();
  const env = { ...process.env, HOME: scene.folder() };
  const journal = join(stateDir, 'journal.db');
  for (const [path, mode] of [
    [journal, 0o600],
    [stateDir, 0o700],
  ] as const) {
    chmodSync(path, 0);
    for (const words of [
      ['inbox', 'list'],
      ['outbox', 'list'],
      ['inbox', 'redeliver', 'x'],
      ['listen', '--udp', '0'],
    ]) {
      const { code, stderr } = await ended(asOrdinaryUser(...words, '--state-dir', stateDir), { env });
      expect([words[0], code, stderr]).toEqual([words[0], 4, expect.stringMatching(oneLine)]);
    }
    chmodSync(path, mode);
  }
});

test.each(['a file', 'below a file', 'a dangling link', 'a link to itself'])(
  'a state folder that is %s is refused with 2',
  async (what) => {
    const { Scene } = await import('../support/scene.js');
    const scene = new Scene();
    try {
      const folder = scene.folder();
      const path = join(folder, 'state');
      if (what === 'a dangling link') await ended(['ln', '-s', 'nowhere', path]);
      else if (what === 'a link to itself') await ended(['ln', '-s', 'state', path]);
      else writeFileSync(path, '');
      const stateDir = what === 'below a file' ? join(path, 'deeper') : path;
      for (const words of [
        ['listen', '--udp', '0'],
        ['inbox', 'list'],
      ]) {
        const { code, stderr } = await ended(wapbridge(...words, '--state-dir', stateDir), { env: { ...process.env, HOME: folder } });
        expect([words[0], code, stderr]).toEqual([words[0], 2, expect.stringMatching(oneLine)]);
      }
    } finally {
      await scene.end();
    }
  },
);

test('listen and bench end with 0 at a signal that comes while they are still being loaded', async ({ scene }) => {
  const env = { ...process.env, HOME: scene.folder() };
  for (const [signal, words] of [
    ['SIGTERM', ['listen', '--modem', 'virtual', '--json']],
    ['SIGINT', ['listen', '--udp', '0', '--json']],
    ['SIGTERM', ['bench', '--json']],
  ] as const) {
    const folder = scene.folder();
    // Strikes when the first module after the entry is asked for, whichever it is: nothing else of ours is loaded yet.
    const hooks = [
      'let entered = false;',
      'export async function resolve(specifier, context, next) {',
      `  if (entered) process.kill(process.pid, '${signal}');`,
      "  entered ||= specifier.endsWith('/main.js');",
      '  return next(specifier, context);',
      '}',
    ];
    const [loader, watched] = [join(folder, 'hooks.mjs'), join(folder, 'watched.mjs')];
    writeFileSync(loader, hooks.join('\n'));
    writeFileSync(watched, `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(loader).href)});`);
    const { code, signal: by, stderr } = await ended([process.execPath, '--import', watched, wapbridgeMain, ...words], { env });
    expect([words[0], code, by, stderr]).toEqual([words[0], 0, null, '']);
  }
});

test('a folder as standard input is no input, and said', async ({ scene }) => {
  const folder = openSync(scene.folder(), 'r');
  for (const words of [['decode'], ['decode', '-'], ['convert', '--to', 'xml']]) {
    const { code, stderr } = await ended(wapbridge(...words), { stdio: [folder, 'pipe', 'pipe'] });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^wapbridge: standard input is a folder; [^\n]+\n$/)]);
  }
  expect((await ended(wapbridge('decode'), { stdio: ['ignore', 'pipe', 'pipe'] })).code).toBe(0);
});

test('a home that is not known keeps nobody from decoding', async ({ scene }) => {
  const folder = scene.folder();
  const push = join(folder, 'push');
  writeFileSync(push, '010603C2AF8702A4016A006D01\n');
  // Node looks the home up by itself where HOME is empty; what it finds then is not of this test.
  const { code } = await ended(wapbridge('decode', '--as', 'wsp', push), { env: { PATH: process.env.PATH, HOME: '' } });
  expect(code).toBe(0);
  rmSync(push);
});

test('hints name the program as it was started: by npx in a clone, by its path, or by its name on PATH', async ({ scene }) => {
  const [home, bin] = [scene.folder(), scene.folder()];
  const clone = dirname(dirname(dirname(wapbridgeMain)));
  symlinkSync(wapbridgeMain, join(bin, 'wapbridge'));
  const { PATH = '' } = process.env;
  const env = { ...process.env, HOME: home, npm_config_offline: 'true', npm_config_update_notifier: 'false', PATH: `${bin}:${PATH}` };
  for (const [words, cwd, called] of [
    [['npx', 'wapbridge', 'frob'], join(clone, 'docs'), 'npx wapbridge'],
    [['wapbridge', 'frob'], home, 'wapbridge'],
    [['node', 'dist/cli/main.js', 'frob'], clone, 'node dist/cli/main.js'],
    [['node', wapbridgeMain, 'frob'], home, `node ${wapbridgeMain}`],
  ] as const) {
    const { code, stderr } = await ended([...words], { env, cwd });
    expect([code, stderr]).toEqual([2, `wapbridge: there is no command frob; see ${called} --help\n`]);
  }
});

test('what is wrong is said in the same words whatever the language of the surroundings', async () => {
  for (const [words, complaint] of [
    [['--frob'], 'there is no option --frob'],
    [['inbox', 'show'], 'inbox show needs <id>'],
  ] as const) {
    const { stderr } = await ended([process.execPath, wapbridgeMain, ...words], { env: { ...process.env, LC_ALL: 'de_DE.UTF-8' } });
    expect(stderr).toMatch(new RegExp(`^wapbridge: ${complaint}; see [^\\n]+\\n$`));
  }
});
