import { BridgeError, type ErrorCode } from '../errors.js';
import { shellWord } from '../runtime/index.js';

/** One thing wrong in a configuration file. Lines and columns count from 1. */
export interface ConfigProblem {
  readonly code: ErrorCode;
  /** Keys from the top of the file, such as `sinks.archive.kind`. */
  readonly path: string;
  readonly message: string;
  readonly advice: string | undefined;
  readonly line: number;
  readonly column: number;
}

/** A configuration file that cannot be used; its line names the first thing wrong, `problems` has all, and so does the command that `see` names. */
export class ConfigError extends BridgeError {
  override readonly name = 'ConfigError';
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly [ConfigProblem, ...ConfigProblem[]], see: 'config check' | 'bench check' = 'config check') {
    const [first, ...others] = problems;
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const advice = [
      first.advice,
      ...(others.length === 0 ? [] : [`see wapbridge ${see === 'bench check' ? `${see} ${shellWord(file)}` : see} for all`]),
    ].filter((said) => said !== undefined);
    super(
      first.code,
      `${file}:${first.line}:${first.column}: ${first.message}${more}`,
      advice.length === 0 ? {} : { advice: advice.join('; ') },
    );
    this.file = file;
    this.problems = problems;
  }
}
