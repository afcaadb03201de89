import type { Presented } from '../../bridge/index.js';
import { type Annotate, Cursor, toHex } from '../../octets/index.js';

/**
 * Reads a page of a GSM cell broadcast. It is no TPDU; the 88 octets are shown with what their head says.
 * @throws DecodeError `octets/truncated`
 * @see 3GPP TS 23.041 9.4.1.2
 */
export function readBroadcastPage(octets: Uint8Array, annotate: Annotate | undefined): Presented {
  const cursor = new Cursor(octets, { field: 'cbs', annotate });
  const serialNumber = cursor.u16('serialNumber');
  const messageIdentifier = cursor.u16('messageIdentifier');
  const dataCodingScheme = cursor.u8('dcs');
  const pages = cursor.u8('pageParameter', (value) => `page ${value >> 4} of ${value & 15}`);
  return {
    serialNumber,
    messageIdentifier,
    dataCodingScheme,
    page: pages >> 4,
    pages: pages & 15,
    content: toHex(cursor.rest('content', () => 'content of the page')),
  };
}
