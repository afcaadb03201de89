import { addressFromText } from './address.js';
import { readPart } from './part.js';
import { timeStampFromText } from './time-stamp.js';
import type { Address, Concatenation, Ports, ShortMessagePart, SmsDeliver } from './types.js';
import { dataFields } from './user-data.js';
import { concatenationElement, portsElement, userDataHeader } from './user-data-header.js';

/** What a test says of a part; everything else is usual. */
export interface PartOptions {
  readonly from?: string | Address;
  readonly at?: string;
  readonly dataCodingScheme?: number;
  readonly ports?: Ports | null;
  readonly concatenation?: Concatenation | null;
  readonly octets?: Uint8Array;
}

/** The usual ports of a push. */
export const pushPorts: Ports = { destination: 2948, source: 9200, bits: 16 };

/** An SMS-DELIVER as a service centre would send it. */
export function deliver(options: PartOptions = {}): SmsDeliver {
  const { from = '+15555550123', at = '2026-11-22T19:38:50Z', dataCodingScheme = 4, ports = pushPorts, concatenation = null } = options;
  const elements = [
    ports === null ? [] : [portsElement(ports)],
    concatenation === null ? [] : [concatenationElement(concatenation)],
  ].flat();
  return {
    type: 'SMS-DELIVER',
    firstOctet: elements.length === 0 ? 0x04 : 0x44,
    moreMessagesToSend: false,
    loopPrevention: false,
    statusReportIndication: false,
    replyPath: false,
    originatingAddress: typeof from === 'string' ? addressFromText(from) : from,
    protocolIdentifier: 0,
    dataCodingScheme,
    serviceCentreTimeStamp: timeStampFromText(at),
    ...dataFields(elements.length === 0 ? null : userDataHeader(elements), options.octets),
    diagnostics: [],
  };
}

/** The same, seen as a part. */
export function part(options: PartOptions = {}): ShortMessagePart {
  return readPart(deliver(options));
}

/** A part of several, with one octet of data unless given. */
export function partOf(sequence: number, total: number, reference = 7, options: PartOptions = {}): ShortMessagePart {
  const octets = options.octets ?? Uint8Array.of(reference & 0xff, sequence);
  return part({ ...options, octets, concatenation: { reference, total, sequence, bits: 8, ...options.concatenation } });
}
