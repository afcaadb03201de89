import { checkConfig, configJsonSchema, readConfigText } from '../../config/index.js';
import { BridgeError } from '../../errors.js';
import { defineCommand, defineCommandGroup } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { defaultConfigFile } from '../location.js';
import { escapeText, styled } from '../terminal.js';

const check = defineCommand({
  command: 'check [file]',
  describe: 'says what is wrong in a configuration file, with line and column',
  examples: [
    ['$0 config check', 'checks the file that commands read by themselves'],
    ['$0 config check bench.yaml', 'checks another'],
  ],
  builder: (parser) =>
    parser.positional('file', { type: 'string', describe: 'the file; by default the one that commands read by themselves' }),
  run: async (options, { output, environment }) => {
    const file = options.file ?? options.config ?? defaultConfigFile(environment);
    if (file === null) {
      throw new BridgeError('cli/no-home', 'no home folder is known for this user, so there is no configuration that is read by itself', {
        advice: 'name a file, or set HOME or XDG_CONFIG_HOME',
      });
    }
    const checked = checkConfig(await readConfigText(file));
    const problems = checked.ok ? [] : checked.problems;
    if (options.json) {
      output.object({ file, ok: checked.ok, problems: problems.map((problem) => ({ ...problem, advice: problem.advice ?? null })) });
    } else if (checked.ok) {
      output.line(`${escapeText(file)}: ${styled(output.terminal, 'green', 'ok')}`);
    } else {
      for (const { line, column, message, advice } of problems) {
        const where = styled(output.terminal, 'bold', `${escapeText(file)}:${line}:${column}:`);
        output.line(`${where} ${escapeText(message)}${advice === undefined ? '' : `; ${escapeText(advice)}`}`);
      }
    }
    return checked.ok ? exitCodes.done : exitCodes.usage;
  },
});

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
