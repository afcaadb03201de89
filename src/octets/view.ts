let latest: Uint8Array = new Uint8Array(0);
let buffer: ArrayBufferLike = latest.buffer;
let base = 0;

/**
 * The octets from `start` to before `end`, in place; both must lie within. It is what `subarray` gives, at less than its cost, which is most of
 * what reading a short message costs: the buffer of the array that was asked for last is remembered, because asking for it costs as much
 * as the view.
 */
export function viewOf(octets: Uint8Array, start: number, end: number): Uint8Array {
  if (octets !== latest) {
    latest = octets;
    buffer = octets.buffer;
    base = octets.byteOffset;
  }
  return new Uint8Array(buffer, base + start, end - start);
}
