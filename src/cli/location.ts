import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { BridgeError } from '../errors.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's home; null where nothing says it, as in a container that runs under a number without an account. */
function home(environment: Environment, lookUp: () => string): string | null {
  const named = environment.HOME ?? '';
  if (isAbsolute(named)) return named;
  try {
    const known = lookUp();
    return isAbsolute(known) ? known : null;
  } catch {
    return null;
  }
}

function folder(environment: Environment, variable: string, fallback: string, lookUp: () => string): string | null {
  const chosen = environment[variable];
  // The specification wants relative paths in these variables to be passed over.
  if (chosen !== undefined && isAbsolute(chosen)) return join(chosen, 'wapbridge');
  const base = home(environment, lookUp);
  return base === null ? null : join(base, fallback, 'wapbridge');
}

/** The configuration file that is read where `--config` names none; null where this user has no home. @see XDG Base Directory Specification */
export function defaultConfigFile(environment: Environment, lookUp = homedir): string | null {
  const found = folder(environment, 'XDG_CONFIG_HOME', '.config', lookUp);
  return found === null ? null : join(found, 'config.yaml');
}

/**
 * The folder for what outlives a run where `--state-dir` names none.
 * @throws BridgeError `cli/no-home`
 * @see XDG Base Directory Specification
 */
function defaultStateFolder(environment: Environment, lookUp: () => string): string {
  const found = folder(environment, 'XDG_STATE_HOME', join('.local', 'state'), lookUp);
  if (found !== null) return found;
  throw new BridgeError('cli/no-home', 'no home folder is known for this user, so there is no place for the state folder', {
    advice: 'name one with --state-dir, or set HOME or XDG_STATE_HOME',
  });
}

/** The state folder of a run: the one that `--state-dir` names, else the default. @throws BridgeError `cli/no-home` */
export function stateFolderOf(
  options: { readonly 'state-dir'?: string | undefined },
  environment: Environment,
  lookUp: () => string = homedir,
): string {
  return resolve(options['state-dir'] ?? defaultStateFolder(environment, lookUp));
}
