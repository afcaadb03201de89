import type { Cancel, Clock } from '../runtime/index.js';

/** An announcement may be a little later than the message. */
const graceMs = 2_000;
/** One heard this long ago shows that announcements do come to this port. */
const trustMs = 60_000;
const mostDisarmed = 2;

/** Notices that messages come and announcements of them do not: they go to another port of the modem, or another program has them. */
export class AnnouncementWatch {
  readonly #clock: Clock;
  readonly #onMissing: () => void;
  #watching = false;
  #missing = false;
  #heardAt = Number.NEGATIVE_INFINITY;
  #disarmed = 0;
  #cancel: Cancel = () => {};

  constructor(clock: Clock, onMissing: () => void) {
    this.#clock = clock;
    this.#onMissing = onMissing;
  }

  /** Whether messages have come unannounced, and no announcement since. */
  get missing(): boolean {
    return this.#missing;
  }

  /** From now on every message is to be announced, or for a while none. */
  watch(watching: boolean): void {
    this.#watching = watching;
    if (!watching) this.#cancel();
  }

  /** A message was announced. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
    this.#missing = false;
    this.#disarmed = 0;
  }

  /** A message was found by looking. */
  found(): void {
    if (!this.#watching || this.#missing) return;
    this.#cancel();
    this.#cancel = this.#clock.after(graceMs, () => {
      if (this.#clock.monotonic() - this.#heardAt < trustMs) return;
      this.#missing = true;
      this.#onMissing();
    });
  }

  /** Indications were found switched off, as after a message that nobody here saw; true when that goes on and nothing is ever heard. */
  disarmed(): boolean {
    this.#disarmed += 1;
    return this.#disarmed >= mostDisarmed;
  }
}
