import { DecodeError } from '../../octets/index.js';
import { packetHeadOctets } from './packet.js';

/** Pieces that may wait to be joined. */
const mostPieces = 64;

/**
 * Cuts a stream into packets by their lengths. There is no way to find the next packet behind a wrong length: after one, nothing more
 * comes out until the framer is made anew.
 * @see IrOBEX 1.3, 3.1
 */
export class ObexFramer {
  readonly #most: number;
  #pieces: Uint8Array[] = [];
  #held = 0;
  #broken: DecodeError | null = null;

  constructor(mostOctets: number) {
    this.#most = mostOctets;
  }

  /** Octets of a packet that is not whole yet. */
  get held(): number {
    return this.#held;
  }

  /** Why nothing more comes out. */
  get broken(): DecodeError | null {
    return this.#broken;
  }

  /** Takes what came; the packets that are whole with it come out. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.#broken !== null || chunk.length === 0) return [];
    this.#pieces.push(chunk);
    this.#held += chunk.length;
    // A stream that drips must not keep a buffer an octet.
    if (this.#pieces.length > mostPieces) this.#joined();
    const packets: Uint8Array[] = [];
    while (this.#held >= packetHeadOctets) {
      const length = this.#length();
      if (length < packetHeadOctets || length > this.#most) {
        this.#broken = wrongLength(length, this.#most);
        this.#pieces = [];
        this.#held = 0;
        break;
      }
      if (this.#held < length) break;
      const all = this.#joined();
      packets.push(all.subarray(0, length));
      this.#pieces = this.#held === length ? [] : [all.subarray(length)];
      this.#held -= length;
    }
    return packets;
  }

  #length(): number {
    const [first] = this.#pieces;
    const head = first !== undefined && first.length >= packetHeadOctets ? first : this.#joined();
    return (head[1] ?? 0) * 256 + (head[2] ?? 0);
  }

  /** One piece of all that is held: pieces are joined when a packet is whole, so many small ones cost no more than a few large ones. */
  #joined(): Uint8Array {
    const [first] = this.#pieces;
    if (first !== undefined && this.#pieces.length === 1) return first;
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }
}

function wrongLength(length: number, most: number): DecodeError {
  return length < packetHeadOctets
    ? new DecodeError('endpoints/obex-malformed', `a packet of ${length} octets cannot hold its own three`, 'obex.length', 1)
    : new DecodeError(
        'endpoints/obex-too-large',
        `a packet of ${length} octets is longer than the ${most} that were agreed`,
        'obex.length',
        1,
      );
}
