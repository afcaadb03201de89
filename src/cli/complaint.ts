import { nearestWord } from '../runtime/index.js';
import type { Matched } from './command.js';

/** The command that was found before the parser complained, and the words that name it. */
export interface Complaining {
  readonly matched: Matched;
  readonly name: string;
}

/** What the parser complains of, in one line of our own words: what is wrong with which word, and the word that may have been meant. */
export function complaintOf(text: string, argv: readonly string[], { matched, name }: Complaining): string {
  const line = text.replace(/\s*\n\s*/g, ' ').trim();
  const [, option = '', given = '', choices = ''] =
    /^Invalid values: Argument: (\S+), Given: (.*?), Choices: (.*?)(?: Argument: .*)?$/.exec(line) ?? [];
  if (option !== '')
    return noChoice(positional(option, matched) ? option : `--${option}`, unquoted(given), choices.split(', ').map(unquoted));
  const [, unknown] = /^Unknown arguments?: (.*)$/.exec(line) ?? [];
  if (unknown !== undefined) return unknownWord(unknown.split(', ')[0] ?? unknown, argv, { matched, name });
  if (/^(?:Did you mean|Unknown command)/.test(line)) return unknownWord(wordAfter(name, argv), argv, { matched, name });
  if (line.startsWith('Not enough non-option arguments')) {
    const needed = matched.usage.split(' ').filter((word) => word.startsWith('<'));
    return `${name} needs ${needed.length === 0 ? 'more' : needed.join(' and ')}`;
  }
  const [, missing] = /^Missing required arguments?: (.*)$/.exec(line) ?? [];
  return missing === undefined
    ? line
    : `${missing
        .split(', ')
        .map((word) => `--${word}`)
        .join(' and ')} ${missing.includes(', ') ? 'are' : 'is'} missing`;
}

function unknownWord(word: string, argv: readonly string[], { matched, name }: Complaining): string {
  const written = argv.find((one) => one.startsWith('-') && one.replace(/^-+/, '').split('=', 1)[0] === word)?.split('=', 1)[0];
  if (written !== undefined) return `there is no option ${written}${meant(word, matched.options, '--')}`;
  if (matched.commands.length === 0) return `${word} is one word too many`;
  return `there is no command ${name === '' ? '' : `${name} `}${word}${meant(word, matched.commands, '')}`;
}

function noChoice(what: string, given: string, choices: readonly string[]): string {
  return `${what} is ${given}, which is none of ${choices.join(', ')}${meant(given, choices, '')}`;
}

function meant(word: string, known: readonly string[], before: string): string {
  const near = nearestWord(word, known);
  return near === undefined ? '' : `; did you mean ${before}${near}?`;
}

const positional = (word: string, { usage }: Matched): boolean =>
  usage.split(' ').some((part) => /^[<[]/.test(part) && part.slice(1, -1).replace(/\.\.$/, '') === word);
const unquoted = (word: string): string => word.replace(/^"(.*)"$/, '$1');

/** The first word behind a command's name that is no option. */
function wordAfter(name: string, argv: readonly string[]): string {
  const words = argv.filter((word) => !word.startsWith('-'));
  const last = name.split(' ').at(-1) ?? '';
  return (last === '' ? words[0] : words[words.indexOf(last) + 1]) ?? '';
}
