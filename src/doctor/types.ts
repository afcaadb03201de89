import type { Duplex } from 'node:stream';
import type { DiscoveredModem, DiscoveredPort, DiscoverOptions, ModemInspection, PortHolder } from '../modem/index.js';
import type { Clock } from '../runtime/index.js';
import type { FindingCode, Severity } from './finding-table.js';

/** What is taken from the machine; tests put a tree of their own in its place. */
export interface World {
  readonly sysfsRoot: string;
  readonly devRoot: string;
  readonly procRoot: string;
  /** Where udev keeps its properties: `udev/data` below it. */
  readonly runRoot: string;
  readonly groupFile: string;
  readonly nodeVersion: string;
  readonly user: { readonly name: string; readonly groupIds: readonly number[] };
  readonly listPorts?: DiscoverOptions['listPorts'];
  /** Whether this user may read and write a file. */
  readonly mayOpen: (path: string) => Promise<boolean>;
  /** Octets this user may still write to the file system of a folder; null where it does not say. */
  readonly freeOctets: (folder: string) => Promise<number | null>;
}

/** A modem that is to be looked at. */
export interface ModemToSurvey {
  /** A device path, `tcp://HOST:PORT`, `unix:PATH`, `trace:FILE`, any name that `open` knows, or `auto` for what is plugged in. */
  readonly address: string;
  readonly profile?: string | undefined;
  readonly baudRate?: number | undefined;
}

export interface SurveyOptions {
  readonly clock: Clock;
  readonly modems: readonly ModemToSurvey[];
  readonly world?: Partial<World>;
  readonly signal?: AbortSignal | undefined;
  /** Opens what a name stands for, in the place of a port. */
  readonly open?: (modem: ModemToSurvey) => Promise<Duplex>;
  /** Also tries whether messages can be announced; what was set is put back. */
  readonly tryIndications?: boolean;
}

/** Why a modem was not asked. */
export type NotAsked =
  | { readonly why: 'unknown-device' | 'no-at-port' | 'no-modem' }
  /** The port has another purpose; octets could do harm there. */
  | { readonly why: 'other-role' }
  | { readonly why: 'held'; readonly holders: readonly PortHolder[] }
  | { readonly why: 'not-permitted'; readonly message: string }
  | { readonly why: 'missing'; readonly message: string; readonly advice?: string | null }
  | { readonly why: 'failed'; readonly message: string; readonly advice: string | null }
  | { readonly why: 'silent'; readonly instead: string };

/** One modem, or one device that could be one, as it was found. */
export interface SurveyedModem {
  /** The name it was asked for by, or the port found; null for a device without a port to ask. */
  readonly port: string | null;
  /** The USB device behind it, where there is one. */
  readonly device: DiscoveredModem | null;
  /** The serial port of that device which was asked. */
  readonly devicePort: DiscoveredPort | null;
  readonly inspection: ModemInspection | null;
  readonly notAsked: NotAsked | null;
}

/** One thing that is wrong, or worth knowing. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What a command ends with where this stops the work. */
  readonly exitCode: 3 | 4 | 5 | null;
  /** The port or folder it is about. */
  readonly subject: string | null;
  /** One sentence with the facts. */
  readonly what: string;
  /** What to do, one sentence. */
  readonly remedy: string;
  /** The command that mends it: of a shell, or an AT command; null where none can. */
  readonly command: string | null;
}
