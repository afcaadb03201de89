import { Deliver, utils } from 'node-pdu';
import { octetAt } from './pdu-mode.js';

const { Data, DeliverType, Header, Part, SCA, SCTS } = utils;

/** What the network reads of an SMS-SUBMIT. @see 3GPP TS 23.040 9.2.2.2 */
export interface Submission {
  readonly messageReference: number;
  readonly rejectDuplicates: boolean;
  readonly statusReportRequested: boolean;
  readonly hasUserDataHeader: boolean;
  readonly replyPath: boolean;
  /** As it stands in the TPDU: hex of length, type and digits. */
  readonly destination: string;
  /** Digits, with a plus sign where the type is international. */
  readonly destinationNumber: string;
  readonly protocolIdentifier: number;
  readonly dataCodingScheme: number;
  /** Null where the sender set none. */
  readonly validityMs: number | null;
  readonly userDataLength: number;
  /** Hex. */
  readonly userData: string;
}

const validityOctets: readonly number[] = [0, 7, 1, 7];
const addressDigits = '0123456789*#ABC';

/** An SMS-SUBMIT in its fields; null where its lengths do not fit, as a service centre would refuse it. `now` in milliseconds since 1970. */
export function parseSubmission(tpdu: string, now: number): Submission | null {
  const first = octetAt(tpdu, 0);
  const digits = octetAt(tpdu, 2);
  const addressOctets = 2 + Math.ceil(digits / 2);
  const format = (first >> 3) & 3;
  const validityPlace = 2 + addressOctets + 2;
  const lengthPlace = validityPlace + (validityOctets[format] ?? 0);
  if ((first & 3) !== 1 || digits === 0 || digits > 20 || tpdu.length / 2 <= lengthPlace) return null;
  const dataCodingScheme = octetAt(tpdu, validityPlace - 1);
  const userDataLength = octetAt(tpdu, lengthPlace);
  const userData = tpdu.slice(2 * (lengthPlace + 1));
  const isSeptets = alphabetOf(dataCodingScheme) === 'septets';
  if (userData.length / 2 !== (isSeptets ? Math.ceil((userDataLength * 7) / 8) : userDataLength) || userData.length > 280) return null;
  if ((first & 0x40) !== 0 && (userData === '' || octetAt(userData, 0) + 1 > userData.length / 2)) return null;
  const type = octetAt(tpdu, 3);
  let destinationNumber = (type & 0x70) === 0x10 ? '+' : '';
  for (let place = 0; place < digits; place += 1) {
    const octet = octetAt(tpdu, 4 + (place >> 1));
    destinationNumber += addressDigits.charAt(place % 2 === 0 ? octet & 15 : octet >> 4);
  }
  return {
    messageReference: octetAt(tpdu, 1),
    rejectDuplicates: (first & 4) !== 0,
    statusReportRequested: (first & 0x20) !== 0,
    hasUserDataHeader: (first & 0x40) !== 0,
    replyPath: (first & 0x80) !== 0,
    destination: tpdu.slice(4, 4 + 2 * addressOctets),
    destinationNumber,
    protocolIdentifier: octetAt(tpdu, validityPlace - 2),
    dataCodingScheme,
    validityMs: validityOf(tpdu, format, validityPlace, now),
    userDataLength,
    userData,
  };
}

