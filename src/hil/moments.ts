import type { Clock } from '../runtime/index.js';
import { HilError } from './errors.js';

/** Something that happened on a bench. `facts` holds no number, only names and counts; what may hold more is in `event`. */
export interface Moment {
  /** Milliseconds on a clock that never jumps. */
  readonly at: number;
  readonly kind: 'submitted' | 'not-submitted' | 'part' | 'message' | 'handed-on' | 'report' | 'modem' | 'fault' | 'other';
  readonly modem: string;
  /** One line for people. */
  readonly facts: string;
  /** The bridge's event, or what a sink was handed. */
  readonly event: Readonly<Record<string, unknown>>;
}

interface Waiter {
  readonly look: () => void;
}

/** Everything that happens on a bench, in order, and who waits for more of it. */
export class Moments {
  readonly #clock: Clock;
  readonly #all: Moment[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #claimed = new WeakSet<Moment>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#all.length;
  }

  since(start: number): readonly Moment[] {
    return this.#all.slice(start);
  }

  add(moment: Omit<Moment, 'at'>): void {
    this.#all.push({ ...moment, at: this.#clock.monotonic() });
    for (const waiter of [...this.#waiters]) waiter.look();
  }

  /** The first moment from `start` on that matches and that nobody has taken, come or coming. @throws HilError `hil/nothing-came` */
  take(
    match: (moment: Moment) => boolean,
    options: { readonly start: number; readonly withinMs: number; readonly what: string },
  ): Promise<Moment> {
    const { start, withinMs, what } = options;
    const find = (): Moment | undefined => this.since(start).find((moment) => !this.#claimed.has(moment) && match(moment));
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        cancel();
        this.#waiters.delete(waiter);
        this.#claimed.add(found);
        resolve(found);
      };
      const waiter: Waiter = { look };
      const cancel = this.#clock.after(
        withinMs,
        () => {
          this.#waiters.delete(waiter);
          reject(new HilError('hil/nothing-came', `waited ${withinMs / 1000} s for ${what} in vain; ${this.describe(start)}`));
        },
        { keepAlive: true },
      );
      this.#waiters.add(waiter);
      look();
    });
  }

  /** What has happened since, for the message of a failed wait. */
  describe(start: number): string {
    const since = this.since(start);
    const [first] = since;
    if (first === undefined) return 'nothing at all happened';
    const last = since.slice(-15);
    const left = since.length - last.length;
    const lines = last.map(({ at, modem, facts }) => `\n  +${((at - first.at) / 1000).toFixed(3)} s  ${modem}: ${facts}`);
    return `what happened${left > 0 ? ` (after ${left} others)` : ''}:${lines.join('')}`;
  }
}
