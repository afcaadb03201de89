import type { Cancel, Clock } from './clock.js';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that stands still until it is stepped: for tests, and for playing recordings back. */
export class ManualClock implements Clock {
  #epoch: number;
  readonly #timers = new Set<Timer>();
  #elapsed = 0;
  #order = 0;

  /** @param epoch milliseconds since 1970-01-01 UTC at which the clock stands first */
  constructor(epoch = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** Somebody sets the clock, by so many milliseconds: no time passes by it, and no timer fires. */
  set(byMs: number): void {
    this.#epoch += byMs;
  }

  /** Timers that have not fired. */
  get waiting(): number {
    return this.#timers.size;
  }

  after(delayMs: number, callback: () => void): Cancel {
    this.#order += 1;
    const timer: Timer = { due: this.#elapsed + Math.max(0, delayMs), order: this.#order, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  sleep(delayMs: number, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.after(delayMs, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Lets `ms` milliseconds pass; timers fire in the order they are due, and between them waiting promises get their turn. */
  async step(ms: number): Promise<void> {
    const until = this.#elapsed + ms;
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#elapsed = Math.max(this.#elapsed, timer.due);
      this.#timers.delete(timer);
      timer.callback();
      await this.settle();
    }
    this.#elapsed = until;
    await this.settle();
  }

  /** Lets promises and I/O that are ready run, without time passing. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #next(until: number): Timer | undefined {
    let best: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > until) continue;
      if (best === undefined || timer.due < best.due || (timer.due === best.due && timer.order < best.order)) best = timer;
    }
    return best;
  }
}
