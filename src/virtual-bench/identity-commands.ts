import type { CommandTable, Firmware } from './firmware.js';
import { equipmentError, error, noResult, ok, type Reply } from './reply.js';

const says = (text: (firmware: Firmware) => string) =>
  ({ execute: (firmware: Firmware) => ok(text(firmware)), test: () => ok(), withoutSim: true }) as const;

const iccid = (prefix: string) =>
  ({
    execute: ({ identity }: Firmware): Reply => ok(`${prefix}: ${identity.iccid}`),
    read: ({ identity }: Firmware): Reply => ok(`${prefix}: ${identity.iccid}`),
    test: () => ok(),
    // The card tells its number without its PIN.
    withoutSim: true,
  }) as const;

const simStatus = ({ sim, profile }: Firmware): Reply =>
  profile.quirks.has('pin-query-without-result') ? noResult(`+CPIN: ${sim.state}`) : ok(`+CPIN: ${sim.state}`);

/** Who the modem and its SIM are. @see 3GPP TS 27.007 5 and 8 */
export const identityCommands: CommandTable = {
  '+CGMI': says(({ profile }) => profile.manufacturer),
  '+GMI': says(({ profile }) => profile.manufacturer),
  '+CGMM': says(({ profile }) => profile.model),
  '+GMM': says(({ profile }) => profile.model),
  '+CGMR': says(({ profile }) => profile.revision),
  '+GMR': says(({ profile }) => profile.revision),
  '+CGSN': {
    ...says(({ identity }) => identity.imei),
    set: ({ identity }, [kind]) => (kind === '1' ? ok(`+CGSN: "${identity.imei}"`) : kind === '0' ? ok(identity.imei) : error),
  },
  '+GSN': says(({ identity }) => identity.imei),
  '+GCAP': says(() => '+GCAP: +CGSM,+DS'),
  '+CIMI': { execute: ({ identity }) => ok(identity.imsi), test: () => ok() },
  '+CCID': iccid('+CCID'),
  '+ICCID': iccid('+ICCID'),
  '+CNUM': { execute: ({ identity }) => ok(`+CNUM: "","${identity.number}",145`), test: () => ok() },
  '+CPIN': {
    withoutSim: true,
    test: () => ok(),
    read: simStatus,
    set: (firmware, [pin, newPin]) => enterPin(firmware, pin ?? '', newPin ?? null),
  },
  '+CPINR': {
    withoutSim: true,
    test: () => ok(),
    execute: ({ sim }) => ok(`+CPINR: SIM PIN,${sim.pinAttempts},3`, `+CPINR: SIM PUK,${sim.pukAttempts},10`),
    set: ({ sim }, [code]) =>
      code === 'SIM PIN'
        ? ok(`+CPINR: SIM PIN,${sim.pinAttempts},3`)
        : code === 'SIM PUK'
          ? ok(`+CPINR: SIM PUK,${sim.pukAttempts},10`)
          : equipmentError(50),
  },
  '+CLCK': {
    test: () => ok('+CLCK: ("SC")'),
    set: (_firmware, [facility, mode]) => (facility === 'SC' ? (mode === '2' ? ok('+CLCK: 0') : equipmentError(3)) : equipmentError(4)),
  },
};

/** The PIN of every virtual SIM; a lock is there to be met, not to keep anything. */
export const virtualPin = '1234';
const virtualPuk = '12345678';

function enterPin(firmware: Firmware, code: string, newPin: string | null): Reply {
  const { sim } = firmware;
  if (sim.state === 'READY') return equipmentError(3);
  if (sim.state === 'SIM PIN') {
    if (code === virtualPin) return unlock(firmware);
    sim.pinAttempts -= 1;
    if (sim.pinAttempts === 0) sim.state = 'SIM PUK';
    return equipmentError(sim.pinAttempts === 0 ? 12 : 16);
  }
  if (code === virtualPuk && newPin === virtualPin) return unlock(firmware);
  sim.pukAttempts = Math.max(0, sim.pukAttempts - 1);
  return equipmentError(sim.pukAttempts === 0 ? 13 : 16);
}

function unlock(firmware: Firmware): Reply {
  firmware.sim.state = 'READY';
  firmware.sim.pinAttempts = 3;
  firmware.radioChanged();
  return ok();
}
