// OBEX packets for scripts, written octet by octet and with nothing of wapbridge's own encoders. @see IrDA OBEX 2.1, 3

/** A header of octets with their length. */
export function obexHeader(id, octets) {
  const start = Buffer.of(id, 0, 0);
  start.writeUInt16BE(3 + octets.length, 1);
  return Buffer.concat([start, octets]);
}

export function obexPacket(code, ...rest) {
  const start = Buffer.of(code, 0, 0);
  start.writeUInt16BE(3 + rest.reduce((sum, { length }) => sum + length, 0), 1);
  return Buffer.concat([start, ...rest]);
}

/** CONNECT: version 1.0, packets of 1024 octets, Target SYNCML-DM. */
export const obexConnect = () => obexPacket(0x80, Buffer.of(0x10, 0, 4, 0), obexHeader(0x46, Buffer.from('SYNCML-DM')));

/** The Connection-Id of the answer to CONNECT, as a header; null where it was no Success. */
export function obexConnection(answer) {
  if (answer?.[0] !== 0xa0) return null;
  const at = answer.indexOf(0xcb, 7);
  return at < 0 ? Buffer.alloc(0) : answer.subarray(at, at + 5);
}

/** A PUT of one packet with a Type and all of its body. */
export const obexPut = (connection, type, body) =>
  obexPacket(0x82, connection, obexHeader(0x42, Buffer.from(`${type}\0`)), obexHeader(0x49, body));

/** How many octets the first packet has; 0 where it is not whole. */
export const obexPacketLength = (octets) => (octets.length >= 3 && octets.length >= octets.readUInt16BE(1) ? octets.readUInt16BE(1) : 0);
