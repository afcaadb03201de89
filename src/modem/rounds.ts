import type { Cancel, Clock } from '../runtime/index.js';

/** Runs a job at intervals and whenever it is asked for, one run at a time. */
export class Rounds {
  readonly #clock: Clock;
  readonly #everyMs: () => number;
  readonly #job: () => Promise<void>;
  readonly #onFailure: (cause: unknown) => void;
  #cancel: Cancel = () => {};
  #running = false;
  #again = false;
  #next: (() => Promise<void>) | null = null;
  #stopped = false;

  constructor(clock: Clock, everyMs: () => number, job: () => Promise<void>, onFailure: (cause: unknown) => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#job = job;
    this.#onFailure = onFailure;
  }

  /** Waits for the next interval. */
  start(): void {
    this.#cancel();
    if (!this.#stopped) this.#cancel = this.#clock.after(this.#everyMs(), () => this.soon());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Runs the job now, or once more after what is under way. */
  soon(): void {
    if (this.#running) this.#again = true;
    else void this.instead(this.#job);
  }

  /** Runs another job in the place of this one, after what is under way. */
  async instead(job: () => Promise<void>): Promise<void> {
    if (this.#stopped) return;
    if (this.#running) {
      this.#next = job;
      return;
    }
    this.#running = true;
    this.#cancel();
    try {
      await job();
    } catch (cause) {
      this.#onFailure(cause);
    } finally {
      this.#running = false;
      this.start();
    }
    const next = this.#next;
    this.#next = null;
    if (next !== null) return this.instead(next);
    if (!this.#again) return;
    this.#again = false;
    this.soon();
  }
}
