import type { NotAsked, SurveyedModem } from '../doctor/index.js';
import type { ExitCode } from './exit-codes.js';
import { exitCodes } from './exit-codes.js';

/** Digits of an IMSI or card number that only name country and operator. */
const shownImsiDigits = 5;
const shownCardDigits = 6;

/** An identity of a subscriber with all but its first digits covered. */
export function covered(digits: string | null, shown: number): string | null {
  return digits === null ? null : digits.slice(0, shown) + '*'.repeat(Math.max(0, digits.length - shown));
}

/** How a modem was found, in one word. */
export function stateOf({ inspection, notAsked }: SurveyedModem): string {
  if (notAsked === null) return inspection?.saysOkToEverything === true ? 'wrong-port' : 'ready';
  switch (notAsked.why) {
    case 'silent':
      return 'no-answer';
    case 'other-role':
      return 'wrong-port';
    case 'unknown-device':
    case 'no-modem':
      return 'not-known';
    default:
      return notAsked.why;
  }
}

/** Why a modem was not asked, or what is wrong with what answers, in words; null where all is well. */
export function reasonOf({ port, notAsked, inspection }: SurveyedModem): string | null {
  if (notAsked === null)
    return inspection?.saysOkToEverything === true
      ? 'it says OK to everything, also to commands that do not exist, and nothing of itself'
      : null;
  switch (notAsked.why) {
    case 'held': {
      const by = notAsked.holders.map(({ pid, program }) => `${program ?? 'a program'} (pid ${pid})`).join(', ');
      return `held by ${by === '' ? 'another program' : by}; it was not disturbed`;
    }
    case 'silent':
      return `nothing answers AT commands: ${notAsked.instead}`;
    case 'missing':
    case 'not-permitted':
    case 'failed':
      return notAsked.message;
    case 'other-role':
      return `${port} is not a port for AT commands; nothing was written to it`;
    case 'no-at-port':
      return 'no source says which of its ports speaks AT; name one with --modem';
    case 'unknown-device':
    case 'no-modem':
      return 'not known as a modem, not opened; name its port with --modem if it is one';
  }
}

/** What a command ends with where this modem is what it was for. */
export function exitCodeOfModem({ notAsked, inspection }: SurveyedModem): ExitCode {
  if (notAsked === null) return inspection?.saysOkToEverything === true ? exitCodes.refused : exitCodes.done;
  const byReason: Readonly<Record<NotAsked['why'], ExitCode>> = {
    'unknown-device': exitCodes.noDevice,
    'no-at-port': exitCodes.noDevice,
    'no-modem': exitCodes.noDevice,
    'other-role': exitCodes.refused,
    held: exitCodes.notPermitted,
    'not-permitted': exitCodes.notPermitted,
    missing: exitCodes.noDevice,
    failed: exitCodes.noDevice,
    silent: exitCodes.refused,
  };
  if (notAsked.why === 'held' && notAsked.holders.some(({ program }) => program === 'wapbridge listen')) return exitCodes.done;
  return byReason[notAsked.why];
}

/** The object of `modems --json`. Identities of the subscriber are covered; the service centre is nobody's secret. */
export function modemObject(modem: SurveyedModem): Readonly<Record<string, unknown>> {
  const { port, device, inspection, notAsked } = modem;
  const status = inspection?.status;
  return {
    event: 'modem',
    port,
    state: stateOf(modem),
    reason: reasonOf(modem),
    heldBy: notAsked?.why === 'held' ? notAsked.holders : [],
    usb:
      device === null
        ? null
        : { id: device.usbId, model: device.known?.model ?? null, path: device.usbPath, serialNumber: device.serialNumber },
    ports: (device?.ports ?? []).map(({ device: path, stablePath, interfaceNumber, role }) => ({
      device: path,
      stablePath,
      interface: interfaceNumber,
      role,
    })),
    profile: inspection?.identity.profile ?? null,
    manufacturer: inspection?.identity.manufacturer ?? null,
    model: inspection?.identity.model ?? null,
    firmware: inspection?.identity.firmware ?? null,
    imei: inspection?.identity.imei ?? null,
    imsi: covered(inspection?.identity.imsi ?? null, shownImsiDigits),
    card: covered(inspection?.cardNumber ?? null, shownCardDigits),
    sim: status?.sim ?? null,
    attempts: inspection?.attempts ?? null,
    registration: status?.registration ?? null,
    registrations: status?.registrations ?? [],
    rejection: inspection?.rejection ?? null,
    operator: status?.operator ?? null,
    signalDbm: status?.signalDbm ?? null,
    serviceCentre: status?.serviceCentre ?? null,
    memories: status?.memories ?? [],
    messageService: inspection?.messageService ?? null,
    indications: inspection?.indications ?? null,
  };
}
