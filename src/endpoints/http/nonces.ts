import { randomBytes } from 'node:crypto';
import type { Clock } from '../../runtime/index.js';

/** How long a nonce that was given out may be used. */
const nonceMs = 300_000;
/** Nonces given out that are good at one time; a digest that is wrong costs one computation for each. */
const mostNonces = 256;

/** Where it is kept which agreed nonces have been used, so that a restart makes none of them good again. */
export interface UsedNonces {
  has(user: string, nonce: string): boolean;
  /** Returns once it is on disk. */
  add(user: string, nonce: string): void;
}

interface Given {
  readonly nonce: string;
  readonly madeAt: number;
  readonly usedBy: Set<string>;
}

/**
 * The nonces of a listener: those agreed beforehand, each good once, and those it gives out itself, each good once for a user. Who
 * proves nothing cannot use any up, so nobody is kept out by somebody else's attempts.
 */
export class Nonces {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #agreed: ReadonlyMap<string, readonly string[]>;
  readonly #used: UsedNonces;
  #given: Given[] = [];
  /** The last one that was given to whoever asked. */
  #shared: Given | null = null;

  constructor({
    clock,
    agreed,
    used,
  }: { readonly clock: Pick<Clock, 'monotonic'>; readonly agreed: ReadonlyMap<string, readonly string[]>; readonly used: UsedNonces }) {
    this.#clock = clock;
    this.#agreed = agreed;
    this.#used = used;
  }

  /** All nonces that are good for a user, the newest given ones first. */
  good(user: string): readonly string[] {
    this.#forget();
    const given = this.#given.filter(({ usedBy }) => !usedBy.has(user)).map(({ nonce }) => nonce);
    return [...given.reverse(), ...(this.#agreed.get(user) ?? []).filter((nonce) => !this.#used.has(user, nonce))];
  }

  /** The nonce is good no more for the user. */
  use(user: string, nonce: string): void {
    const given = this.#given.find((one) => one.nonce === nonce);
    if (given === undefined) this.#used.add(user, nonce);
    else given.usedBy.add(user);
  }

  /** A nonce for whoever has none, the same for all until somebody uses it. */
  shared(): string {
    const now = this.#clock.monotonic();
    // One that grows old while its receiver computes is of no use to it.
    if (this.#shared === null || this.#shared.usedBy.size > 0 || now - this.#shared.madeAt > nonceMs / 2) this.#shared = this.#give();
    return this.#shared.nonce;
  }

  /** A nonce for somebody who has just proved who it is. */
  next(): string {
    return this.#give().nonce;
  }

  #give(): Given {
    const given: Given = { nonce: randomBytes(16).toString('hex'), madeAt: this.#clock.monotonic(), usedBy: new Set() };
    this.#given.push(given);
    if (this.#given.length > mostNonces) this.#given.shift();
    return given;
  }

  #forget(): void {
    const now = this.#clock.monotonic();
    this.#given = this.#given.filter(({ madeAt }) => now - madeAt <= nonceMs);
  }
}
