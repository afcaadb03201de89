import { EncodeError } from '../octets/index.js';
import { addressFromText } from './address.js';
import { submitFirstOctet } from './first-octet.js';
import type { Address, SmsSubmit, UserDataFields, ValidityPeriod, WdpDatagram } from './types.js';
import { dataFields, maximumUserDataOctets } from './user-data.js';
import { concatenationElement, headerLength, portsElement, userDataHeader } from './user-data-header.js';

const mostParts = 255;
/** General data coding, 8 bit, no class: what every handset and modem takes. */
const eightBit = 0x04;

/** How a datagram is cut. */
export interface SegmentOptions {
  /** Tells this message from others of the same sender; the caller counts it up. */
  readonly reference: number;
  readonly referenceBits: 8 | 16;
}

/** A part of a datagram, ready to stand in an SMS. */
export interface DatagramPart extends UserDataFields {
  readonly sequence: number;
  readonly total: number;
}

/**
 * Cuts a datagram into parts: one of up to 133 octets without a concatenation element, else up to 255 of 128 octets (8-bit
 * reference) or 127 (16-bit). Every part has the port element, and it comes first.
 * @throws EncodeError `sms/datagram-too-long`, `sms/bad-ports`, `sms/bad-concatenation`
 * @see 3GPP TS 23.040 9.2.3.24.1, 9.2.3.24.4 and 9.2.3.24.8, WAP-259-WDP
 */
export function segmentDatagram(datagram: WdpDatagram, { reference, referenceBits }: SegmentOptions): readonly DatagramPart[] {
  const { destinationPort, sourcePort, portBits, octets } = datagram;
  const ports = portsElement({ destination: destinationPort, source: sourcePort, bits: portBits });
  const alone = userDataHeader([ports]);
  const header = (sequence: number, total: number) =>
    userDataHeader([ports, concatenationElement({ reference, total, sequence, bits: referenceBits })]);
  // A reference that does not fit is the caller's mistake whether or not this datagram needs one.
  const room = maximumUserDataOctets - headerLength(header(1, 1));
  if (octets.length <= maximumUserDataOctets - headerLength(alone)) {
    return [{ sequence: 1, total: 1, ...dataFields(alone, octets) }];
  }
  const total = Math.ceil(octets.length / room);
  if (total > mostParts) {
    const message = `a datagram of ${octets.length} octets, ${mostParts * room} are the most with a ${referenceBits}-bit reference`;
    throw new EncodeError('sms/datagram-too-long', message, 'datagram');
  }
  return Array.from({ length: total }, (_, index) => ({
    sequence: index + 1,
    total,
    ...dataFields(header(index + 1, total), octets.subarray(index * room, (index + 1) * room)),
  }));
}

/** What an SMS-SUBMIT says beside its user data. */
export interface SubmitOptions {
  /** A number, with `+` where it is international. */
  readonly destination: Address | string;
  readonly validityPeriod?: ValidityPeriod | null;
  readonly statusReportRequest?: boolean;
  readonly rejectDuplicates?: boolean;
  readonly replyPath?: boolean;
  /** TP-MR; modems put their own in its place. */
  readonly messageReference?: number;
  readonly protocolIdentifier?: number;
  /** 8-bit data without a class unless given. */
  readonly dataCodingScheme?: number;
}

/** The SMS-SUBMIT that carries a part, or a text. @throws EncodeError `sms/bad-address` @see 3GPP TS 23.040 9.2.2.2 */
export function submitFor(part: UserDataFields, options: SubmitOptions): SmsSubmit {
  const {
    destination,
    validityPeriod = null,
    statusReportRequest = false,
    rejectDuplicates = false,
    replyPath = false,
    messageReference = 0,
    protocolIdentifier = 0,
    dataCodingScheme = eightBit,
  } = options;
  const { userDataLength, userDataHeader: header, userData } = part;
  return {
    type: 'SMS-SUBMIT',
    firstOctet: submitFirstOctet({ rejectDuplicates, validityPeriod, statusReportRequest, userDataHeader: header, replyPath }),
    rejectDuplicates,
    statusReportRequest,
    replyPath,
    messageReference,
    destinationAddress: typeof destination === 'string' ? addressFromText(destination, 'da') : destination,
    protocolIdentifier,
    dataCodingScheme,
    validityPeriod,
    userDataLength,
    userDataHeader: header,
    userData,
    diagnostics: [],
  };
}
