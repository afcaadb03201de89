import { createHash } from 'node:crypto';
import { BridgeError } from '../errors.js';
import { fromHex } from '../octets/index.js';
import {
  decodePduMode,
  partFingerprintInput,
  readPart,
  type ShortMessagePart,
  type SmsDeliver,
  type SmsStatusReport,
} from '../sms/index.js';

/** What a PDU turned out to be. */
export type Reading =
  | { readonly kind: 'part'; readonly part: ShortMessagePart; readonly tpdu: SmsDeliver }
  | { readonly kind: 'report'; readonly report: SmsStatusReport }
  | { readonly kind: 'unreadable'; readonly error: BridgeError };

/** Reads a PDU; never throws, whatever it holds. */
export function readPdu(pdu: string): Reading {
  try {
    const pduMode = decodePduMode(fromHex(pdu, 'pdu'), { direction: 'from-modem' });
    const { tpdu } = pduMode;
    if (tpdu.type === 'SMS-DELIVER') return { kind: 'part', part: readPart(tpdu), tpdu };
    if (tpdu.type === 'SMS-STATUS-REPORT') return { kind: 'report', report: tpdu };
    const error = new BridgeError('bridge/unexpected-type', `a modem received a TPDU of type ${tpdu.type}, which it can only send`);
    return { kind: 'unreadable', error };
  } catch (caught) {
    return { kind: 'unreadable', error: asBridgeError(caught) };
  }
}

/** SHA-256 over who received it and what makes a part the same part when the network delivers it again. */
export function fingerprintOf(reading: Reading, receiver: string, pdu: string): Uint8Array {
  const hash = createHash('sha256').update(receiver, 'utf8').update(Uint8Array.of(0));
  if (reading.kind === 'part') hash.update('part').update(partFingerprintInput(reading.tpdu));
  else hash.update('raw').update(pdu, 'utf8');
  return hash.digest();
}

/** Any caught value as one of our errors, so that it has a code. */
export function asBridgeError(caught: unknown): BridgeError {
  if (caught instanceof BridgeError) return caught;
  const message = caught instanceof Error ? caught.message : String(caught);
  return new BridgeError('bridge/unexpected', `unexpected: ${message}`, { cause: caught, advice: 'report it with the octets' });
}
