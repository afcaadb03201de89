import { EncodeError, OctetWriter } from '../octets/index.js';
import { writeAddress, writeServiceCentreAddress } from './address.js';
import { isFailureCause } from './decode-reports.js';
import { bit, submitFirstOctet } from './first-octet.js';
import type { PduMode, ReportParameters, SmsCommand, SmsDeliver, SmsStatusReport, SmsSubmit, Tpdu, ValidityPeriod } from './types.js';
import { writeUserData } from './user-data.js';
import { headerLength, writeUserDataHeader } from './user-data-header.js';

/**
 * Encodes a TPDU: the inverse of `decodeTpdu`. The bits of the first octet come from the fields, reserved ones from `firstOctet`.
 * @throws EncodeError for a value that has no octets, naming the field
 * @see 3GPP TS 23.040 9.2.2
 */
export function encodeTpdu(tpdu: Tpdu): Uint8Array {
  const writer = new OctetWriter(192);
  writeTpdu(writer, tpdu);
  return writer.toOctets();
}

/** Encodes what is written after the prompt in PDU mode. @throws EncodeError see {@link encodeTpdu} @see 3GPP TS 27.005 3.1 */
export function encodePduMode(value: Pick<PduMode, 'serviceCentreAddress' | 'tpdu'>): Uint8Array {
  const writer = new OctetWriter(192);
  writeServiceCentreAddress(writer, value.serviceCentreAddress);
  writeTpdu(writer, value.tpdu);
  return writer.toOctets();
}

function writeTpdu(writer: OctetWriter, tpdu: Tpdu): void {
  switch (tpdu.type) {
    case 'SMS-DELIVER':
      writeDeliver(writer, tpdu);
      return;
    case 'SMS-SUBMIT':
      writeSubmit(writer, tpdu);
      return;
    case 'SMS-STATUS-REPORT':
      writeStatusReport(writer, tpdu);
      return;
    case 'SMS-COMMAND':
      writeCommand(writer, tpdu);
      return;
    case 'SMS-DELIVER-REPORT':
    case 'SMS-SUBMIT-REPORT': {
      writer.u8('fo', reportFirstOctet(tpdu.firstOctet, tpdu.type === 'SMS-DELIVER-REPORT' ? 0 : 1, tpdu));
      const cause = tpdu.failureCause;
      if (cause === null ? isFailureCause(tpdu.parameterIndicator) : !isFailureCause(cause)) {
        const message = `a report with failure cause ${cause} and parameter indicator ${tpdu.parameterIndicator} reads as another`;
        throw new EncodeError('sms/ambiguous-report', message, 'fcs');
      }
      if (cause !== null) writer.u8('fcs', cause);
      writer.u8('pi', tpdu.parameterIndicator).bytes(tpdu.parameterIndicatorExtension);
      if (tpdu.type === 'SMS-SUBMIT-REPORT') writeTime(writer, 'scts', tpdu.serviceCentreTimeStamp);
      writeParameters(writer, tpdu.parameterIndicator, tpdu);
    }
  }
}

/** A first octet with some bits taken from fields. */
function withBits(octet: number, mask: number, bits: number): number {
  return (octet & ~mask) | bits;
}

function flag(set: boolean, mask: number): number {
  return set ? mask : 0;
}

function writeTime(writer: OctetWriter, field: string, octets: Uint8Array): void {
  if (octets.length !== 7) throw new EncodeError('sms/bad-time', `${field} has ${octets.length} octets, a time has 7`, field);
  writer.bytes(octets);
}

function writeDeliver(writer: OctetWriter, tpdu: SmsDeliver): void {
  // The reserved type 3 is read as SMS-DELIVER and goes back as it came.
  const messageType = (tpdu.firstOctet & bit.messageType) === 3 ? 3 : 0;
  const mask = bit.messageType | bit.noMoreMessages | bit.loopPrevention | bit.statusReport | bit.userDataHeader | bit.replyPath;
  const bits =
    messageType |
    flag(!tpdu.moreMessagesToSend, bit.noMoreMessages) |
    flag(tpdu.loopPrevention, bit.loopPrevention) |
    flag(tpdu.statusReportIndication, bit.statusReport) |
    flag(tpdu.userDataHeader !== null, bit.userDataHeader) |
    flag(tpdu.replyPath, bit.replyPath);
  writer.u8('fo', withBits(tpdu.firstOctet, mask, bits));
  writeAddress(writer, 'oa', tpdu.originatingAddress);
  writer.u8('pid', tpdu.protocolIdentifier).u8('dcs', tpdu.dataCodingScheme);
  writeTime(writer, 'scts', tpdu.serviceCentreTimeStamp);
  writeUserData(writer, tpdu.dataCodingScheme, tpdu);
}

