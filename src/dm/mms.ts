import { Cursor, type CursorOptions, DecodeError, type Diagnostic, toHex } from '../octets/index.js';
import { latin1Of, textOf } from './charset.js';
import { type MmsField, type MmsValueKind, mmsContentType, mmsFields, mmsMessageType, mmsMessageTypes } from './mms-fields.table.js';

/** A header of an MMS message, as far as a person wants to see it. */
export interface MmsHeader {
  readonly name: string;
  /** Dates in ISO 8601 UTC, times from sending in seconds, octets of no known form in hex; null where a text could not be read. */
  readonly value: string | number | null;
}

/** What an MMS message says in its headers; its content, where it has any, is not read. */
export interface MmsMessage {
  /** Null where the message does not begin with its type, or with a type that nobody has assigned. */
  readonly messageType: string | null;
  readonly headers: readonly MmsHeader[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A value by its outer form, which is the same for all fields. @see WAP-230-WSP 8.4.1.2 */
type MmsValue =
  | { readonly form: 'octet'; readonly octet: number }
  | { readonly form: 'text'; readonly octets: Uint8Array }
  | { readonly form: 'octets'; readonly octets: Uint8Array };

/** More are not looked at: a message has some twenty. */
const mostHeaders = 100;
/** Characters of a value that are shown. */
const shownCharacters = 256;
const misfit = Symbol('no value of the kind that belongs there');
const utf16 = { big: new TextDecoder('utf-16be'), little: new TextDecoder('utf-16le') };

/**
 * Reads the headers of an MMS message in brief. What cannot be read ends the reading and becomes a diagnostic; what was read before
 * stays. Nothing that is named in it is fetched.
 * @see OMA-TS-MMS_ENC
 */
export function decodeMms(octets: Uint8Array, options: CursorOptions = {}): MmsMessage {
  const cursor = new Cursor(octets, { field: 'mms', ...options });
  const headers: MmsHeader[] = [];
  const diagnostics: Diagnostic[] = [];
  const say = (code: Diagnostic['code'], message: string, offset: number): void => {
    diagnostics.push({ code, message, offset });
  };
  const begin = cursor.offset;
  const begun = cursor.peek() === (mmsMessageType | 0x80);
  const type = begun ? mmsMessageTypes.name(cursor.peek(1) ?? 0) : undefined;
  if (!begun) say('dm/mms-without-type', 'an MMS message begins with X-Mms-Message-Type, this one does not (OMA-TS-MMS_ENC)', begin);
  try {
    while (cursor.remaining > 0) {
      if (headers.length === mostHeaders) {
        cursor.fail('dm/mms-too-many-headers', 'headers', `only the first ${mostHeaders} headers of an MMS message are looked at`);
      }
      headers.push(readHeader(cursor, say));
      if (headers.at(-1)?.name === mmsFields.get(mmsContentType)?.name) cursor.rest('content', (rest) => `${rest.length} octets, not read`);
    }
  } catch (caught) {
    if (!(caught instanceof DecodeError)) throw caught;
    say(caught.code, caught.message, caught.offset);
    cursor.rest('rest', (rest) => `${rest.length} octet${rest.length === 1 ? '' : 's'}, not read`);
  }
  return { messageType: type ?? null, headers, diagnostics };
}

type Say = (code: Diagnostic['code'], message: string, offset: number) => void;

function readHeader(cursor: Cursor, say: Say): MmsHeader {
  const first = cursor.peek() ?? 0;
  if (first < 0x80) {
    if (first < 0x20) cursor.fail('dm/mms-bad-header', 'header', `octet ${first} begins no header of an MMS message`);
    const name = latin1Of(unquoted(readText(cursor, 'name')));
    return { name: shown(name), value: shown(lenientText(unquoted(readText(cursor, 'value')))) };
  }
  const code = cursor.u8('header', (octet) => mmsFields.get(octet & 0x7f)?.name ?? 'a header of no known name') & 0x7f;
  const field: MmsField = mmsFields.get(code) ?? { name: `0x${code.toString(16).toUpperCase().padStart(2, '0')}`, kind: 'any' };
  const offset = cursor.offset;
  const value = readValue(cursor, field);
  const meant = meaningOf(value, field.kind);
  if (meant === null) say('dm/unsupported-charset', `${field.name} is in a character set that is not read, or does not keep to it`, offset);
  if (meant !== misfit) return { name: field.name, value: typeof meant === 'string' ? shown(meant) : meant };
  say('dm/mms-bad-value', `${field.name} has a value of another kind`, offset);
  return { name: field.name, value: shownAny(value) };
}

/** One value, whatever it means. A text begins with any octet from 0x20 on where a text belongs, else below 0x80. */
function readValue(cursor: Cursor, { name: fullName, kind }: MmsField): MmsValue {
  const first = cursor.peek();
  const name = fullName.replace('X-Mms-', '');
  const meaning = (value: MmsValue): string => {
    const meant = meaningOf(value, kind);
    const seconds = kind === 'time' && typeof meant === 'number' ? ' s after sending' : '';
    return shown(`${String(meant === null || meant === misfit ? shownAny(value) : meant)}${seconds}`);
  };
  const isText = kind === 'text' || kind === 'encoded-text';
  if (first !== undefined && first >= 0x20 && (isText || first < 0x80)) return { form: 'text', octets: unquoted(readText(cursor, name)) };
  if (first === undefined || first >= 0x80) return { form: 'octet', octet: cursor.u8(name, (octet) => meaning({ form: 'octet', octet })) };
  const length = readLength(cursor, name);
  return { form: 'octets', octets: cursor.bytes(name, length, (octets) => meaning({ form: 'octets', octets })) };
}

/** Value-length: up to 30 in one octet, else 31 and a uintvar of at most five; null where there is none. @see WAP-230-WSP 8.4.2.2 */
function lengthAt(octetAt: (ahead: number) => number | undefined): { readonly length: number; readonly size: number } | null {
  const short = octetAt(0);
  if (short === undefined || short > 0x1f) return null;
  if (short < 0x1f) return { length: short, size: 1 };
  let length = 0;
  for (let size = 1; size <= 5; size += 1) {
    const octet = octetAt(size);
    if (octet === undefined) return null;
    length = length * 128 + (octet & 0x7f);
    if (octet < 0x80) return { length, size: size + 1 };
  }
  return null;
}

function readLength(cursor: Cursor, name: string): number {
  const field = `${name}.length`;
  const found = lengthAt((ahead) => cursor.peek(ahead));
  if (found === null) return cursor.fail('dm/mms-bad-header', field, `${cursor.path(field)} is no value length`);
  cursor.bytes(field, found.size, () => String(found.length));
  return found.length;
}

/** A text up to its octet 00, without it. */
function readText(cursor: Cursor, name: string): Uint8Array {
  let length = 0;
  for (let octet = cursor.peek(); octet !== 0; octet = cursor.peek(length)) {
    if (octet === undefined) cursor.fail('dm/mms-bad-header', name, `${cursor.path(name)} is a text without its final octet 00`);
    length += 1;
  }
  return cursor.bytes(name, length + 1, (octets) => shown(lenientText(octets.subarray(0, -1)))).subarray(0, -1);
}

/** Quote stands before a text whose first octet could be taken for something else. */
function unquoted(text: Uint8Array): Uint8Array {
  return text[0] === 0x7f ? text.subarray(1) : text;
}

/** What a value means; null where it is a text that cannot be read. */
function meaningOf(value: MmsValue, kind: MmsValueKind): string | number | null | typeof misfit {
  if (typeof kind !== 'string') {
    if (value.form === 'text') return lenientText(value.octets); // a class may be a token of the sender's own
    return value.form === 'octet' ? (kind[value.octet & 0x7f] ?? value.octet & 0x7f) : misfit;
  }
  switch (kind) {
    case 'text':
      return value.form === 'text' ? lenientText(value.octets) : misfit;
    case 'encoded-text':
      return encodedText(value);
    case 'integer':
      return integerOf(value) ?? misfit;
    case 'date':
      return dateOf(integerOf(value));
    case 'version':
      return value.form === 'octet' ? versionOf(value.octet & 0x7f) : misfit;
    case 'time':
      return timeOf(value);
    case 'from':
      return fromOf(value);
    case 'any':
      return shownAny(value);
  }
}

function versionOf(value: number): string {
  return (value & 0x0f) === 0x0f ? String(value >> 4) : `${value >> 4}.${value & 0x0f}`;
}

function integerOf(value: MmsValue): number | null {
  if (value.form === 'octet') return value.octet & 0x7f;
  if (value.form === 'text' || value.octets.length === 0) return null;
  let number = 0;
  for (const octet of value.octets.length > 30 ? [] : value.octets) number = number * 256 + octet;
  return value.octets.length <= 30 && number <= Number.MAX_SAFE_INTEGER ? number : null;
}

function dateOf(seconds: number | null): string | typeof misfit {
  return seconds === null || seconds > 8.64e12 ? misfit : `${new Date(seconds * 1000).toISOString().slice(0, -5)}Z`;
}

/** Absolute-token and a date, or Relative-token and seconds. */
function timeOf(value: MmsValue): string | number | typeof misfit {
  if (value.form !== 'octets') return misfit;
  const seconds = integerOf(innerValue(value.octets.subarray(1)));
  if (value.octets[0] === 0x80) return dateOf(seconds);
  return value.octets[0] === 0x81 && seconds !== null ? seconds : misfit;
}

/** Address-present-token and an address, or Insert-address-token. */
function fromOf(value: MmsValue): string | null | typeof misfit {
  if (value.form !== 'octets') return misfit;
  if (value.octets[0] === 0x81 && value.octets.length === 1) return 'insert-address';
  return value.octets[0] === 0x80 ? encodedText(innerValue(value.octets.subarray(1), 'text')) : misfit;
}

/** A value inside another, which it fills; of what does not, nothing is left. */
function innerValue(octets: Uint8Array, wanted?: 'text'): MmsValue {
  const [first = 0] = octets;
  if (wanted === 'text' && first >= 0x20) return { form: 'text', octets: unquoted(withoutEnd(octets)) };
  if (first >= 0x80 && octets.length === 1) return { form: 'octet', octet: first };
  const found = lengthAt((ahead) => octets[ahead]);
  return {
    form: 'octets',
    octets: found?.length === octets.length - (found?.size ?? 0) ? octets.subarray(found?.size) : octets.subarray(0, 0),
  };
}

function withoutEnd(octets: Uint8Array): Uint8Array {
  const end = octets.indexOf(0);
  return end < 0 ? octets : octets.subarray(0, end);
}

/** Encoded-string-value: a text, or a character set and a text in it. */
function encodedText(value: MmsValue): string | null | typeof misfit {
  if (value.form === 'octet') return misfit;
  if (value.form === 'text') return lenientText(value.octets);
  const [first = 0, second = 0] = value.octets;
  // The number of the character set: in an octet from 0x80 on, or in so many octets as the first says.
  const size = first >= 0x80 ? 1 : first + 1;
  const charset = first >= 0x80 ? first & 0x7f : first === 1 ? second : second * 256 + (value.octets[2] ?? 0);
  if (first === 0 || size > 3 || size > value.octets.length) return misfit;
  const octets = value.octets.subarray(size);
  if (charset === 1000 || charset === 1013 || charset === 1015) return utf16Text(octets);
  if (charset !== 106 && charset !== 3 && charset !== 4) return null;
  return textOf(unquoted(withoutEnd(octets)), charset);
}

/** UCS-2 and UTF-16, big-endian unless a byte order mark says otherwise; the two octets of its end are left out. */
function utf16Text(octets: Uint8Array): string {
  const [first, second] = octets;
  const little = first === 0xff && second === 0xfe;
  const even = octets.subarray(0, octets.length - (octets.length % 2));
  return (little ? utf16.little : utf16.big).decode(even).replace(/\0.*$/s, '');
}

/** Text that names no character set: UTF-8 where it is some, else ISO 8859-1. */
function lenientText(octets: Uint8Array): string {
  return textOf(octets, 0) ?? latin1Of(octets);
}

function shownAny(value: MmsValue): string | number {
  if (value.form === 'octet') return value.octet & 0x7f;
  return value.form === 'text' ? shown(lenientText(value.octets)) : shown(toHex(value.octets.subarray(0, shownCharacters)));
}

function shown(text: string): string {
  if (text.length <= shownCharacters) return text;
  return `${text.slice(0, shownCharacters).replace(/[\ud800-\udbff]$/, '')}…`;
}
