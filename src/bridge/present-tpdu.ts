import { toHex } from '../octets/index.js';
import {
  type Address,
  decodeText,
  formatTimeStamp,
  relativeValidityMinutes,
  type Tpdu,
  type UserDataHeader,
  type ValidityPeriod,
} from '../sms/index.js';
import type { Presented } from './present.js';

/** `tpdu` of a PDU; the service centre's address is null where the form has none or its length is zero. */
export function presentTpdu(tpdu: Tpdu, serviceCentreAddress: Address | null): Presented {
  return { type: tpdu.type, firstOctet: tpdu.firstOctet, serviceCentreAddress: serviceCentreAddress?.text ?? null, ...fieldsOf(tpdu) };
}

function fieldsOf(tpdu: Tpdu): Presented {
  switch (tpdu.type) {
    case 'SMS-DELIVER':
      return {
        originatingAddress: tpdu.originatingAddress.text,
        protocolIdentifier: tpdu.protocolIdentifier,
        dataCodingScheme: tpdu.dataCodingScheme,
        serviceCentreTimeStamp: formatTimeStamp(tpdu.serviceCentreTimeStamp),
        ...userDataOf(tpdu),
        text: decodeText(tpdu).text,
      };
    case 'SMS-SUBMIT':
      return {
        messageReference: tpdu.messageReference,
        destinationAddress: tpdu.destinationAddress.text,
        protocolIdentifier: tpdu.protocolIdentifier,
        dataCodingScheme: tpdu.dataCodingScheme,
        validityPeriod: presentValidity(tpdu.validityPeriod),
        ...userDataOf(tpdu),
        text: decodeText(tpdu).text,
      };
    case 'SMS-STATUS-REPORT':
      return {
        messageReference: tpdu.messageReference,
        recipientAddress: tpdu.recipientAddress.text,
        serviceCentreTimeStamp: formatTimeStamp(tpdu.serviceCentreTimeStamp),
        dischargeTime: formatTimeStamp(tpdu.dischargeTime),
        status: tpdu.status,
        parameterIndicator: tpdu.parameterIndicator,
        protocolIdentifier: tpdu.protocolIdentifier,
        dataCodingScheme: tpdu.dataCodingScheme,
        ...userDataOf(tpdu),
        text: decodeText(tpdu).text,
      };
    case 'SMS-DELIVER-REPORT':
    case 'SMS-SUBMIT-REPORT':
      return {
        failureCause: tpdu.failureCause,
        parameterIndicator: tpdu.parameterIndicator,
        ...(tpdu.type === 'SMS-SUBMIT-REPORT' ? { serviceCentreTimeStamp: formatTimeStamp(tpdu.serviceCentreTimeStamp) } : {}),
        protocolIdentifier: tpdu.protocolIdentifier,
        dataCodingScheme: tpdu.dataCodingScheme,
        ...userDataOf(tpdu),
        text: decodeText(tpdu).text,
      };
    case 'SMS-COMMAND':
      return {
        messageReference: tpdu.messageReference,
        protocolIdentifier: tpdu.protocolIdentifier,
        commandType: tpdu.commandType,
        messageNumber: tpdu.messageNumber,
        destinationAddress: tpdu.destinationAddress.text,
        userDataHeader: presentHeader(tpdu.userDataHeader),
        commandData: toHex(tpdu.commandData),
      };
  }
}

function userDataOf(tpdu: { readonly userDataHeader: UserDataHeader | null; readonly userData: Uint8Array }): Presented {
  return { userDataHeader: presentHeader(tpdu.userDataHeader), userData: toHex(tpdu.userData) };
}

/** `userDataHeader`: its elements in wire order; empty where there is none. */
export function presentHeader(header: UserDataHeader | null): readonly Presented[] {
  return (header?.elements ?? []).map(({ identifier, octets }) => ({ iei: identifier, octets: toHex(octets) }));
}

function presentValidity(period: ValidityPeriod | null): Presented | null {
  if (period === null) return null;
  if (period.format === 'relative') return { format: 'relative', value: period.value, minutes: relativeValidityMinutes(period.value) };
  return period.format === 'absolute'
    ? { format: 'absolute', value: toHex(period.octets), time: formatTimeStamp(period.octets) }
    : { format: 'enhanced', value: toHex(period.octets) };
}
