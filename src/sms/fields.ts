import { type Cursor, type Diagnostic, toHex } from '../octets/index.js';
import { describeProtocolIdentifier } from './code-points.js';
import { describeDataCoding } from './data-coding.js';
import { formatTimeStamp, isTimeStamp } from './time-stamp.js';

/** Reads TP-PID. @see 3GPP TS 23.040 9.2.3.9 */
export function readProtocolIdentifier(cursor: Cursor): number {
  return cursor.u8('pid', protocolMeaning);
}

function protocolMeaning(value: number): string {
  return `protocol identifier: ${describeProtocolIdentifier(value)}`;
}

/** Reads TP-DCS. @see 3GPP TS 23.040 9.2.3.10 */
export function readDataCodingScheme(cursor: Cursor): number {
  return cursor.u8('dcs', codingMeaning);
}

function codingMeaning(value: number): string {
  return `data coding scheme: ${describeDataCoding(value).meaning}`;
}

/** Reads TP-MR. @see 3GPP TS 23.040 9.2.3.6 */
export function readMessageReference(cursor: Cursor): number {
  return cursor.u8('mr', referenceMeaning);
}

function referenceMeaning(value: number): string {
  return `message reference ${value}`;
}

/** Reads seven octets of time; one that is no time is kept, with a diagnostic. @see 3GPP TS 23.040 9.2.3.11 */
export function readTimeStamp(cursor: Cursor, field: 'scts' | 'dt' | 'vp', diagnostics: Diagnostic[]): Uint8Array {
  const offset = cursor.offset;
  const octets = cursor.bytes(field, 7, timeMeaning);
  if (!isTimeStamp(octets)) {
    const message = `${cursor.path(field)} is no time: ${toHex(octets)} is kept as it stands`;
    diagnostics.push({ code: 'sms/bad-time-stamp', message, offset });
  }
  return octets;
}

function timeMeaning(octets: Uint8Array): string {
  return formatTimeStamp(octets) ?? 'no time';
}
