/** Random numbers that a seed and the number of an input decide, so that any input can be made again by itself. */
export class Random {
  #state = 1;

  constructor(seed = 1) {
    this.seed = seed >>> 0;
    this.restart(0);
  }

  restart(index) {
    let state = (this.seed ^ Math.imul(index >>> 0, 0x9e3779b1) ^ Math.imul(Math.floor(index / 2 ** 32) + 1, 0x85ebca6b)) >>> 0;
    state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
    this.#state = (state ^ (state >>> 15)) >>> 0;
  }

  /** 0 to 2^32 - 1 (mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let value = this.#state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return (value ^ (value >>> 14)) >>> 0;
  }

  /** 0 to below - 1. */
  below(below) {
    return Math.floor((this.next() / 2 ** 32) * below);
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** True once in so many times. */
  oneIn(times) {
    return this.below(times) === 0;
  }
}
