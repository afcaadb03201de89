import type { Refusal } from '../endpoints/index.js';
import type { Clock } from '../runtime/index.js';
import type { ErrorEvent } from './events.js';

/** Refusals that are told in one window; a flood of them must not become a flood of lines. */
const mostInWindow = 20;
const windowMs = 10_000;

/** Tells of peers that listeners refused, so many at most, and with the next one how many were not told. */
export class Refusals {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #emit: (event: ErrorEvent) => void;
  #since = Number.NEGATIVE_INFINITY;
  #told = 0;
  #untold = 0;

  constructor(clock: Pick<Clock, 'monotonic'>, emit: (event: ErrorEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  tell({ binding, from, code, message }: Refusal): void {
    const now = this.#clock.monotonic();
    if (now - this.#since >= windowMs) {
      this.#since = now;
      this.#told = 0;
    }
    if (this.#told >= mostInWindow) {
      this.#untold += 1;
      return;
    }
    this.#told += 1;
    const untold = this.#untold === 0 ? {} : { untold: this.#untold };
    this.#untold = 0;
    this.#emit({ event: 'error', code, message, field: null, offset: null, binding, from, ...untold });
  }
}
