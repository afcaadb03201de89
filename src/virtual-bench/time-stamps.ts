const secondMs = 1000;

/**
 * The time stamps a service centre gives. They count whole seconds, and this bench is faster than any air: two messages that would
 * otherwise be the same octets within a second, which every receiver must take for one that came twice, get different ones.
 * @see 3GPP TS 23.040 9.2.3.11
 */
export class TimeStamps {
  /** The last second given for each key. Those that the clock has passed are let go. */
  readonly #given = new Map<string, number>();
  #second = Number.NEGATIVE_INFINITY;

  /** A time for a message, milliseconds since 1970: `now`, or the next second that was given for none of the keys. */
  give(keys: readonly string[], now: number): number {
    const second = Math.floor(now / secondMs);
    if (second !== this.#second) {
      this.#second = second;
      for (const [key, given] of this.#given) if (given < second) this.#given.delete(key);
    }
    const next = Math.max(second, ...keys.map((key) => (this.#given.get(key) ?? Number.NEGATIVE_INFINITY) + 1));
    for (const key of keys) this.#given.set(key, next);
    return next === second ? now : next * secondMs;
  }
}
