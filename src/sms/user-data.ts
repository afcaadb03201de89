import { Cursor, type Diagnostic, EncodeError, type OctetWriter } from '../octets/index.js';
import type { Allowance } from './allowances.js';
import { type DataCoding, describeDataCoding } from './data-coding.js';
import { packedLength } from './gsm-alphabet.js';
import type { BareUserData, UserDataFields, UserDataHeader } from './types.js';
import { headerLength, readUserDataHeader, writeUserDataHeader } from './user-data-header.js';

/** TP-UD holds at most 140 octets. @see 3GPP TS 23.040 9.2.3.24 */
export const maximumUserDataOctets = 140;

const noOctets = new Uint8Array(0);

/** Octets that user data of a length takes on the wire. */
function wireOctets(coding: DataCoding, length: number): number {
  return coding.countsSeptets ? packedLength(length) : length;
}

/**
 * Reads TP-UDL and TP-UD.
 * @throws DecodeError `octets/truncated` and what {@link readUserDataHeader} throws
 * @see 3GPP TS 23.040 9.2.3.16 and 9.2.3.24
 */
export function readUserData(
  cursor: Cursor,
  dataCodingScheme: number,
  headerIndicated: boolean,
  allow: readonly Allowance[],
  diagnostics: Diagnostic[],
): UserDataFields {
  const lengthAt = cursor.offset;
  const coding = describeDataCoding(dataCodingScheme);
  const userDataLength = cursor.u8('udl', coding.countsSeptets ? septetsMeaning : octetsMeaning);
  let octets = wireOctets(coding, userDataLength);
  if (octets !== cursor.remaining) {
    // Who uses a reserved coding means octets as often as septets; what fits exactly is what was meant.
    if (coding.alphabet === 'reserved' && userDataLength === cursor.remaining) octets = userDataLength;
    else if (octets > cursor.remaining && allow.includes('truncated-user-data')) {
      diagnostics.push({
        code: 'sms/truncated-user-data',
        message: `user data of ${octets} octets, of which ${cursor.remaining} are there: read as far as they go`,
        offset: lengthAt,
      });
      octets = cursor.remaining;
    }
  }
  if (octets > maximumUserDataOctets) {
    const message = `user data of ${octets} octets, ${maximumUserDataOctets} are the most`;
    diagnostics.push({ code: 'sms/user-data-too-long', message, offset: lengthAt });
  }
  if (octets > cursor.remaining) cursor.bytes('ud', octets);
  const start = cursor.offset;
  const header = headerIndicated ? readUserDataHeader(cursor, octets, diagnostics) : null;
  const meaning = coding.countsSeptets ? textMeaning : coding.alphabet === 'ucs2' ? ucs2Meaning : dataMeaning;
  const userData = cursor.bytes('ud', octets - (cursor.offset - start), meaning);
  return { userDataLength, userDataHeader: header, userData };
}

function septetsMeaning(length: number): string {
  return `user data of ${length} septets`;
}

function octetsMeaning(length: number): string {
  return `user data of ${length} octets`;
}

function textMeaning(): string {
  return 'text, 7 bit packed';
}

function ucs2Meaning(): string {
  return 'text, UCS2';
}

function dataMeaning(octets: Uint8Array): string {
  return `data, ${octets.length} octets`;
}

/**
 * Decodes TP-UD that stands alone and begins with its header, 8-bit data.
 * @throws DecodeError what {@link readUserDataHeader} throws
 */
export function decodeUserData(
  octets: Uint8Array,
  options: { readonly annotate?: Cursor['annotate']; readonly baseOffset?: number } = {},
): BareUserData {
  const { annotate, baseOffset = 0 } = options;
  const cursor = new Cursor(octets, { annotate, baseOffset });
  const diagnostics: Diagnostic[] = [];
  if (octets.length > maximumUserDataOctets) {
    const message = `user data of ${octets.length} octets, ${maximumUserDataOctets} are the most`;
    if (octets.length > 0xff) cursor.fail('sms/user-data-too-long', 'ud', message);
    diagnostics.push({ code: 'sms/user-data-too-long', message, offset: baseOffset });
  }
  if (octets.length === 0) cursor.u8('ud.udh');
  const header = readUserDataHeader(cursor, octets.length, diagnostics);
  const userData = cursor.rest('ud', dataMeaning);
  return { type: 'user-data', userDataLength: octets.length, userDataHeader: header, userData, diagnostics };
}

/**
 * Writes TP-UDL and TP-UD.
 * @throws EncodeError `sms/user-data-length` where TP-UDL does not count the octets, `sms/user-data-too-long`
 */
export function writeUserData(writer: OctetWriter, dataCodingScheme: number, value: UserDataFields): void {
  const octets = headerLength(value.userDataHeader) + value.userData.length;
  if (octets > maximumUserDataOctets) {
    throw new EncodeError('sms/user-data-too-long', `user data of ${octets} octets, ${maximumUserDataOctets} are the most`, 'ud');
  }
  const coding = describeDataCoding(dataCodingScheme);
  const fits = wireOctets(coding, value.userDataLength) === octets;
  if (!fits && !(coding.alphabet === 'reserved' && value.userDataLength === octets)) {
    throw new EncodeError('sms/user-data-length', `a length of ${value.userDataLength} for user data of ${octets} octets`, 'udl');
  }
  writer.u8('udl', value.userDataLength);
  if (value.userDataHeader !== null) writeUserDataHeader(writer, value.userDataHeader);
  writer.bytes(value.userData);
}

/** TP-UDL and TP-UD of 8-bit data behind an optional header. */
export function dataFields(userDataHeader: UserDataHeader | null, userData: Uint8Array = noOctets): UserDataFields {
  return { userDataLength: headerLength(userDataHeader) + userData.length, userDataHeader, userData };
}
