import { fromHex, OctetWriter } from '../octets/index.js';

/** Whether a character can be an octet of a text. */
function isTextCharacter(code: number): boolean {
  return code > 0 && code <= 0xff;
}

/** Whether a text can be written at all: characters of ISO 8859-1 without NUL. */
export function isWritableText(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (!isTextCharacter(text.charCodeAt(at))) return false;
  return true;
}

/** A uintvar in as few octets as hold it; false where it exceeds 32 bits. @see WAP-230-WSP 8.1.2 */
export function writeUintvar(writer: OctetWriter, value: number): boolean {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) return false;
  for (let power = 128 ** 4; power >= 128; power /= 128) {
    if (value >= power) writer.u8('uintvar', 0x80 | (Math.floor(value / power) & 0x7f));
  }
  writer.u8('uintvar', value & 0x7f);
  return true;
}

/** Short-integer; false where it exceeds 7 bits. */
export function writeShortInteger(writer: OctetWriter, value: number): boolean {
  if (!Number.isInteger(value) || value < 0 || value > 0x7f) return false;
  writer.u8('short integer', 0x80 | value);
  return true;
}

/** Long-integer in as few octets as hold it. */
export function writeLongInteger(writer: OctetWriter, value: number): boolean {
  if (!Number.isSafeInteger(value) || value < 0) return false;
  const digits = value.toString(16);
  const octets = fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
  writer.u8('long integer', octets.length).bytes(octets);
  return true;
}

/** Integer-value, the short form where it fits. */
export function writeInteger(writer: OctetWriter, value: number): boolean {
  return writeShortInteger(writer, value) || writeLongInteger(writer, value);
}

/** Text-string, with a Quote where its first octet could be taken for something else. */
export function writeText(writer: OctetWriter, text: string): boolean {
  if (!isWritableText(text)) return false;
  const first = text.charCodeAt(0);
  if (text !== '' && (first < 0x20 || first >= 0x7f)) writer.u8('quote', 0x7f);
  for (let at = 0; at < text.length; at += 1) writer.u8('text', text.charCodeAt(at));
  writer.u8('end of text', 0);
  return true;
}

/** Quoted-string: an opening mark and none at the end. */
export function writeQuotedString(writer: OctetWriter, text: string): boolean {
  if (!isWritableText(text)) return false;
  writer.u8('quotation mark', 0x22);
  for (let at = 0; at < text.length; at += 1) writer.u8('text', text.charCodeAt(at));
  writer.u8('end of text', 0);
  return true;
}

/** Text-value: No-value where there is no text, a Quoted-string where a Token-text cannot hold it. */
export function writeTextValue(writer: OctetWriter, text: string): boolean {
  return isToken(text) || text === '' ? writeText(writer, text) : writeQuotedString(writer, text);
}

/** Whether a text is a token of HTTP: no blanks, no separators. @see RFC 2616 2.2 */
export function isToken(text: string): boolean {
  if (text === '') return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f || separators.includes(text.charAt(at))) return false;
  }
  return true;
}

const separators = '()<>@,;:\\"/[]?={}';

/** Short-length, or Length-quote and a uintvar where it must be or is wished. */
export function writeValueLength(writer: OctetWriter, length: number, quote = false): void {
  if (length <= 0x1e && !quote) writer.u8('value length', length);
  else {
    writer.u8('length quote', 0x1f);
    writeUintvar(writer, length);
  }
}

/** A value length and what `content` writes; false where it cannot. */
export function writeCounted(writer: OctetWriter, content: (inner: OctetWriter) => boolean, quote = false): boolean {
  const inner = new OctetWriter(64);
  if (!content(inner)) return false;
  const octets = inner.toOctets();
  writeValueLength(writer, octets.length, quote);
  writer.bytes(octets);
  return true;
}
