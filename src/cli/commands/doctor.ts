import { type Examination, examine } from '../../doctor/index.js';
import { defineCommand } from '../command.js';
import { stateFolderOf } from '../location.js';
import { presentExamination } from '../present-examination.js';
import { glyphsOf } from '../present-message.js';
import { accessModems } from '../surveyed-modems.js';

/** `wapbridge doctor` */
export const doctorCommand = defineCommand({
  command: 'doctor',
  describe: 'what is wrong with this bench, and the command that mends it',
  examples: [
    ['$0 doctor', 'this machine and every known modem that is plugged in'],
    ['$0 doctor --modem /dev/ttyUSB2', 'this machine and this modem'],
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
    let examined: Examination;
    try {
      const stateFolder = stateFolderOf(options, io.environment);
      examined = await examine({ ...access, stateFolder, clock: io.clock, signal: io.stopSignal() });
    } finally {
      await access.close();
    }
    const { output } = io;
    if (options.json) {
      for (const finding of examined.findings) output.object({ event: 'finding', ...finding });
      const { exitCode, findings, modems } = examined;
      output.object({ event: 'examined', modems: modems.length, findings: findings.length, exitCode });
    } else {
      output.text(
        `${presentExamination(examined, { terminal: output.terminal, glyphs: glyphsOf(io.environment), calling: io.calling }).join('\n')}\n`,
      );
    }
    return examined.exitCode;
  },
});
