import type { CommandTable, Firmware } from './firmware.js';
import { equipmentError, ok } from './reply.js';

const tries = ({ sim }: Firmware): string => `${sim.pinAttempts},${sim.pukAttempts}`;

/** Where vendors tell the tries left for the PIN. @see ModemManager 1.24.2, oFono 1.31 drivers/atmodem/sim.c */
const pinCounters: CommandTable = {
  '+CPINR': {},
  '^CPIN': {
    withoutSim: true,
    read: (firmware) => ok(`^CPIN: ${firmware.sim.state},${tries(firmware).split(',').reverse().join(',')},${tries(firmware)}`),
  },
  '+ZPINPUK': { withoutSim: true, test: (firmware) => ok(`+ZPINPUK: ${tries(firmware)},3,10`) },
  '+QPINC': { withoutSim: true, read: (firmware) => ok(`+QPINC: "SC",${tries(firmware)}`, '+QPINC: "P2",3,10') },
  '+SPIC': { withoutSim: true, execute: (firmware) => ok(`+SPIC: ${tries(firmware)},3,10`) },
  '#PCT': { withoutSim: true, execute: ({ sim }) => ok(`#PCT: ${sim.pinAttempts}`) },
  '^SPIC': { withoutSim: true, set: ({ sim }, [code]) => (code === 'SC' ? ok(`^SPIC: ${sim.pinAttempts}`) : equipmentError(50)) },
  '+UPINCNT': { withoutSim: true, execute: ({ sim }) => ok(`+UPINCNT: ${sim.pinAttempts},3,${sim.pukAttempts},10`) },
  '%PINNUM': { withoutSim: true, read: ({ sim }) => ok(`%PINNUM: ${sim.pinAttempts}, ${sim.pukAttempts}, 3, 10`) },
};

/** AT^CURC=0 */
const quiet: CommandTable = {
  '^CURC': {
    withoutSim: true,
    set: (firmware, [value]) => {
      if (value === '0') firmware.silence();
      return ok();
    },
  },
};

/** AT+QURCCFG="urcport","usbat" */
const unsolicitedPort: CommandTable = {
  '+QURCCFG': {
    withoutSim: true,
    set: ({ settings }, [what, port]) => {
      if (what !== 'urcport' || (port !== 'usbat' && port !== 'usbmodem')) return equipmentError(50);
      settings.others.set('urcport', port);
      return ok();
    },
  },
};

/** A command as a quirk of the firmware has it, or undefined where none touches it. */
export function quirkCommand({ profile: { quirks } }: Firmware, name: string): CommandTable[string] | undefined {
  return (
    (quirks.has('pin-counter-elsewhere') ? pinCounters[name] : undefined) ??
    (quirks.has('floods-with-announcements') ? quiet[name] : undefined) ??
    (quirks.has('unsolicited-on-another-port') ? unsolicitedPort[name] : undefined)
  );
}
