import type { Readable } from 'node:stream';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { Config } from '../config/index.js';
import type { Clock, Logger, Random } from '../runtime/index.js';
import { checkWords, knownOptions } from './check-words.js';
import type { ExitCode } from './exit-codes.js';
import type { Output } from './output.js';
import type { Calling } from './program.js';

/** Options every command takes, before or after its name. */
export interface CommonOptions {
  readonly json: boolean;
  readonly config: string | undefined;
  readonly 'state-dir': string | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** What a command touches of the world outside. */
export interface CommandIo {
  readonly stdin: Readable;
  /** Results only. */
  readonly output: Output;
  /** Progress and complaints: standard error. */
  readonly errors: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How a command that is to be run next is written. */
  readonly calling: Calling;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The configuration file that was read (its path and its checked content), or null where there is none. */
  readonly configuration: Configuration | null;
  /** Aborted by SIGINT or SIGTERM. Asking for it is what keeps these signals from ending the process at once. */
  stopSignal(): AbortSignal;
}

/** A configuration file that was read and checked. */
export interface Configuration {
  readonly file: string;
  readonly content: Config;
}

/** A command line to learn from, `$0` where the program is named, and what it does. */
export type Example = readonly [command: string, describe: string];

/** The command that a command line was found to name. */
export interface Matched {
  /** Name and positional arguments: `show <id>`. */
  readonly usage: string;
  readonly options: readonly string[];
  /** Commands of its own, of which one must follow. */
  readonly commands: readonly string[];
}

/** What was written on the command line. */
export interface CommandLine {
  /** Its words, to be checked before they are parsed. */
  readonly words: readonly string[];
  /** How the program is started; examples begin so. */
  readonly program: string;
  /** Nobody will see the help, which the parser lays out before every command it runs: with its options hidden that takes no time. */
  readonly withoutHelp: boolean;
  /** Told of each command that the words name, the group before its own. */
  matched(command: Matched): void;
}

/** One command as it is written: `builder` adds its options, `run` does its work and says how it ended. */
export interface CommandSpecification<Options> {
  /** Name and positional arguments as yargs writes them: `decode [file]`. */
  readonly command: string;
  readonly describe: string;
  readonly examples: readonly Example[];
  builder(parser: Argv<CommonOptions>): Argv<Options>;
  /** @throws BridgeError for what is not done; its code gives the exit code */
  run(options: ArgumentsCamelCase<Options>, io: CommandIo): Promise<ExitCode>;
}

/** A command's work with its options bound, ready to be started. */
export type Start = (io: CommandIo) => Promise<ExitCode>;

/** A command whose options only it knows. */
export interface Command {
  readonly name: string;
  /** Command lines to learn from; the first is the one to begin with. */
  readonly examples: readonly Example[];
  /** @throws BridgeError `cli/usage` while parsing */
  attach(parser: Argv<CommonOptions>, chosen: (start: Start) => void, line: CommandLine): Argv<CommonOptions>;
}

/** Makes a {@link Command}. */
export function defineCommand<Options>(specification: CommandSpecification<Options>): Command {
  return {
    name: specification.command.split(' ', 1)[0] ?? '',
    examples: specification.examples,
    attach: (parser, chosen, { words, program, withoutHelp, matched }) =>
      parser.command(
        specification.command,
        specification.describe,
        (own) => {
          if (!withoutHelp) showExamples(own, specification.examples, program);
          const built = specification.builder(own);
          const options = knownOptions(built);
          matched({ usage: specification.command, options: Object.keys(options.key), commands: [] });
          checkWords(words, options);
          if (withoutHelp) for (const name of Object.keys(options.key)) built.hide(name);
          return built;
        },
        (options) => chosen((io) => specification.run(options, io)),
      ),
  };
}

/** A command that only leads to others, such as `config check`. */
export function defineCommandGroup(name: string, describe: string, commands: readonly Command[]): Command {
  const examples = commands.flatMap((command) => command.examples.slice(0, 1));
  return {
    name,
    examples,
    attach: (parser, chosen, line) =>
      parser.command(
        name,
        describe,
        (own) => {
          if (!line.withoutHelp) showExamples(own, examples, line.program);
          const options = knownOptions(own);
          line.matched({ usage: name, options: Object.keys(options.key), commands: commands.map((command) => command.name) });
          checkWords(line.words, options);
          for (const command of commands) command.attach(own, chosen, line);
          return own.demandCommand(1, 1, `${name} needs one of its own commands`);
        },
        () => {},
      ),
  };
}

/** Names of commands stay those of the documentation; examples are there to be copied, and begin as this program was started. */
function showExamples(parser: Argv<CommonOptions>, examples: readonly Example[], program: string): void {
  for (const [command, describe] of examples)
    parser.example(
      command.replaceAll('$0', () => program),
      describe,
    );
}
