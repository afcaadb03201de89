import { wholeNumber } from './command-line.js';
import type { CommandTable, Firmware } from './firmware.js';
import { error, ok, type Reply } from './reply.js';

/** A basic command's number: absent means 0. */
const number = (text: string): number => (text === '' ? 0 : Number(text));

type BasicCommand = (firmware: Firmware, argument: string) => Reply;

function flag(apply: (firmware: Firmware, on: boolean) => void): BasicCommand {
  return (firmware, argument) => {
    const value = number(argument);
    if (value > 1) return error;
    apply(firmware, value === 1);
    return ok();
  };
}

const accepted: BasicCommand = () => ok();

/** Commands of one letter. @see V.250 6.1 to 6.3 */
export const basicCommands: Readonly<Record<string, BasicCommand>> = {
  E: flag((firmware, on) => {
    firmware.settings.echo = on;
  }),
  V: flag((firmware, on) => {
    firmware.settings.verbose = on;
  }),
  Q: flag((firmware, on) => {
    firmware.settings.quiet = on;
  }),
  Z: (firmware) => {
    firmware.restoreSettings();
    return ok();
  },
  '&F': (firmware) => {
    firmware.restoreSettings();
    return ok();
  },
  I: ({ profile, identity }) => ok(profile.manufacturer, profile.model, `Revision: ${profile.revision}`, `IMEI: ${identity.imei}`),
  D: () => ({ kind: 'final', code: 3, text: 'NO CARRIER' }),
  A: () => ({ kind: 'final', code: 3, text: 'NO CARRIER' }),
  O: () => ({ kind: 'final', code: 3, text: 'NO CARRIER' }),
  H: accepted,
  L: accepted,
  M: accepted,
  T: accepted,
  P: accepted,
  X: accepted,
  '&C': accepted,
  '&D': accepted,
  '&K': accepted,
  '&S': accepted,
  '&W': accepted,
  '\\Q': accepted,
};

/** `S3=13`, `S3?`. @see V.250 5.3.2 */
export function registerCommand(firmware: Firmware, register: number, form: string, argument: string): Reply {
  if (form === 'read') return ok(String(firmware.settings.registers.get(register) ?? 0).padStart(3, '0'));
  if (form !== 'set') return error;
  const value = argument === '' ? 0 : wholeNumber(argument, 0, 255);
  if (value === null || value === undefined) return error;
  firmware.settings.registers.set(register, value);
  return ok();
}

/** Settings that change nothing on a virtual modem but must be kept and read back: name, values allowed, value at power-on. */
const remembered: readonly (readonly [name: string, test: string, initial: string])[] = [
  ['+CLIP', '(0,1)', '0'],
  ['+CLIR', '(0-2)', '0'],
  ['+COLP', '(0,1)', '0'],
  ['+CRC', '(0,1)', '0'],
  ['+CCWA', '(0,1)', '0'],
  ['+CUSD', '(0-2)', '0'],
  ['+CMER', '(0-3),(0),(0),(0,1),(0,1)', '0,0,0,0,0'],
  ['+CTZR', '(0-2)', '0'],
  ['+CTZU', '(0,1)', '0'],
  ['+CVHU', '(0,1)', '0'],
  ['+CGEREP', '(0-2),(0,1)', '0,0'],
  ['+CSSN', '(0,1),(0,1)', '0,0'],
  ['+CSDH', '(0,1)', '0'],
  ['+CGSMS', '(0-3)', '1'],
  ['+IFC', '(0-2),(0-2)', '2,2'],
  ['+ICF', '(3),(0-3)', '3,3'],
  ['+IPR', '(0,9600,19200,38400,57600,115200)', '0'],
];

/** {@link remembered} as commands. */
export const rememberedCommands: CommandTable = Object.fromEntries(
  remembered.map(([name, test, initial]) => [
    name,
    {
      withoutSim: true,
      test: () => ok(`${name}: ${test}`),
      read: (firmware: Firmware) => ok(`${name}: ${firmware.settings.others.get(name) ?? initial}`),
      set: (firmware: Firmware, _values: unknown, text: string) => {
        if (!/^[\d,]{1,32}$/.test(text)) return error;
        firmware.settings.others.set(name, text);
        return ok();
      },
    } as const,
  ]),
);
