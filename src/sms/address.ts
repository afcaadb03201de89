import { type Cursor, EncodeError, type OctetWriter } from '../octets/index.js';
import { packedLength, packSeptets, septetsToText, textToSeptets, unpackSeptets } from './gsm-alphabet.js';
import type { Address } from './types.js';

/** TP addresses hold at most 20 semi-octets. @see 3GPP TS 23.040 9.1.2.5 */
const maximumSemiOctets = 20;
const international = 1;
const alphanumeric = 5;
const digits = '0123456789*#abc';
/** The two digits of an octet, low semi-octet first; 1111 stands for no digit. */
const digitPairs: readonly string[] = Array.from({ length: 256 }, (_, octet) => digits.charAt(octet & 15) + digits.charAt(octet >> 4));

const typesOfNumber = [
  'unknown',
  'international',
  'national',
  'network specific',
  'subscriber',
  'alphanumeric',
  'abbreviated',
  'reserved type of number',
];
const numberingPlans: Readonly<Record<number, string>> = {
  0: 'unknown plan',
  1: 'ISDN',
  3: 'data',
  4: 'telex',
  5: 'service centre specific',
  6: 'service centre specific',
  8: 'national plan',
  9: 'private plan',
  10: 'ERMES',
  15: 'reserved for extension',
};

/** What a type-of-address octet says, for people. @see 3GPP TS 23.040 9.1.2.5 */
export function describeTypeOfAddress(typeOfAddress: number): string {
  const plan = numberingPlans[typeOfAddress & 15] ?? 'reserved plan';
  return `${typesOfNumber[(typeOfAddress >> 4) & 7] ?? ''}, ${plan}${typeOfAddress < 0x80 ? ', extension bit clear' : ''}`;
}

/** The digits of an address. Of an odd number of semi-octets the last upper one is filling, whatever it holds. */
function digitsText(octets: Uint8Array, semiOctets: number, typeOfNumber: number): string {
  let text = typeOfNumber === international && octets.length > 1 ? '+' : '';
  const whole = 1 + (semiOctets >> 1);
  for (let index = 1; index < whole; index += 1) text += digitPairs[octets[index] ?? 0xff] ?? '';
  return semiOctets % 2 === 0 ? text : text + (digitPairs[(octets[whole] ?? 0xff) | 0xf0] ?? '');
}

/**
 * The text of an alphanumeric address. A service centre may round the length up to whole octets, which makes seven
 * characters look like eight with a last `@`; that one is taken away.
 */
function alphanumericText(octets: Uint8Array, semiOctets: number): string {
  const count = Math.floor((semiOctets * 4) / 7);
  const septets = unpackSeptets(octets.subarray(1), count);
  const rounded = count > 0 && septets[count - 1] === 0 && packedLength(count - 1) === octets.length - 1;
  return septetsToText(rounded ? septets.subarray(0, count - 1) : septets);
}

function address(octets: Uint8Array, semiOctets: number, text: string): Address {
  const typeOfAddress = octets[0] ?? 0;
  return {
    typeOfAddress,
    typeOfNumber: (typeOfAddress >> 4) & 7,
    numberingPlan: typeOfAddress & 15,
    text,
    lengthSemiOctets: semiOctets,
    octets,
  };
}

function annotateAddress(cursor: Cursor, name: string, found: Address): void {
  cursor.note(name, found.octets.length, `${found.text === '' ? 'no number' : found.text} (${describeTypeOfAddress(found.typeOfAddress)})`);
}

/** An address of no digits at all: what stands for the sender where there is none. */
export const noAddress: Address = address(Uint8Array.of(0x80), 0, '');

/**
 * Reads TP-OA, TP-DA or TP-RA.
 * @throws DecodeError `octets/truncated`, `sms/address-too-long`
 * @see 3GPP TS 23.040 9.1.2.5
 */
export function readAddress(cursor: Cursor, name: string): Address {
  const at = cursor.offset;
  const semiOctets = cursor.u8(name, semiOctetsMeaning);
  if (semiOctets > maximumSemiOctets) {
    cursor.fail('sms/address-too-long', name, `an address of ${semiOctets} semi-octets, ${maximumSemiOctets} are the most`, at);
  }
  const octets = cursor.bytes(name, 1 + ((semiOctets + 1) >> 1), nothing);
  const typeOfNumber = ((octets[0] ?? 0) >> 4) & 7;
  const found = address(
    octets,
    semiOctets,
    typeOfNumber === alphanumeric ? alphanumericText(octets, semiOctets) : digitsText(octets, semiOctets, typeOfNumber),
  );
  if (cursor.annotate !== undefined) annotateAddress(cursor, name, found);
  return found;
}

