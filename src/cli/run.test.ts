import { describe, expect, test } from 'vitest';
import { runCommand } from './command.testing.js';

describe('the command line', () => {
  test('--version prints the version and nothing else', async () => {
    expect(await runCommand(['--version'])).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  });

  test('--help goes to standard output and names the common options', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const option of ['--json', '--config', '--state-dir', '--quiet', '--verbose']) expect(stdout).toContain(option);
  });

  test('help is whole in every way in which it can be asked for', async () => {
    const { stdout } = await runCommand(['decode', '--help']);
    expect(stdout).toMatch(/--direction[\s\S]*Examples:/);
    for (const words of [
      ['decode', 'help'],
      ['decode', '--help=true'],
      ['--quiet', 'decode', 'pdus.txt', '--help'],
    ]) {
      expect(await runCommand(words)).toEqual({ exitCode: 0, stdout, stderr: '' });
    }
    const { stdout: object } = await runCommand(['decode', 'help', '--json']);
    expect(JSON.parse(object)).toMatchObject({ text: stdout.trimEnd() });
  });

  test('no command is wrong usage, said in one line with a hint', async () => {
    const { exitCode, stdout, stderr } = await runCommand([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^wapbridge: [^\n]*--help\n$/);
  });

  test('an unknown command or option is wrong usage, said in one line that names it', async () => {
    for (const argv of [['frobnicate'], ['--frobnicate']]) {
      const { exitCode, stdout, stderr } = await runCommand(argv);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      expect(stderr).toMatch(/^wapbridge: [^\n]*frobnicate[^\n]*--help\n$/);
    }
  });

  test('with --json an error is also an object on standard output', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['--json', 'frobnicate']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      event: 'error',
      code: 'cli/usage',
      message: expect.stringContaining('frobnicate'),
      field: null,
      offset: null,
    });
    expect(stderr.split('\n')).toHaveLength(2);
  });

  test('--quiet and --verbose exclude each other', async () => {
    expect((await runCommand(['--quiet', '--verbose'])).exitCode).toBe(2);
  });

  test('text of an argument is escaped before a terminal sees it', async () => {
    const { stderr } = await runCommand(['--\u001B[2J\u202Ex']);
    expect(stderr.includes('\u001B') || stderr.includes('\u202E')).toBe(false);
    expect(stderr).toContain('\\x1B');
  });
});
