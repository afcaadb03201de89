import { describe, expect, test } from 'vitest';
import { checkWords, type KnownOptions } from './check-words.js';
import { runCommand } from './command.testing.js';

const options: KnownOptions = {
  key: { json: true, 'state-dir': true, modem: true, 'exit-after': true },
  boolean: ['json'],
  array: ['modem'],
};
const complaint = (...words: string[]): string => {
  try {
    checkWords(words, options);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('the words of a command line', () => {
  test.each([
    [['--state-dir', 'a', '--state-dir', 'b'], '--state-dir is given twice, give it once'],
    [['--state-dir=a', '--stateDir', 'b'], '--state-dir is given twice, give it once'],
    [['--state-dir='], '--state-dir has no value: a variable it came from may not be set'],
    [['--state-dir', ''], '--state-dir has no value: a variable it came from may not be set'],
    [['--state-dir'], '--state-dir has no value'],
    [['--state-dir', '--json'], '--state-dir has no value'],
    [['decode', ''], 'an argument is empty: a variable it came from may not be set'],
    [['--json=maybe'], '--json takes no value'],
    [['--no-state-dir'], 'there is no option --no-state-dir'],
    [['--constructor', 'x'], 'there is no option --constructor'],
    [['--__proto__'], 'there is no option --__proto__'],
    [['--_', 'x'], 'there is no option --_'],
    [['--$0', 'x'], 'there is no option --$0'],
  ])('%j are refused', (words, message) => {
    expect(complaint(...words)).toBe(message);
  });

  test.each([
    [['--modem', 'a', '--modem', 'b']],
    [['--json', '--json', '--no-json', '--json=true']],
    [['--exit-after', '-1']],
    [['--state-dir', '-']],
    [['--unknown', '--unknown']],
    [['--', '--state-dir', '--state-dir', '']],
  ])('%j are left to the parser', (words) => {
    expect(complaint(...words)).toBe('');
  });
});

describe('a whole command line', () => {
  test.each([
    ['listen', '--sip', 'sip:a@127.0.0.1:0', '--sip', 'sip:b@127.0.0.1:0'],
    ['listen', '--udp', '0', '--state-dir', 'a', '--state-dir', 'b'],
    ['listen', '--udp', '0', '--state-dir='],
    ['listen', '--udp', '0', '--no-state-dir'],
    ['decode', '--as', 'wsp', '--as', 'tpdu'],
    ['decode', '--as'],
    ['decode', ''],
    ['decode', '--config', 'a', '--config', 'b'],
    ['inbox', 'list', '--since', '1h', '--since', '2h'],
    ['inbox', '--constructor', 'x'],
    ['--toString', 'x'],
    ['config', 'check', ''],
  ])('%s %s %s %s is wrong usage, in one line with where to look', async (...argv) => {
    const { exitCode, stdout, stderr } = await runCommand(argv.filter((word) => word !== undefined));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^wapbridge: [^\n]+; see wapbridge [^\n]*--help\n$/);
    expect(stderr).not.toContain('fault of wapbridge');
  });

  test('a command that is not known is named', async () => {
    expect((await runCommand(['lisen'])).stderr).toBe('wapbridge: there is no command lisen; did you mean listen?; see wapbridge --help\n');
    expect((await runCommand(['inbox', 'frob'])).stderr).toContain(
      'wapbridge: there is no command inbox frob; see wapbridge inbox --help\n',
    );
  });

  test('with --json help, version and schemas are one object on one line', async () => {
    for (const argv of [['--help'], ['listen', '--help'], ['--version'], ['config', 'schema'], ['bench', 'schema']]) {
      const { exitCode, stdout } = await runCommand([...argv, '--json']);
      expect([exitCode, stdout.trimEnd().split('\n').length, typeof JSON.parse(stdout)]).toEqual([0, 1, 'object']);
    }
  });
});
