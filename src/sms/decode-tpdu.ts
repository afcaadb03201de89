import { type Annotate, Cursor, type Diagnostic } from '../octets/index.js';
import { readAddress, readServiceCentreAddress } from './address.js';
import type { Allowance } from './allowances.js';
import { describeDataCoding } from './data-coding.js';
import { readCommand, readDeliverReport, readStatusReport, readSubmitReport } from './decode-reports.js';
import { readDataCodingScheme, readMessageReference, readProtocolIdentifier, readTimeStamp } from './fields.js';
import { bit, describeFirstOctetFromModem, describeFirstOctetToModem } from './first-octet.js';
import type { Direction, PduMode, SmsDeliver, SmsSubmit, Tpdu, ValidityPeriod } from './types.js';
import { readUserData } from './user-data.js';
import { formatValidityPeriod } from './validity-period.js';

/** How a TPDU is to be read. */
export interface DecodeTpduOptions {
  /** Which three of the six types the type bits mean; what is read back from a modem's outgoing storage is `to-modem`. */
  readonly direction: Direction;
  /** Receives the annotated dump. */
  readonly annotate?: Annotate | undefined;
  /** Offset of the first octet from the start of the outermost input. */
  readonly baseOffset?: number;
  /** Deviations to take. */
  readonly allow?: readonly Allowance[];
}

const nothingAllowed: readonly Allowance[] = [];

/**
 * Decodes a TPDU.
 * @throws DecodeError `octets/truncated`, `octets/trailing`, `sms/reserved-message-type`, `sms/address-too-long`,
 * `sms/user-data-header-overrun`, `sms/user-data-header-length`, `sms/information-element-overrun`
 * @see 3GPP TS 23.040 9.2.2
 */
export function decodeTpdu(octets: Uint8Array, options: DecodeTpduOptions): Tpdu {
  const { direction, annotate, baseOffset = 0, allow = nothingAllowed } = options;
  return readTpdu(new Cursor(octets, { field: 'tpdu', annotate, baseOffset }), direction, allow);
}

/**
 * Decodes a service centre address and the TPDU behind it, as modems show them in PDU mode.
 * @throws DecodeError what {@link decodeTpdu} throws
 * @see 3GPP TS 27.005 3.1
 */
export function decodePduMode(octets: Uint8Array, options: DecodeTpduOptions): PduMode {
  const { direction, annotate, baseOffset = 0, allow = nothingAllowed } = options;
  const serviceCentreAddress = readServiceCentreAddress(new Cursor(octets, { annotate, baseOffset }));
  const start = serviceCentreAddress === null ? 1 : 1 + serviceCentreAddress.octets.length;
  const tpdu = readTpdu(new Cursor(octets, { field: 'tpdu', annotate, baseOffset }, start), direction, allow);
  return { serviceCentreAddress, tpdu, tpduOctets: octets.length - start };
}

function readTpdu(cursor: Cursor, direction: Direction, allow: readonly Allowance[]): Tpdu {
  const diagnostics: Diagnostic[] = [];
  const tpdu = direction === 'from-modem' ? readFromModem(cursor, allow, diagnostics) : readToModem(cursor, allow, diagnostics);
  if (cursor.remaining > 0) readPadding(cursor, allow, diagnostics);
  return tpdu;
}

function readFromModem(cursor: Cursor, allow: readonly Allowance[], diagnostics: Diagnostic[]): Tpdu {
  const at = cursor.offset;
  const firstOctet = cursor.u8('fo', describeFirstOctetFromModem);
  switch (firstOctet & bit.messageType) {
    case 0:
      return readDeliver(cursor, firstOctet, allow, diagnostics);
    case 1:
      return readSubmitReport(cursor, firstOctet, allow, diagnostics);
    case 2:
      return readStatusReport(cursor, firstOctet, allow, diagnostics);
    default:
      diagnostics.push({ code: 'sms/reserved-message-type', message: 'message type 3 is reserved: read as SMS-DELIVER', offset: at });
      return readDeliver(cursor, firstOctet, allow, diagnostics);
  }
}

function readToModem(cursor: Cursor, allow: readonly Allowance[], diagnostics: Diagnostic[]): Tpdu {
  const at = cursor.offset;
  const firstOctet = cursor.u8('fo', describeFirstOctetToModem);
  switch (firstOctet & bit.messageType) {
    case 0:
      return readDeliverReport(cursor, firstOctet, allow, diagnostics);
    case 1:
      return readSubmit(cursor, firstOctet, allow, diagnostics);
    case 2:
      return readCommand(cursor, firstOctet, diagnostics);
    default:
      return cursor.fail('sms/reserved-message-type', 'fo', 'message type 3 is reserved', at);
  }
}

function readDeliver(cursor: Cursor, firstOctet: number, allow: readonly Allowance[], diagnostics: Diagnostic[]): SmsDeliver {
  const originatingAddress = readAddress(cursor, 'oa');
  const protocolAt = cursor.offset;
  const protocolIdentifier = readProtocolIdentifier(cursor);
  const dataCodingScheme = readDataCodingScheme(cursor);
  if (protocolIdentifier !== 0) remarkProtocol(protocolIdentifier, protocolAt, diagnostics);
  remarkCoding(dataCodingScheme, protocolAt + 1, diagnostics);
  const serviceCentreTimeStamp = readTimeStamp(cursor, 'scts', diagnostics);
  const userData = readUserData(cursor, dataCodingScheme, (firstOctet & bit.userDataHeader) !== 0, allow, diagnostics);
  const ports = userData.userDataHeader?.ports;
  if (ports) remarkPortsWithText(dataCodingScheme, ports.destination, protocolAt + 1, diagnostics);
  return {
    type: 'SMS-DELIVER',
    firstOctet,
    moreMessagesToSend: (firstOctet & bit.noMoreMessages) === 0,
    loopPrevention: (firstOctet & bit.loopPrevention) !== 0,
    statusReportIndication: (firstOctet & bit.statusReport) !== 0,
    replyPath: (firstOctet & bit.replyPath) !== 0,
    originatingAddress,
    protocolIdentifier,
    dataCodingScheme,
    serviceCentreTimeStamp,
    userDataLength: userData.userDataLength,
    userDataHeader: userData.userDataHeader,
    userData: userData.userData,
    diagnostics,
  };
}

