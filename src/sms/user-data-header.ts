import type { Cursor, Diagnostic, OctetWriter } from '../octets/index.js';
import { EncodeError, viewOf } from '../octets/index.js';
import { informationElementName } from './code-points.js';
import type { Concatenation, InformationElement, Ports, UserDataHeader } from './types.js';

const concatenation8 = 0x00;
const ports8 = 0x04;
const ports16 = 0x05;
const concatenation16 = 0x08;

/** Octets that an element must have for its meaning to be read. */
function properLength(identifier: number): number {
  switch (identifier) {
    case concatenation8:
      return 3;
    case ports8:
      return 2;
    case ports16:
    case concatenation16:
      return 4;
    case 0x24:
    case 0x25:
      return 1;
    default:
      return -1;
  }
}

/** What the octets from `at` say, as the element's value. */
function concatenationOf(identifier: number, octets: Uint8Array, at = 0): Concatenation {
  if (identifier === concatenation8) {
    return { reference: octets[at] ?? 0, total: octets[at + 1] ?? 0, sequence: octets[at + 2] ?? 0, bits: 8 };
  }
  return { reference: twoOctets(octets, at), total: octets[at + 2] ?? 0, sequence: octets[at + 3] ?? 0, bits: 16 };
}

function portsOf(identifier: number, octets: Uint8Array, at = 0): Ports {
  if (identifier === ports8) return { destination: octets[at] ?? 0, source: octets[at + 1] ?? 0, bits: 8 };
  return { destination: twoOctets(octets, at), source: twoOctets(octets, at + 2), bits: 16 };
}

function twoOctets(octets: Uint8Array, at: number): number {
  return (octets[at] ?? 0) * 256 + (octets[at + 1] ?? 0);
}

/** False for numbers that no part of a message can have; the element is then ignored. @see 3GPP TS 23.040 9.2.3.24.1 */
function makesSense({ total, sequence }: Concatenation): boolean {
  return total > 0 && sequence > 0 && sequence <= total;
}

/**
 * What a list of elements says: of those that may not repeat the last one that is well formed counts, of 8-bit and 16-bit forms too.
 * @see 3GPP TS 23.040 9.2.3.24
 */
export function userDataHeader(elements: readonly InformationElement[]): UserDataHeader {
  let ports: Ports | null = null;
  let concatenation: Concatenation | null = null;
  for (const { identifier, octets } of elements) {
    if (properLength(identifier) !== octets.length) continue;
    if (identifier === ports8 || identifier === ports16) ports = portsOf(identifier, octets);
    else if (identifier === concatenation8 || identifier === concatenation16) concatenation = concatenationOf(identifier, octets);
  }
  return { elements, ports, concatenation: concatenation !== null && makesSense(concatenation) ? concatenation : null };
}

/** The last national language identifier of a kind, or null. @see 3GPP TS 23.040 9.2.3.24.15 and 9.2.3.24.16 */
export function nationalLanguage(header: UserDataHeader | null, kind: 'locking' | 'single-shift'): number | null {
  const identifier = kind === 'locking' ? 0x25 : 0x24;
  let found: number | null = null;
  for (const element of header?.elements ?? []) {
    if (element.identifier === identifier && element.octets.length === 1) found = element.octets[0] ?? null;
  }
  return found;
}

/** Octets of a header on the wire, its length octet included. */
export function headerLength(header: UserDataHeader | null): number {
  if (header === null) return 0;
  let length = 1;
  for (const element of header.elements) length += 2 + element.octets.length;
  return length;
}

/**
 * Reads UDHL and the elements it announces, which must fill it exactly; `available` octets of user data are there for both.
 * @throws DecodeError `octets/truncated`, `sms/user-data-header-overrun`, `sms/user-data-header-length`, `sms/information-element-overrun`
 * @see 3GPP TS 23.040 9.2.3.24
 */
export function readUserDataHeader(cursor: Cursor, available: number, diagnostics: Diagnostic[]): UserDataHeader {
  const start = cursor.offset;
  const length = available > 0 ? cursor.u8('ud.udh', headerLengthMeaning) : 0;
  if (length >= available) {
    cursor.fail('sms/user-data-header-overrun', 'ud.udh', `a header of ${length} octets in user data of ${available}`, start);
  }
  if (length === 1) cursor.fail('sms/user-data-header-length', 'ud.udh', 'a header of 1 octet, an element has at least 2', start);
  // Nothing in it is cut short, and it names no ports and no part: the text behind it is all there is.
  if (length === 0) diagnostics.push({ code: 'sms/user-data-header-empty', message: 'a user data header without elements', offset: start });
  const { octets } = cursor;
  const first = cursor.pass('ud.udh', length);
  const elements: InformationElement[] = [];
  let ports: Ports | null = null;
  let concatenation: Concatenation | null = null;
  let concatenationAt = 0;
  let position = 0;
  while (position < length) {
    const from = first + position;
    const identifier = octets[from] ?? 0;
    const elementLength = position + 1 < length ? (octets[from + 1] ?? 0) : length;
    const end = position + 2 + elementLength;
    const at = start + 1 + position;
    if (end > length) {
      const message = `element ${informationElementName(identifier)} runs past the end of the user data header`;
      cursor.fail('sms/information-element-overrun', `ud.udh.ie[${elements.length}]`, message, at);
    }
    elements.push({ identifier, octets: viewOf(octets, from + 2, first + end) });
    const proper = properLength(identifier);
    if (proper >= 0 && proper !== elementLength) {
      diagnostics.push({
        code: 'sms/information-element-length',
        message: `element ${informationElementName(identifier)} has ${elementLength} octets instead of ${proper}: passed over`,
        offset: at,
      });
    } else if (identifier === concatenation8 || identifier === concatenation16) {
      if (concatenation !== null) diagnostics.push(repeated(identifier, at));
      concatenation = concatenationOf(identifier, octets, from + 2);
      concatenationAt = at;
    } else if (identifier === ports8 || identifier === ports16) {
      if (ports !== null) diagnostics.push(repeated(identifier, at));
      ports = portsOf(identifier, octets, from + 2);
      if (hasReserved(ports)) diagnostics.push(reservedPorts(ports, at));
    } else if (identifier >= 0x70 && identifier <= 0x7f) {
      diagnostics.push({ code: 'sms/sim-directed', message: 'a SIM toolkit security header: meant for the SIM', offset: at });
    }
    if (cursor.annotate !== undefined) annotateElement(cursor, octets.subarray(from, first + end), elements.length - 1, at);
    position = end;
  }
  if (concatenation !== null && !makesSense(concatenation)) {
    diagnostics.push({
      code: 'sms/concatenation-ignored',
      message: `part ${concatenation.sequence} of ${concatenation.total} cannot be: taken as a message of one part`,
      offset: concatenationAt,
    });
    concatenation = null;
  }
  return { elements, ports, concatenation };
}

