import type { Readable, Writable } from 'node:stream';
import yargs, { type Argv } from 'yargs';
import { BridgeError } from '../errors.js';
import { createLogger, type Logger, type LogLevel, systemClock, systemRandom } from '../runtime/index.js';
import { checkWords, knownOptions } from './check-words.js';
import type { CommandIo, CommonOptions, Configuration, Matched, Start } from './command.js';
import { complaintOf } from './complaint.js';
import { optionsOf, readConfiguration } from './configuration.js';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.js';
import { Output } from './output.js';
import { type Calling, callingOf } from './program.js';
import { type RegisteredCommand, registry } from './registry.js';
import { reportError } from './report-error.js';
import { version } from './version.js';

/** The process as a command sees it; tests hand in their own. */
export interface Host {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How a user starts the program, such as `npx wapbridge`. */
  readonly program: string;
  /** Calls back at SIGINT and SIGTERM; asking for it keeps these signals from ending the process at once. */
  onStop(callback: () => void): void;
}

/** Runs one command line and says how it ended. Never throws. */
export async function run(argv: readonly string[], host: Host): Promise<ExitCode> {
  const output = new Output(host.stdout, host.environment);
  const errors = new Output(host.stderr, host.environment);
  const calling = callingOf(host.program, argv);
  const asked: Asked = { json: asksFor(argv, '--json'), verbose: asksFor(argv, '--verbose'), calling };
  let exitCode: ExitCode;
  try {
    exitCode = await dispatch(argv, host, output, errors, asked);
  } catch (error) {
    reportError(error, asked, { output, errors });
    exitCode = exitCodeOf(error);
  }
  await output.finish();
  if (output.failure !== null) {
    const lost = new BridgeError('cli/unwritable', `standard output cannot be written (${output.failure}), what was printed is not whole`, {
      advice: 'make room where it goes, or send it elsewhere',
    });
    reportError(lost, { ...asked, json: false }, { output, errors });
    exitCode = exitCodeOf(lost);
  }
  await errors.finish();
  return exitCode;
}

/** What the error path must know before the command line is parsed. */
interface Asked {
  json: boolean;
  verbose: boolean;
  readonly calling: Calling;
}

async function dispatch(argv: readonly string[], host: Host, output: Output, errors: Output, asked: Asked): Promise<ExitCode> {
  refuseLostFolder();
  const entry = commandIn(argv);
  const command = await entry?.load();
  let start: Start | undefined;
  let common: CommonOptions | undefined;
  let shown = '';
  let complaint: string | undefined;
  let configuration: Configuration | null = null;

  const withoutHelp = !mayHelp(argv);
  let parser = commonParser(withoutHelp ? null : Math.min(errors.terminal.width, 100), host.program);
  let matched: Matched = {
    usage: entry?.name ?? '',
    options: Object.keys(knownOptions(parser).key),
    commands: entry === undefined ? registry.map(({ name }) => name) : [],
  };
  for (const registered of registry) {
    if (registered === entry && command !== undefined) {
      parser = command.attach(
        parser,
        (chosen) => {
          start = chosen;
        },
        {
          words: helps(argv) ? [] : argv,
          program: host.program,
          withoutHelp,
          matched: (found) => {
            matched = found;
          },
        },
      );
    } else {
      parser = parser.command(registered.name, registered.describe, {}, () => {});
    }
  }

  try {
    if (!helps(argv)) checkWords(argv, knownOptions(parser));
    configuration = entry === undefined || entry.withoutConfiguration === true ? null : await readConfiguration(argv, host.environment);
    if (configuration !== null && entry !== undefined) {
      const options = optionsOf(configuration.content, entry.name, argv);
      asked.json ||= options.json === true;
      asked.verbose ||= options.verbose === true;
      parser = parser.config(options);
    }
    await parser.parseAsync(withBodyFromInput(argv), {}, (error, parsed, text) => {
      if (error !== undefined && error !== null) complaint = error.message;
      else if (text !== '') shown = text;
      common = parsed;
    });
    if (complaint !== undefined)
      throw new BridgeError('cli/usage', complaintOf(complaint, argv, { matched, name: fullName(entry, matched) }));
    if (shown !== '') {
      if (asked.json) output.object(shown === version() ? { event: 'version', version: shown } : { event: 'help', text: shown });
      else output.line(shown);
      return exitCodes.done;
    }
    if (start === undefined || common === undefined) {
      throw new BridgeError('cli/usage', 'no command given');
    }
    const level: LogLevel = common.verbose ? 'debug' : common.quiet ? 'error' : 'info';
    return await start(commandIo(host, { output, errors, level, configuration, calling: asked.calling }));
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'cli/usage' || error.advice !== undefined) throw error;
    const advice = ['see wapbridge', fullName(entry, matched), '--help'].filter((word) => word !== '').join(' ');
    throw new BridgeError(error.code, error.message, { advice, cause: error });
  }
}