function readSubmit(cursor: Cursor, firstOctet: number, allow: readonly Allowance[], diagnostics: Diagnostic[]): SmsSubmit {
  const messageReference = readMessageReference(cursor);
  const destinationAddress = readAddress(cursor, 'da');
  const protocolAt = cursor.offset;
  const protocolIdentifier = readProtocolIdentifier(cursor);
  const dataCodingScheme = readDataCodingScheme(cursor);
  if (protocolIdentifier !== 0) remarkProtocol(protocolIdentifier, protocolAt, diagnostics);
  remarkCoding(dataCodingScheme, protocolAt + 1, diagnostics);
  const validityPeriod = readValidityPeriod(cursor, (firstOctet & bit.validityPeriodFormat) >> 3, diagnostics);
  const userData = readUserData(cursor, dataCodingScheme, (firstOctet & bit.userDataHeader) !== 0, allow, diagnostics);
  const ports = userData.userDataHeader?.ports;
  if (ports) remarkPortsWithText(dataCodingScheme, ports.destination, protocolAt + 1, diagnostics);
  return {
    type: 'SMS-SUBMIT',
    firstOctet,
    rejectDuplicates: (firstOctet & bit.rejectDuplicates) !== 0,
    statusReportRequest: (firstOctet & bit.statusReport) !== 0,
    replyPath: (firstOctet & bit.replyPath) !== 0,
    messageReference,
    destinationAddress,
    protocolIdentifier,
    dataCodingScheme,
    validityPeriod,
    userDataLength: userData.userDataLength,
    userDataHeader: userData.userDataHeader,
    userData: userData.userData,
    diagnostics,
  };
}

/** @see 3GPP TS 23.040 9.2.3.3 and 9.2.3.12 */
function readValidityPeriod(cursor: Cursor, format: number, diagnostics: Diagnostic[]): ValidityPeriod | null {
  switch (format) {
    case 0:
      return null;
    case 2:
      return { format: 'relative', value: cursor.u8('vp', relativeMeaning) };
    case 3:
      return { format: 'absolute', octets: readTimeStamp(cursor, 'vp', diagnostics) };
    default:
      return { format: 'enhanced', octets: cursor.bytes('vp', 7, enhancedMeaning) };
  }
}

function relativeMeaning(value: number): string {
  return `valid for ${formatValidityPeriod({ format: 'relative', value })}`;
}

function enhancedMeaning(octets: Uint8Array): string {
  return `validity: ${formatValidityPeriod({ format: 'enhanced', octets })}`;
}

/** Identifiers that tell a handset to do something else with the message than to show it. @see 3GPP TS 23.040 9.2.3.9 */
function remarkProtocol(identifier: number, offset: number, diagnostics: Diagnostic[]): void {
  const code = 'sms/special-protocol-identifier';
  if (identifier === 0x40) diagnostics.push({ code, message: 'short message type 0: acknowledged and discarded by handsets', offset });
  else if (identifier >= 0x41 && identifier <= 0x47) {
    const message = `replaces an earlier message of type ${identifier - 0x40} from the same address in handsets`;
    diagnostics.push({ code, message, offset });
  } else if (identifier === 0x7f) diagnostics.push({ code, message: 'SIM data download: meant for the SIM', offset });
}

function remarkCoding(scheme: number, offset: number, diagnostics: Diagnostic[]): void {
  const coding = describeDataCoding(scheme);
  if (coding.messageClass === 2) {
    diagnostics.push({ code: 'sms/class-2', message: 'class 2: modems store it on the SIM and report it there', offset });
  }
  if (coding.reserved) {
    diagnostics.push({ code: 'sms/reserved-data-coding', message: `data coding scheme ${scheme}: ${coding.meaning}`, offset });
  }
  if (coding.compressed) {
    diagnostics.push({ code: 'sms/compressed', message: 'compressed user data: kept as it is', offset });
  }
}

/** The scheme decides, as in other receivers: text is text, ports or not. */
function remarkPortsWithText(scheme: number, port: number, offset: number, diagnostics: Diagnostic[]): void {
  const { alphabet } = describeDataCoding(scheme);
  if (alphabet === '8-bit') return;
  const message = `sent to port ${port}, but the data coding scheme says text: not a datagram`;
  diagnostics.push({ code: 'sms/ports-with-text', message, offset });
}

/** What a record of a SIM file or of a modem's memory leaves behind the TPDU. */
function readPadding(cursor: Cursor, allow: readonly Allowance[], diagnostics: Diagnostic[]): void {
  if (!allow.includes('padding-after-user-data')) cursor.end('');
  let padding = true;
  const filler = cursor.peek();
  for (let ahead = 0; ahead < cursor.remaining; ahead += 1) padding &&= cursor.peek(ahead) === filler;
  if (!padding || (filler !== 0xff && filler !== 0x00)) cursor.end('');
  const offset = cursor.offset;
  const octets = cursor.rest('padding', paddingMeaning);
  diagnostics.push({ code: 'sms/padding', message: `${octets.length} octets of padding passed over`, offset });
}

function paddingMeaning(octets: Uint8Array): string {
  return `${octets.length} octets of padding`;
}
