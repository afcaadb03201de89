import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkBench } from '../../config/index.js';
import { runCommand } from '../command.testing.js';

describe('wapbridge bench', () => {
  test('--faults lists every fault with its sentence and ends', async () => {
    const { exitCode, stdout } = await runCommand(['bench', '--faults', '--json']);
    const faults = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([exitCode, faults.every(({ event, sentence }) => event === 'fault' && typeof sentence === 'string')]).toEqual([0, true]);
    expect(faults.map(({ name }) => name)).toEqual(expect.arrayContaining(['unplug', 'lose', 'refuse-submit', 'lost-ack']));
  });

  test.each([
    [['--modems', '0'], 2],
    [['--modems', 'two'], 2],
    [['--baud', '1'], 2],
    [['--echo', 'maybe'], 2],
    [['--profile', 'no-such'], 2],
    [['--link', '/dev/null/x'], 2],
  ])('%j ends with a line and code %d', async (options, code) => {
    const { exitCode, stderr, stdout } = await runCommand(['bench', ...options]);
    expect([exitCode, stdout, /^wapbridge: .*; .*\n$/.test(stderr)]).toEqual([code, '', true]);
  });
});

describe('bench files', () => {
  const file = (name: string): string => fileURLToPath(new URL(`../../../hil-tests/benches/${name}`, import.meta.url));

  test('check opens every modem of a bench, says how it stands, and sends nothing', async () => {
    const { exitCode, stdout } = await runCommand(['bench', 'check', file('virtual.yaml'), '--json']);
    const objects = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(exitCode, stdout).toBe(0);
    expect(objects).toMatchObject([
      { event: 'bench-modem', name: 'a', sim: 'sim-a', virtual: true, registration: 'home', reception: 'direct' },
      { event: 'bench-modem', name: 'b', sim: 'sim-b', virtual: true },
      { event: 'bench', ok: true, kind: 'virtual' },
    ]);
    expect(stdout).not.toContain('1555');
  });

  test('check tells everything that is wrong with line and column, and opens nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      const wrong = join(folder, 'wrong.yaml');
      await writeFile(wrong, 'name: x\nmodems:\n  - { name: a, virtual: true, features: [sms-mo] }\nsims:\n  - { label: s, in: b }\n');
      const { exitCode, stdout } = await runCommand(['bench', 'check', wrong]);
      expect([exitCode, stdout]).toEqual([2, `${wrong}:5:21: s is in b, which is no modem of this bench; did you mean a?\n`]);
      expect((await runCommand(['bench', 'check'])).exitCode).toBe(2);
      expect((await runCommand(['bench', 'check', join(folder, 'none.yaml')])).exitCode).toBe(2);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('suggest writes a file that check takes', async () => {
    const { exitCode, stdout } = await runCommand(['bench', 'suggest']);
    expect(exitCode).toBe(0);
    const checked = await checkBench('suggested', stdout, {});
    expect(checked.ok || checked.problems.every(({ code }) => code === 'config/secret-missing')).toBe(true);
  });
});

/** The command as it is built; `npm test` builds first. */
const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

describe('the process', () => {
  test('prints its modems, outlives its standard input, answers its socket, and goes cleanly at SIGTERM', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    const options = ['bench', '--modems', '2', '--link', join(folder, 'ports'), '--control', join(folder, 'control'), '--json'];
    const child = spawn(process.execPath, [main, ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const next = async (): Promise<Record<string, unknown>> => JSON.parse((await lines.next()).value);
      expect(await next()).toMatchObject({
        event: 'virtual-modem',
        name: 'modem-1',
        port: join(folder, 'ports', 'modem-1'),
        number: '+15550000001',
        profile: 'plain-27005',
      });
      expect(await next()).toMatchObject({ name: 'modem-2', number: '+15550000002' });
      child.stdin.end('{"ref":7,"do":"state","to":"modem-2"}\n');
      expect(await next()).toMatchObject({ ref: 7, modems: [{ name: 'modem-2' }] });
      expect((await readdir(join(folder, 'ports'))).sort()).toEqual(['modem-1', 'modem-2']);
      const ended = new Promise<readonly unknown[]>((resolve) => child.once('exit', (...how) => resolve(how)));
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      expect([await readdir(join(folder, 'ports')), await readdir(folder)]).toEqual([[], ['ports']]);
    } finally {
      end(child);
      await rm(folder, { recursive: true });
    }
  }, 20_000);
});

function end(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}

test.each([
  ['/nonexistent/control', /there is no folder \/nonexistent/],
  ['/dev/null/control', /there is no folder \/dev\/null/],
  ['c'.repeat(108), /more than 107 octets/],
])('a control path that cannot be one is wrong usage: %s', async (path, words) => {
  const { exitCode, stderr } = await runCommand(['bench', '--tcp', '0', '--control', path]);
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(words)]);
});
