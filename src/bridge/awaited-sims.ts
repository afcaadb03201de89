import type { Cancel, Clock } from '../runtime/index.js';

/** So long a message waits after a start for the SIM that received it: as long as a modem that restarts may take to tell its IMSI. */
export const simWaitMs = 120_000;

/** Judges a message that was held; without an IMSI where its SIM did not come back. */
export type JudgeHeld = (imsi: string | null) => void;

/**
 * Messages that an earlier run left unjudged, and whose key is made of the IMSI of the SIM that received them. An IMSI is never on
 * disk, so they wait until a modem tells it again; what still waits at the end stays open in the journal for the next run.
 */
export class AwaitedSims {
  readonly #clock: Clock;
  readonly #held = new Map<string, JudgeHeld[]>();
  #cancel: Cancel = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param receiver stands for the SIM, as the part in the journal has it */
  hold(receiver: string, judge: JudgeHeld): void {
    if (this.#held.size === 0) this.#cancel = this.#clock.after(simWaitMs, () => this.#release([...this.#held.keys()], null));
    const others = this.#held.get(receiver);
    if (others === undefined) this.#held.set(receiver, [judge]);
    else others.push(judge);
  }

  /** Judges what was held for a SIM whose IMSI is known now. */
  known(receiver: string, imsi: string): void {
    this.#release([receiver], imsi);
  }

  /** Nothing is judged any more. */
  close(): void {
    this.#cancel();
    this.#held.clear();
  }

  #release(receivers: readonly string[], imsi: string | null): void {
    const judges = receivers.flatMap((receiver) => this.#held.get(receiver) ?? []);
    for (const receiver of receivers) this.#held.delete(receiver);
    if (this.#held.size === 0) this.#cancel();
    for (const judge of judges) judge(imsi);
  }
}
