import type { ModemProfile } from '../profiles/index.js';
import type { Clock } from '../runtime/index.js';
import type { PinSource } from './sim.js';
import type { ModemEvent } from './types.js';

/** How a modem is driven. */
export interface ModemOptions {
  readonly clock: Clock;
  /** How events call the port. */
  readonly portName: string;
  readonly onEvent?: (event: ModemEvent) => void;
  /** A profile or its id; without one the modem's own words decide. */
  readonly profile?: string | ModemProfile;
  /** Forces +CMT or +CMTI where the modem can do both. */
  readonly reception?: 'direct' | 'stored';
  readonly pin?: PinSource;
  readonly signal?: AbortSignal | undefined;
  /** Restarts the modem where its profile allows it, instead of setting it up; opening then fails with `modem/reset`. */
  readonly reset?: boolean;
  /** How long the modem may take to answer its first command. */
  readonly answerWithinMs?: number;
  /** Between two looks at +CNMI and the memories. */
  readonly tendEveryMs?: number;
}
