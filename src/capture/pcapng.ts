import { OctetWriter } from '../octets/index.js';

/** One packet of a capture: octets with the name of the Wireshark dissector that reads them. */
export interface CapturedPacket {
  /** `gsm_sms` reads a TPDU without service centre address, `wsp-cl` a connectionless WSP PDU. */
  readonly dissector: 'gsm_sms' | 'wsp-cl';
  readonly octets: Uint8Array;
  /** Without it Wireshark takes an SMS-SUBMIT for an SMS-DELIVER-REPORT, and reassembles nothing. */
  readonly direction: 'from-modem' | 'to-modem';
  /** Milliseconds since 1970-01-01 UTC; 0 where nothing is known. */
  readonly at: number;
  /** WDP ports, for a WSP PDU. */
  readonly ports?: { readonly source: number; readonly destination: number } | undefined;
  /** Shown by Wireshark beside the packet. */
  readonly comment?: string | undefined;
}

/** Exported PDUs: each packet begins with tags that name its dissector, so that no setting is needed. @see LINKTYPE_WIRESHARK_UPPER_PDU */
const linkType = 252;

const tag = { end: 0, dissectorName: 12, portType: 24, sourcePort: 25, destinationPort: 26, direction: 35 } as const;
/** Wireshark's number for UDP as the kind of a port. */
const udpPorts = 3;
const option = { end: 0, comment: 1, userApplication: 4, timeResolution: 9 } as const;

/** The two blocks a capture begins with. Big-endian, as the byte-order magic says; times in milliseconds. @see draft-ietf-opsawg-pcapng 4.1, 4.2 */
export function pcapngPrologue(): Uint8Array {
  const section = new OctetWriter();
  u32(section, 'magic', 0x1a2b3c4d);
  section.u16('major', 1).u16('minor', 0);
  u32(section, 'sectionLengthHigh', 0xffffffff);
  u32(section, 'sectionLengthLow', 0xffffffff);
  writeOption(section, option.userApplication, new TextEncoder().encode('wapbridge'));
  writeOption(section, option.end, new Uint8Array());
  const description = new OctetWriter();
  description.u16('linkType', linkType).u16('reserved', 0);
  u32(description, 'snapLength', 0);
  writeOption(description, option.timeResolution, Uint8Array.of(3));
  writeOption(description, option.end, new Uint8Array());
  return new OctetWriter().bytes(block(0x0a0d0d0a, section)).bytes(block(1, description)).toOctets();
}

/** One packet as an enhanced packet block. @see draft-ietf-opsawg-pcapng 4.3 */
export function pcapngPacket(packet: CapturedPacket): Uint8Array {
  const content = new OctetWriter();
  const name = new TextEncoder().encode(packet.dissector);
  writeTag(content, tag.dissectorName, name);
  // To Wireshark "sent" is from the network's side: an SMS-DELIVER is sent, an SMS-SUBMIT is received.
  writeTag(content, tag.direction, Uint8Array.of(0, 0, 0, packet.direction === 'from-modem' ? 0 : 1));
  if (packet.ports !== undefined) {
    writeTag(content, tag.portType, Uint8Array.of(0, 0, 0, udpPorts));
    writeTag(content, tag.sourcePort, portOctets(packet.ports.source));
    writeTag(content, tag.destinationPort, portOctets(packet.ports.destination));
  }
  writeTag(content, tag.end, new Uint8Array());
  content.bytes(packet.octets);

  const body = new OctetWriter(content.length + 64);
  const at = Math.max(0, Math.floor(packet.at));
  u32(body, 'interface', 0);
  u32(body, 'timeHigh', Math.floor(at / 2 ** 32));
  u32(body, 'timeLow', at % 2 ** 32);
  u32(body, 'capturedLength', content.length);
  u32(body, 'originalLength', content.length);
  padded(body, content.toOctets());
  if (packet.comment !== undefined) {
    writeOption(body, option.comment, new TextEncoder().encode(packet.comment).subarray(0, 1024));
    writeOption(body, option.end, new Uint8Array());
  }
  return block(6, body);
}

/** A whole capture. Wireshark opens it without any setting and joins the parts of a message. */
export function writePcapng(packets: Iterable<CapturedPacket>): Uint8Array {
  const writer = new OctetWriter(4096).bytes(pcapngPrologue());
  for (const packet of packets) writer.bytes(pcapngPacket(packet));
  return writer.toOctets();
}

function u32(writer: OctetWriter, field: string, value: number): void {
  writer.u16(field, Math.floor(value / 0x10000)).u16(field, value % 0x10000);
}

function portOctets(port: number): Uint8Array {
  return Uint8Array.of(0, 0, port >> 8, port & 0xff);
}

function padded(writer: OctetWriter, octets: Uint8Array): void {
  writer.bytes(octets).bytes(new Uint8Array((4 - (octets.length % 4)) % 4));
}

function writeOption(writer: OctetWriter, code: number, octets: Uint8Array): void {
  writer.u16('optionCode', code).u16('optionLength', octets.length);
  padded(writer, octets);
}

/** Tag lengths of exported PDUs count their padding. */
function writeTag(writer: OctetWriter, code: number, octets: Uint8Array): void {
  writer.u16('tag', code).u16('tagLength', Math.ceil(octets.length / 4) * 4);
  padded(writer, octets);
}

function block(type: number, body: OctetWriter): Uint8Array {
  const length = body.length + 12;
  const writer = new OctetWriter(length);
  u32(writer, 'blockType', type);
  u32(writer, 'blockLength', length);
  writer.bytes(body.toOctets());
  u32(writer, 'blockLength', length);
  return writer.toOctets();
}
