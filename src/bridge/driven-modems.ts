import type { Clock } from '../runtime/index.js';
import type { BridgeEvent, ModemEvent, ModemNoteEvent } from './events.js';

/** Steps that are kept of each modem; older ones are forgotten. */
const mostSteps = 32;

/** A modem as whoever drives it knows it: what `wapbridge modems` shows of one that is in use. */
export interface DrivenModem {
  readonly modem: string;
  readonly port: string;
  readonly state: ModemEvent['state'];
  /** When it came to this state: ISO 8601, UTC. */
  readonly since: string;
  readonly profile: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  /** Why it was lost or could not be opened; null where it was not. */
  readonly reason: string | null;
  /** The last steps of setting it up and keeping it, the oldest first. */
  readonly steps: readonly Pick<ModemNoteEvent, 'at' | 'note' | 'detail'>[];
}

/** Remembers how the modems of a bridge stand, from the events of their drivers. */
export class DrivenModems {
  readonly #clock: Clock;
  readonly #modems = new Map<string, DrivenModem>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes an event in; those that are about no modem's state are passed over. */
  notice(event: BridgeEvent): void {
    if (event.event === 'modem') {
      const { modem, port, state, profile, manufacturer, model, firmware, reason = null } = event;
      const steps = this.#modems.get(modem)?.steps ?? [];
      const since = new Date(this.#clock.now()).toISOString();
      this.#modems.set(modem, { modem, port, state, since, profile, manufacturer, model, firmware, reason, steps });
    } else if (event.event === 'modem-note') {
      const { modem, at, note, detail } = event;
      const known = this.#modems.get(modem);
      // A step that comes again and again, such as a memory in which nothing is new, stands there once.
      const others = known?.steps.filter((step) => step.note !== note || step.detail !== detail) ?? [];
      if (known !== undefined) this.#modems.set(modem, { ...known, steps: [...others.slice(1 - mostSteps), { at, note, detail }] });
    }
  }

  /** All of them, in the order in which they were first opened. */
  list(): readonly DrivenModem[] {
    return [...this.#modems.values()];
  }
}
