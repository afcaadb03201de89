import { wholeNumber } from './command-line.js';
import type { CommandTable, Firmware } from './firmware.js';
import { equipmentError, ok, type Reply } from './reply.js';

/** `<stat>` of +CREG: 1 registered at home, 0 not. @see 3GPP TS 27.007 7.2 */
export const registrationStatus = ({ registered }: Firmware): number => (registered ? 1 : 0);

/** Names of the commands that report registration. */
export const registrationCommands = ['+CREG', '+CGREG', '+CEREG'] as const;

const registration = (name: string) =>
  ({
    withoutSim: true,
    test: () => ok(`${name}: (0-2)`),
    read: (firmware: Firmware): Reply => {
      const mode = firmware.settings.registrationReporting.get(name) ?? 0;
      const cell = mode === 2 && firmware.registered ? `,"0001","00000001",${name === '+CEREG' ? 7 : 2}` : '';
      return ok(`${name}: ${mode},${registrationStatus(firmware)}${cell}`);
    },
    set: (firmware: Firmware, [mode]: readonly (string | null)[]): Reply => {
      const value = wholeNumber(mode, 0, 2);
      if (value === null || value === undefined) return equipmentError(50);
      firmware.settings.registrationReporting.set(name, value);
      return ok();
    },
  }) as const;

const two = (value: number): string => String(value).padStart(2, '0');

function networkTime({ clock }: Firmware): string {
  const time = new Date(clock.now());
  const day = `${two(time.getUTCFullYear() % 100)}/${two(time.getUTCMonth() + 1)}/${two(time.getUTCDate())}`;
  return `${day},${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}+00`;
}

/** Network, radio and general settings. @see 3GPP TS 27.007 7 to 9 */
export const networkCommands: CommandTable = {
  '+CREG': registration('+CREG'),
  '+CGREG': registration('+CGREG'),
  '+CEREG': registration('+CEREG'),
  '+CGATT': { test: () => ok('+CGATT: (0,1)'), read: (firmware) => ok(`+CGATT: ${registrationStatus(firmware)}`), set: () => ok() },
  '+CSQ': {
    withoutSim: true,
    test: () => ok('+CSQ: (0-31,99),(0-7,99)'),
    execute: (firmware) => ok(firmware.registered ? '+CSQ: 23,0' : '+CSQ: 99,99'),
  },
  '+CESQ': {
    withoutSim: true,
    test: () => ok('+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)'),
    execute: (firmware) => ok(firmware.registered ? '+CESQ: 99,99,255,255,20,55' : '+CESQ: 99,99,255,255,255,255'),
  },
  '+COPS': {
    withoutSim: true,
    test: () => ok('+COPS: (2,"Virtual Bench","Bench","00101",7),,(0-4),(0-2)'),
    read: (firmware) => {
      if (!firmware.registered) return ok('+COPS: 0');
      const format = firmware.settings.others.get('+COPS') ?? '0';
      const name = format === '2' ? '00101' : format === '1' ? 'Bench' : 'Virtual Bench';
      return ok(`+COPS: 0,${format},"${name}",7`);
    },
    set: (firmware, [mode, format]) => {
      if (wholeNumber(mode, 0, 4) === null || wholeNumber(format, 0, 2) === null) return equipmentError(50);
      if (format !== null && format !== undefined) firmware.settings.others.set('+COPS', format);
      return ok();
    },
  },
  '+CFUN': {
    withoutSim: true,
    test: () => ok('+CFUN: (0,1,4),(0,1)'),
    read: ({ settings }) => ok(`+CFUN: ${settings.functionality}`),
    set: (firmware, [functionality, reset]) => {
      if (functionality !== '0' && functionality !== '1' && functionality !== '4') return equipmentError(50);
      if (reset === '1' && firmware.profile.quirks.has('reset-loses-device')) {
        firmware.vanish();
        return ok();
      }
      if (reset === '1') {
        firmware.reboot();
        return ok();
      }
      firmware.settings.functionality = Number(functionality);
      firmware.radioChanged();
      return ok();
    },
  },
  '+CMEE': {
    withoutSim: true,
    test: () => ok('+CMEE: (0-2)'),
    read: ({ settings }) => ok(`+CMEE: ${settings.errorReporting}`),
    set: ({ settings }, [mode]) => {
      const value = wholeNumber(mode, 0, 2);
      if (value === null || value === undefined) return equipmentError(50);
      settings.errorReporting = value;
      return ok();
    },
  },
  '+CSCS': {
    withoutSim: true,
    test: () => ok('+CSCS: ("GSM","IRA","UCS2","HEX")'),
    read: ({ settings }) => ok(`+CSCS: "${settings.characterSet}"`),
    set: ({ settings }, [name]) => {
      const upper = (name ?? '').toUpperCase();
      if (!['GSM', 'IRA', 'UCS2', 'HEX'].includes(upper)) return equipmentError(50);
      settings.characterSet = upper;
      return ok();
    },
  },
  '+CPAS': { withoutSim: true, test: () => ok('+CPAS: (0)'), execute: () => ok('+CPAS: 0') },
  '+CBC': { withoutSim: true, test: () => ok('+CBC: (0),(0-100)'), execute: () => ok('+CBC: 0,100') },
  '+CCLK': { withoutSim: true, test: () => ok(), read: (firmware) => ok(`+CCLK: "${networkTime(firmware)}"`) },
};
