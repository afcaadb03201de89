import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

function folder(environment: Environment, variable: string, fallback: string): string {
  const chosen = environment[variable];
  // The specification wants relative paths in these variables to be passed over.
  const base = chosen !== undefined && isAbsolute(chosen) ? chosen : join(environment.HOME ?? homedir(), fallback);
  return join(base, 'wapbridge');
}

/** The configuration file that is read where `--config` names none. @see XDG Base Directory Specification */
export function defaultConfigFile(environment: Environment): string {
  return join(folder(environment, 'XDG_CONFIG_HOME', '.config'), 'config.yaml');
}

/** The folder for what outlives a run where `--state-dir` names none. @see XDG Base Directory Specification */
export function defaultStateFolder(environment: Environment): string {
  return folder(environment, 'XDG_STATE_HOME', join('.local', 'state'));
}
