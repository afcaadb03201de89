import { Buffer } from 'node:buffer';

/** Octets of a part that a push's own octets can have beside header, ports and concatenation. @see 3GPP TS 23.040 9.2.3.24 */
const partOctets = 128;
/** Transaction, type, headers' length, content type, application id. @see WAP-230-WSP 8.2.4.1 */
const pushOctets = 6;

/** A body that fills so many parts, in the manner of a DM message in WBXML: its header, and then octets that tell where they stand. */
export function bodyOf(parts: number, salt = 0): Uint8Array {
  const head = Buffer.from('02A4016A006D6C7103312E3200017203444D2F312E320001', 'hex');
  const body = Buffer.alloc(parts === 1 ? 90 : partOctets * parts - pushOctets - 20);
  for (let at = 0; at < body.length; at += 1) body[at] = (at * 7 + (at >> 8) + salt * 31) & 0xff;
  head.copy(body);
  return new Uint8Array(body);
}

/** A DM message in XML of about so many octets. */
export function xmlBody(octets: number): Uint8Array {
  const head = '<?xml version="1.0" encoding="UTF-8"?><SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody><Replace><CmdID>1</CmdID><Item><Data>';
  const tail = '</Data></Item></Replace><Final/></SyncBody></SyncML>';
  return new Uint8Array(Buffer.from(`${head}${'é0123456789'.repeat(Math.ceil(octets / 12)).slice(0, octets)}${tail}`, 'utf8'));
}

/** Package 0: digest, version, mode, initiator, session and server. @see OMA-TS-DM_Notification-V1_3 6 */
export const notificationBody = new Uint8Array(
  Buffer.from('805BDC1B19B5E20E8C67C0E798F71902D8000000002F10646D2E62656E63682E696E76616C6964', 'hex'),
);
