import { viewOf } from './view.js';

/** Short pieces are cut from a common block of this size, because a buffer of its own costs more than its contents. */
const blockOctets = 8192;
const longestShared = 512;
let block = new Uint8Array(blockOctets);
let used = 0;

/** That many octets, all zero; the buffer beneath may hold others' octets beside them, so look at the array and not at its buffer. */
export function newOctets(length: number): Uint8Array {
  if (length > longestShared) return new Uint8Array(length);
  if (used + length > blockOctets) {
    block = new Uint8Array(blockOctets);
    used = 0;
  }
  used += length;
  return viewOf(block, used - length, used);
}
