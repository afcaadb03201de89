/** Cuts a stream into lines of bounded length. */
export class LineBuffer {
  readonly #longest: number;
  #pieces: Buffer[] = [];
  #length = 0;
  #overlong = false;

  /** @param longest octets of the longest line; past it nothing more is read */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** A line was longer than is read; the stream is of no more use. */
  get overlong(): boolean {
    return this.#overlong;
  }

  /** The lines that are whole with this chunk, without their ends. */
  take(chunk: Buffer): readonly string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0 && !this.#overlong; end = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, end));
      if (!this.#overlong) lines.push(Buffer.concat(this.#pieces).toString('utf8'));
      this.#pieces = [];
      this.#length = 0;
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines.filter((line) => line.trim() !== '');
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > this.#longest) this.#overlong = true;
    if (this.#overlong) this.#pieces = [];
    else this.#pieces.push(piece);
  }
}
