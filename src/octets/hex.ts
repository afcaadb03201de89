import { DecodeError } from './errors.js';

const digits = '0123456789ABCDEF';
const pairs: readonly string[] = Array.from({ length: 256 }, (_, octet) => digits[octet >> 4]! + digits[octet & 15]!);
const values = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit += 1) {
  values[digits.charCodeAt(digit)] = digit;
  values[digits.toLowerCase().charCodeAt(digit)] = digit;
}

/** Octets as upper-case hexadecimal digits, unspaced. */
export function toHex(octets: Uint8Array): string {
  let text = '';
  for (let index = 0; index < octets.length; index += 1) text += pairs[octets[index]!]!;
  return text;
}

/**
 * Hexadecimal digits, upper or lower case and unspaced, as octets.
 * @throws DecodeError `octets/bad-hex` with the offset in octets of the first character that is no digit, or of a lone last digit
 */
export function fromHex(text: string, field = 'hex'): Uint8Array {
  const length = text.length >> 1;
  const octets = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    const high = text.charCodeAt(2 * index);
    const low = text.charCodeAt(2 * index + 1);
    const value = high < 128 && low < 128 ? (values[high]! << 4) | values[low]! : -1;
    if (value < 0)
      throw new DecodeError('octets/bad-hex', `character ${2 * index + 1} or ${2 * index + 2} is not a hexadecimal digit`, field, index);
    octets[index] = value;
  }
  if (text.length % 2 === 1) throw new DecodeError('octets/bad-hex', `an odd number of hexadecimal digits (${text.length})`, field, length);
  return octets;
}