/** The words that name a command, those of a group before its own. */
function fullName(entry: RegisteredCommand | undefined, { usage }: Matched): string {
  const name = usage.split(' ', 1)[0] ?? '';
  return entry === undefined || entry.name === name ? name : `${entry.name} ${name}`;
}

function commandIo(
  host: Host,
  { level, ...given }: Pick<CommandIo, 'output' | 'errors' | 'configuration' | 'calling'> & { readonly level: LogLevel },
): CommandIo {
  let stop: AbortController | undefined;
  let logger: Logger | undefined;
  return {
    ...given,
    stdin: host.stdin,
    environment: host.environment,
    clock: systemClock,
    random: systemRandom,
    get logger() {
      logger ??= createLogger(level);
      return logger;
    },
    stopSignal: () => {
      if (stop === undefined) {
        const controller = new AbortController();
        host.onStop(() => controller.abort(new BridgeError('cli/stopped', 'stopped by a signal')));
        stop = controller;
      }
      return stop.signal;
    },
  };
}

/** The first word that is neither an option nor the value of one that stands before the command. */
function commandIn(argv: readonly string[]): RegisteredCommand | undefined {
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') return undefined;
    if (word === '--config' || word === '--state-dir') index += 1;
    else if (!word.startsWith('-')) return registry.find((registered) => registered.name === word);
  }
  return undefined;
}

/** Help and version are shown whatever else stands on the command line. */
function helps(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('--version');
}

/** Whether the parser may show help: it takes `help` for a command too, and `--help=true` for the option. */
function mayHelp(argv: readonly string[]): boolean {
  return argv.some((word) => /help|version/i.test(word));
}

/** Paths on the command line and the parser itself count from the working folder. @throws BridgeError `cli/no-working-folder` */
function refuseLostFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new BridgeError('cli/no-working-folder', 'the working folder does not exist any more', {
      cause,
      advice: 'change into one that does',
    });
  }
}

/** yargs takes a lone hyphen for a positional argument, also behind an option that wants a value. */
function withBodyFromInput(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of argv) {
    if (word === '-' && joined.at(-1) === '--body') joined[joined.length - 1] = '--body=-';
    else joined.push(word);
  }
  return joined;
}

/** Whether a flag stands on the command line; asked before parsing, so that a parse error can honour it. */
function asksFor(argv: readonly string[], flag: string): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes(flag);
}

/** The options every command takes; a command adds its own. `width` is that of help, null where none is shown. */
export function commonParser(width: number | null, program: string): Argv<CommonOptions> {
  return (
    yargs()
      .scriptName('wapbridge')
      // Its words are part of ours, and read by complaintOf.
      .detectLocale(false)
      .usage(`${program} COMMAND [OPTIONS]`)
      .parserConfiguration({ 'dot-notation': false, 'greedy-arrays': false, 'strip-dashed': false })
      .option('json', { type: 'boolean', default: false, global: true, describe: 'one JSON object a line on standard output' })
      .option('config', { type: 'string', requiresArg: true, describe: 'configuration file (YAML)' })
      .option('state-dir', { type: 'string', requiresArg: true, describe: 'folder for what must outlive a run' })
      .option('quiet', { type: 'boolean', default: false, describe: 'only errors on standard error' })
      .option('verbose', { type: 'boolean', default: false, describe: 'details and stack traces on standard error' })
      .check((parsed) => {
        if (parsed.quiet && parsed.verbose) throw new BridgeError('cli/usage', '--quiet and --verbose exclude each other');
        return true;
      }, true)
      .strict()
      .recommendCommands()
      .help()
      .version(version())
      .wrap(width)
      .exitProcess(false)
  );
}
