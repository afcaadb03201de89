import { EncodeError } from './errors.js';

/** Writes octets in wire order into a buffer that grows. */
export class OctetWriter {
  #octets: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#octets = new Uint8Array(capacity);
  }

  /** Octets written so far. */
  get length(): number {
    return this.#length;
  }

  /** @throws EncodeError `octets/out-of-range` */
  u8(field: string, value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > 0xff)
      throw new EncodeError('octets/out-of-range', `${field} is ${value}, one octet holds 0 to 255`, field);
    this.#reserve(1);
    this.#octets[this.#length] = value;
    this.#length += 1;
    return this;
  }

  /** Two octets, most significant first. @throws EncodeError `octets/out-of-range` */
  u16(field: string, value: number): this {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new EncodeError('octets/out-of-range', `${field} is ${value}, two octets hold 0 to 65535`, field);
    }
    return this.u8(field, value >> 8).u8(field, value & 0xff);
  }

  bytes(octets: Uint8Array): this {
    this.#reserve(octets.length);
    this.#octets.set(octets, this.#length);
    this.#length += octets.length;
    return this;
  }

  /** A copy of what was written. */
  toOctets(): Uint8Array {
    return this.#octets.slice(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#octets.length) return;
    const grown = new Uint8Array(Math.max(this.#octets.length * 2, this.#length + more));
    grown.set(this.#octets.subarray(0, this.#length));
    this.#octets = grown;
  }
}
