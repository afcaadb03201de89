import type { DocumentLimits } from '../dm/index.js';
import { fromHex } from '../octets/index.js';

/** Who names a file trusts it more than what comes from the air; bounded all the same. */
export const fileLimits: DocumentLimits = {
  documentOctets: 16 * 1024 * 1024,
  depth: 1024,
  elements: 1_000_000,
  textCharacters: 64 * 1024 * 1024,
  embeddedDepth: 8,
};

const blanks = new Set([0x09, 0x0a, 0x0d, 0x20]);

/** XML begins with a byte order mark or, blanks aside, with `<` and what may stand behind it; no WBXML version octet looks like either. */
export function isXml(input: Uint8Array): boolean {
  const [first, second, third] = input;
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) return true;
  const at = input.findIndex((octet, index) => !blanks.has(octet) && !(index < 3 && first === 0xef && second === 0xbb && third === 0xbf));
  return input[at] === 0x3c && /^[?!A-Za-z_:]/.test(String.fromCharCode(input[at + 1] ?? 0));
}

/** WBXML as it is, or as hexadecimal digits. @throws DecodeError `octets/bad-hex` */
export function wbxmlOctets(input: Uint8Array): Uint8Array {
  const [first = 0] = input;
  return first > 0x0f || blanks.has(first) ? fromHex(Buffer.from(input).toString('latin1').replace(/\s+/g, ''), 'document') : input;
}
