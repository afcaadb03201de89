import type { DecodeError } from '../../octets/index.js';
import { splitOutside } from '../header-grammar.js';

/** A header field. The characters of its value are octets (Latin-1), so that it goes back to its sender as it came. */
export interface SipHeader {
  /** Long form, lower case. */
  readonly name: string;
  /** As it was sent. */
  readonly sentName: string;
  /** Folded lines joined, blanks at both ends left out. */
  readonly value: string;
  /** Octets from the start of the message. */
  readonly offset: number;
}

interface Parsed {
  /** In the order sent. */
  readonly headers: readonly SipHeader[];
  readonly body: Uint8Array;
  /** What is wrong with it although its start line and its end were found; an answer can still be made. */
  readonly faults: readonly DecodeError[];
}

/** @see RFC 3261 7.1 */
export interface SipRequest extends Parsed {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  /** `SIP/2.0`, or what was sent in its place. */
  readonly version: string;
}

/** @see RFC 3261 7.2 */
export interface SipResponse extends Parsed {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly version: string;
}

export type SipMessage = SipRequest | SipResponse;

/** The value of the first header field of a name, which is in lower case; undefined where there is none. */
export function headerValue(message: Pick<SipMessage, 'headers'>, name: string): string | undefined {
  return message.headers.find((header) => header.name === name)?.value;
}

/** All values of a header field that may hold a list, one element each. @see RFC 3261 7.3.1 */
export function headerList(message: Pick<SipMessage, 'headers'>, name: string): string[] {
  return message.headers
    .filter((header) => header.name === name)
    .flatMap(({ value }) => splitOutside(value, ','))
    .filter((element) => element !== '');
}
