import { OctetWriter } from '../octets/index.js';
import { noAddress } from './address.js';
import { describeDataCoding } from './data-coding.js';
import type { Alphabet, BareUserData, ShortMessagePart, SmsDeliver, SmsSubmit } from './types.js';
import { writeUserDataHeader } from './user-data-header.js';

/** Compressed data is nothing that a datagram or a text could be made of. */
const partAlphabets: readonly Alphabet[] = Array.from({ length: 256 }, (_, scheme) => {
  const { alphabet, compressed } = describeDataCoding(scheme);
  return compressed ? 'reserved' : alphabet;
});

/** Sees a TPDU, or user data that stands alone, as a part of something larger. */
export function readPart(source: SmsDeliver | SmsSubmit | BareUserData): ShortMessagePart {
  const header = source.userDataHeader;
  const delivered = source.type === 'SMS-DELIVER';
  return {
    address: delivered ? source.originatingAddress : source.type === 'SMS-SUBMIT' ? source.destinationAddress : noAddress,
    alphabet: source.type === 'user-data' ? '8-bit' : (partAlphabets[source.dataCodingScheme] ?? 'reserved'),
    ports: header === null ? null : header.ports,
    concatenation: header === null ? null : header.concatenation,
    octets: source.userData,
    timeStamp: delivered ? source.serviceCentreTimeStamp : null,
    source,
    diagnostics: source.diagnostics,
  };
}

/**
 * The octets that identify a part when the same one comes again: what the sender and the service centre wrote, without what
 * changes from one delivery to the next (more messages to send, the service centre's address). Two parts have equal octets
 * here exactly when all of it is equal.
 */
export function partFingerprintInput(tpdu: SmsDeliver | SmsSubmit): Uint8Array {
  const writer = new OctetWriter(192);
  const delivered = tpdu.type === 'SMS-DELIVER';
  const address = delivered ? tpdu.originatingAddress : tpdu.destinationAddress;
  writer.u8('kind', (delivered ? 0 : 1) | (tpdu.userDataHeader === null ? 0 : 0x40));
  writer.u8('length', address.lengthSemiOctets).bytes(address.octets);
  writer.u8('pid', tpdu.protocolIdentifier).u8('dcs', tpdu.dataCodingScheme);
  if (delivered) writer.bytes(tpdu.serviceCentreTimeStamp);
  else writer.u8('mr', tpdu.messageReference);
  writer.u8('udl', tpdu.userDataLength);
  if (tpdu.userDataHeader !== null) writeUserDataHeader(writer, tpdu.userDataHeader);
  return writer.bytes(tpdu.userData).toOctets();
}