/** How TP-UDL counts. @see 3GPP TS 23.038 4 */
function alphabetOf(codingScheme: number): 'septets' | 'octets' {
  const group = codingScheme >> 4;
  if (group < 8) return (codingScheme & 0x2c) === 0 || (codingScheme & 0x2c) === 0x0c ? 'septets' : 'octets';
  if (group === 15) return (codingScheme & 4) === 0 ? 'septets' : 'octets';
  return group === 14 ? 'octets' : 'septets';
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** @see 3GPP TS 23.040 9.2.3.12 */
function validityOf(tpdu: string, format: number, place: number, now: number): number | null {
  const value = octetAt(tpdu, place);
  if (format === 2) {
    if (value <= 143) return (value + 1) * 5 * minuteMs;
    if (value <= 167) return dayMs / 2 + (value - 143) * 30 * minuteMs;
    return value <= 196 ? (value - 166) * dayMs : (value - 192) * 7 * dayMs;
  }
  if (format !== 3) return null;
  const swapped = (index: number): number => (octetAt(tpdu, place + index) & 15) * 10 + (octetAt(tpdu, place + index) >> 4);
  const zoneOctet = octetAt(tpdu, place + 6);
  const quarters = (zoneOctet & 7) * 10 + (zoneOctet >> 4);
  const local = Date.UTC(2000 + swapped(0), swapped(1) - 1, swapped(2), swapped(3), swapped(4), swapped(5));
  return Math.max(0, local - ((zoneOctet & 8) === 0 ? quarters : -quarters) * 15 * minuteMs - now);
}

/** A number as an address field: digits, type, swapped digits. */
export function addressField(number: string): string {
  const address = new SCA(true);
  address.setPhone(number, true, false);
  return address.toString();
}

/** A service centre's number as it stands before a TPDU. */
export function serviceCentreField(number: string): string {
  const address = new SCA(false);
  address.setPhone(number, true, true);
  return address.toString();
}

/** Milliseconds since 1970 as a timestamp in UTC. @see 3GPP TS 23.040 9.2.3.11 */
export function timestampField(now: number): string {
  return new SCTS(new Date(now), 0).toString();
}

/** What an SMS-DELIVER is made of. */
export interface DeliverFields {
  readonly originator: string;
  readonly protocolIdentifier: number;
  readonly dataCodingScheme: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly userDataLength: number;
  /** Hex, header included. */
  readonly userData: string;
  readonly hasUserDataHeader: boolean;
  readonly replyPath?: boolean;
}

/** Builds an SMS-DELIVER with node-pdu, the counterpart of wapbridge's own codec. TP-MMS says that nothing more waits. */
export function buildDeliver(fields: DeliverFields): string {
  const { userData, userDataLength, hasUserDataHeader } = fields;
  const headerOctets = hasUserDataHeader ? 1 + octetAt(userData, 0) : 0;
  const elements = hasUserDataHeader ? informationElements(userData.slice(2, 2 * headerOctets)) : null;
  // An overrunning header cannot be put into elements: it travels as the body.
  const part =
    elements === null
      ? new Part(userData, userDataLength, '')
      : new Part(userData.slice(2 * headerOctets), userDataLength, '', new Header(elements));
  const deliver = new Deliver(fields.originator, new Data({ parts: [part] }), {
    type: new DeliverType({ userDataHeader: hasUserDataHeader ? 1 : 0, replyPath: fields.replyPath === true ? 1 : 0 }),
    serviceCenterTimeStamp: new SCTS(new Date(fields.timestamp), 0),
  });
  const text = (deliver.getPartStrings()[0] ?? '').toUpperCase();
  // node-pdu puts a service centre address in front, rebuilds PID and DCS from its own idea of them, and has no TP-MMS.
  const tpdu = text.slice(2 * (1 + octetAt(text, 0)));
  const place = 2 * (3 + Math.ceil(octetAt(tpdu, 1) / 2));
  const octet = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
  const header = `${octet(fields.protocolIdentifier)}${octet(fields.dataCodingScheme)}`;
  return withMoreMessages(`${tpdu.slice(0, place)}${header}${tpdu.slice(place + 4)}`, false);
}

/** Sets TP-MMS; the bit is 0 when more messages wait. @see 3GPP TS 23.040 9.2.3.2 */
export function withMoreMessages(tpdu: string, moreWait: boolean): string {
  const first = octetAt(tpdu, 0);
  const changed = moreWait ? first & ~4 : first | 4;
  return `${changed.toString(16).toUpperCase().padStart(2, '0')}${tpdu.slice(2)}`;
}

/** Builds an SMS-STATUS-REPORT. `status` is TP-ST, times are milliseconds since 1970. @see 3GPP TS 23.040 9.2.2.3 */
export function buildStatusReport(reference: number, recipient: string, submitted: number, discharged: number, status: number): string {
  const octet = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
  return `06${octet(reference)}${recipient}${timestampField(submitted)}${timestampField(discharged)}${octet(status)}`;
}

function informationElements(hex: string): { type: number; dataHex: string }[] | null {
  const elements: { type: number; dataHex: string }[] = [];
  for (let place = 0; place < hex.length / 2; ) {
    const length = octetAt(hex, place + 1);
    if (place + 2 + length > hex.length / 2) return null;
    elements.push({ type: octetAt(hex, place), dataHex: hex.slice(2 * (place + 2), 2 * (place + 2 + length)) });
    place += 2 + length;
  }
  return elements;
}
