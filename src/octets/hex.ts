import { longestShared, newPiece } from './block.js';
import { DecodeError } from './errors.js';

/** Longest hexadecimal text that goes through the scratch at once; a PDU line has some 350 digits. */
const scratchDigits = 4096;
const scratch = new Uint8Array(scratchDigits);
/** The same, two digits at a time. */
const scratchPairs = new Uint16Array(scratch.buffer);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const digits = '0123456789ABCDEF';
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
/** The octet that two digits make, by the two characters as they lie in memory; -1 where one is no digit. */
const octetOfPair = new Int16Array(65_536).fill(-1);
/** The two upper-case digits of an octet as they lie in memory. */
const pairOfOctet = new Uint16Array(256);
for (let octet = 0; octet < 256; octet += 1) {
  const [high, low] = [digits[octet >> 4]!, digits[octet & 15]!];
  for (const first of [high.toLowerCase(), high]) {
    for (const second of [low.toLowerCase(), low]) {
      encoder.encodeInto(first + second, scratch);
      octetOfPair[scratchPairs[0]!] = octet;
      pairOfOctet[octet] = scratchPairs[0]!;
    }
  }
}

/** Octets as upper-case hexadecimal digits, unspaced. */
export function toHex(octets: Uint8Array): string {
  let text = '';
  for (let start = 0; start < octets.length; start += scratchDigits / 2) {
    const count = Math.min(octets.length - start, scratchDigits / 2);
    for (let index = 0; index < count; index += 1) scratchPairs[index] = pairOfOctet[octets[start + index]!]!;
    text += decoder.decode(scratch.subarray(0, 2 * count));
  }
  return text;
}

/**
 * Hexadecimal digits, upper or lower case and unspaced, as octets; their buffer may hold others' octets beside them.
 * @throws DecodeError `octets/bad-hex` with the offset in octets of the first character that is no digit, or of a lone last digit
 */
export function fromHex(text: string, field = 'hex'): Uint8Array {
  const length = text.length >> 1;
  const octets = length > longestShared ? fromLongHex(text, length, field) : fromShortHex(text, length, field);
  if (text.length % 2 === 1) throw new DecodeError('octets/bad-hex', `an odd number of hexadecimal digits (${text.length})`, field, length);
  return octets;
}

/** What fits into a shared piece, four octets at a time. */
function fromShortHex(text: string, length: number, field: string): Uint8Array {
  const { octets, words, firstWord } = newPiece(length);
  // A character outside ASCII takes several octets, the first of which is no digit: the place of the first bad one is right.
  encoder.encodeInto(text, scratch);
  let seen = 0;
  let pair = 0;
  let word = firstWord;
  for (; pair + 4 <= length; pair += 4) {
    const first = octetOfPair[scratchPairs[pair]!]!;
    const second = octetOfPair[scratchPairs[pair + 1]!]!;
    const third = octetOfPair[scratchPairs[pair + 2]!]!;
    const fourth = octetOfPair[scratchPairs[pair + 3]!]!;
    seen |= first | second | third | fourth;
    words[word] = littleEndian
      ? first | (second << 8) | (third << 16) | (fourth << 24)
      : (first << 24) | (second << 16) | (third << 8) | fourth;
    word += 1;
  }
  for (; pair < length; pair += 1) {
    const octet = octetOfPair[scratchPairs[pair]!]!;
    seen |= octet;
    octets[pair] = octet;
  }
  if (seen < 0) badDigit(text, field, 0);
  return octets;
}

function fromLongHex(text: string, length: number, field: string): Uint8Array {
  const octets = new Uint8Array(length);
  for (let start = 0; start < length; start += scratchDigits / 2) {
    const count = Math.min(length - start, scratchDigits / 2);
    encoder.encodeInto(text.slice(2 * start, 2 * (start + count)), scratch);
    let seen = 0;
    for (let index = 0; index < count; index += 1) {
      const octet = octetOfPair[scratchPairs[index]!]!;
      seen |= octet;
      octets[start + index] = octet;
    }
    if (seen < 0) badDigit(text, field, start);
  }
  return octets;
}

function badDigit(text: string, field: string, start: number): never {
  let index = start;
  while (/^[0-9a-f]{2}$/i.test(text.slice(2 * index, 2 * index + 2))) index += 1;
  throw new DecodeError('octets/bad-hex', `character ${2 * index + 1} or ${2 * index + 2} is not a hexadecimal digit`, field, index);
}
