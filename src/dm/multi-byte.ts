import type { Cursor, OctetWriter } from '../octets/index.js';

/**
 * A multi-byte integer: seven bits an octet, most significant first, at most five octets and below 2^32.
 * @throws DecodeError `octets/truncated`, `dm/integer-too-long`
 * @see WAP-192-WBXML 5.1
 */
export function readMultiByte(cursor: Cursor, field: string, meaning?: (value: number) => string): number {
  const first = cursor.peek();
  return first !== undefined && first < 0x80 ? cursor.u8(field, meaning) : readGroups(cursor, field, meaning);
}

/** More octets than one. A function of its own: what its closures hold would otherwise be made for every short integer as well. */
function readGroups(cursor: Cursor, field: string, meaning: ((value: number) => string) | undefined): number {
  const start = cursor.offset;
  let value = 0;
  for (let count = 1; ; count += 1) {
    const octet = cursor.peek(count - 1);
    if (octet === undefined) cursor.bytes(field, count);
    else {
      value = value * 128 + (octet & 0x7f);
      if (value > 0xffff_ffff || (count === 5 && octet > 0x7f)) {
        cursor.fail('dm/integer-too-long', field, `${cursor.path(field)} is longer than the 32 bits a multi-byte integer holds`, start);
      }
      if (octet < 0x80) {
        const result = value;
        cursor.bytes(field, count, meaning === undefined ? () => String(result) : () => meaning(result));
        return result;
      }
    }
  }
}

/** Opaque data: its length, then its octets. */
export function writeOpaque(out: OctetWriter, octets: Uint8Array): void {
  writeMultiByte(out.u8('opaque', 0xc3), octets.length);
  out.bytes(octets);
}

/** A multi-byte integer in its shortest form. @see WAP-192-WBXML 5.1 */
export function writeMultiByte(out: OctetWriter, value: number): void {
  if (value < 128) {
    out.u8('integer', value);
    return;
  }
  const groups = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift((rest % 128) | 0x80);
  for (const group of groups) out.u8('integer', group);
}
