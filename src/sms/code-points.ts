import { codeTable } from '../octets/index.js';

/** Names of information elements. @see 3GPP TS 23.040 9.2.3.24 */
export const informationElements = codeTable('3GPP TS 23.040 9.2.3.24', [
  [0x00, 'concatenation, 8-bit reference'],
  [0x01, 'special message indication'],
  [0x04, 'ports, 8-bit'],
  [0x05, 'ports, 16-bit'],
  [0x06, 'service centre control parameters'],
  [0x07, 'source of the header'],
  [0x08, 'concatenation, 16-bit reference'],
  [0x09, 'wireless control message protocol'],
  [0x0a, 'text formatting'],
  [0x0b, 'predefined sound'],
  [0x0c, 'user defined sound'],
  [0x0d, 'predefined animation'],
  [0x0e, 'large animation'],
  [0x0f, 'small animation'],
  [0x10, 'large picture'],
  [0x11, 'small picture'],
  [0x12, 'variable picture'],
  [0x13, 'user prompt'],
  [0x14, 'extended object'],
  [0x15, 'reused extended object'],
  [0x16, 'compression control'],
  [0x17, 'object distribution'],
  [0x18, 'standard WVG object'],
  [0x19, 'character size WVG object'],
  [0x1a, 'extended object data request'],
  [0x20, 'RFC 822 header length'],
  [0x21, 'hyperlink'],
  [0x22, 'reply address'],
  [0x23, 'enhanced voice mail'],
  [0x24, 'national language, single shift'],
  [0x25, 'national language, locking shift'],
]);

/** Name of an information element, ranges included. @see 3GPP TS 23.040 9.2.3.24 */
export function informationElementName(identifier: number): string {
  const name = informationElements.name(identifier);
  if (name !== undefined) return name;
  if (identifier >= 0x70 && identifier <= 0x7f) return 'SIM toolkit security header';
  if (identifier >= 0x80 && identifier <= 0x9f) return 'SME to SME';
  if (identifier >= 0xc0 && identifier <= 0xdf) return 'service centre specific';
  return 'reserved element';
}

/** Values of TP-ST. @see 3GPP TS 23.040 9.2.3.15 */
export const messageStatuses = codeTable('3GPP TS 23.040 9.2.3.15', [
  [0x00, 'received by the recipient'],
  [0x01, 'forwarded, delivery not confirmed'],
  [0x02, 'replaced by the service centre'],
  [0x20, 'congestion, still trying'],
  [0x21, 'recipient busy, still trying'],
  [0x22, 'no response from the recipient, still trying'],
  [0x23, 'service rejected, still trying'],
  [0x24, 'quality of service not available, still trying'],
  [0x25, 'error in the recipient, still trying'],
  [0x40, 'remote procedure error'],
  [0x41, 'incompatible destination'],
  [0x42, 'connection rejected by the recipient'],
  [0x43, 'not obtainable'],
  [0x44, 'quality of service not available'],
  [0x45, 'no interworking available'],
  [0x46, 'validity period expired'],
  [0x47, 'deleted by the originator'],
  [0x48, 'deleted by the service centre'],
  [0x49, 'message does not exist'],
  [0x60, 'congestion, given up'],
  [0x61, 'recipient busy, given up'],
  [0x62, 'no response from the recipient, given up'],
  [0x63, 'service rejected, given up'],
  [0x64, 'quality of service not available, given up'],
  [0x65, 'error in the recipient, given up'],
]);

/** What a TP-ST says: its name, or what its range means. @see 3GPP TS 23.040 9.2.3.15 */
export function describeStatus(status: number): string {
  return messageStatuses.name(status) ?? statusRanges[statusOutcome(status)];
}

/** How final a TP-ST is. @see 3GPP TS 23.040 9.2.3.15 */
export type StatusOutcome = 'completed' | 'still-trying' | 'failed' | 'reserved';

const statusRanges: Readonly<Record<StatusOutcome, string>> = {
  completed: 'completed',
  'still-trying': 'temporary error, still trying',
  failed: 'not delivered, given up',
  reserved: 'reserved status',
};

/** Sorts a TP-ST: 0x00 to 0x1F completed, 0x20 to 0x3F still trying, 0x40 to 0x7F failed. @see 3GPP TS 23.040 9.2.3.15 */
export function statusOutcome(status: number): StatusOutcome {
  if (status < 0x20) return 'completed';
  if (status < 0x40) return 'still-trying';
  return status < 0x80 ? 'failed' : 'reserved';
}

/** Values of TP-FCS. @see 3GPP TS 23.040 9.2.3.22 */
export const failureCauses = codeTable('3GPP TS 23.040 9.2.3.22', [
  [0x80, 'telematic interworking not supported'],
  [0x81, 'short message type 0 not supported'],
  [0x82, 'cannot replace short message'],
  [0x8f, 'unspecified TP-PID error'],
  [0x90, 'alphabet not supported'],
  [0x91, 'message class not supported'],
  [0x9f, 'unspecified TP-DCS error'],
  [0xa0, 'command cannot be actioned'],
  [0xa1, 'command not supported'],
  [0xaf, 'unspecified TP-Command error'],
  [0xb0, 'TPDU not supported'],
  [0xc0, 'service centre busy'],
  [0xc1, 'no service centre subscription'],
  [0xc2, 'service centre system failure'],
  [0xc3, 'invalid SME address'],
  [0xc4, 'destination SME barred'],
  [0xc5, 'short message rejected as a duplicate'],
  [0xc6, 'validity period format not supported'],
  [0xc7, 'validity period not supported'],
  [0xd0, 'SIM storage full'],
  [0xd1, 'no storage in the SIM'],
  [0xd2, 'error in the mobile station'],
  [0xd3, 'memory capacity exceeded'],
  [0xd4, 'SIM application toolkit busy'],
  [0xd5, 'SIM data download error'],
  [0xff, 'unspecified error'],
]);

/** What a TP-FCS says. @see 3GPP TS 23.040 9.2.3.22 */
export function describeFailureCause(cause: number): string {
  return failureCauses.name(cause) ?? (cause >= 0xe0 && cause < 0xff ? 'application specific' : 'reserved failure cause');
}

/** Values of TP-CT. @see 3GPP TS 23.040 9.2.3.19 */
export const commandTypes = codeTable('3GPP TS 23.040 9.2.3.19', [
  [0x00, 'enquiry'],
  [0x01, 'cancel status report request'],
  [0x02, 'delete'],
  [0x03, 'enable status report request'],
]);

/** What a TP-PID says. @see 3GPP TS 23.040 9.2.3.9 */
export function describeProtocolIdentifier(identifier: number): string {
  if (identifier < 0x20) return identifier === 0 ? 'SME to SME' : 'SME to SME, protocol specific';
  if (identifier < 0x40) return 'telematic interworking';
  if (identifier === 0x40) return 'short message type 0';
  if (identifier <= 0x47) return `replace short message type ${identifier - 0x40}`;
  const named = protocolIdentifiers.name(identifier);
  if (named !== undefined) return named;
  return identifier < 0xc0 ? 'reserved protocol' : 'service centre specific';
}

const protocolIdentifiers = codeTable('3GPP TS 23.040 9.2.3.9', [
  [0x48, 'device triggering'],
  [0x5e, 'enhanced message service (obsolete)'],
  [0x5f, 'return call'],
  [0x7c, 'ANSI-136 R-DATA'],
  [0x7d, 'ME data download'],
  [0x7e, 'ME depersonalization'],
  [0x7f, 'SIM data download'],
]);
