import type { Diagnostic } from '../octets/index.js';
import { describeDataCoding } from './data-coding.js';
import {
  defaultGsmTables,
  fillBitsAfter,
  type GsmTables,
  hasLockingTable,
  hasSingleShiftTable,
  packedLength,
  packSeptets,
  replacement,
  septetsToText,
  textToSeptets,
  unpackSeptets,
} from './gsm-alphabet.js';
import type { BareUserData, ShortMessagePart, Tpdu, UserDataFields, UserDataHeader } from './types.js';
import { headerLength, nationalLanguage } from './user-data-header.js';

/** Text for people, and what was wrong with it. */
export interface DecodedText {
  /** Null where the data coding scheme says that it is no text. */
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

type TextSource = UserDataFields & { readonly dataCodingScheme: number };

const noText: DecodedText = { text: null, diagnostics: [] };

/** The tables that a header's national language elements name. @see 3GPP TS 23.038 6.2.1.2 */
function tablesOf(header: UserDataHeader | null, diagnostics: Diagnostic[]): GsmTables {
  if (header === null) return defaultGsmTables;
  const locking = nationalLanguage(header, 'locking') ?? 0;
  const singleShift = nationalLanguage(header, 'single-shift') ?? 0;
  if (!hasLockingTable(locking)) diagnostics.push(unknownLanguage(locking, 'locking'));
  if (!hasSingleShiftTable(singleShift)) diagnostics.push(unknownLanguage(singleShift, 'single shift'));
  return { locking, singleShift };
}

function unknownLanguage(identifier: number, kind: string): Diagnostic {
  const message = `there is no ${kind} table ${identifier}: the default one is used`;
  return { code: 'sms/unknown-national-language', message, offset: null };
}

/** UTF-16 as it stands, surrogates without a partner included; UCS2 text does use pairs. */
function ucs2Text(octets: Uint8Array): string {
  let text = '';
  for (let index = 0; index + 1 < octets.length; index += 2) {
    text += String.fromCharCode((octets[index] ?? 0) * 256 + (octets[index + 1] ?? 0));
  }
  return text;
}

/** Surrogates without a partner replaced, so that the text can be written as UTF-8. */
function wellFormed(text: string, diagnostics: Diagnostic[]): string {
  const mended = text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, replacement);
  if (mended !== text) {
    diagnostics.push({ code: 'sms/lone-surrogate', message: 'half of a surrogate pair stands alone: shown as U+FFFD', offset: null });
  }
  return mended;
}

/** Text of one source without mending; surrogate pairs may be split between parts. */
function rawText(source: TextSource, diagnostics: Diagnostic[]): string | null {
  const coding = describeDataCoding(source.dataCodingScheme);
  if (coding.compressed || coding.alphabet === '8-bit') return null;
  if (coding.alphabet === 'ucs2') {
    if (source.userData.length % 2 === 1) {
      diagnostics.push({
        code: 'sms/odd-ucs2',
        message: 'an odd number of octets in UCS2 text: the last one is passed over',
        offset: null,
      });
    }
    return ucs2Text(source.userData);
  }
  const header = headerLength(source.userDataHeader);
  const fillBits = fillBitsAfter(header);
  const announced = source.userDataLength - Math.ceil((header * 8) / 7);
  const there = Math.floor((source.userData.length * 8 - fillBits) / 7);
  return septetsToText(unpackSeptets(source.userData, Math.min(announced, there), fillBits), tablesOf(source.userDataHeader, diagnostics));
}

/**
 * The text of a TPDU; decoding itself never makes it, because pushes have none.
 * @see 3GPP TS 23.038 6.2
 */
export function decodeText(source: Tpdu | BareUserData): DecodedText {
  const readable = textSource(source);
  if (readable === null) return noText;
  const diagnostics: Diagnostic[] = [];
  const text = rawText(readable, diagnostics);
  return text === null ? noText : { text: wellFormed(text, diagnostics), diagnostics };
}

/** Bare user data and commands have no data coding scheme, and reports may have no user data. @see 3GPP TS 23.040 9.2.3.27 */
function textSource(source: Tpdu | BareUserData): TextSource | null {
  if (source.type === 'user-data' || source.type === 'SMS-COMMAND' || source.userDataLength === null) return null;
  const { dataCodingScheme, userDataLength, userDataHeader, userData } = source;
  return { dataCodingScheme: dataCodingScheme ?? 0, userDataLength, userDataHeader, userData };
}

/** The text of a whole message from its parts in order; null where any part is no text. */
export function joinText(parts: readonly ShortMessagePart[]): DecodedText {
  const diagnostics: Diagnostic[] = [];
  let text = '';
  for (const { source } of parts) {
    const readable = textSource(source);
    const piece = readable === null ? null : rawText(readable, diagnostics);
    if (piece === null) return noText;
    text += piece;
  }
  return { text: wellFormed(text, diagnostics), diagnostics };
}

/** How a text is to be encoded. */
export interface EncodeTextOptions {
  readonly alphabet?: 'gsm-7-bit' | 'ucs2';
  /** Header the text will follow; its national language elements choose the tables. */
  readonly userDataHeader?: UserDataHeader | null;
}

/**
 * TP-UDL and TP-UD of a text.
 * @throws EncodeError `sms/cannot-encode-text`
 * @see 3GPP TS 23.038 6.2
 */
export function encodeText(text: string, options: EncodeTextOptions = {}): UserDataFields {
  const { alphabet = 'gsm-7-bit', userDataHeader = null } = options;
  const header = headerLength(userDataHeader);
  if (alphabet === 'ucs2') {
    const userData = new Uint8Array(text.length * 2);
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      userData[2 * index] = unit >> 8;
      userData[2 * index + 1] = unit & 0xff;
    }
    return { userDataLength: header + userData.length, userDataHeader, userData };
  }
  const septets = textToSeptets(text, tablesOf(userDataHeader, []));
  const fillBits = fillBitsAfter(header);
  const userData = septets.length === 0 ? new Uint8Array(packedLength(0, 0)) : packSeptets(septets, fillBits);
  return { userDataLength: Math.ceil((header * 8) / 7) + septets.length, userDataHeader, userData };
}