function repeated(identifier: number, offset: number): Diagnostic {
  return {
    code: 'sms/information-element-repeated',
    message: `element ${informationElementName(identifier)} stands where one of its kind stood before: the last one counts`,
    offset,
  };
}

/** @see 3GPP TS 23.040 9.2.3.24.3 and 9.2.3.24.4 */
function hasReserved({ destination, source, bits }: Ports): boolean {
  return bits === 8 ? destination < 240 || source < 240 : destination > 49_151;
}

function reservedPorts({ destination, source, bits }: Ports, offset: number): Diagnostic {
  const message = `ports ${destination} from ${source} are reserved in the ${bits}-bit form: kept`;
  return { code: 'sms/reserved-ports', message, offset };
}

function headerLengthMeaning(length: number): string {
  return `user data header of ${length} octets`;
}

const knownPorts: Readonly<Record<number, string>> = { 2948: ' (WAP push)', 2949: ' (WAP push, secure)', 9200: ' (WSP)' };

/** Meaning of one element for people. */
function describeElement(identifier: number, value: Uint8Array): string {
  if (properLength(identifier) === value.length) {
    if (identifier === concatenation8 || identifier === concatenation16) {
      const { reference, total, sequence } = concatenationOf(identifier, value);
      return `part ${sequence} of ${total}, reference ${reference}`;
    }
    if (identifier === ports8 || identifier === ports16) {
      const { destination, source } = portsOf(identifier, value);
      return `destination port ${destination}${knownPorts[destination] ?? ''}, source port ${source}${knownPorts[source] ?? ''}`;
    }
  }
  return informationElementName(identifier);
}

function annotateElement(cursor: Cursor, octets: Uint8Array, index: number, offset: number): void {
  cursor.annotate?.({
    offset,
    octets,
    field: cursor.path(`ud.udh.ie[${index}]`),
    meaning: describeElement(octets[0] ?? 0, octets.subarray(2)),
  });
}

/** Writes UDHL and the elements. @throws EncodeError `octets/out-of-range` where they are more than one header holds */
export function writeUserDataHeader(writer: OctetWriter, header: UserDataHeader): void {
  writer.u8('ud.udh', headerLength(header) - 1);
  header.elements.forEach(({ identifier, octets }, index) => {
    writer.u8(`ud.udh.ie[${index}]`, identifier).u8(`ud.udh.ie[${index}]`, octets.length).bytes(octets);
  });
}

/** The concatenation element of a part. @throws EncodeError `sms/bad-concatenation` @see 3GPP TS 23.040 9.2.3.24.1 and 9.2.3.24.8 */
export function concatenationElement(value: Concatenation): InformationElement {
  const { reference, total, sequence, bits } = value;
  const mostReference = bits === 8 ? 0xff : 0xffff;
  if (!Number.isInteger(reference) || reference < 0 || reference > mostReference || total > 255 || !makesSense(value)) {
    const message = `part ${sequence} of ${total} with ${bits}-bit reference ${reference} cannot be`;
    throw new EncodeError('sms/bad-concatenation', message, 'ud.udh');
  }
  const octets = bits === 8 ? [reference, total, sequence] : [reference >> 8, reference & 0xff, total, sequence];
  return { identifier: bits === 8 ? concatenation8 : concatenation16, octets: Uint8Array.from(octets) };
}

/** The port element of a part. @throws EncodeError `sms/bad-ports` @see 3GPP TS 23.040 9.2.3.24.3 and 9.2.3.24.4 */
export function portsElement({ destination, source, bits }: Ports): InformationElement {
  const most = bits === 8 ? 0xff : 0xffff;
  for (const port of [destination, source]) {
    if (!Number.isInteger(port) || port < 0 || port > most) {
      throw new EncodeError('sms/bad-ports', `${port} is no ${bits}-bit port`, 'ud.udh');
    }
  }
  const octets = bits === 8 ? [destination, source] : [destination >> 8, destination & 0xff, source >> 8, source & 0xff];
  return { identifier: bits === 8 ? ports8 : ports16, octets: Uint8Array.from(octets) };
}
