import { EncodeError, OctetWriter } from '../octets/index.js';
import { headerFields } from './header-fields.table.js';
import { headerGrammar } from './header-values.js';
import { applicationIdField } from './headers.js';
import type { WspValue } from './types.js';
import { ValueReader } from './value-reader.js';
import { writeInteger, writeLongInteger, writeShortInteger, writeText } from './value-writer.js';

/** A header to be written: what decoding gives, or a name and a value. */
export interface HeaderToEncode {
  readonly name: string;
  readonly code?: number | null;
  /** 1 unless given. */
  readonly page?: number;
  readonly value: WspValue;
  readonly octets?: Uint8Array;
  readonly raw?: boolean;
}

/** The number of a field on code page 1, also where only its name is given; null where it has none. */
function numberOf({ name, code, page }: HeaderToEncode): number | null {
  if ((page ?? 1) !== 1) return null;
  return code ?? headerFields.code(name) ?? null;
}

/**
 * Writes header fields with the code page shifts they need, and the application id in the place of the first that is one.
 * @throws EncodeError `wsp/cannot-encode`
 */
export function encodeHeaders(
  writer: OctetWriter,
  headers: readonly HeaderToEncode[],
  writeId: ((writer: OctetWriter) => void) | null,
  position: 'first' | 'last',
): void {
  const idAt = headers.findIndex((header) => numberOf(header) === applicationIdField);
  if (idAt < 0 && position === 'first') writeId?.(writer);
  let page = 1;
  headers.forEach((header, index) => {
    const wanted = header.page ?? 1;
    if (wanted !== page) {
      writeShift(writer, wanted, index);
      page = wanted;
    }
    if (index === idAt && writeId !== null && header.raw !== true) writeId(writer);
    else writeHeader(writer, header, index);
  });
  if (idAt < 0 && position === 'last') {
    if (page !== 1) writeShift(writer, 1, headers.length);
    writeId?.(writer);
  }
}

/** The short cut where it reaches, Shift-delimiter and page where not. */
function writeShift(writer: OctetWriter, page: number, index: number): void {
  if (page >= 1 && page <= 0x1f) writer.u8('push.codePage', page);
  else writer.u8(`push.headers[${index}].page`, 0x7f).u8(`push.headers[${index}].page`, page);
}

function writeHeader(writer: OctetWriter, header: HeaderToEncode, index: number): void {
  const { octets, value } = header;
  if (header.raw === true && octets !== undefined) {
    writer.bytes(octets);
    return;
  }
  const code = numberOf(header);
  const scratch = new OctetWriter(64);
  const written =
    code === null ? writeNamed(scratch, header) : writeShortInteger(scratch, code) && headerGrammar(code)?.write(scratch, value) === true;
  if (written) writer.bytes(scratch.toOctets());
  else if (octets !== undefined && code !== null && says(octets, code, value)) writer.bytes(octets);
  else {
    const field = `push.headers[${index}]`;
    throw new EncodeError('wsp/cannot-encode', `${field}: ${header.name} cannot hold ${String(value)}`, field);
  }
}

/** A field without a number: its name and a Text-string. The name must not look like a shift. */
function writeNamed(writer: OctetWriter, { name, value, page }: HeaderToEncode): boolean {
  const first = name.charCodeAt(0);
  if (name === '' || first < 0x20 || first > 0x7e || (page ?? 1) !== 1) return false;
  return typeof value === 'string' && writeText(writer, name) && writeText(writer, value);
}

/** Whether octets as they were received say this value of this field. */
function says(octets: Uint8Array, code: number, value: WspValue): boolean {
  const grammar = headerGrammar(code);
  if (grammar === undefined || octets[0] !== (0x80 | code)) return false;
  return String(new ValueReader(octets, 1, octets.length).within(octets.length, grammar.read)) === String(value);
}

/**
 * X-Wap-Application-Id in one of its forms, by default the shortest; false where the id has none of the form wished.
 * @see WAP-235-PushOTA, X-Wap-Application-Id
 */
export function writeApplicationId(
  writer: OctetWriter,
  code: number | null,
  uri: string | null,
  form?: 'short' | 'long' | 'text' | 'text-name',
): boolean {
  if (form === 'text-name') return uri !== null && writeText(writer, 'X-Wap-Application-Id') && writeText(writer, uri);
  writeShortInteger(writer, applicationIdField);
  if (form === 'text' || (form === undefined && code === null)) return uri !== null && writeText(writer, uri);
  if (code === null) return false;
  if (form === 'short') return writeShortInteger(writer, code);
  return form === 'long' ? writeLongInteger(writer, code) : writeInteger(writer, code);
}
