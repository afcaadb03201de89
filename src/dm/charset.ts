import type { Cursor } from '../octets/index.js';

/** IANA MIBenums of the character sets that are read. */
export const charsetUtf8 = 106;
const charsetAscii = 3;
const charsetLatin1 = 4;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
/** What the decoder puts for octets that are no UTF-8. */
const replacement = '\ufffd';

/** Whether documents in this character set can be read; 0 is left to the transport and read as UTF-8. */
export function isReadableCharset(charset: number): boolean {
  return charset === 0 || charset === charsetUtf8 || charset === charsetAscii || charset === charsetLatin1;
}

/** Octets as text, or null where they are none in this character set. */
export function textOf(octets: Uint8Array, charset: number): string | null {
  if (charset === charsetLatin1) return latin1Of(octets);
  if (charset === charsetAscii && octets.some((octet) => octet > 0x7f)) return null;
  const plain = octets.length <= 64 ? plainText(octets, 0, octets.length) : null;
  if (plain !== null) return plain;
  if (octets.length === 1 && (octets[0] ?? 0) > 0x7f) return null;
  const text = utf8.decode(octets);
  // A decoder that throws takes twenty times as long, and a document may hold thousands of pieces that are no text.
  return text.includes(replacement) && !isSame(encoder.encode(text), octets) ? null : text;
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((octet, index) => octet === right[index]);
}

/** Octets as ISO 8859-1, in which each is the character of its number. */
export function latin1Of(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

/** Octets as text where all of them are printable ASCII, which is the same in every character set that is read; else null. */
export function plainText(octets: Uint8Array, start: number, end: number): string | null {
  for (let index = start; index < end; index += 1) {
    const octet = octets[index];
    if (octet === undefined || octet < 0x20 || octet > 0x7e) return null;
  }
  if (end - start > 8) return String.fromCharCode.apply(null, Array.from(octets.subarray(start, end)));
  let text = '';
  for (let index = start; index < end; index += 1) text += String.fromCharCode(octets[index] ?? 0);
  return text;
}

/** The MIBenum of a character set by its IANA name; 0 for one that documents are not read in. */
export function charsetNumber(name: string): number {
  const numbers: Readonly<Record<string, number>> = { 'utf-8': charsetUtf8, 'us-ascii': charsetAscii, 'iso-8859-1': charsetLatin1 };
  return numbers[name.toLowerCase()] ?? 0;
}

/** Whether XML 1.0 can hold every character of a text. @see https://www.w3.org/TR/xml/#charsets */
export function isXmlText(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20) {
      if (unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) return false;
    } else if (unit >= 0xd800) {
      if (unit <= 0xdbff) {
        const low = text.charCodeAt(index + 1);
        if (!(low >= 0xdc00 && low <= 0xdfff)) return false;
        index += 1;
      } else if (unit <= 0xdfff || unit >= 0xfffe) {
        return false;
      }
    }
  }
  return true;
}

/** Ends with a located error unless XML 1.0 can hold the text. @throws DecodeError `dm/forbidden-character` */
export function requireXmlText(text: string, cursor: Cursor, field: string, offset: number): string {
  if (!isXmlText(text))
    cursor.fail('dm/forbidden-character', field, `${cursor.path(field)} holds a character that XML 1.0 forbids`, offset);
  return text;
}