/**
 * Reads the service centre address that stands before the TPDU in PDU mode; its length counts octets, and zero means none.
 * @throws DecodeError `octets/truncated`
 * @see 3GPP TS 24.011 8.2.5.1, 3GPP TS 27.005 3.1
 */
export function readServiceCentreAddress(cursor: Cursor): Address | null {
  const length = cursor.u8('sca', serviceCentreLengthMeaning);
  if (length === 0) return null;
  const octets = cursor.bytes('sca', length, nothing);
  const found = address(octets, 2 * (length - 1), digitsText(octets, 2 * (length - 1), ((octets[0] ?? 0) >> 4) & 7));
  if (cursor.annotate !== undefined) annotateAddress(cursor, 'sca', found);
  return found;
}

function nothing(): null {
  return null;
}

function semiOctetsMeaning(length: number): string {
  return `address of ${length} semi-octets`;
}

function serviceCentreLengthMeaning(length: number): string {
  return length === 0 ? 'no service centre address' : `service centre address of ${length} octets`;
}

/** Writes TP-OA, TP-DA or TP-RA. @throws EncodeError `sms/bad-address` where length and octets contradict each other */
export function writeAddress(writer: OctetWriter, name: string, value: Address): void {
  if (value.lengthSemiOctets > maximumSemiOctets || value.octets.length !== 1 + Math.ceil(value.lengthSemiOctets / 2)) {
    throw new EncodeError('sms/bad-address', `${name} has ${value.lengthSemiOctets} semi-octets in ${value.octets.length} octets`, name);
  }
  writer.u8(name, value.lengthSemiOctets).bytes(value.octets);
}

/** Writes the service centre address, or a zero for none. @throws EncodeError `sms/bad-address` */
export function writeServiceCentreAddress(writer: OctetWriter, value: Address | null): void {
  if (value === null) {
    writer.u8('sca', 0);
    return;
  }
  if (value.octets.length === 0) throw new EncodeError('sms/bad-address', 'sca has no type-of-address octet', 'sca');
  writer.u8('sca', value.octets.length).bytes(value.octets);
}

/**
 * The address that a text means: digits, `*`, `#`, `a`, `b`, `c`, with `+` in front where international; anything else is
 * alphanumeric, at most eleven characters of the GSM alphabet.
 * @throws EncodeError `sms/bad-address`
 * @see 3GPP TS 23.040 9.1.2.5
 */
export function addressFromText(text: string, field = 'address'): Address {
  const plain = text.startsWith('+') ? text.slice(1) : text;
  if (!/^[0-9*#abc]*$/.test(plain) || (plain === '' && text !== '')) return alphanumericAddress(text, field);
  if (plain.length > maximumSemiOctets) {
    throw new EncodeError('sms/bad-address', `${plain.length} digits, ${maximumSemiOctets} are the most`, field);
  }
  const octets = new Uint8Array(1 + Math.ceil(plain.length / 2)).fill(0xff);
  octets[0] = plain === text ? 0x81 : 0x91;
  for (let index = 0; index < plain.length; index += 1) {
    const at = 1 + (index >> 1);
    const digit = digits.indexOf(plain.charAt(index));
    octets[at] = index % 2 === 0 ? 0xf0 | digit : (digit << 4) | ((octets[at] ?? 0) & 15);
  }
  return address(octets, plain.length, text);
}

function alphanumericAddress(text: string, field: string): Address {
  const septets = textToSeptets(text, undefined, field);
  const semiOctets = Math.ceil((septets.length * 7) / 4);
  if (semiOctets > maximumSemiOctets) throw new EncodeError('sms/bad-address', `${septets.length} characters, 11 are the most`, field);
  const octets = new Uint8Array(1 + Math.ceil(semiOctets / 2));
  octets[0] = 0xd0;
  octets.set(packSeptets(septets), 1);
  return address(octets, semiOctets, text);
}

/** A service centre address from text: like {@link addressFromText}, its length counting octets. @throws EncodeError `sms/bad-address` */
export function serviceCentreAddressFromText(text: string): Address {
  if (!/^\+?[0-9*#abc]+$/.test(text)) throw new EncodeError('sms/bad-address', 'a service centre address is a number', 'sca');
  const found = addressFromText(text, 'sca');
  return { ...found, lengthSemiOctets: 2 * (found.octets.length - 1) };
}