function writeSubmit(writer: OctetWriter, tpdu: SmsSubmit): void {
  const { validityPeriod } = tpdu;
  writer.u8('fo', submitFirstOctet(tpdu)).u8('mr', tpdu.messageReference);
  writeAddress(writer, 'da', tpdu.destinationAddress);
  writer.u8('pid', tpdu.protocolIdentifier).u8('dcs', tpdu.dataCodingScheme);
  if (validityPeriod !== null) writeValidityPeriod(writer, validityPeriod);
  writeUserData(writer, tpdu.dataCodingScheme, tpdu);
}

function writeValidityPeriod(writer: OctetWriter, validityPeriod: ValidityPeriod): void {
  if (validityPeriod.format === 'relative') writer.u8('vp', validityPeriod.value);
  else writeTime(writer, 'vp', validityPeriod.octets);
}

/** Without user data the header bit says nothing, and goes back as it came. */
function reportFirstOctet(firstOctet: number, messageType: number, parameters: ReportParameters): number {
  const mask = parameters.userDataLength === null ? bit.messageType : bit.messageType | bit.userDataHeader;
  return withBits(firstOctet, mask, messageType | flag(parameters.userDataHeader !== null, bit.userDataHeader));
}

function writeStatusReport(writer: OctetWriter, tpdu: SmsStatusReport): void {
  const bits =
    flag(!tpdu.moreMessagesToSend, bit.noMoreMessages) |
    flag(tpdu.loopPrevention, bit.loopPrevention) |
    flag(tpdu.qualifier === 'command', bit.statusReport);
  const mask = bit.noMoreMessages | bit.loopPrevention | bit.statusReport;
  writer.u8('fo', withBits(reportFirstOctet(tpdu.firstOctet, 2, tpdu), mask, bits)).u8('mr', tpdu.messageReference);
  writeAddress(writer, 'ra', tpdu.recipientAddress);
  writeTime(writer, 'scts', tpdu.serviceCentreTimeStamp);
  writeTime(writer, 'dt', tpdu.dischargeTime);
  writer.u8('st', tpdu.status);
  if (tpdu.parameterIndicator === null) return;
  writer.u8('pi', tpdu.parameterIndicator).bytes(tpdu.parameterIndicatorExtension);
  writeParameters(writer, tpdu.parameterIndicator, tpdu);
}

/** The optional parameters; the indicator must announce exactly those that are there. */
function writeParameters(writer: OctetWriter, indicator: number, parameters: ReportParameters): void {
  const { protocolIdentifier, dataCodingScheme, userDataLength, userDataHeader, userData, unknownParameters } = parameters;
  const announced = flag(protocolIdentifier !== null, 1) | flag(dataCodingScheme !== null, 2) | flag(userDataLength !== null, 4);
  const extended = ((indicator & 0x80) !== 0) === parameters.parameterIndicatorExtension.length > 0;
  if ((indicator & 7) !== announced || !extended || (unknownParameters.length > 0 && (indicator & 0xf8) === 0)) {
    throw new EncodeError('sms/bad-parameter-indicator', `parameter indicator ${indicator} does not announce what follows`, 'pi');
  }
  if (protocolIdentifier !== null) writer.u8('pid', protocolIdentifier);
  if (dataCodingScheme !== null) writer.u8('dcs', dataCodingScheme);
  if (userDataLength !== null) writeUserData(writer, dataCodingScheme ?? 0, { userDataLength, userDataHeader, userData });
  writer.bytes(unknownParameters);
}

function writeCommand(writer: OctetWriter, tpdu: SmsCommand): void {
  const bits = 2 | flag(tpdu.statusReportRequest, bit.statusReport) | flag(tpdu.userDataHeader !== null, bit.userDataHeader);
  writer.u8('fo', withBits(tpdu.firstOctet, bit.messageType | bit.statusReport | bit.userDataHeader, bits));
  writer.u8('mr', tpdu.messageReference).u8('pid', tpdu.protocolIdentifier);
  writer.u8('ct', tpdu.commandType).u8('mn', tpdu.messageNumber);
  writeAddress(writer, 'da', tpdu.destinationAddress);
  writer.u8('cdl', headerLength(tpdu.userDataHeader) + tpdu.commandData.length);
  if (tpdu.userDataHeader !== null) writeUserDataHeader(writer, tpdu.userDataHeader);
  writer.bytes(tpdu.commandData);
}
