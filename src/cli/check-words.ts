import { BridgeError } from '../errors.js';

/** The options of a command as the parser knows them, each by its name. */
export interface KnownOptions {
  readonly key: Readonly<Record<string, unknown>>;
  readonly boolean: readonly string[];
  readonly array: readonly string[];
}

/** What the parser says of its options; its type leaves it out. */
export function knownOptions(parser: object): KnownOptions {
  const { getOptions } = parser as { getOptions(): KnownOptions };
  return getOptions.call(parser);
}

/**
 * Refuses what the parser would take in silence or trip over: an option given twice of which there can be one, one without its value or
 * with an empty one (a script's variable that was not set), `--no-X` of what is no flag, names that every object has.
 * @throws BridgeError `cli/usage`
 */
export function checkWords(words: readonly string[], options: KnownOptions): void {
  const known = new Set(Object.keys(options.key));
  const flags = new Set(options.boolean);
  const repeatable = new Set(options.array);
  const seen = new Set<string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return;
    if (word === '') throw usage('an argument is empty: a variable it came from may not be set');
    if (!word.startsWith('--')) continue;
    const at = word.indexOf('=');
    const written = word.slice(2, at < 0 ? undefined : at);
    const name = written.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const value = at < 0 ? undefined : word.slice(at + 1);
    if (flags.has(name)) {
      if (value !== undefined && value !== 'true' && value !== 'false') throw usage(`--${name} takes no value`);
      continue;
    }
    if (!known.has(name)) {
      const denied = name.startsWith('no-') ? name.slice(3) : '';
      if (written in Object.prototype || written === '_' || written === '$0' || (known.has(denied) && !flags.has(denied))) {
        throw usage(`there is no option --${written}`);
      }
      continue;
    }
    if (seen.has(name) && !repeatable.has(name)) throw usage(`--${name} is given twice, give it once`);
    seen.add(name);
    if (value === '') throw usage(`--${name} has no value: a variable it came from may not be set`);
    if (value !== undefined) continue;
    const next = words[index + 1];
    if (next === undefined || next.startsWith('--')) throw usage(`--${name} has no value`);
    if (next === '') throw usage(`--${name} has no value: a variable it came from may not be set`);
    index += 1;
  }
}

function usage(message: string): BridgeError {
  return new BridgeError('cli/usage', message);
}
