import { DecodeError } from '../octets/index.js';

/**
 * Reads values of unaligned packed encoding rules (PER), bit after bit.
 * @see ITU-T X.691
 */
export class BitReader {
  readonly #octets: Uint8Array;
  readonly #baseOffset: number;
  readonly #field: string;
  #position = 0;

  /** @param baseOffset of the first octet, from the start of the outermost input */
  constructor(octets: Uint8Array, field: string, baseOffset = 0) {
    this.#octets = octets;
    this.#field = field;
    this.#baseOffset = baseOffset;
  }

  /** Offset of the octet that holds the next bit, from the start of the outermost input. */
  get offset(): number {
    return this.#baseOffset + Math.floor(this.#position / 8);
  }

  /** Octets of which at least a bit has been read. */
  get octetsRead(): number {
    return Math.ceil(this.#position / 8);
  }

  /** An unsigned number of up to 32 bits. @throws DecodeError `octets/truncated` */
  bits(field: string, count: number): number {
    if (this.#position + count > 8 * this.#octets.length) {
      const left = 8 * this.#octets.length - this.#position;
      const path = `${this.#field}.${field}`;
      throw new DecodeError('octets/truncated', `${path} needs ${count} bit${count === 1 ? '' : 's'}, ${left} left`, path, this.offset);
    }
    let value = 0;
    for (let read = 0; read < count; read += 1) {
      const octet = this.#octets[this.#position >> 3] ?? 0;
      value = value * 2 + ((octet >> (7 - (this.#position & 7))) & 1);
      this.#position += 1;
    }
    return value;
  }

  flag(field: string): boolean {
    return this.bits(field, 1) === 1;
  }

  /** Whole octets, wherever they begin. @throws DecodeError `octets/truncated` */
  octets(field: string, count: number): Uint8Array {
    if (this.#position + 8 * count > 8 * this.#octets.length) this.bits(field, 8 * count);
    return Uint8Array.from({ length: count }, () => this.bits(field, 8));
  }

  /** Ends reading with a located error. */
  fail(code: DecodeError['code'], field: string, message: string): never {
    throw new DecodeError(code, message, `${this.#field}.${field}`, this.offset);
  }

  /**
   * An ENUMERATED whose root has so many values: the index, counted on through what an extension added. @throws DecodeError `octets/truncated`
   * @see ITU-T X.691 14, 11.6
   */
  enumerated(field: string, rootValues: number, extensible: boolean): number {
    if (extensible && this.flag(field)) return rootValues + this.#normallySmall(field);
    return this.bits(field, bitsFor(rootValues));
  }

  /**
   * Passes over what an extension added to a SEQUENCE. @returns how many additions were there
   * @throws DecodeError `octets/truncated`, `dm/supl-not-read`
   * @see ITU-T X.691 19.7 to 19.9
   */
  skipAdditions(field: string): number {
    const count = this.#normallySmall(field) + 1;
    let present = 0;
    for (let index = 0; index < count; index += 1) if (this.flag(field)) present += 1;
    for (let index = 0; index < present; index += 1) this.octets(field, this.#openTypeLength(field));
    return present;
  }

  /** @see ITU-T X.691 11.6 */
  #normallySmall(field: string): number {
    if (this.flag(field)) this.fail('dm/supl-not-read', field, `${this.#field}.${field} counts beyond what any version defines`);
    return this.bits(field, 6);
  }

  /** @see ITU-T X.691 11.9.3.6 to 11.9.3.8 */
  #openTypeLength(field: string): number {
    if (!this.flag(field)) return this.bits(field, 7);
    if (this.flag(field)) this.fail('dm/supl-not-read', field, `${this.#field}.${field} is in fragments, which are not put together here`);
    return this.bits(field, 14);
  }
}

/** Bits that tell so many values apart. */
export function bitsFor(values: number): number {
  return Math.ceil(Math.log2(values));
}
