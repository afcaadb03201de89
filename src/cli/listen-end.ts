/** Why a `listen` ends by itself. */
export type EndReason = 'stopped' | 'enough' | 'unread';

/** Waits for the first reason to end; what comes later changes nothing. */
export class End {
  readonly reached: Promise<EndReason>;
  #resolve: (reason: EndReason) => void = () => {};
  #reason: EndReason | null = null;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get reason(): EndReason | null {
    return this.#reason;
  }

  now(reason: EndReason): void {
    this.#reason ??= reason;
    this.#resolve(this.#reason);
  }
}

/**
 * Counts messages that every one of their sinks has answered for good, up to `limit`; further messages are not to be begun.
 * Without a limit it counts nothing and holds nothing up.
 */
export class MessageLimit {
  readonly #limit: number | undefined;
  readonly #isSettled: (id: string) => boolean;
  readonly #onReached: () => void;
  readonly #begun = new Set<string>();
  readonly #settled = new Set<string>();

  constructor(limit: number | undefined, isSettled: (id: string) => boolean, onReached: () => void) {
    this.#limit = limit;
    this.#isSettled = isSettled;
    this.#onReached = onReached;
  }

  /** Whether this message may still be handed on. */
  admits(id: string): boolean {
    if (this.#limit === undefined || this.#begun.has(id)) return true;
    if (this.#begun.size >= this.#limit) return false;
    this.#begun.add(id);
    return true;
  }

  /** A sink has answered for good. */
  answered(id: string): void {
    if (this.#limit === undefined || this.#settled.size >= this.#limit || !this.#isSettled(id)) return;
    this.#settled.add(id);
    if (this.#settled.size >= this.#limit) this.#onReached();
  }
}
