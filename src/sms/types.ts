import type { Diagnostic } from '../octets/index.js';

/** Whether octets go from the service centre towards the modem's host, or the other way; the same type bits mean different TPDUs. */
export type Direction = 'from-modem' | 'to-modem';

/** An address field (TP-OA, TP-DA, TP-RA, service centre). @see 3GPP TS 23.040 9.1.2.5 */
export interface Address {
  /** The type-of-address octet as it stood. */
  readonly typeOfAddress: number;
  readonly typeOfNumber: number;
  readonly numberingPlan: number;
  /** For people: digits with `+` where the number is international, or the text of an alphanumeric address. */
  readonly text: string;
  /** Type-of-address octet and address value, raw: what keys compare. */
  readonly octets: Uint8Array;
}

/** One element of a user data header; unknown ones are kept and encode back unchanged. @see 3GPP TS 23.040 9.2.3.24 */
export interface InformationElement {
  readonly identifier: number;
  readonly octets: Uint8Array;
}

/** Application port addressing. @see 3GPP TS 23.040 9.2.3.24.3 and 9.2.3.24.4 */
export interface Ports {
  readonly destination: number;
  readonly source: number;
  readonly bits: 8 | 16;
}

/** @see 3GPP TS 23.040 9.2.3.24.1 and 9.2.3.24.8 */
export interface Concatenation {
  readonly reference: number;
  readonly total: number;
  /** 1 to total. */
  readonly sequence: number;
  readonly bits: 8 | 16;
}

/** What a part's user data is, by its data coding scheme. @see 3GPP TS 23.038 4 */
export type Alphabet = 'gsm-7-bit' | '8-bit' | 'ucs2' | 'reserved';

/** One SMS, seen as a piece of something larger: what reassembly and WDP need of a TPDU. */
export interface ShortMessagePart {
  /** Originating address (SMS-DELIVER) or destination address (SMS-SUBMIT). */
  readonly address: Address;
  readonly alphabet: Alphabet;
  readonly ports: Ports | null;
  readonly concatenation: Concatenation | null;
  /** User data after the user data header as it stands on the wire (7-bit text packed). */
  readonly octets: Uint8Array;
  /** TP-SCTS as it stands, seven octets; null where the TPDU has none. */
  readonly timeStamp: Uint8Array | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a WDP datagram over SMS is once its parts are joined. @see WAP-259-WDP */
export interface WdpDatagram {
  readonly destinationPort: number;
  readonly sourcePort: number;
  readonly portBits: 8 | 16;
  readonly octets: Uint8Array;
}

/** The parts of one message in order of their sequence numbers, each with what the caller tied to it. */
export interface CompleteMessage<Tag> {
  readonly parts: readonly { readonly part: ShortMessagePart; readonly tag: Tag }[];
  /** Present where sequence 1 has ports and the user data is 8-bit. */
  readonly datagram: WdpDatagram | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What became of a part given to the reassembler. `single` has no concatenation element. `conflict` contradicts an open set and
 * has opened a new one, which is complete at once only where its total is 1 (then the outcome is `complete`).
 */
export type ReassemblyOutcome<Tag> =
  | { readonly state: 'single' | 'complete'; readonly message: CompleteMessage<Tag> }
  | { readonly state: 'pending' | 'conflict'; readonly set: IncompleteSet<Tag> }
  | { readonly state: 'duplicate'; readonly of: Tag };

/** A set of parts that is not whole yet. */
export interface IncompleteSet<Tag> {
  readonly concatenation: Omit<Concatenation, 'sequence'>;
  readonly address: Address;
  /** Clock time of the first part that came, in milliseconds. */
  readonly since: number;
  readonly parts: readonly { readonly part: ShortMessagePart; readonly tag: Tag }[];
  /** Sequence numbers not seen yet, ascending. */
  readonly missing: readonly number[];
}
