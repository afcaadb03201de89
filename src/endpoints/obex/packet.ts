import { Cursor, EncodeError, OctetWriter } from '../../octets/index.js';
import { opcode } from './codes.js';
import { decodeHeaders, encodeHeader, type ObexHeader } from './header.js';

/** What CONNECT and its answer say before their headers. */
export interface ConnectFields {
  /** Major number in the upper four bits, minor in the lower. */
  readonly version: number;
  readonly flags: number;
  /** The longest packet that its sender takes. */
  readonly maximumPacket: number;
}

/** A request or an answer: which of them the octets do not say. */
export interface ObexPacket {
  /** Opcode of a request or code of an answer, final bit included. */
  readonly code: number;
  /** In CONNECT and in the answer to it. */
  readonly connect: ConnectFields | null;
  /** In SETPATH: flags and constants. */
  readonly path: { readonly flags: number; readonly constants: number } | null;
  readonly headers: readonly ObexHeader[];
}

/** Opcode and length. */
export const packetHeadOctets = 3;
/** The shortest limit a peer may state. @see IrOBEX 1.3, 3.3.1.4 */
export const leastMaximumPacket = 255;
export const mostPacketOctets = 65_535;
export const obexVersion = 0x10;

/** Which fields stand before the headers. */
export type PacketKind = 'request' | 'answer' | 'answer-to-connect';

/**
 * Reads one packet, all of it.
 * @throws DecodeError `octets/truncated`, `octets/trailing`, `endpoints/obex-malformed`
 * @see IrOBEX 1.3, 3
 */
export function decodePacket(octets: Uint8Array, kind: PacketKind): ObexPacket {
  const outer = new Cursor(octets, { field: 'obex' });
  const code = outer.u8('code');
  const length = outer.u16('length');
  if (length < packetHeadOctets) {
    outer.fail('endpoints/obex-malformed', 'length', `a packet of ${length} octets cannot hold its own three`, 1);
  }
  const cursor = outer.nested('packet', length - packetHeadOctets);
  outer.end('packet');
  const connects = kind === 'request' ? code === opcode.connect : kind === 'answer-to-connect';
  // A refusal may come without the fields.
  const connect = connects && (kind === 'request' || cursor.remaining >= 4) ? connectFields(cursor) : null;
  const path = kind === 'request' && code === opcode.setPath ? { flags: cursor.u8('flags'), constants: cursor.u8('constants') } : null;
  return { code, connect, path, headers: decodeHeaders(cursor) };
}

function connectFields(cursor: Cursor): ConnectFields {
  return { version: cursor.u8('version'), flags: cursor.u8('flags'), maximumPacket: cursor.u16('maximum-packet') };
}

/** @throws EncodeError `endpoints/obex-unwritable`, `octets/out-of-range` */
export function encodePacket({ code, connect, path, headers }: ObexPacket): Uint8Array {
  const inside = new OctetWriter();
  if (connect !== null) {
    inside.u8('version', connect.version).u8('flags', connect.flags).u16('maximum-packet', connect.maximumPacket);
  }
  if (path !== null) inside.u8('flags', path.flags).u8('constants', path.constants);
  for (const header of headers) inside.bytes(encodeHeader(header));
  const length = inside.length + packetHeadOctets;
  if (length > mostPacketOctets) {
    throw new EncodeError('endpoints/obex-unwritable', `a packet has ${mostPacketOctets} octets at most, not ${length}`, 'packet');
  }
  return new OctetWriter(length).u8('code', code).u16('length', length).bytes(inside.toOctets()).toOctets();
}

/** A packet without fields before its headers. */
export function plainPacket(code: number, headers: readonly ObexHeader[] = []): ObexPacket {
  return { code, connect: null, path: null, headers };
}
