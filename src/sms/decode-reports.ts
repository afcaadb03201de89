import type { Cursor, Diagnostic } from '../octets/index.js';
import { readAddress } from './address.js';
import type { Allowance } from './allowances.js';
import { commandTypes, describeFailureCause, describeStatus } from './code-points.js';
import { readDataCodingScheme, readMessageReference, readProtocolIdentifier, readTimeStamp } from './fields.js';
import { bit } from './first-octet.js';
import type { ReportParameters, SmsCommand, SmsDeliverReport, SmsStatusReport, SmsSubmitReport, UserDataHeader } from './types.js';
import { readUserData } from './user-data.js';
import { readUserDataHeader } from './user-data-header.js';

const noOctets = new Uint8Array(0);
/** Bits of TP-PI. @see 3GPP TS 23.040 9.2.3.27 */
const indicates = { protocolIdentifier: 0x01, dataCodingScheme: 0x02, userData: 0x04, reserved: 0x78, extension: 0x80 } as const;

/**
 * Whether the octet after the first one of a report is TP-FCS. Assigned causes have the top bit; of the others only 0 to 7 make a
 * parameter indicator without reserved bits.
 * @see 3GPP TS 23.040 9.2.3.22 and 9.2.3.27
 */
export function isFailureCause(octet: number): boolean {
  return octet > 7;
}

interface Indicator {
  readonly first: number;
  readonly extension: Uint8Array;
}

function readIndicator(cursor: Cursor): Indicator {
  const first = cursor.u8('pi', indicatorMeaning);
  if ((first & indicates.extension) === 0) return { first, extension: noOctets };
  let length = 1;
  while (((cursor.peek(length - 1) ?? 0) & indicates.extension) !== 0) length += 1;
  return { first, extension: cursor.bytes('pi', length, extensionMeaning) };
}

function indicatorMeaning(value: number): string {
  const present: string[] = [];
  if ((value & indicates.protocolIdentifier) !== 0) present.push('protocol identifier');
  if ((value & indicates.dataCodingScheme) !== 0) present.push('data coding scheme');
  if ((value & indicates.userData) !== 0) present.push('user data');
  if ((value & indicates.reserved) !== 0) present.push('reserved parameters');
  return present.length === 0 ? 'no parameters follow' : `follow: ${present.join(', ')}`;
}

function extensionMeaning(): string {
  return 'parameter indicator, continued';
}

const noParameters: ReportParameters = {
  parameterIndicator: null,
  parameterIndicatorExtension: noOctets,
  protocolIdentifier: null,
  dataCodingScheme: null,
  userDataLength: null,
  userDataHeader: null,
  userData: noOctets,
  unknownParameters: noOctets,
};

/** Reads what a parameter indicator announces; `T` is the indicator's type in the report. */
function readParameters(
  cursor: Cursor,
  indicator: Indicator,
  firstOctet: number,
  allow: readonly Allowance[],
  diagnostics: Diagnostic[],
): ReportParameters & { readonly parameterIndicator: number } {
  const { first, extension } = indicator;
  const protocolIdentifier = (first & indicates.protocolIdentifier) === 0 ? null : readProtocolIdentifier(cursor);
  const dataCodingScheme = (first & indicates.dataCodingScheme) === 0 ? null : readDataCodingScheme(cursor);
  const userData =
    (first & indicates.userData) === 0
      ? null
      : readUserData(cursor, dataCodingScheme ?? 0, (firstOctet & bit.userDataHeader) !== 0, allow, diagnostics);
  const more = (first & (indicates.reserved | indicates.extension)) !== 0;
  if (more) {
    const message = `parameter indicator ${first} has reserved bits: what follows the known parameters is kept`;
    diagnostics.push({ code: 'sms/reserved-parameter', message, offset: cursor.offset });
  }
  return {
    parameterIndicator: first,
    parameterIndicatorExtension: extension,
    protocolIdentifier,
    dataCodingScheme,
    userDataLength: userData?.userDataLength ?? null,
    userDataHeader: userData?.userDataHeader ?? null,
    userData: userData?.userData ?? noOctets,
    unknownParameters: more ? cursor.rest('unknown', unknownMeaning) : noOctets,
  };
}

function unknownMeaning(): string {
  return 'parameters that are not known';
}

function readFailureCause(cursor: Cursor, diagnostics: Diagnostic[]): number | null {
  const offset = cursor.offset;
  const next = cursor.peek();
  if (next === undefined || !isFailureCause(next)) return null;
  const cause = cursor.u8('fcs', causeMeaning);
  if (cause < 0x80) {
    const message = `failure cause ${cause} is reserved`;
    diagnostics.push({ code: 'sms/reserved-failure-cause', message, offset });
  }
  return cause;
}

