import {
  type Checked,
  type ConfigProblem,
  checkConfig,
  configJsonSchema,
  type Lacking,
  lookAround,
  readConfigText,
} from '../../config/index.js';
import { BridgeError } from '../../errors.js';
import { type CommandIo, defineCommand, defineCommandGroup } from '../command.js';
import { whyRead } from '../configuration.js';
import { type ExitCode, exitCodeOf, exitCodes } from '../exit-codes.js';
import { defaultConfigFile } from '../location.js';
import { escapeText, styled } from '../terminal.js';

const check = defineCommand({
  command: 'check [file]',
  describe:
    'says what is wrong in a configuration file, with line and column, and which programs, files and secrets that it names are missing',
  examples: [
    ['$0 config check', 'checks the file that commands read by themselves'],
    ['$0 config check other.yaml', 'checks another'],
  ],
  builder: (parser) =>
    parser.positional('file', { type: 'string', describe: 'the file; by default the one that commands read by themselves' }),
  run: async (options, io) => {
    const { output, environment } = io;
    const { file, from } = fileToCheck(options, environment);
    const checked = checkConfig(await readConfigText(file, adviceFor[from]));
    const { problems, warnings } = checked.ok ? await outside(checked, io) : { problems: checked.problems, warnings: [] };
    const ok = problems.length === 0;
    if (options.json) {
      const shown = (found: readonly ConfigProblem[]) => found.map((problem) => ({ ...problem, advice: problem.advice ?? null }));
      output.object({ file, from, ok, problems: shown(problems), warnings: shown(warnings) });
    } else {
      const show = ({ line, column, message, advice }: ConfigProblem, kind: string): void => {
        const where = styled(output.terminal, 'bold', `${escapeText(file)}:${line}:${column}:`);
        output.line(`${where} ${kind}${escapeText(message)}${advice === undefined ? '' : `; ${escapeText(advice)}`}`);
      };
      for (const problem of problems) show(problem, '');
      for (const warning of warnings) show(warning, styled(output.terminal, 'yellow', 'warning: '));
      const count = warnings.length === 0 ? '' : `, ${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`;
      const why = from === 'default' ? `; ${whyRead(environment)}` : '';
      if (ok) output.line(`${escapeText(file)}: ${styled(output.terminal, 'green', 'ok')}${count}${why}`);
    }
    return exitCodeOfProblems(problems);
  },
});

/** What is missing around a configuration that is well written, and what `listen` would refuse of it. */
async function outside({ config, place }: Checked & { readonly ok: true }, io: CommandIo): Promise<Lacking> {
  const { problems: lacking, warnings } = await lookAround(config, place, io.environment);
  const { refusals } = await import('../refusals.js');
  const refused = await refusals(config, { place, known: lacking, io });
  const problems = [...lacking, ...refused].sort((a, b) => a.line - b.line || a.column - b.column);
  return { problems, warnings };
}

/** Where the name of the file was found. */
type Origin = 'argument' | '--config' | 'default';

const adviceFor: Readonly<Record<Origin, string>> = {
  argument: 'check the path',
  '--config': 'check --config',
  default: 'this is the file that is read where --config names no other; name another, as in wapbridge config check FILE',
};

/** @throws BridgeError `cli/no-home` */
function fileToCheck(
  options: { readonly file?: string | undefined; readonly config?: string | undefined },
  environment: CommandIo['environment'],
): { readonly file: string; readonly from: Origin } {
  if (options.file !== undefined) return { file: options.file, from: 'argument' };
  if (options.config !== undefined) return { file: options.config, from: '--config' };
  const file = defaultConfigFile(environment);
  if (file !== null) return { file, from: 'default' };
  throw new BridgeError('cli/no-home', 'no home folder is known for this user, so there is no configuration that is read by itself', {
    advice: 'name a file, or set HOME or XDG_CONFIG_HOME',
  });
}

/** As `listen` would end with that configuration: where all that is wrong is a matter of policy, such as a secret that is missing, with its code. */
function exitCodeOfProblems(problems: readonly ConfigProblem[]): ExitCode {
  if (problems.length === 0) return exitCodes.done;
  const codes = problems.map(({ code, message }) => exitCodeOf(new BridgeError(code, message)));
  return codes.every((code) => code === exitCodes.policy) ? exitCodes.policy : exitCodes.usage;
}

const schema = defineCommand({
  command: 'schema',
  describe: 'prints the JSON schema of the configuration',
  examples: [['$0 config schema > config.schema.json', 'for an editor that completes and checks as you type']],
  builder: (parser) => parser,
  run: async ({ json }, { output }) => {
    if (json) output.object(configJsonSchema());
    else output.line(JSON.stringify(configJsonSchema(), null, 2));
    return exitCodes.done;
  },
});

export const configCommand = defineCommandGroup('config', 'checks a configuration file, or prints the schema of all of them', [
  check,
  schema,
]);
