import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Config } from '../config/index.js';
import { BridgeError } from '../errors.js';
import type { Configuration } from './command.js';
import { defaultConfigFile } from './location.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The value of `--config` on a command line, read before parsing because the file supplies defaults. */
function configOption(argv: readonly string[]): string | undefined {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const at = words.lastIndexOf('--config');
  const joined = words.findLast((word) => word.startsWith('--config='));
  return at >= 0 ? words[at + 1] : joined?.slice('--config='.length);
}

/**
 * The configuration a command runs with: the file `--config` names, or the one in the default place where it exists.
 * The room is loaded only then, and not for help: a bad file must not keep anybody from reading it.
 * @throws ConfigError, BridgeError as `loadConfig`
 */
export async function readConfiguration(argv: readonly string[], environment: Environment): Promise<Configuration | null> {
  if (argv.includes('--help') || argv.includes('--version')) return null;
  const named = configOption(argv);
  const file = named ?? defaultConfigFile(environment);
  if (file === null || (named === undefined && !existsSync(file))) return null;
  const { loadConfig } = await import('../config/index.js');
  try {
    return { file, content: await loadConfig(file, 'check --config') };
  } catch (error) {
    if (named !== undefined || !(error instanceof BridgeError)) throw error;
    // Nobody named it on the command line: whoever reads the error must learn why it is read at all.
    const advice = [...(error.advice === undefined || error.advice === 'check --config' ? [] : [error.advice]), whyRead(environment)];
    throw new BridgeError(error.code, error.message, { cause: error, advice: advice.join('; ') });
  }
}

/** Why a configuration is read that no command line names. */
export function whyRead(environment: Environment): string {
  const from = isAbsolute(environment['XDG_CONFIG_HOME'] ?? '') ? 'XDG_CONFIG_HOME leads to it' : 'it is in the home folder';
  return `this file is read where --config names no other (${from})`;
}

/** The options that a configuration gives a command; `--quiet` on the command line wins over `verbose` in the file, and the reverse. */
export function optionsOf(config: Config, command: string, argv: readonly string[]): Readonly<Record<string, unknown>> {
  const { json, 'state-dir': stateDir, quiet, verbose } = config;
  const own: unknown = Object.entries(config).find(([key]) => key === command)?.[1];
  const all: Readonly<Record<string, unknown>> = {
    json,
    'state-dir': stateDir,
    quiet: argv.includes('--verbose') ? undefined : quiet,
    verbose: argv.includes('--quiet') ? undefined : verbose,
    ...(typeof own === 'object' && own !== null && !Array.isArray(own) ? own : {}),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