function causeMeaning(value: number): string {
  return `failed: ${describeFailureCause(value)}`;
}

/** Reads an SMS-DELIVER-REPORT after its first octet. @see 3GPP TS 23.040 9.2.2.1a */
export function readDeliverReport(
  cursor: Cursor,
  firstOctet: number,
  allow: readonly Allowance[],
  diagnostics: Diagnostic[],
): SmsDeliverReport {
  const failureCause = readFailureCause(cursor, diagnostics);
  const parameters = readParameters(cursor, readIndicator(cursor), firstOctet, allow, diagnostics);
  return { type: 'SMS-DELIVER-REPORT', firstOctet, failureCause, ...parameters, diagnostics };
}

/** Reads an SMS-SUBMIT-REPORT after its first octet. @see 3GPP TS 23.040 9.2.2.2a */
export function readSubmitReport(
  cursor: Cursor,
  firstOctet: number,
  allow: readonly Allowance[],
  diagnostics: Diagnostic[],
): SmsSubmitReport {
  const failureCause = readFailureCause(cursor, diagnostics);
  const indicator = readIndicator(cursor);
  const serviceCentreTimeStamp = readTimeStamp(cursor, 'scts', diagnostics);
  const parameters = readParameters(cursor, indicator, firstOctet, allow, diagnostics);
  return { type: 'SMS-SUBMIT-REPORT', firstOctet, failureCause, serviceCentreTimeStamp, ...parameters, diagnostics };
}

/** Reads an SMS-STATUS-REPORT after its first octet; its parameters may be absent. @see 3GPP TS 23.040 9.2.2.3 */
export function readStatusReport(
  cursor: Cursor,
  firstOctet: number,
  allow: readonly Allowance[],
  diagnostics: Diagnostic[],
): SmsStatusReport {
  const messageReference = readMessageReference(cursor);
  const recipientAddress = readAddress(cursor, 'ra');
  const serviceCentreTimeStamp = readTimeStamp(cursor, 'scts', diagnostics);
  const dischargeTime = readTimeStamp(cursor, 'dt', diagnostics);
  const status = cursor.u8('st', statusMeaning);
  const parameters = cursor.remaining === 0 ? noParameters : readParameters(cursor, readIndicator(cursor), firstOctet, allow, diagnostics);
  return {
    type: 'SMS-STATUS-REPORT',
    firstOctet,
    moreMessagesToSend: (firstOctet & bit.noMoreMessages) === 0,
    loopPrevention: (firstOctet & bit.loopPrevention) !== 0,
    qualifier: (firstOctet & bit.statusReport) === 0 ? 'submit' : 'command',
    messageReference,
    recipientAddress,
    serviceCentreTimeStamp,
    dischargeTime,
    status,
    ...parameters,
    diagnostics,
  };
}

function statusMeaning(value: number): string {
  return `status: ${describeStatus(value)}`;
}

/** Reads an SMS-COMMAND after its first octet. @see 3GPP TS 23.040 9.2.2.4 */
export function readCommand(cursor: Cursor, firstOctet: number, diagnostics: Diagnostic[]): SmsCommand {
  const messageReference = readMessageReference(cursor);
  const protocolIdentifier = readProtocolIdentifier(cursor);
  const commandType = cursor.u8('ct', commandMeaning);
  const messageNumber = cursor.u8('mn', numberMeaning);
  const destinationAddress = readAddress(cursor, 'da');
  const length = cursor.u8('cdl', dataLengthMeaning);
  if (length > cursor.remaining) cursor.bytes('cd', length);
  const start = cursor.offset;
  const header: UserDataHeader | null = (firstOctet & bit.userDataHeader) === 0 ? null : readUserDataHeader(cursor, length, diagnostics);
  const commandData = cursor.bytes('cd', length - (cursor.offset - start), dataMeaning);
  return {
    type: 'SMS-COMMAND',
    firstOctet,
    statusReportRequest: (firstOctet & bit.statusReport) !== 0,
    messageReference,
    protocolIdentifier,
    commandType,
    messageNumber,
    destinationAddress,
    userDataHeader: header,
    commandData,
    diagnostics,
  };
}

function commandMeaning(value: number): string {
  return `command: ${commandTypes.name(value) ?? (value >= 0xe0 ? 'service centre specific' : 'reserved')}`;
}

function numberMeaning(value: number): string {
  return `of message number ${value}`;
}

function dataLengthMeaning(value: number): string {
  return `command data of ${value} octets`;
}

function dataMeaning(octets: Uint8Array): string {
  return `command data, ${octets.length} octets`;
}
