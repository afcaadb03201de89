import { benchJsonSchema, ConfigError, checkBench, readConfigText } from '../config/index.js';
import { BridgeError } from '../errors.js';
import type { CommandIo } from './command.js';
import type { BenchAction } from './commands/bench.js';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.js';
import { escapeText, styled } from './terminal.js';

/** What `wapbridge bench` does instead of running virtual modems; loaded only then. @throws BridgeError `cli/usage`; of `check` what opening the bench throws */
export async function runBenchAction(action: BenchAction, file: string | undefined, json: boolean, io: CommandIo): Promise<ExitCode> {
  if (action === 'check') {
    if (file === undefined)
      throw new BridgeError('cli/usage', 'bench check needs a bench file', { advice: 'write wapbridge bench check FILE' });
    return check(file, json, io);
  }
  if (file !== undefined) throw new BridgeError('cli/usage', `bench ${action} takes no file`, { advice: 'redirect its output into one' });
  if (action === 'schema' && json) io.output.object(benchJsonSchema());
  else if (action === 'schema') io.output.line(JSON.stringify(benchJsonSchema(), null, 2));
  else {
    const { suggestBench } = await import('../hil/index.js');
    const text = await suggestBench();
    if (json) io.output.object({ event: 'bench-file', text });
    else io.output.line(text.trimEnd());
  }
  return exitCodes.done;
}

/** First the file, then what is plugged in; nothing is sent. */
async function check(file: string, json: boolean, io: CommandIo): Promise<ExitCode> {
  const { output, environment, clock, random } = io;
  const checked = await checkBench(file, await readConfigText(file, undefined, 'bench file'), environment);
  if (!checked.ok) {
    const { problems } = checked;
    if (json) {
      const shown = problems.map((problem) => ({ ...problem, advice: problem.advice ?? null }));
      output.object({ event: 'bench', file, ok: false, problems: shown });
    } else {
      for (const { line, column, message, advice } of problems) {
        const where = styled(output.terminal, 'bold', `${escapeText(file)}:${line}:${column}:`);
        output.line(`${where} ${escapeText(message)}${advice === undefined ? '' : `; ${escapeText(advice)}`}`);
      }
    }
    return exitCodeOf(new ConfigError(file, problems, 'bench check'));
  }
  const { describePlan, examineBench } = await import('../hil/index.js');
  const { kind, modems } = await examineBench({ file, environment, clock, random });
  if (json) {
    for (const modem of modems) output.object({ event: 'bench-modem', ...modem });
    output.object({ event: 'bench', file, ok: true, kind, problems: [] });
    return exitCodes.done;
  }
  for (const { name, sim, port, manufacturer, model, firmware, registration, reception } of modems) {
    const said = [manufacturer, model, firmware].map((word) => word ?? '-').join(' ');
    output.line(
      `${styled(output.terminal, 'bold', name)}  ${sim}  ${escapeText(port)}  ${escapeText(said)}  ${registration}, ${reception}`,
    );
  }
  output.line(`${escapeText(describePlan(checked.plan, kind))}: ${styled(output.terminal, 'green', 'ok')}, nothing was sent`);
  return exitCodes.done;
}
