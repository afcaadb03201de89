import { existsSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { shellWord } from '../runtime/index.js';
import { registry } from './registry.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** How this process was started. */
export interface Started {
  /** The file that node runs, as `process.argv` has it: whole, links not followed. */
  readonly script: string | undefined;
  readonly environment: Environment;
  /** The working folder; null where it does not exist any more. */
  readonly folder: string | null;
}

/**
 * What a user writes to start this program again, from the folder in which it was started.
 *
 * By the path of the script alone: npx runs it from a `.bin` folder that only npm has on its PATH, a shell finds it on the user's own,
 * and what is neither was named by its path. `npm_command` says nothing of it: it is handed down to whatever npm's programs start.
 */
export function programName({ script, environment, folder }: Started): string {
  if (script === undefined || script === '') return 'wapbridge';
  const [place, name] = [dirname(script), basename(script)];
  const underNpm = environment['npm_lifecycle_event'] !== undefined;
  if (underNpm && place.endsWith(join('node_modules', '.bin'))) return `npx ${name}`;
  if (underNpm && isStartScript(script, environment)) return 'npx wapbridge';
  const found = (environment['PATH'] ?? '').split(delimiter).find((entry) => isAbsolute(entry) && existsSync(join(entry, name)));
  if (found !== undefined && resolve(found) === place) return shellWord(name);
  const near = folder === null ? script : relative(folder, script);
  return `node ${shellWord(near.startsWith('..') ? script : near)}`;
}

/** Whether a script of the package itself, such as `npm start`, runs its own program: npx then finds it as well, from any folder below. */
function isStartScript(script: string, environment: Environment): boolean {
  const own = environment['npm_package_bin_wapbridge'];
  const manifest = environment['npm_package_json'];
  if (own === undefined || manifest === undefined || !(environment['npm_lifecycle_script'] ?? '').includes(own)) return false;
  return script === join(dirname(manifest), own);
}

/** How the next command is to be written. */
export interface Calling {
  /** The program alone. */
  readonly program: string;
  /** The program with what was said of configuration and state folder, so that the next command looks where this one did. */
  readonly again: string;
}

/** Options that say where a command looks. */
const placeOptions = ['--config', '--state-dir'] as const;

/** How to write the command after one with these words. */
export function callingOf(program: string, argv: readonly string[]): Calling {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const places = placeOptions.flatMap((option) => {
    const at = words.findLastIndex((word) => word === option || word.startsWith(`${option}=`));
    const value = at < 0 ? undefined : words[at] === option ? words[at + 1] : words[at]?.slice(option.length + 1);
    return value === undefined || value === '' ? [] : [`${option} ${shellWord(value)}`];
  });
  return { program, again: [program, ...places].join(' ') };
}

const commands = registry.map(({ name }) => name).join('|');
const written = new RegExp(`(?<![^\\s\`(])wapbridge (?=(?:${commands})\\b|--help\\b)((?:[a-z]+ )*--help\\b)?`, 'g');

/** Text with its commands as this user has to write them: the rooms say `wapbridge inbox list`, and cannot know how they were started. */
export function asCalled(text: string, { program, again }: Calling): string {
  return text.replace(written, (_, help: string | undefined) => (help === undefined ? `${again} ` : `${program} ${help}`));
}
