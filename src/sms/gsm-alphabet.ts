import { EncodeError } from '../octets/index.js';
import { lockingTables, singleShiftTables } from './gsm-tables.js';

const escapeSeptet = 0x1b;
const unassigned = '\uffff';
/** What stands in text for a septet or a code unit that means nothing. */
export const replacement = '\ufffd';

/** Single shift tables spread over 128 places, empty where nothing is assigned. */
const shiftCharacters: readonly (readonly string[])[] = singleShiftTables.map((runs) => {
  const characters: string[] = new Array<string>(128).fill('');
  for (const [first, run] of runs) for (let index = 0; index < run.length; index += 1) characters[first + index] = run.charAt(index);
  return characters;
});

/** The pair of tables that septets are read with: national language identifiers, 0 being the default alphabet and its extension. */
export interface GsmTables {
  readonly locking: number;
  readonly singleShift: number;
}

/** The default alphabet and its extension. */
export const defaultGsmTables: GsmTables = { locking: 0, singleShift: 0 };

/** True where there is a locking table of that identifier. @see 3GPP TS 23.038 A.3 */
export function hasLockingTable(identifier: number): boolean {
  return typeof lockingTables[identifier] === 'string';
}

/** True where there is a single shift table of that identifier. @see 3GPP TS 23.038 A.2 */
export function hasSingleShiftTable(identifier: number): boolean {
  return shiftCharacters[identifier] !== undefined;
}

/** Octets that `count` septets take when `fillBits` bits stand before them. @see 3GPP TS 23.038 6.1.2.1 */
export function packedLength(count: number, fillBits = 0): number {
  return Math.ceil((count * 7 + fillBits) / 8);
}

/** Fill bits between a header of that many octets (its length octet included) and the first septet. @see 3GPP TS 23.040 9.2.3.24 */
export function fillBitsAfter(headerOctets: number): number {
  return (7 - ((headerOctets * 8) % 7)) % 7;
}

/** Takes `count` septets out of packed octets; octets that are missing count as zero. @see 3GPP TS 23.038 6.1.2.1.1 */
export function unpackSeptets(octets: Uint8Array, count: number, fillBits = 0): Uint8Array {
  const septets = new Uint8Array(Math.max(0, count));
  for (let index = 0; index < count; index += 1) {
    const bit = fillBits + index * 7;
    const at = bit >> 3;
    const pair = (octets[at] ?? 0) | ((octets[at + 1] ?? 0) << 8);
    septets[index] = (pair >> (bit & 7)) & 0x7f;
  }
  return septets;
}

/** Packs septets into octets behind `fillBits` zero bits; the bits left over are zero. @see 3GPP TS 23.038 6.1.2.1.1 */
export function packSeptets(septets: Uint8Array, fillBits = 0): Uint8Array {
  const octets = new Uint8Array(packedLength(septets.length, fillBits));
  let bit = fillBits;
  for (const septet of septets) {
    const at = bit >> 3;
    const shifted = (septet & 0x7f) << (bit & 7);
    octets[at] = (octets[at] ?? 0) | (shifted & 0xff);
    if (shifted > 0xff) octets[at + 1] = shifted >> 8;
    bit += 7;
  }
  return octets;
}

/**
 * The text that septets stand for. A shifted septet that the extension lacks is read from the main table; what no table has
 * becomes U+FFFD, an escape of an escape a space.
 * @see 3GPP TS 23.038 6.2.1 and 6.2.1.1
 */
export function septetsToText(septets: Uint8Array, tables: GsmTables = defaultGsmTables): string {
  const main = lockingTables[tables.locking] ?? lockingTables[0] ?? '';
  const shifted = shiftCharacters[tables.singleShift] ?? shiftCharacters[0] ?? [];
  let text = '';
  let escaped = false;
  for (const septet of septets) {
    if (septet === escapeSeptet) {
      if (escaped) text += ' ';
      escaped = !escaped;
      continue;
    }
    const character = (escaped ? shifted[septet] : '') || main.charAt(septet);
    text += character === unassigned ? replacement : character;
    escaped = false;
  }
  return escaped ? text + replacement : text;
}

/**
 * The septets of a text.
 * @throws EncodeError `sms/cannot-encode-text` naming the first character that neither table has
 * @see 3GPP TS 23.038 6.2.1
 */
export function textToSeptets(text: string, tables: GsmTables = defaultGsmTables, field = 'text'): Uint8Array {
  const main = lockingTables[tables.locking] ?? lockingTables[0] ?? '';
  const shifted = shiftCharacters[tables.singleShift] ?? shiftCharacters[0] ?? [];
  const septets: number[] = [];
  for (const character of text) {
    const plain = character === unassigned || character === '\u001b' ? -1 : main.indexOf(character);
    if (plain >= 0) {
      septets.push(plain);
      continue;
    }
    const code = shifted.indexOf(character);
    if (code < 0) {
      const point = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      throw new EncodeError('sms/cannot-encode-text', `U+${point} is not in the GSM 7-bit alphabet`, field);
    }
    septets.push(escapeSeptet, code);
  }
  return Uint8Array.from(septets);
}
