/** Short pieces are cut from a common block of this size, because a buffer of its own costs more than its contents. */
const blockOctets = 8192;
/** Longest piece that is cut from a block. */
export const longestShared = 512;
let buffer = new ArrayBuffer(blockOctets);
/** The block as words of four octets; every piece begins on one. */
let words = new Int32Array(buffer);
let used = 0;

/** A piece of a block, and where to write it a word at a time. */
export interface Piece {
  readonly octets: Uint8Array;
  readonly words: Int32Array;
  /** Index of the piece's first word. */
  readonly firstWord: number;
}

/** That many octets, all zero; the buffer beneath may hold others' octets beside them, so look at the array and not at its buffer. */
export function newOctets(length: number): Uint8Array {
  if (length > longestShared) return new Uint8Array(length);
  const start = reserve(length);
  return new Uint8Array(buffer, start, length);
}

/** The same of at most {@link longestShared} octets, for who fills it word by word. */
export function newPiece(length: number): Piece {
  const start = reserve(length);
  return { octets: new Uint8Array(buffer, start, length), words, firstWord: start >> 2 };
}

function reserve(length: number): number {
  const whole = (length + 3) & ~3;
  if (used + whole > blockOctets) {
    buffer = new ArrayBuffer(blockOctets);
    words = new Int32Array(buffer);
    used = 0;
  }
  used += whole;
  return used - whole;
}
