import type { ErrorCode as YamlErrorCode } from 'yaml';
import type { z } from 'zod';
import type { ErrorCode } from '../errors.js';
import { nearestWord } from '../runtime/index.js';

/** What is wrong and what to do, in one line each. */
export interface Words {
  readonly code: ErrorCode;
  readonly message: string;
  readonly advice: string | undefined;
}

/** To be given to every check by a schema: what the schema says itself stays, what the library would say is left to {@link wordsOf}. */
export const unsaid = { error: (): string => '' };

/** What an issue means for whoever wrote the file. `value` is what stands there: it may be a secret, and is repeated only where a number belongs. */
export function wordsOf(issue: z.core.$ZodIssue, value: unknown): Words {
  const { path } = issue;
  const where = path.length === 0 ? 'the file' : path.map(String).join('.');
  const bad = (message: string, advice?: string): Words => ({ code: 'config/bad-value', message, advice });
  if (value === undefined && path.length > 0 && issue.code !== 'custom') {
    const what = issue.message === '' ? `add ${String(path.at(-1))}: ${wanted(issue)}` : issue.message;
    return { code: 'config/missing-key', message: `${where} is missing`, advice: what };
  }
  if (issue.message !== '')
    return bad(`${where}: ${issue.message}`, near(value, issue.code === 'invalid_union' && 'options' in issue ? issue.options : []));
  switch (issue.code) {
    case 'invalid_type':
      if (value === null) return bad(`${where} is empty`, 'give it a value, or leave the key out');
      return bad(`${where} is ${kindOf(value)}, not ${kinds[issue.expected] ?? issue.expected}`, adviceForType(issue.expected, value));
    case 'too_small':
      if (issue.origin === 'string') return bad(`${where} is empty`, 'give it a value, or leave the key out');
      if (issue.origin === 'array')
        return bad(
          `${where} ${issue.minimum === 1 ? 'is an empty list' : `has fewer entries than ${issue.minimum}`}`,
          'put something into it, or leave the key out',
        );
      return bad(`${where} is ${String(value)}, less than ${issue.minimum}`, `write at least ${issue.minimum}`);
    case 'too_big':
      if (issue.origin === 'string') return bad(`${where} is longer than ${issue.maximum} characters`, 'shorten it');
      if (issue.origin === 'array') return bad(`${where} has more entries than ${issue.maximum}`, 'take some out');
      return bad(`${where} is ${String(value)}, more than ${issue.maximum}`, `write at most ${issue.maximum}`);
    case 'invalid_value':
      return bad(`${where} is none of ${issue.values.join(', ')}`, near(value, issue.values) ?? 'write one of them');
    case 'invalid_key':
      return bad(`${where}: ${issue.issues[0]?.message || 'this cannot be a name'}`);
    default:
      return bad(`${where} is not what belongs there`, 'see wapbridge config schema');
  }
}

const kinds: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of names and what they stand for',
};

function kindOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a fraction';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return 'text';
  return Array.isArray(value) ? 'a list' : 'a map';
}

/** What belongs where nothing stands. */
function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return issue.values.join(' or ');
  return (issue.code === 'invalid_type' ? kinds[issue.expected] : undefined) ?? 'its value';
}

function adviceForType(expected: string, value: unknown): string {
  switch (expected) {
    case 'boolean':
      return 'write true or false';
    case 'string':
      return typeof value === 'object' ? 'write one text, and no list or map' : 'put it in quotes';
    case 'number':
    case 'int':
      return typeof value === 'string' ? 'write it in digits and without quotes' : `write ${kinds[expected]}`;
    case 'array':
      return 'write a list, such as [one, another]';
    default:
      return 'write KEY: VALUE, each on a line of its own below it';
  }
}

function near(value: unknown, known: readonly unknown[] = []): string | undefined {
  const word = typeof value === 'string' ? nearestWord(value, known.map(String)) : undefined;
  return word === undefined ? undefined : `did you mean ${word}?`;
}

/** What is wrong where a file is not YAML, and what mends it. */
const syntax: Readonly<Record<YamlErrorCode, readonly [message: string, advice: string]>> = {
  ALIAS_PROPS: ['an alias has an anchor or a tag of its own', 'write the value out'],
  BAD_ALIAS: ['what begins with * or & has no name', 'write the value out, or put it in quotes'],
  BAD_COLLECTION_TYPE: ['a tag does not fit the list or map that it stands before', 'remove the tag'],
  BAD_DIRECTIVE: ['a line that begins with % is no directive of YAML', 'remove it, or put the value in quotes'],
  BAD_DQ_ESCAPE: ['a backslash in double quotes begins nothing that is known', 'write two of them, or use single quotes'],
  BAD_INDENT: ['a line is indented too little, or the ] or } before it is missing', 'indent it, or close the list or map'],
  BAD_PROP_ORDER: ['an anchor or a tag stands in the wrong place', 'remove it'],
  BAD_SCALAR_START: ['a value begins with a character that means something else', 'put the value in quotes'],
  BLOCK_AS_IMPLICIT_KEY: ['a second key stands on the line of a key', 'put it on a line of its own, or the value in quotes'],
  BLOCK_IN_FLOW: ['an indented list or map stands inside [ ] or { }', 'write it with [ ] or { } too'],
  DUPLICATE_KEY: ['a key stands twice', 'remove one of them'],
  IMPOSSIBLE: ['this is not YAML', 'mend it'],
  KEY_OVER_1024_CHARS: ['a key is longer than 1024 characters', 'shorten it'],
  MISSING_CHAR: ['a colon, a comma, a quote or a bracket is missing', 'add it here or in the line above'],
  MULTILINE_IMPLICIT_KEY: ['a key goes over more than one line', 'add the colon that is missing, or close the quote'],
  MULTIPLE_ANCHORS: ['a value has two anchors', 'remove one'],
  MULTIPLE_DOCS: ['a second document begins', 'write one: remove the line of ---'],
  MULTIPLE_TAGS: ['a value has two tags', 'remove one'],
  NON_STRING_KEY: ['a key is no text', 'write it as text'],
  RESOURCE_EXHAUSTION: ['lists or maps are nested too deeply', 'write fewer of them into each other'],
  TAB_AS_INDENT: ['a tab stands where a line is indented', 'indent with blanks'],
  TAG_RESOLVE_FAILED: ['a tag is not known', 'remove what begins with !'],
  UNEXPECTED_TOKEN: ['something stands here that cannot', 'look for a quote or bracket too many'],
};

/** What a fault of the syntax means. That the parser's stack has an end is said as what it means for the file. */
export function syntaxWords({ code, message }: { readonly code: YamlErrorCode; readonly message: string }): readonly [string, string] {
  if (code === 'MISSING_CHAR' && message.includes('quote')) return ['a quote is not closed', 'close it'];
  return syntax[message.startsWith('Maximum call stack') ? 'RESOURCE_EXHAUSTION' : code];
}
