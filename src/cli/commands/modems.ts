import { type SurveyedModem, survey } from '../../doctor/index.js';
import { BridgeError } from '../../errors.js';
import { defineCommand } from '../command.js';
import { drivenModems, drivenOn, presentDriven } from '../driven-modems.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { stateFolderOf } from '../location.js';
import { exitCodeOfModem, modemObject } from '../modem-facts.js';
import { glyphsOf } from '../present-message.js';
import { presentModem } from '../present-modem.js';
import { accessModems } from '../surveyed-modems.js';

/** `wapbridge modems` */
export const modemsCommand = defineCommand({
  command: 'modems',
  describe: 'modems found, their ports, firmware, SIM, registration, storage',
  examples: [
    ['$0 modems', 'every known modem that is plugged in'],
    ['$0 modems --modem /dev/ttyUSB2', 'this one, known or not; where a listen drives it, with what that did last'],
  ],
  builder: (parser) =>
    parser.option('modem', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'auto, virtual, a device path, tcp://HOST:PORT or unix:PATH; may be repeated',
    }),
  run: async (options, io) => {
    const access = await accessModems(options.modem, io);
    let found: readonly SurveyedModem[];
    try {
      found = await survey({ ...access, clock: io.clock, signal: io.stopSignal() });
    } finally {
      await access.close();
    }
    const { output } = io;
    const glyphs = glyphsOf(io.environment);
    const driven = await drivenModems(stateFolderOf(options, io.environment));
    for (const [at, modem] of found.entries()) {
      const user = await drivenOn(modem, driven);
      if (options.json) output.object({ ...modemObject(modem), driven: user });
      else {
        const lines = presentModem(modem, output.terminal, glyphs);
        const steps = user === null ? [] : presentDriven(user, output.terminal, glyphs);
        output.text(`${at === 0 ? '' : '\n'}${[...lines, ...steps].join('\n')}\n`);
      }
    }
    if (found.length === 0) {
      throw new BridgeError('cli/no-modem', 'no modem is plugged in that is known', {
        advice: 'name its port with --modem /dev/ttyUSB2, or see what is wrong with: wapbridge doctor',
      });
    }
    return exitCodeOf(found);
  },
});

/** Done where one can be used or is in use; otherwise the code of the first that cannot. */
function exitCodeOf(found: readonly SurveyedModem[]): ExitCode {
  const codes = found.map(exitCodeOfModem);
  return codes.includes(exitCodes.done) ? exitCodes.done : (codes[0] ?? exitCodes.noDevice);
}
