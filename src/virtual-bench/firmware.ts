import type { Clock } from '../runtime/index.js';
import type { FirmwareProfile } from './firmware-profile.js';
import type { ModemIdentity } from './identity.js';
import type { MemoryName, MessageStore } from './message-store.js';
import type { CommandHandler, Reply } from './reply.js';
import type { Settings } from './settings.js';

/** What a SIM lets the modem do. @see 3GPP TS 27.007 8.3 */
export type SimState = 'READY' | 'SIM PIN' | 'SIM PUK';

/** The SIM and what is left of its attempts. */
export interface Sim {
  state: SimState;
  pinAttempts: number;
  pukAttempts: number;
}

/** What commands can reach of the modem they run on. */
export interface Firmware {
  readonly clock: Clock;
  readonly identity: ModemIdentity;
  readonly profile: FirmwareProfile;
  readonly stores: Readonly<Record<MemoryName, MessageStore>>;
  readonly sim: Sim;
  readonly registered: boolean;
  settings: Settings;
  /** What a fault has it refuse. */
  readonly disturbance: { readonly refusesPduMode?: boolean; readonly refusesDirectReports?: boolean };
  /** Back to factory settings (ATZ, AT&F); messages and the SIM stay. */
  restoreSettings(): void;
  /** The radio was switched (AT+CFUN); tells the host where it asked for it. */
  radioChanged(): void;
  /** Off and on again. */
  reboot(): void;
  /** Off, and not back as a modem. */
  vanish(): void;
  /** Message commands do not work yet: the quirk `messages-late-after-sim`. */
  readonly messagesLate: boolean;
  /** Messages may be sent: not where the quirk `sends-fail-by-packet` forbids it. */
  readonly takesSubmissions: boolean;
  /** The host has ended a flood of announcements. */
  silence(): void;
  /** AT+CNMI was set, or something else that lets waiting messages come. */
  armed(flushBuffered: boolean): void;
  /** The host looked into a memory. */
  polled(): void;
  memoryFreed(): void;
  /** Whether there was something to acknowledge. */
  acknowledge(accepted: boolean): boolean;
  readonly awaitsAcknowledgement: boolean;
  /** Hands a TPDU to the network; calls back with its reference, or with the number of a +CMS ERROR. */
  submit(tpdu: string, finish: (outcome: { readonly reference: number } | { readonly error: number }) => void): void;
  /** Says a line of its own accord. */
  announce(line: string): void;
}

/** Commands by name. */
export type CommandTable = Readonly<Record<string, CommandHandler<Firmware>>>;

export type { Reply };
