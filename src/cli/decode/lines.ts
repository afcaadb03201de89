/** One line of the input, without its end. */
export interface InputLine {
  /** Counts from 1. */
  readonly number: number;
  /** One character an octet (Latin-1), so that no file can be malformed as text; cut where it is longer than allowed. */
  readonly text: string;
  readonly tooLong: boolean;
}

/** Longest line that is looked at: a datagram of 65,535 octets in hex with generous blanks is a fifth of it. */
export const maxLineOctets = 1_048_576;

/**
 * Lines of a stream, those of one chunk together so that the caller can write out its results before waiting for more. However long
 * a line is, no more of it than allowed is kept.
 */
export async function* inputLines(stream: AsyncIterable<unknown>, maxOctets = maxLineOctets): AsyncGenerator<readonly InputLine[]> {
  let number = 0;
  let held: Buffer[] = [];
  let heldOctets = 0;
  let tooLong = false;
  let started = false;

  const keep = (octets: Buffer): void => {
    const room = maxOctets - heldOctets;
    if (octets.length > room) tooLong = true;
    if (room > 0 && octets.length > 0) {
      // A copy, so that a piece of a line does not keep its whole chunk.
      held.push(Buffer.from(octets.subarray(0, room)));
      heldOctets += Math.min(room, octets.length);
    }
  };
  const finish = (): InputLine => {
    number += 1;
    const octets = held.length === 1 ? (held[0] ?? Buffer.alloc(0)) : Buffer.concat(held, heldOctets);
    const text = octets.toString('latin1');
    const line = { number, text: text.endsWith('\r') ? text.slice(0, -1) : text, tooLong };
    held = [];
    heldOctets = 0;
    tooLong = false;
    return line;
  };

  for await (const chunk of stream) {
    let octets = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk), 'latin1');
    if (!started && octets.length > 0) {
      started = true;
      // A byte-order mark that an editor left.
      if (octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf) octets = octets.subarray(3);
    }
    const lines: InputLine[] = [];
    let from = 0;
    for (let end = octets.indexOf(0x0a); end >= 0; end = octets.indexOf(0x0a, from)) {
      keep(octets.subarray(from, end));
      lines.push(finish());
      from = end + 1;
    }
    keep(octets.subarray(from));
    yield lines;
  }
  if (heldOctets > 0 || tooLong) yield [finish()];
}
