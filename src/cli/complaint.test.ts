import { expect, test } from 'vitest';
import { runCommand } from './command.testing.js';

test.each([
  [['frob'], 'there is no command frob; see wapbridge --help'],
  [['lisen', 'x'], 'there is no command lisen; did you mean listen?; see wapbridge --help'],
  [[], 'no command given; see wapbridge --help'],
  [['--frob'], 'there is no option --frob; see wapbridge --help'],
  [['decode', '--explian'], 'there is no option --explian; did you mean --explain?; see wapbridge decode --help'],
  [['decode', '--explian=true'], 'there is no option --explian; did you mean --explain?; see wapbridge decode --help'],
  [['decode', '-x', 'file'], 'there is no option -x; see wapbridge decode --help'],
  [['decode', 'a', 'b'], 'b is one word too many; see wapbridge decode --help'],
  [
    ['decode', '--as', 'wps'],
    /^--as is wps, which is none of pdu-mode, tpdu, .*, at-log; did you mean wsp\?; see wapbridge decode --help$/,
  ],
  [['bench', 'frob'], 'action is frob, which is none of check, suggest, schema; see wapbridge bench --help'],
  [['bench', '--modems', 'x'], '--modems is no number; give a whole number from 1 to 256'],
  [['inbox'], 'inbox needs one of its own commands; see wapbridge inbox --help'],
  [['inbox', 'show'], 'inbox show needs <id>; see wapbridge inbox show --help'],
  [['inbox', 'frob'], 'there is no command inbox frob; see wapbridge inbox --help'],
  [['--state-dir', 'x', 'inbox', 'lst'], 'there is no command inbox lst; did you mean list?; see wapbridge inbox --help'],
  [['config', 'chekc'], 'there is no command config chekc; did you mean check?; see wapbridge config --help'],
  [['inbox', 'list', '--state', 'foo'], /^--state is foo, which is none of pending, .*; see wapbridge inbox list --help$/],
  [['inbox', 'list', '--limit', 'x'], '--limit is a whole number from 1 to 1000000; see wapbridge inbox list --help'],
  [['convert'], '--to is missing; see wapbridge convert --help'],
  [['send'], '--type is missing; see wapbridge send --help'],
  [['encode', '--type', 'dm+xml'], '--to is missing; give the number of the receiver'],
  [['listen', '--exit-after', 'x'], /^--exit-after is a whole number from 1 to \d+; see wapbridge listen --help$/],
])('%j is wrong usage, said in our words, with the help of the command that was named', async (argv, expected) => {
  const { exitCode, stdout, stderr } = await runCommand(argv);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  const said = stderr.replace(/^wapbridge: /, '').trimEnd();
  if (typeof expected === 'string') expect(said).toBe(expected);
  else expect(said).toMatch(expected);
});
