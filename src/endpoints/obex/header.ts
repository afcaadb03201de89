import { Cursor, EncodeError, OctetWriter } from '../../octets/index.js';

/** One header; the two top bits of its identifier say how its value is written. @see IrOBEX 1.3, 2.1 */
export type ObexHeader =
  /** 00: UTF-16, most significant octet first, ended by a NUL; empty without one. */
  | { readonly id: number; readonly kind: 'text'; readonly value: string }
  /** 01 */
  | { readonly id: number; readonly kind: 'octets'; readonly value: Uint8Array }
  /** 10 and 11: one octet, four octets. */
  | { readonly id: number; readonly kind: 'u8' | 'u32'; readonly value: number };

/** Identifier and length of a text or of octets. */
export const headerHeadOctets = 3;

const kinds = ['text', 'octets', 'u8', 'u32'] as const;

function kindOf(id: number): (typeof kinds)[number] {
  return kinds[id >> 6] ?? 'u32';
}

/**
 * Reads headers to the end of the cursor. Identifiers that nobody knows are kept: how long they are follows from their two top bits.
 * @throws DecodeError `octets/truncated`, `endpoints/obex-malformed`
 * @see IrOBEX 1.3, 2.1
 */
export function decodeHeaders(cursor: Cursor): ObexHeader[] {
  const headers: ObexHeader[] = [];
  while (cursor.remaining > 0) {
    const id = cursor.u8('header');
    const kind = kindOf(id);
    if (kind === 'u8') headers.push({ id, kind, value: cursor.u8('value') });
    else if (kind === 'u32') headers.push({ id, kind, value: cursor.u16('value') * 65_536 + cursor.u16('value') });
    else {
      const offset = cursor.offset;
      const length = cursor.u16('length');
      if (length < headerHeadOctets) {
        cursor.fail('endpoints/obex-malformed', 'length', `a header of ${length} octets cannot hold its own three`, offset);
      }
      const value = cursor.bytes('value', length - headerHeadOctets);
      headers.push(kind === 'octets' ? { id, kind, value } : { id, kind, value: textOf(value, cursor, offset) });
    }
  }
  return headers;
}

/** The NUL at the end counts for nothing; where it is missing the length says where the text ends. */
function textOf(value: Uint8Array, cursor: Cursor, offset: number): string {
  if (value.length % 2 !== 0) {
    cursor.fail('endpoints/obex-malformed', 'length', `a text of ${value.length} octets is no UTF-16`, offset);
  }
  const units = new Cursor(value);
  let text = '';
  while (units.remaining > 0) text += String.fromCharCode(units.u16('unit'));
  return text.endsWith('\0') ? text.slice(0, -1) : text;
}

/** @throws EncodeError `endpoints/obex-unwritable`, `octets/out-of-range` */
export function encodeHeader(header: ObexHeader): Uint8Array {
  const writer = new OctetWriter();
  const { id, kind, value } = header;
  if (kindOf(id) !== kind) {
    throw new EncodeError('endpoints/obex-unwritable', `header ${id} is not written as ${kind}`, 'header');
  }
  writer.u8('header', id);
  if (typeof value === 'number') {
    if (kind === 'u8') return writer.u8('value', value).toOctets();
    return writer
      .u16('value', Math.floor(value / 65_536))
      .u16('value', value % 65_536)
      .toOctets();
  }
  if (typeof value !== 'string') {
    return writer
      .u16('length', value.length + headerHeadOctets)
      .bytes(value)
      .toOctets();
  }
  writer.u16('length', (value === '' ? 0 : 2 * value.length + 2) + headerHeadOctets);
  for (let index = 0; index < value.length; index += 1) writer.u16('unit', value.charCodeAt(index));
  return (value === '' ? writer : writer.u16('unit', 0)).toOctets();
}

/** The first octets header with this identifier. */
export function octetsHeader(headers: readonly ObexHeader[], id: number): Uint8Array | undefined {
  const found = headers.find((header) => header.id === id);
  return found?.kind === 'octets' ? found.value : undefined;
}

/** The first header of a number with this identifier. */
export function numberHeader(headers: readonly ObexHeader[], id: number): number | undefined {
  const found = headers.find((header) => header.id === id);
  return typeof found?.value === 'number' ? found.value : undefined;
}

/** The first text header with this identifier. */
export function textHeader(headers: readonly ObexHeader[], id: number): string | undefined {
  const found = headers.find((header) => header.id === id);
  return typeof found?.value === 'string' ? found.value : undefined;
}

/** Octets as Latin-1, one character an octet, without a NUL at the end: how Type is written. */
export function asciiOf(octets: Uint8Array): string {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
  return text.endsWith('\0') ? text.slice(0, -1) : text;
}
