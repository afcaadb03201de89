import { DecodeError } from '../../octets/index.js';
import { headerName, parseNumber, trimBlanks } from '../header-grammar.js';
import { defaultSipLimits, findHeaderEnd, leadingLineEnds, type SipLimits } from './parse-message.js';

/** Pieces that may wait to be joined. */
const mostChunks = 64;

/** What a stream held: a message's octets, or a double line end that asks for one back. */
export type SipFrame = { readonly kind: 'message'; readonly octets: Uint8Array } | { readonly kind: 'ping' };

/**
 * Cuts a stream of SIP into messages by their Content-Length. What a message says of its length cannot be doubted, so a length that
 * is missing or too large ends the stream: nobody knows where the next message begins.
 * @see RFC 3261 7.5, 18.3; RFC 5626 3.5.1
 */
export class SipStreamFramer {
  readonly #limits: SipLimits;
  #chunks: Uint8Array[] = [];
  #held = 0;
  /** Octets that must be there before it is worth looking again. */
  #wanted = 1;
  /** How far the end of the header fields was searched for. */
  #searched = 0;
  #broken: DecodeError | null = null;

  constructor(limits: SipLimits = defaultSipLimits) {
    this.#limits = limits;
  }

  /** Octets that wait for the rest of their message. */
  get held(): number {
    return this.#held;
  }

  /** Why the stream is of no more use, `endpoints/sip-too-large` or `endpoints/sip-content-length`; null while it is. */
  get broken(): DecodeError | null {
    return this.#broken;
  }

  /** Takes what came and gives what is whole, in order; also what is whole before the place where the stream is {@link broken}. */
  push(chunk: Uint8Array): SipFrame[] {
    if (this.#broken !== null) return [];
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    // A stream that drips must not keep a buffer an octet.
    if (this.#chunks.length > mostChunks) this.#joined();
    const frames: SipFrame[] = [];
    while (this.#held >= this.#wanted && this.#held > 0) {
      const octets = this.#joined();
      let frame: SipFrame | null | undefined;
      try {
        frame = this.#next(octets);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        this.#broken = error;
      }
      if (frame === undefined) break;
      if (frame !== null) frames.push(frame);
    }
    return frames;
  }

  /** What is held, as one piece. */
  unread(): Uint8Array {
    return this.#joined();
  }

  /** A frame; null for octets passed over; undefined where more must come. */
  #next(octets: Uint8Array): SipFrame | null | undefined {
    const ends = leadingLineEnds(octets, 4);
    if (ends >= 4) {
      this.#take(octets, 4);
      return { kind: 'ping' };
    }
    if (ends > 0) {
      // One line end may be the first half of a ping; before a message it is nothing.
      if (octets.length === ends || (octets.length === ends + 1 && octets[ends] === 0x0d)) return this.#await(octets.length + 1);
      this.#take(octets, ends);
      return null;
    }
    const end = findHeaderEnd(octets, Math.max(0, this.#searched - 3));
    if (end === undefined) {
      if (octets.length > this.#limits.headerOctets) {
        const message = `start line and header fields have more than ${this.#limits.headerOctets} octets`;
        throw new DecodeError('endpoints/sip-too-large', message, 'sip', 0);
      }
      this.#searched = octets.length;
      return this.#await(octets.length + 1);
    }
    const length = this.#contentLength(Buffer.from(octets.buffer, octets.byteOffset, end).toString('latin1'));
    const whole = end + 4 + length;
    if (octets.length < whole) {
      this.#searched = end;
      return this.#await(whole);
    }
    const message = octets.subarray(0, whole);
    this.#take(octets, whole);
    return { kind: 'message', octets: message };
  }

  #await(octets: number): undefined {
    this.#wanted = octets;
  }

  #contentLength(head: string): number {
    let found: number | null = null;
    for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon < 0 || headerName(trimBlanks(line.slice(0, colon))) !== 'content-length') continue;
      const length = parseNumber(trimBlanks(line.slice(colon + 1)), 0xffff_ffff);
      if (length === null) throw new DecodeError('endpoints/sip-content-length', 'Content-Length is no number', 'sip.contentLength', 0);
      if (length > this.#limits.bodyOctets) {
        const message = `the body has more than ${this.#limits.bodyOctets} octets`;
        throw new DecodeError('endpoints/sip-too-large', message, 'sip.contentLength', 0);
      }
      if (found !== null && found !== length) {
        throw new DecodeError('endpoints/sip-content-length', 'Content-Length stands there twice with two lengths', 'sip.contentLength', 0);
      }
      found = length;
    }
    if (found !== null) return found;
    throw new DecodeError('endpoints/sip-content-length', 'a message on a stream has no Content-Length', 'sip.contentLength', 0);
  }

  #joined(): Uint8Array {
    const [first] = this.#chunks;
    if (this.#chunks.length === 1 && first !== undefined) return first;
    const whole = Buffer.concat(this.#chunks, this.#held);
    this.#chunks = [whole];
    return whole;
  }

  #take(octets: Uint8Array, length: number): void {
    const rest = octets.subarray(length);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
    this.#wanted = 1;
    this.#searched = 0;
  }
}
