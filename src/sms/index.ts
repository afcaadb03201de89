export { addressFromText, describeTypeOfAddress, serviceCentreAddressFromText } from './address.js';
export { type Allowance, allowances } from './allowances.js';
export {
  describeFailureCause,
  describeProtocolIdentifier,
  describeStatus,
  informationElementName,
  type StatusOutcome,
  statusOutcome,
} from './code-points.js';
export { type DataCoding, describeDataCoding, type MessageIndication } from './data-coding.js';
export { type DecodeTpduOptions, decodePduMode, decodeTpdu } from './decode-tpdu.js';
export { encodePduMode, encodeTpdu } from './encode-tpdu.js';
export { partFingerprintInput, readPart } from './part.js';
export { Reassembler, type ReassemblerOptions } from './reassembler.js';
export { type DatagramPart, type SegmentOptions, type SubmitOptions, segmentDatagram, submitFor } from './segment.js';
export { type DecodedText, decodeText, type EncodeTextOptions, encodeText, joinText } from './text.js';
export { formatTimeStamp, timeStampFromText, timeStampMs } from './time-stamp.js';
export type * from './types.js';
export { dataFields, decodeUserData } from './user-data.js';
export { concatenationElement, portsElement, userDataHeader } from './user-data-header.js';
export { formatValidityPeriod, relativeValidity, relativeValidityMinutes } from './validity-period.js';
